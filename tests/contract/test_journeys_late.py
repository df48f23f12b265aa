"""What late fixes change about what was told: corrections, silences, and history not kept."""

from __future__ import annotations

from datetime import timedelta

from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import from_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.cursors import Cursors
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_fix
from tests.builders.journeys import a_van, errand, in_one


async def test_a_trip_that_late_fixes_disprove_is_withdrawn(container: Container):
    """A receiver that claims for five minutes to be a kilometre and a half away, until what it had
    kept back turns up."""
    van = await a_van(container)
    here = [a_fix(second) for second in (*range(0, 600, 30), *range(900, 1_800, 30))]
    there = [a_fix(second, 1_500) for second in range(600, 900, 30)]
    kept_back = [a_fix(second + 15) for second in range(580, 900, 20)]
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


async def test_a_later_silence_is_not_taken_for_one_that_was_none(container: Container):
    """It was told at 600 s; what comes late shows that the vehicle was heard long after that."""
    van = await a_van(container)
    await van.drove([a_fix(0)])
    await van.at(from_ms(NOON_MS) + timedelta(seconds=700))
    await van.post([a_fix(second) for second in range(100, 2_001, 100)])
    await van.at(from_ms(NOON_MS) + timedelta(seconds=3_000))
    (silent,) = await van.facts(FactKind.SILENT)
    assert (silent.started_ms, silent.ended_ms) == (NOON_MS + 2_000_000, None)
    told = await van.events("vehicle.offline", "vehicle.online")
    facts = [row.id for row in await van.rows(FactKind.SILENT)]
    assert sorted((one.type, one.data["fact_id"]) for one in told) == [
        *[("vehicle.offline", fact_id) for fact_id in sorted(facts)],
        ("vehicle.online", min(facts)),
    ]
    await van.drove([a_fix(3_100)])
    assert len(await van.events("vehicle.online")) == 2


async def test_a_silence_that_began_a_little_later_is_still_the_same(container: Container):
    van = await a_van(container)
    await van.drove([a_fix(0)])
    await van.at(from_ms(NOON_MS) + timedelta(seconds=700))
    await van.post([a_fix(300), a_fix(500)])
    await van.at(from_ms(NOON_MS) + timedelta(seconds=1_400))
    assert len(await van.events("vehicle.offline")) == 1
    (correction,) = await van.corrections()
    assert (correction.after or {})["started_ms"] == NOON_MS + 500_000
