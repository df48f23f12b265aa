"""Which saved view a person's list begins with."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.records.models import DefaultView


async def defaults_of(session: AsyncSession, user_id: int) -> set[int]:
    """The ids of the views that a person's lists begin with, one for each kind at most."""
    query = select(DefaultView.view_id).where(col(DefaultView.user_id) == user_id)
    return set((await session.exec(query)).all())


async def begin_with(session: AsyncSession, user_id: int, kind: str, view_id: int) -> None:
    """Let a person's list of a kind begin with a view, in place of any other."""
    values = {"user_id": user_id, "kind": kind, "view_id": view_id}
    added = insert(DefaultView).values(**values)
    stored = added.on_conflict_do_update(
        index_elements=["user_id", "kind"], set_={"view_id": view_id}
    )
    await session.exec(stored)


async def begin_without(session: AsyncSession, user_id: int, view_id: int) -> None:
    """Let a person's list not begin with this view any more."""
    mine = col(DefaultView.user_id) == user_id
    await session.exec(delete(DefaultView).where(mine, col(DefaultView.view_id) == view_id))
