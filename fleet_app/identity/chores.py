"""Tidying what nobody can use any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CursorResult, delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.identity.models import RefreshToken


async def forget_expired_tokens(session: AsyncSession, now: datetime) -> int:
    """Delete refresh tokens that expired before `now`; returns how many."""
    connection = await session.connection()
    done: CursorResult[tuple[()]] = await connection.execute(
        delete(RefreshToken).where(col(RefreshToken.expires_at) < now)
    )
    return done.rowcount
