"""How far a vehicle was tracked, and how long its engine ran: what its trips say, and no more.

A run of the fold changes the totals by what the facts that it wrote say more than those that they
replaced, in the same transaction. So late fixes count, corrections count, and nothing counts twice.
What was driven before the vehicle's odometer was last read is in that reading and never counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import from_ms, to_ms
from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import NEVER_MS
from fleet_app.location.journeys.polyline import decode_path
from fleet_app.location.past.fact_rows import known_of

COUNTED = (FactKind.TRIP, FactKind.IDLE)

# Whoever takes a reading has locked the vehicle: the moment is the old one or the new one in full.
_SINCE = text("""
SELECT coalesce(vehicle.odometer_read_at, way.since) AS distance,
    coalesce(vehicle.engine_read_at, way.since) AS engine
FROM vehicles AS vehicle LEFT JOIN tracked_ways AS way ON way.vehicle_id = vehicle.id
WHERE vehicle.id = :vehicle_id FOR SHARE OF vehicle""")
_ADD = text("""
INSERT INTO tracked_ways AS way (vehicle_id, distance_m, engine_s)
VALUES (:vehicle_id, :metres, :seconds) ON CONFLICT (vehicle_id) DO UPDATE
SET distance_m = way.distance_m + excluded.distance_m, engine_s = way.engine_s + excluded.engine_s
""")
_WAY = text("SELECT since, before_m FROM tracked_ways WHERE vehicle_id = :vehicle_id FOR UPDATE")
_TRIPS = text("""
SELECT * FROM movement_facts WHERE vehicle_id = :vehicle_id AND kind = 'trip'
    AND withdrawn_at IS NULL AND (ended_at IS NULL OR ended_at > :since)""")
_SET = text("UPDATE tracked_ways SET distance_m = :metres WHERE vehicle_id = :vehicle_id")


class Replaced(msgspec.Struct):
    """The facts that hold after a run of the fold instead of others."""

    before: list[Fact]
    after: list[Fact]


async def count_way(
    session: AsyncSession, vehicle_id: int, facts: Replaced, stop_after_s: float, *, first: bool
) -> None:
    """Bring the totals of a vehicle in line with its facts; `first`: it has none yet."""
    before, after = _counted(facts.before), _counted(facts.after)
    if not (before or after or first):
        return
    since = (await _run(session, _SINCE, vehicle_id=vehicle_id)).one()
    far_ms, long_ms = _ms(since.distance), _ms(since.engine)
    metres = _metres(after, far_ms) - _metres(before, far_ms)
    seconds = _seconds(after, long_ms, stop_after_s) - _seconds(before, long_ms, stop_after_s)
    if metres or seconds or first:
        await _run(session, _ADD, vehicle_id=vehicle_id, metres=metres, seconds=seconds)


async def recount_distance(
    session: AsyncSession, vehicle_id: int, read_at: datetime | None, mark_m: float
) -> None:
    """Count from another reading on, of the moment `read_at` when the total stood at `mark_m`.

    The vehicle is locked by the caller.
    """
    way = (await _run(session, _WAY, vehicle_id=vehicle_id)).first()
    if way is None:
        return
    since = read_at or way.since
    if read_at is None:
        mark_m = way.before_m
    oldest = from_ms(0) if since is None else since
    rows = (await _run(session, _TRIPS, vehicle_id=vehicle_id, since=oldest)).mappings()
    metres = mark_m + _metres([known_of(row).fact for row in rows], _ms(since))
    await _run(session, _SET, vehicle_id=vehicle_id, metres=metres)


def metres_since(trip: Fact, since_ms: int) -> float:
    """How far a trip led after a moment: along its path, or at one pace while it has none."""
    if trip.started_ms >= since_ms:
        return trip.distance_m
    if _end_ms(trip) <= since_ms:
        return 0.0
    return round(trip.distance_m * _share_since(trip, since_ms), 1)


def seconds_since(fact: Fact, since_ms: int, stop_after_s: float) -> float:
    """How long the engine ran after a moment: on a trip, or standing with the ignition on.

    Standing for less than `stop_after_s` is part of a trip and counted there.
    """
    lasted_s = (_end_ms(fact) - fact.started_ms) / 1000
    ran_s = lasted_s
    if fact.kind is FactKind.TRIP:
        ran_s = float(fact.values.get("moving_s", 0) + fact.values.get("idle_s", 0))
    elif lasted_s < stop_after_s:
        return 0.0
    if fact.started_ms >= since_ms or lasted_s <= 0:
        return ran_s
    return round(ran_s * max(0.0, (_end_ms(fact) - since_ms) / 1000 / lasted_s), 1)


def _share_since(trip: Fact, since_ms: int) -> float:
    places, times = trip.values.get("polyline6"), trip.values.get("times")
    if places and times:
        path = decode_path(places, times, trip.started_ms)
        steps = [(a[0], b[0], distance_m(*a[1:], *b[1:])) for a, b in pairwise(path)]
        whole = sum(metres for _, _, metres in steps)
        if whole > 0:
            later = sum(metres * _part(begin, end, since_ms) for begin, end, metres in steps)
            return later / whole
    return _part(trip.started_ms, _end_ms(trip), since_ms)


def _part(begin_ms: int, end_ms: int, since_ms: int) -> float:
    """The part of a stretch of time that lies after a moment."""
    if begin_ms >= since_ms:
        return 1.0
    return max(0, end_ms - since_ms) / (end_ms - begin_ms) if end_ms > begin_ms else 0.0


def _end_ms(fact: Fact) -> int:
    """When it ended, or up to when it is told while it goes on."""
    if fact.ended_ms is not None:
        return fact.ended_ms
    told_s = sum(float(fact.values.get(name, 0)) for name in ("moving_s", "idle_s", "unseen_s"))
    return fact.started_ms + round(told_s * 1000)


def _counted(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind in COUNTED]


def _metres(facts: Sequence[Fact], since_ms: int) -> float:
    return sum(metres_since(fact, since_ms) for fact in facts if fact.kind is FactKind.TRIP)


def _seconds(facts: Sequence[Fact], since_ms: int, stop_after_s: float) -> float:
    return sum(seconds_since(fact, since_ms, stop_after_s) for fact in facts)


def _ms(moment: datetime | None) -> int:
    return NEVER_MS if moment is None else to_ms(moment)


async def _run(session: AsyncSession, query: Any, **values: Any) -> Any:
    connection = await session.connection()
    return await connection.execute(query, values)
