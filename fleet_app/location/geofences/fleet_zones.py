"""The zones of fleets as the fold watches them, kept in memory for as long as nobody changes them.

Asked for every turn of a vehicle's fold: whether anything changed is one small query.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import from_ms
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.geofences.spelling import shape_of
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import WatchRules
from fleet_app.location.zones.watch import ZoneState, ZoneWatch
from fleet_app.location.zones.zone import Zone

MOST_FLEETS = 256
"""Kept in memory; of more, those not asked for longest are read again."""
DriversAt = Callable[[AsyncSession, int, Sequence[datetime]], Awaitable[list[int | None]]]
"""Who drove a vehicle at some moments."""


class VehicleZones:
    """What one vehicle's fold asks about the zones of its fleet, during one turn."""

    def __init__(self, index: ZoneIndex, version: str, vehicle_id: int, rules: WatchRules) -> None:
        self.version = version
        self._index = index
        self._watch = ZoneWatch(index, rules)
        self._vehicle_id = vehicle_id
        self._moments: list[int] = []
        self._drivers: list[int | None] = []

    def start(self) -> ZoneState:
        """The state before the first fix."""
        return self._watch.start()

    def knows(self, subject: str) -> bool:
        """Whether the zone that a fact is about is still watched."""
        return any(zone.subject == subject for zone in self._index.zones)

    async def look(self, session: AsyncSession, fixes: Sequence[Fix], drivers: DriversAt) -> None:
        """Look at the fixes of a turn ahead; who drove matters only where a zone names drivers."""
        if not len(self._index) or not fixes:
            return
        self._watch.ahead([fixes])
        if any(zone.driver_ids for zone in self._index.zones):
            self._moments = [fix.recorded_at_ms for fix in fixes]
            at = [from_ms(moment) for moment in self._moments]
            self._drivers = await drivers(session, self._vehicle_id, at)

    def take(self, state: ZoneState, previous: Fix | None, fix: Fix) -> Iterable[Fact]:
        """The visits that begin, change or end with `fix`."""
        return self._watch.take(
            state, previous, fix,
            vehicle_id=self._vehicle_id, driver_id=self._driver_at(fix.recorded_at_ms),
        )  # fmt: skip

    def _driver_at(self, moment: int) -> int | None:
        if not self._moments:
            return None
        return self._drivers[max(bisect_right(self._moments, moment) - 1, 0)]


class FleetZones:
    """The zones of every fleet that was asked for lately."""

    def __init__(self, rules: WatchRules | None = None) -> None:
        self._rules = rules or WatchRules()
        self._kept: OrderedDict[int, tuple[str, ZoneIndex]] = OrderedDict()

    async def zones_of(self, session: AsyncSession, fleet_id: int, vehicle_id: int) -> VehicleZones:
        """The zones of the fleet as they are now, for one vehicle."""
        version, index = await self._now(session, fleet_id)
        return VehicleZones(index, version, vehicle_id, self._rules)

    async def index_of(self, session: AsyncSession, fleet_id: int) -> ZoneIndex:
        """The zones of the fleet as they are now."""
        return (await self._now(session, fleet_id))[1]

    async def _now(self, session: AsyncSession, fleet_id: int) -> tuple[str, ZoneIndex]:
        version, time_zone = await _version(session, fleet_id)
        kept = self._kept.get(fleet_id)
        if kept is None or kept[0] != version:
            zones = await stored_zones(session, fleet_id)
            # Thousands of shapes take a while, and this process has other work.
            index = await asyncio.to_thread(ZoneIndex, zones, time_zone)
            kept = self._kept[fleet_id] = version, index
        self._kept.move_to_end(fleet_id)
        while len(self._kept) > MOST_FLEETS:
            self._kept.popitem(last=False)
        return kept


async def version_of(session: AsyncSession, conditions: Iterable[ColumnElement[bool]]) -> str:
    """Differs whenever any of these zones does: every change counts a version up, and a deletion
    is one."""
    query = select_columns(func.count(), func.coalesce(func.sum(col(Geofence.version)), 0))
    query = query.select_from(Geofence).where(*conditions)
    count, changes = (await (await session.connection()).execute(query)).one()
    return f"{count}.{changes}"


async def _version(session: AsyncSession, fleet_id: int) -> tuple[str, str]:
    query: Any = select(Fleet.time_zone).where(Fleet.id == fleet_id)
    time_zone = (await session.exec(query)).first() or "UTC"
    return (
        f"{await version_of(session, [col(Geofence.fleet_id) == fleet_id])}.{time_zone}",
        time_zone,
    )


async def stored_zones(session: AsyncSession, fleet_id: int) -> list[Zone]:
    """The zones of a fleet that count."""
    query = select(Geofence).where(
        Geofence.fleet_id == fleet_id, col(Geofence.deleted_at).is_(None), col(Geofence.active)
    )
    return [zone_of(row) for row in await session.exec(query)]


def zone_of(row: Geofence) -> Zone:
    """A stored zone as it is watched."""
    minutes = row.dwell_after_min
    return Zone(
        id=row.id or 0,
        shape=shape_of(row),
        name=row.name,
        group=row.group_name,
        color=row.color or "",
        hours=row.schedule,
        vehicle_ids=frozenset(row.vehicle_ids),
        driver_ids=frozenset(row.driver_ids),
        speed_limit_mps=row.speed_limit,
        dwell_after_s=None if minutes is None else minutes * 60,
    )
