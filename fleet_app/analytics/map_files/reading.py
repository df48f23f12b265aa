"""What a trip report tells, read in one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import authorize
from fleet_app.access.principal import Principal
from fleet_app.analytics.map_files.texts import Words
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.units import Ruler
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.geofences.spelling import shape_of
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.query import PastQuery
from fleet_app.location.past.replay import Columns
from fleet_app.location.past.repository import GEOFENCE
from fleet_app.location.past.service import Names, Past
from fleet_app.location.zones.shapes import Shape

REPORTS = "reports.read"
MOST_FACTS = 1000
"""Trips and stops of one report, and again so many events."""
MOST_ZONES = 60
_PAGE = 250
_LISTED = (FactKind.TRIP, FactKind.STOP)
_EVENTS = tuple(kind for kind in FactKind if kind not in (*_LISTED, FactKind.GAP))
"""Gaps are told by the track itself, which also knows the short ones."""


class DrawnZone(msgspec.Struct, frozen=True):
    """A geofence that was visited."""

    name: str
    color: str | None
    shape: Shape


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the track. `listed` are trips and stops, `noticed` the rest, by time."""

    brand: str
    vehicle: Vehicle
    since: datetime
    until: datetime
    now: datetime
    words: Words
    trip: StoredFact | None
    listed: Sequence[StoredFact]
    noticed: Sequence[StoredFact]
    names: Names
    zones: Sequence[DrawnZone]
    gap_ms: int
    cut: bool
    """Whether there was more than fits."""


async def trip_period(
    session: AsyncSession, principal: Principal, trip_id: int, now: datetime
) -> tuple[StoredFact, datetime, datetime]:
    """A trip and its period, up to now while it goes on. Raises `Forbidden`, `NotFound`."""
    authorize(principal, REPORTS)
    trip = await Past(session).fact(principal, trip_id, kind=FactKind.TRIP)
    until = max(trip.ended_at or now, trip.started_at) + timedelta(milliseconds=1)
    return trip, trip.started_at, until


async def read_material(
    session: AsyncSession,
    principal: Principal,
    vehicle_id: int,
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    trip: StoredFact | None = None,
) -> Material:
    """What is known of a vehicle and a period. Raises `Forbidden`, `NotFound`."""
    past = Past(session)
    vehicle = await past.vehicle(principal, vehicle_id, REPORTS)
    fleet = await session.get_one(Fleet, vehicle.fleet_id)
    asked = PastQuery(vehicle_ids=(vehicle_id,), since=since, until=until)
    listed, more = await _facts(past, principal, msgspec.structs.replace(asked, kinds=_LISTED))
    if trip is not None:
        listed = [fact for fact in listed if fact.id == trip.id] or [trip]
    noticed, and_more = await _facts(past, principal, msgspec.structs.replace(asked, kinds=_EVENTS))
    zone = ZoneInfo(fleet.time_zone)
    return Material(
        brand=brand_of(fleet), vehicle=vehicle, since=since, until=until, now=now, trip=trip,
        words=Words.of(zone, Ruler(fleet.units), since, until), listed=listed, noticed=noticed,
        names=await past.names([*listed, *noticed]), zones=await _zones(session, noticed),
        gap_ms=await past.gap_ms(vehicle.fleet_id), cut=more or and_more,
    )  # fmt: skip


async def told_ways(
    session: AsyncSession, principal: Principal, facts: Sequence[StoredFact]
) -> Columns:
    """The ways of trips as they were told, for periods whose fixes are no longer kept."""
    past, vertices = Past(session), []
    for fact in facts:
        if fact.kind is FactKind.TRIP and fact.id is not None:
            vertices += await past.path(await past.fact(principal, fact.id))
    times = np.array([at for at, _, _ in vertices], dtype=np.int64)
    lats, lons = (np.array([one[i] for one in vertices], dtype=float) for i in (1, 2))
    unknown = np.full(len(vertices), np.nan)
    return Columns(t=times, lat=lats, lon=lons, speed=unknown, altitude=unknown, heading=unknown)


def brand_of(fleet: Fleet | None) -> str:
    """The name that the fleet goes by outside."""
    return "All fleets" if fleet is None else fleet.brand_name or fleet.name


async def _facts(
    past: Past, principal: Principal, query: PastQuery
) -> tuple[list[StoredFact], bool]:
    """By time; and whether earlier ones were left out."""
    found: list[StoredFact] = []
    cursor: str | None = ""
    while cursor is not None and len(found) < MOST_FACTS:
        page = await past.page(principal, query, cursor, _PAGE)
        found += page.rows
        cursor = page.next_cursor
    found.sort(key=lambda fact: (fact.started_at, fact.id or 0))
    return found, cursor is not None


async def _zones(session: AsyncSession, facts: Sequence[StoredFact]) -> list[DrawnZone]:
    """The geofences visited that are still there."""
    subjects = {fact.subject for fact in facts if fact.kind is FactKind.VISIT}
    ids = [int(one.removeprefix(GEOFENCE)) for one in subjects if one.startswith(GEOFENCE)]
    if not ids:
        return []
    query = select(Geofence).where(col(Geofence.id).in_(ids), col(Geofence.deleted_at).is_(None))
    rows = (await session.exec(query.order_by(col(Geofence.id)).limit(MOST_ZONES))).all()
    return [DrawnZone(row.name, row.color, shape_of(row)) for row in rows]
