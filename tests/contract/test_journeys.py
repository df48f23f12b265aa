"""Stored fixes become stored facts, in any order, once, and without losing any."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlmodel import select

from backend_jobs.journeys import JourneyRunner
from backend_jobs.outages import Outages
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.driving import drivers_at
from fleet_app.delivery.models import Route, RouteCrew, RouteStatus
from fleet_app.fleet.models import Driver, Fleet, Vehicle
from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.folding import Turn
from fleet_app.location.past.keeper import PastKeeper
from fleet_app.location.past.models import JourneyMark
from tests.builders.fixes import NOON_MS, a_batch, a_fix
from tests.builders.journeys import Journeys, a_van, errand, in_one
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle


async def test_a_drive_becomes_trips_and_stops(container: Container):
    van = await a_van(container)
    facts = await van.drove(errand())
    trips = [fact for fact in facts if fact.kind is FactKind.TRIP]
    assert [round(trip.distance_m, -3) for trip in trips] == [4_000, 2_000]
    assert all(trip.values["polyline6"] for trip in trips)
    assert len([fact for fact in facts if fact.kind is FactKind.STOP]) == 3
    started = await van.events("trip.started", "trip.ended")
    assert [event.type for event in started] == ["trip.started", "trip.ended"] * 2
    assert started[1].data["distance_m"] == trips[0].distance_m


async def test_events_are_told_once_however_the_fixes_come(container: Container):
    fixes = errand()
    whole, pieces = await a_van(container), await a_van(container)
    await whole.drove(fixes)
    await pieces.drove(*[fixes[at : at + 20] for at in range(0, len(fixes), 20)])
    assert [e.type for e in await whole.events()] == [e.type for e in await pieces.events()]
    assert await pieces.corrections() == []


@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(random=st.randoms(use_true_random=False), size=st.sampled_from((7, 40)))
async def test_any_order_and_batching_ends_in_the_same_facts(
    container: Container, random: Random, size: int
):
    fixes = errand(20)
    shuffled = fixes + random.choices(fixes, k=5)
    random.shuffle(shuffled)
    posts = [shuffled[at : at + size] for at in range(0, len(shuffled), size)]
    assert await (await a_van(container)).drove(*posts) == await in_one(container, fixes)


async def test_what_grows_after_it_was_over_stays_one_fact(container: Container):
    """Hard braking is over as soon as it is told, and goes on with the next fix."""
    van, alarm = await a_van(container), {"alarm": "hardBraking"}
    fixes = [a_fix(second, attributes=alarm) for second in (0, 3, 6)]
    (braking,) = await van.drove(*[[fix] for fix in fixes])
    assert (braking.started_ms, braking.ended_ms) == (NOON_MS, NOON_MS + 6_000)
    assert len(await van.events("vehicle.harsh_event")) == 1
    assert await van.corrections() == []


async def test_two_workers_at_once_tell_nothing_twice(container: Container):
    van, fixes = await a_van(container), errand()
    other = van.another()
    for at in range(0, len(fixes), 25):
        await asyncio.gather(
            van.post(fixes[at : at + 25]), van.runner.round(), other.round(), other.round()
        )
    await van.fold()
    assert await van.facts() == await in_one(container, fixes)
    told = [(event.type, event.data["fact_id"]) for event in await van.events()]
    assert len(told) == len(set(told))


async def test_a_long_history_is_folded_in_pieces(container: Container):
    van = await a_van(container, piece=30)
    fixes = errand()
    facts = await van.drove(fixes[:100] + fixes[160:], fixes[100:160])
    assert facts == await in_one(container, fixes)
    events = [event.type for event in await van.events("trip.started")]
    assert len(events) == len([fact for fact in facts if fact.kind is FactKind.TRIP])


async def test_a_rewind_in_pieces_shows_nothing_half_done(container: Container):
    """Until it has come to the end of a trip, that trip is as it was; then it is corrected once."""
    van, fixes = await a_van(container, piece=20), errand()
    before = await van.drove(fixes[:65] + fixes[75:])
    seen = []
    await van.post(fixes[65:75])
    await van.runner._keeper.take_marks()
    while await van.runner._keeper.turn() is not None:
        seen.append([fact.ended_ms for fact in await van.facts(FactKind.TRIP)])
    after = await van.facts()
    assert after == await in_one(container, fixes)
    assert len(seen) > 3
    assert all(None not in ends for ends in seen)
    told = [one for one in await van.corrections() if one.before["kind"] == "trip"]
    trips = [fact for fact in before if fact.kind is FactKind.TRIP]
    assert [one.before["distance_m"] for one in told] == [trips[0].distance_m]
    corrected = next(fact for fact in after if fact.kind is FactKind.TRIP)
    assert (told[0].after or {})["distance_m"] == corrected.distance_m


async def test_a_slow_fold_is_cut_by_time(container: Container, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Turn, "longest_seconds", 0.0)
    van, fixes = await a_van(container), errand()
    assert await van.drove(fixes[:100] + fixes[160:], fixes[100:160]) == await in_one(
        container, fixes
    )
    assert len(await van.events("trip.ended")) == 2


async def test_a_store_that_is_away_is_waited_for(container: Container):
    van, fixes = await a_van(container), errand()
    await van.post(fixes)
    tries = 0

    @asynccontextmanager
    async def work():
        nonlocal tries
        tries += 1
        if tries in (1, 3):  # when marks are taken, and in the middle of the work
            raise StoreUnavailable("The database")
        async with container.work() as session:
            yield session

    stopping = asyncio.Event()
    keeper = PastKeeper(work, drivers_at, clock=lambda: van.now)
    running = asyncio.create_task(JourneyRunner(keeper, Outages()).run(stopping))
    async with asyncio.timeout(20):
        while len(await van.events("trip.ended")) < 2:
            await asyncio.sleep(0.05)
    stopping.set()
    await running
    assert tries > 3
    assert await van.facts() == await in_one(container, fixes)


async def test_what_is_learnt_late_is_told_as_late(container: Container):
    van, fixes = await a_van(container), errand()
    await van.drove(*[fixes[at : at + 30] for at in range(0, 120, 30)])
    assert [event.type for event in await van.events() if "late" in event.data] == []
    await van.post(fixes)
    van.now += timedelta(hours=1)
    await van.fold()
    late = {event.type: event.data.get("late") for event in await van.events()}
    assert late["trip.ended"] is True


async def test_a_crash_between_pieces_loses_nothing(container: Container):
    van, fixes = await a_van(container, piece=30), errand()
    await van.post(fixes)
    await van.runner._keeper.take_marks()
    await van.runner._keeper.turn()
    async with container.work() as session:
        assert (await session.exec(select(JourneyMark))).all() == []
    van.runner = van.another()
    await van.fold()
    assert await van.facts() == await in_one(container, fixes)


async def test_a_crash_within_a_piece_leaves_everything_as_it_was(container: Container):
    van, fixes = await a_van(container), errand()

    async def unknown(session, vehicle_id, moments):
        raise LookupError(vehicle_id)

    await van.post(fixes)
    van.runner._keeper._drivers = unknown
    await van.fold()
    assert await van.facts() == []
    assert await van.events() == []
    van.runner = van.another()
    await van.fold()
    assert await van.facts() == await in_one(container, fixes)


async def test_one_vehicle_that_fails_does_not_stop_the_others(container: Container):
    broken, van = await a_van(container), await a_van(container)
    async with container.work() as session:
        fleet = await session.get_one(Fleet, broken.fleet_id)
        fleet.movement = {"stop_after_s": "soon"}
    await broken.post(errand())
    await van.post(errand())
    van.now = broken.now
    await van.fold()
    assert await van.facts()
    assert await broken.facts() == []
    async with container.work() as session:
        fleet = await session.get_one(Fleet, broken.fleet_id)
        fleet.movement = {}
    broken.runner = broken.another()
    await broken.fold()
    assert await broken.facts() == await van.facts()


async def test_who_drove_is_who_the_office_had_told_by_then(container: Container):
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    first, second, present = [
        await a_driver(container, await a_person(container, Role.DRIVER, fleet_id))
        for _ in range(3)
    ]
    async with container.work() as session:
        (await session.get_one(Driver, present)).vehicle_id = vehicle_id
        route = Route(fleet_id=fleet_id, vehicle_id=vehicle_id, driver_id=second,
                      date=from_ms(NOON_MS).date(), status=RouteStatus.STARTED)  # fmt: skip
        session.add(route)
        await session.flush()
        for driver_id, second_of_day in ((first, -86_400), (second, 1_200)):
            since = from_ms(NOON_MS + second_of_day * 1000)
            session.add(RouteCrew(route_id=route.id or 0, driver_id=driver_id, since=since))
    van = Journeys(container, fleet_id, vehicle_id)
    day_later = [a_fix(86_400 + second) for second in range(0, 300, 10)]
    await van.drove(errand(), day_later)
    assert [trip.driver_id for trip in await van.rows(FactKind.TRIP)] == [first, second]
    assert (await van.rows(FactKind.STOP))[-1].driver_id == present


async def test_a_trip_not_heard_of_for_an_hour_is_over(container: Container):
    van, fixes = await a_van(container), errand()
    await van.drove(fixes[:80])
    (trip,) = await van.facts(FactKind.TRIP)
    assert trip.ended_ms is None
    await van.at(van.now + timedelta(minutes=61))
    (trip,) = await van.facts(FactKind.TRIP)
    assert trip.ended_ms == fixes[79].recorded_at_ms
    assert len(await van.events("trip.ended")) == 1


async def test_a_vehicle_that_is_no_longer_there_holds_nothing_up(container: Container):
    gone, van = await a_van(container), await a_van(container)
    await van.container.history.store([a_batch(a_fix(), vehicle_id=987_654)])
    await gone.post(errand())
    async with container.work() as session:
        (await session.get_one(Vehicle, gone.vehicle_id)).deleted_at = gone.now
    await van.drove(errand())
    assert await van.facts()
    assert await gone.facts() == []
    async with container.work() as session:
        (await session.get_one(Vehicle, gone.vehicle_id)).deleted_at = None
        assert (await session.exec(select(JourneyMark))).all() == []
    gone.now = van.now
    await gone.drove([a_fix(10_000)])
    assert await gone.facts(FactKind.TRIP)
