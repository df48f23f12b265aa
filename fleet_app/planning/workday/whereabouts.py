"""Where vehicles on their way are, and when they stood: as the tracker believes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import VehicleLive
from fleet_app.location.past.models import StoredFact

SHORTEST = timedelta(minutes=5)
"""Who stands for less may be at a traffic light."""

GRID = 0.005
"""Half a kilometre, in degrees."""


@dataclass(frozen=True)
class Seen:
    """Where a vehicle was last believed to be."""

    lat: float
    lon: float
    at: datetime


@dataclass(frozen=True)
class Stood:
    """A vehicle did not move; `ended` is None while it does not."""

    began: datetime
    ended: datetime | None


def coarse(seen: Mapping[int, Seen]) -> dict[int, Seen]:
    """The same to the next corner, so that who drives on is at the same place for a while."""
    return {
        id_: Seen(round(one.lat / GRID) * GRID, round(one.lon / GRID) * GRID, one.at)
        for id_, one in seen.items()
    }


async def seen_of(session: AsyncSession, vehicle_ids: Collection[int]) -> dict[int, Seen]:
    """Where each of the vehicles was last; those that were never seen are not there."""
    if not vehicle_ids:
        return {}
    query = select(VehicleLive).where(col(VehicleLive.vehicle_id).in_(vehicle_ids))
    return {
        one.vehicle_id: Seen(one.lat, one.lon, one.recorded_at) for one in await session.exec(query)
    }


async def stood_of(session: AsyncSession, since: Mapping[int, datetime]) -> dict[int, list[Stood]]:
    """When each of the vehicles stood, `since` it left, in the order in which it did."""
    if not since:
        return {}
    fact = StoredFact
    query = select(fact.vehicle_id, fact.started_at, fact.ended_at).where(
        col(fact.vehicle_id).in_(since),
        col(fact.kind) == FactKind.STOP,
        col(fact.withdrawn_at).is_(None),
        col(fact.started_at) >= min(since.values()),
        or_(col(fact.ended_at).is_(None), col(fact.ended_at) - col(fact.started_at) >= SHORTEST),
    )
    found: dict[int, list[Stood]] = {}
    for vehicle, began, ended in await session.exec(query.order_by(col(fact.started_at))):
        if began >= since[vehicle]:
            found.setdefault(vehicle, []).append(Stood(began, ended))
    return found
