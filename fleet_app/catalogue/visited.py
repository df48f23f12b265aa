"""Which geofences vehicles were in when their trips began and ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.repository import PastRepository

MARGIN = timedelta(seconds=60)
"""A visit ends with the first fix outside, a trip begins before its first fix."""
MOST_VISITS = 20_000


class Visit(msgspec.Struct, frozen=True):
    """Inside a geofence from one moment to another; still inside when `ended_at` is None."""

    name: str
    started_at: datetime
    ended_at: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Whether the vehicle was inside, give or take a minute."""
        ended = self.ended_at
        return self.started_at - MARGIN <= moment and (ended is None or moment <= ended + MARGIN)


class Visited:
    """Visits by vehicle."""

    def __init__(self, visits: Mapping[int, Sequence[Visit]]) -> None:
        """Of each vehicle, those that began last first."""
        self._visits = visits

    @classmethod
    async def around(cls, session: AsyncSession, facts: Sequence[StoredFact]) -> Visited:
        """The visits of the vehicles in the time of `facts`."""
        rows = await _rows(session, facts)
        names = await PastRepository(session).geofences({row[1] for row in rows})
        visits = defaultdict[int, list[Visit]](list)
        for vehicle_id, subject, started_at, ended_at in rows:
            if name := names.get(subject):
                visits[vehicle_id].append(Visit(name, started_at, ended_at))
        return cls(visits)

    def at(self, vehicle_id: int, moment: datetime) -> str | None:
        """The geofence entered last of those that the vehicle was in."""
        held = (visit for visit in self._visits.get(vehicle_id, ()) if visit.holds(moment))
        return next((visit.name for visit in held), None)


async def _rows(session: AsyncSession, facts: Sequence[StoredFact]) -> list[tuple[Any, ...]]:
    """Vehicle, subject, start and end of the visits that overlap the time of `facts`."""
    visit = StoredFact
    first = min(fact.started_at for fact in facts) - MARGIN
    last = max(fact.ended_at or fact.started_at for fact in facts) + MARGIN
    query = (
        select(
            col(visit.vehicle_id), col(visit.subject), col(visit.started_at), col(visit.ended_at)
        )
        .where(
            col(visit.vehicle_id).in_({fact.vehicle_id for fact in facts}),
            col(visit.kind) == FactKind.VISIT,
            col(visit.withdrawn_at).is_(None),
            col(visit.started_at) <= last,
            or_(col(visit.ended_at) >= first, col(visit.ended_at).is_(None)),
        )
        .order_by(col(visit.started_at).desc(), col(visit.id).desc())
        .limit(MOST_VISITS)
    )
    return [tuple(row) for row in await (await session.connection()).execute(query)]
