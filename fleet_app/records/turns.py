"""Turns: of one kind and fleet, those who store many records at once come one after the other.

Each would hold the numbers and plates of its rows until its commit and wait for those of the other,
in whatever order the rows stand in. Whoever stores a single record needs no turn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.locks import IN_TURN
from fleet_app.records.kinds import Kind

_LOCK = text("SELECT pg_advisory_xact_lock(:use, :key)")
_HALF = 2**31


async def take_turn(session: AsyncSession, kind: Kind, fleets: Iterable[int | None]) -> None:
    """Wait until nobody else stores many of this kind in these fleets; ours until the commit."""
    connection = await session.connection()
    for key in sorted({_key(kind, fleet) for fleet in fleets}):
        await connection.execute(_LOCK, {"use": IN_TURN, "key": key})


def _key(kind: Kind, fleet: int | None) -> int:
    """Two may share one, and then wait without need."""
    return zlib.crc32(f"{kind.plural}:{fleet or 0}".encode()) - _HALF
