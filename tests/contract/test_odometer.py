"""The odometer is what the trips say, in whatever order, however often and late fixes come."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.fleet.maintenance.models import TrackedWay
from fleet_app.fleet.maintenance.readings import reading, set_odometer
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.past.cursors import Cursors
from fleet_app.location.past.models import JourneyCursor
from fleet_app.location.past.odometer import (
    Replaced,
    count_way,
    metres_since,
    recount_distance,
)
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_fix
from tests.builders.journeys import Journeys, a_van, errand
from tests.builders.maintenance import an_actor
from tests.builders.people import a_fleet

LONG_AGO = from_ms(NOON_MS) - timedelta(days=1)


async def km(van: Journeys) -> float | None:
    async with van.container.work() as session:
        return (await reading(session, van.vehicle_id)).odometer_km


async def hours(van: Journeys) -> float | None:
    async with van.container.work() as session:
        return (await reading(session, van.vehicle_id)).engine_hours


async def trips_km(van: Journeys) -> float:
    return sum(trip.distance_m for trip in await van.facts(FactKind.TRIP)) / 1000


async def read_off(van: Journeys, shown: float, now: datetime, **said) -> None:
    async with van.container.work() as session:
        actor = an_actor(van.fleet_id)
        await set_odometer(session, actor, van.vehicle_id, shown, now=now, **said)


def shuffled(fixes: list, seed: int) -> list:
    return Random(seed).sample(fixes, len(fixes))


async def test_a_day_counts_the_same_in_any_order_and_batching(container: Container):
    """In order, in two late batches out of order, backwards piece by piece, and all twice."""
    fixes = errand(20)
    mixed = shuffled(fixes, 3)
    half = len(fixes) // 2
    backwards = [fixes[max(0, at - 40) : at] for at in range(len(fixes), 0, -40)]
    ways = (
        [fixes[at : at + 40] for at in range(0, len(fixes), 40)],
        [mixed[half:], mixed[:half]],
        backwards,
        [fixes, fixes, mixed],
    )
    totals = []
    for posts in ways:
        van = await a_van(container)
        for post in posts:
            await van.drove(post)
            assert await km(van) == pytest.approx(await trips_km(van)), "at every moment"
        totals.append((round(await km(van) or 0, 6), round(await hours(van) or 0, 6)))
    assert totals == [totals[0]] * len(ways)
    assert totals[0][0] == pytest.approx(6.0, rel=0.05)
    driven_s = sum(trip.values["moving_s"] + trip.values["idle_s"] for trip in await van.facts(
        FactKind.TRIP))  # fmt: skip
    assert totals[0][1] == pytest.approx(driven_s / 3600)


async def test_a_trip_counts_as_it_grows(container: Container):
    van = await a_van(container)
    fixes = Drive().rest(600).go(4_000).fixes(10)
    assert await km(van) is None
    seen = []
    for at in range(0, len(fixes), 12):
        await van.drove(fixes[at : at + 12])
        seen.append(await km(van) or 0.0)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert len(set(seen)) > 3, "it moves with the trip"
    (trip,) = await van.facts(FactKind.TRIP)
    assert (trip.ended_ms, seen[-1]) == (None, pytest.approx(trip.distance_m / 1000))


async def test_corrections_that_shorten_or_withdraw_a_trip_take_it_back(container: Container):
    van = await a_van(container)
    far, near, other = a_trip(9_000.0), a_trip(4_000.0), a_trip(2_500.0)
    steps = (([], [far, other], 11.5), ([far], [near], 6.5), ([near, other], [], 0.0))
    for before, after, left in steps:
        async with container.work() as session:
            facts = Replaced(before=before, after=after)
            await count_way(session, van.vehicle_id, facts, 180.0, first=False)
        assert await km(van) == pytest.approx(left)
        assert await hours(van) == pytest.approx(left / 36)


def a_trip(metres: float) -> Fact:
    """At 10 m/s."""
    return Fact(
        kind=FactKind.TRIP, started_ms=NOON_MS, ended_ms=NOON_MS + round(metres * 100), lat=60.0,
        lon=25.0, distance_m=metres, values={"moving_s": metres / 10},
    )  # fmt: skip


async def test_a_run_that_is_killed_or_repeated_counts_once(container: Container):
    van, fixes = await a_van(container, piece=30), errand()

    async def gone(*_):
        raise StoreUnavailable("The database")

    await van.post(fixes)
    await van.runner._keeper.take_marks()
    await van.runner._keeper.turn()
    van.runner._keeper._leave = gone  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await van.runner._keeper.turn()
        assert await km(van) == pytest.approx(await trips_km(van))
    van.runner = van.another(piece=30)
    await van.fold()
    assert await km(van) == pytest.approx(await trips_km(van))
    async with container.work() as session:
        await Cursors(session).forget_before(NOON_MS * 2)
    await van.drove(fixes)
    assert await km(van) == pytest.approx(await trips_km(van)) == pytest.approx(6.0, rel=0.03)


@pytest.mark.parametrize("late", [False, True], ids=["in order", "late"])
async def test_a_reading_holds_whatever_becomes_known_of_the_time_before(
    container: Container, late: bool
):
    """Read off between the trips, of 4 and 2 km: only the second counts on top."""
    van, fixes = await a_van(container), errand(20)
    between = next(at for at, fix in enumerate(fixes) if fix.recorded_at_ms > NOON_MS + 1_500_000)
    moment = from_ms(fixes[between].recorded_at_ms)
    before, after = fixes[:between], fixes[between:]
    if late:
        await van.drove(before[-1:])
        await read_off(van, 80_000, moment, hours=4_000)
        await van.drove(after, shuffled(before, 5))
    else:
        await van.drove(before)
        await read_off(van, 80_000, moment, hours=4_000)
        assert await km(van) == 80_000
        await van.drove(after)
    second = (await van.facts(FactKind.TRIP))[-1]
    assert await km(van) == pytest.approx(80_000 + second.distance_m / 1000)
    driven_s = second.values["moving_s"] + second.values["idle_s"]
    assert await hours(van) == pytest.approx(4_000 + driven_s / 3600)


async def test_a_trip_that_grows_while_a_reading_is_taken_counts_nothing_on_top(
    container: Container,
):
    van, fixes = await a_van(container), errand()
    await van.drove(fixes[:75])
    before = await km(van)
    await van.post(fixes[75:85])
    evening = from_ms(fixes[-1].recorded_at_ms + 1)
    async with container.work() as session:
        await set_odometer(session, an_actor(van.fleet_id), van.vehicle_id, 80_000, now=evening)
        folding = asyncio.create_task(van.fold())
        await asyncio.sleep(0.3)
    await folding
    assert await km(van) == 80_000
    assert await trips_km(van) > (before or 0.0) > 0.0


async def test_a_reading_on_the_way_counts_the_rest_of_the_trip(container: Container):
    van, fixes = await a_van(container), Drive().go(6_000, 12.0, None).rest(600).fixes(10)
    half = next(at for at, fix in enumerate(fixes) if fix.recorded_at_ms >= NOON_MS + 254_000)
    await van.drove(fixes[:half])
    await read_off(van, 500, from_ms(fixes[half - 1].recorded_at_ms))
    assert await km(van) == 500
    await van.drove(fixes[half:])
    assert await km(van) == pytest.approx(503, abs=0.1)
    late = await a_van(container)
    await read_off(late, 500, from_ms(fixes[half - 1].recorded_at_ms))
    await late.drove(*[shuffled(fixes, 1)[at : at + 30] for at in range(0, len(fixes), 30)])
    assert await km(late) == pytest.approx(await km(van) or 0.0)


async def test_an_older_reading_that_comes_back_counts_from_its_own_moment(container: Container):
    van, fixes = await a_van(container), errand(20)
    await read_off(van, 100, LONG_AGO)
    await van.drove(fixes[:60])
    await read_off(van, 900, van.now)
    await van.drove(fixes[60:], fixes)
    async with container.work() as session:
        vehicle = await session.get_one(Vehicle, van.vehicle_id)
        vehicle.odometer_m, vehicle.odometer_tracked_m = 100_000, 0.0
        vehicle.odometer_read_at = LONG_AGO
        await recount_distance(session, van.vehicle_id, LONG_AGO, 0.0)
    assert await km(van) == pytest.approx(100 + await trips_km(van))


async def test_history_that_is_no_longer_kept_stays_in_the_odometer(container: Container):
    van, fixes = await a_van(container, history_days=3), errand()
    await van.drove(fixes)
    total = await km(van)
    week_later = from_ms(NOON_MS) + timedelta(days=7)
    await container.history.drop_before(week_later)
    async with container.work() as session:
        await Cursors(session).forget_before(NOON_MS + 7 * 86_400_000)
    await van.at(week_later)
    await van.drove([a_fix(3_000.5)])  # too late to change anything
    assert await km(van) == total
    async with container.work() as session:
        cursor = await session.get_one(JourneyCursor, van.vehicle_id)
        cursor.state = b"of older rules"
    await van.drove([a_fix(3_000.7)])
    assert (await km(van), await trips_km(van)) == (total, total)
    async with container.work() as session:
        assert (await session.get_one(JourneyCursor, van.vehicle_id)).due_at is None
    await van.drove([a_fix(8 * 86_400 + second) for second in range(0, 600, 10)])
    assert await km(van) == total


async def test_another_fleet_and_other_settings_change_nothing_of_it(container: Container):
    van, fixes = await a_van(container), errand()
    await van.drove(fixes[:60] + fixes[70:])
    other = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Vehicle, van.vehicle_id)).fleet_id = other
        (await session.get_one(Fleet, other)).movement = {"stop_after_s": 1_200, "min_trip_m": 400}
    van.fleet_id = other
    before = await km(van)
    await van.at(van.now + timedelta(minutes=1))
    assert await km(van) == before
    await van.drove(fixes)
    assert await km(van) == pytest.approx(await trips_km(van))


async def test_standing_with_the_ignition_on_is_engine_time(container: Container):
    van, on = await a_van(container), {"ignition": True}
    await van.drove([a_fix(second, attributes=on) for second in range(0, 1_801, 30)])
    await van.drove([a_fix(second, attributes={"ignition": False}) for second in (1_830, 1_860)])
    assert (await hours(van), await km(van)) == (pytest.approx(0.5), 0.0)


async def test_what_was_counted_until_an_upgrade_stays_and_trips_go_on(container: Container):
    """As the migration leaves it: totals, and the moment from which trips count."""
    van, fixes = await a_van(container), errand()
    await van.drove(fixes[:100])
    async with container.work() as session:
        query = select(TrackedWay).where(col(TrackedWay.vehicle_id) == van.vehicle_id)
        way = (await session.exec(query)).one()
        way.distance_m = way.before_m = 77_000.0
        way.since = from_ms(fixes[99].recorded_at_ms)
    await van.drove(shuffled(fixes, 2))
    gained = [metres_since(one, fixes[99].recorded_at_ms) for one in await van.facts(FactKind.TRIP)]
    assert await km(van) == pytest.approx(77 + sum(gained) / 1000)
