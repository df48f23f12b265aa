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
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.past.cursors import Cursors
from fleet_app.location.past.folding import Turn
from fleet_app.location.past.keeper import PastKeeper
from fleet_app.location.past.models import JourneyMark
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_batch, a_fix
from tests.builders.journeys import Journeys, errand
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle


async def a_van(container: Container, **chosen) -> Journeys:
    fleet_id = await a_fleet(container)
    return Journeys(container, fleet_id, await a_vehicle(container, fleet_id), **chosen)


async def in_one(container: Container, fixes) -> list[Fact]:
    return await (await a_van(container)).drove(fixes)


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


async def test_a_trip_that_late_fixes_disprove_is_withdrawn(container: Container):
    """A receiver that claims for five minutes to be three kilometres away, until what it had kept
    back turns up."""
    van = await a_van(container)
    here = [a_fix(second) for second in (*range(0, 600, 30), *range(900, 1_800, 30))]
    there = [a_fix(second, 3_000) for second in range(600, 900, 30)]
    kept_back = [a_fix(second + 15) for second in range(600, 900, 30)]
    await van.drove(sorted(here + there, key=lambda fix: fix.recorded_at_ms))
    trips = await van.rows(FactKind.TRIP)
    assert trips
    facts = await van.drove(kept_back)
    assert [fact.kind for fact in facts] == [FactKind.STOP]
    assert all(trip.withdrawn_at for trip in await van.rows(FactKind.TRIP))
    gone = {one.fact_id for one in await van.corrections() if one.after is None}
    assert {trip.id for trip in trips} <= gone
    assert len(await van.events("trip.started")) == len(trips)


async def test_a_trip_keeps_its_number_when_late_fixes_change_it(container: Container):
    van, fixes = await a_van(container), errand()
    await van.drove(fixes[:65] + fixes[75:])
    before = [trip.id for trip in await van.rows(FactKind.TRIP)]
    await van.drove(fixes[65:75])
    assert [trip.id for trip in await van.rows(FactKind.TRIP)] == before
    changed = [one for one in await van.corrections() if one.fact_id == before[0]]
    assert changed[0].before["distance_m"] != (changed[0].after or {})["distance_m"]
    assert len(await van.events("trip.started", "trip.ended")) == 4


async def test_a_late_fix_goes_back_to_a_checkpoint_and_not_to_the_beginning(container: Container):
    van, fixes = await a_van(container), errand(2)
    await van.drove(fixes[:1_200] + fixes[1_201:])
    query = "DELETE FROM location_events WHERE vehicle_id = %s AND recorded_at < %s"
    async with container.pool.connection() as connection:
        await connection.execute(query, (van.vehicle_id, from_ms(fixes[400].recorded_at_ms)))
    assert await van.drove(fixes[1_200:1_201]) == await in_one(container, fixes)


async def test_what_is_no_longer_kept_stays_told(container: Container):
    van, fixes = await a_van(container, history_days=3), errand()
    facts = await van.drove(fixes)
    later = [a_fix(6 * 86_400 + second) for second in range(0, 600, 10)]
    await van.drove(later)
    await container.history.drop_before(from_ms(later[0].recorded_at_ms))
    async with container.work() as session:
        dropped = await Cursors(session).forget_before(later[0].recorded_at_ms)
    assert dropped > 0
    after = await van.drove([a_fix(3_000.5), a_fix(6 * 86_400 + 5.5)])
    trips = [fact for fact in facts if fact.kind is FactKind.TRIP]
    assert [fact for fact in after if fact.kind is FactKind.TRIP] == trips


async def test_a_trip_across_the_first_day_kept_is_not_cut_off(container: Container):
    """Neither by a fix from before nor by one that is late and not that old."""
    van = await a_van(container, history_days=3)
    drive = Drive().rest(39_600).go(50_000, 12.0, None).rest(90_000)
    fixes = drive.fixes(30, noise_m=3.0)
    facts = await van.drove(fixes)
    (trip,) = [fact for fact in facts if fact.kind is FactKind.TRIP]
    van.now = from_ms(NOON_MS) + timedelta(days=3, hours=13)
    midnight = NOON_MS + 43_200_000
    assert trip.ended_ms is not None
    assert trip.started_ms < midnight < trip.ended_ms
    await container.history.drop_before(from_ms(midnight))
    async with container.work() as session:
        await Cursors(session).forget_before(midnight)
    await van.drove([a_fix(1_000.5)])
    await van.drove([a_fix(120_000.5, lat=drive.lat, lon=drive.lon, speed=0.0, battery=5.0)])
    assert await van.facts(FactKind.TRIP) == [trip]
    assert "trip" not in [one.before["kind"] for one in await van.corrections()]
    assert await van.facts(FactKind.LOW_BATTERY)


async def test_a_late_fix_changes_nothing_where_no_place_is_left_to_go_on_from(
    container: Container,
):
    van = await a_van(container, history_days=3)
    slow = [a_fix(second, speed=0.0) for second in range(0, 172_800, 7_200)]
    facts = await van.drove(slow)
    van.now = from_ms(NOON_MS) + timedelta(days=4, seconds=3_000)
    async with container.work() as session:
        await Cursors(session).forget_before(NOON_MS + 10 * 86_400_000)
    await van.drove([a_fix(150_000.5, 9_000, speed=0.0)])
    assert await van.facts(FactKind.STOP) == [one for one in facts if one.kind is FactKind.STOP]


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


async def test_silence_is_told_when_its_time_comes_and_again_when_it_ends(container: Container):
    van = await a_van(container)
    await van.drove([a_fix(0), a_fix(60)])
    assert await van.events("vehicle.offline") == []
    await van.at(from_ms(NOON_MS) + timedelta(seconds=60 + 599))
    assert await van.events("vehicle.offline") == []
    await van.at(from_ms(NOON_MS) + timedelta(seconds=60 + 602))
    (offline,) = await van.events("vehicle.offline")
    assert offline.data["since"] == from_ms(NOON_MS + 60_000).isoformat()
    assert "late" not in offline.data
    await van.drove([a_fix(1_200)])
    (online,) = await van.events("vehicle.online")
    assert online.data["fact_id"] == offline.data["fact_id"]
    assert await van.corrections() == []


async def test_a_silence_that_late_fixes_disprove_is_withdrawn_and_the_vehicle_online(
    container: Container,
):
    van = await a_van(container)
    await van.drove([a_fix(0)])
    await van.at(from_ms(NOON_MS) + timedelta(seconds=700))
    await van.drove([a_fix(300), a_fix(500)])
    assert await van.facts(FactKind.SILENT) == []
    assert len(await van.events("vehicle.online")) == 1
    (correction,) = await van.corrections()
    assert correction.after is None


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
