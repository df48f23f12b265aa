"""Suggestions after disruptions: what they are about, and keeping them."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import Contended
from fleet_app.outbox.changes import changed
from fleet_app.planning.live.models import ONE_OPEN, Suggestion

KEPT = timedelta(minutes=30)
"""How long an offer holds, since the vehicles drive on; and how long one that was accepted can be
taken back."""
SUGGESTIONS = "suggestions"
"""The kind under which screens hear of them."""
ATTEMPTS = 3
"""Others may make an offer about the same at the same moment: the last one holds."""


class Kind(StrEnum):
    """What happened."""

    VEHICLE_DOWN = "vehicle_down"
    URGENT_ORDER = "urgent_order"
    BIG_DELAY = "big_delay"


class Status(StrEnum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    UNDONE = "undone"
    REPLACED = "replaced"
    """There is a newer one about the same."""
    EXPIRED = "expired"
    """The vehicle came back, or what it would change is over or another by now, before anybody
    decided."""


class Disruption(msgspec.Struct, frozen=True):
    """What happened, to which vehicle, delivery or route."""

    fleet_id: int
    kind: Kind
    about: int

    @property
    def subject(self) -> str:
        """What a suggestion of it is about."""
        of = {Kind.VEHICLE_DOWN: "vehicle", Kind.URGENT_ORDER: "delivery", Kind.BIG_DELAY: "route"}
        return f"{of[self.kind]}:{self.about}"


async def keep(session: AsyncSession, made: Suggestion, now: datetime) -> None:
    """Store an offer in place of open ones about the same. Raises `Contended`."""
    made.made_at, made.expires_at = now, now + KEPT
    for _ in range(ATTEMPTS):
        try:
            async with attempt(session):
                await _replace(session, made)
                session.add(made)
                await session.flush()
        except IntegrityError as error:
            if ONE_OPEN not in str(error.orig):
                raise
        else:
            changed(session, made.fleet_id, SUGGESTIONS, [made.id or 0], what="created")
            return
    raise Contended


async def open_offers(session: AsyncSession, fleet_id: int, now: datetime) -> list[Suggestion]:
    """Those of a fleet that can be accepted, by their numbers."""
    query = select(Suggestion).where(
        Suggestion.fleet_id == fleet_id, Suggestion.status == Status.OPEN.value,
        col(Suggestion.expires_at) > now,
    )  # fmt: skip
    return list(await session.exec(query.order_by(col(Suggestion.id))))


async def expire(session: AsyncSession, told: Disruption) -> None:
    """End the open offer about something, if there is one."""
    ended = await _end(session, told.fleet_id, told.kind, told.subject, Status.EXPIRED)
    if ended:
        changed(session, told.fleet_id, SUGGESTIONS, ended)


async def _replace(session: AsyncSession, made: Suggestion) -> None:
    await _end(session, made.fleet_id, made.kind, made.subject, Status.REPLACED)


async def _end(
    session: AsyncSession, fleet_id: int, kind: str, subject: str, status: Status
) -> list[int]:
    older = update(Suggestion).where(
        col(Suggestion.fleet_id) == fleet_id, col(Suggestion.kind) == kind,
        col(Suggestion.subject) == subject, col(Suggestion.status) == Status.OPEN.value,
    )  # fmt: skip
    query = older.values(status=status.value).returning(col(Suggestion.id))
    found = (await (await session.connection()).execute(query)).scalars()
    return [one for one in found if one is not None]
