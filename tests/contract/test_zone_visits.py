"""Drives through zones that a fleet drew, from stored fixes to events."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import from_ms
from fleet_app.location.geofences.fleet_zones import FleetZones
from fleet_app.location.journeys.facts import FactKind
from tests.builders.drives import Drive
from tests.builders.fixes import LAT, LON
from tests.builders.geofences import a_circle
from tests.builders.journeys import Journeys
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor, records
from tests.builders.traces import posts_of, two_days

ENTERED, DWELLED, EXITED = "geofence.entered", "geofence.dwelled", "geofence.exited"


@pytest.fixture
async def van(container: Container) -> Journeys:
    fleet_id = await a_fleet(container)
    return Journeys(container, fleet_id, await a_vehicle(container, fleet_id))


class Errand:
    """Out of the depot to a yard, half an hour there, and on."""

    def __init__(self) -> None:
        drive = Drive().rest(300).go(3_000)
        self.lat, self.lon, self.arrival = drive.lat, drive.lon, drive.second
        drive.rest(1_800)
        self.departure = drive.second
        self.fixes = drive.go(2_000).rest(300).fixes(10, noise_m=3.0)

    def until(self, second: int) -> int:
        """How many fixes there are before that second."""
        return second // 10


async def a_zone(van: Journeys, **said: Any) -> int:
    async with zones(van) as of_kind:
        return int((await of_kind.create(a_circle(**said)))["id"])


async def a_yard(van: Journeys, errand: Errand, **said: Any) -> int:
    return await a_zone(van, **{"lat": errand.lat, "lon": errand.lon, "name": "Yard", **said})


def zones(van: Journeys) -> Any:
    return records(van.container, "geofences", an_actor(Role.DISPATCHER, van.fleet_id))


async def told(van: Journeys) -> list[str]:
    return [event.type for event in await van.events(ENTERED, DWELLED, EXITED)]


async def test_a_drive_into_a_zone_and_out_is_told_once(van: Journeys) -> None:
    errand = Errand()
    yard = await a_yard(
        van, errand, dwell_after_min=20, group_name="Customers", color="#1a73e8"
    )  # fmt: skip
    (visit,) = [
        fact for fact in await van.drove(errand.fixes) if fact.kind is FactKind.VISIT
    ]  # fmt: skip
    await van.drove(errand.fixes)

    entered, dwelled, exited = await van.events(ENTERED, DWELLED, EXITED)
    assert [entered.type, dwelled.type, exited.type] == [ENTERED, DWELLED, EXITED]
    assert visit.subject == f"geofence:{yard}"
    words = {"geofence_id": yard, "name": "Yard", "group": "Customers", "color": "#1a73e8"}
    for event in (entered, dwelled, exited):
        assert words.items() <= event.data.items()
    assert dwelled.occurred_at - entered.occurred_at == timedelta(minutes=20)
    assert entered.occurred_at < from_ms(errand.fixes[errand.until(errand.arrival)].recorded_at_ms)


async def test_fixes_in_reverse_order_tell_the_same(van: Journeys) -> None:
    errand, other = Errand(), Journeys(van.container, van.fleet_id, 0)
    other.vehicle_id = await a_vehicle(van.container, van.fleet_id)
    await a_yard(van, errand, dwell_after_min=20)
    in_order = await van.drove(errand.fixes)
    pieces = [errand.fixes[at : at + 40] for at in range(0, len(errand.fixes), 40)]
    backwards = await other.drove(*(list(reversed(piece)) for piece in reversed(pieces)))

    assert backwards == in_order
    assert sorted(await told(other)) == sorted([ENTERED, DWELLED, EXITED])


async def test_a_long_stay_is_told_when_it_is_one_without_another_fix(van: Journeys) -> None:
    errand = Errand()
    await a_yard(van, errand, dwell_after_min=5)
    here = errand.until(errand.arrival + 240)
    await van.drove(errand.fixes[:here])
    before = await told(van)
    await van.at(from_ms(errand.fixes[here - 1].recorded_at_ms) + timedelta(seconds=150))
    by_time = await told(van)
    await van.drove(errand.fixes[here:])

    assert before == [ENTERED]
    assert by_time == [ENTERED, DWELLED]
    assert await told(van) == [ENTERED, DWELLED, EXITED]


@pytest.mark.parametrize("way", ["deleted", "switched off"])
async def test_a_zone_that_goes_ends_its_visits_with_the_next_fix(van: Journeys, way: str) -> None:
    errand = Errand()
    yard = await a_yard(van, errand)
    here = errand.until(errand.arrival + 600)
    await van.drove(errand.fixes[:here])
    async with zones(van) as of_kind:
        if way == "deleted":
            await of_kind.delete(yard)
        else:
            await of_kind.update(yard, {"active": False})
    await van.drove(errand.fixes[here : here + 1])
    (visit,) = await van.facts(FactKind.VISIT)
    await van.drove(errand.fixes[here + 1 :])

    assert visit.ended_ms == errand.fixes[here - 1].recorded_at_ms
    assert visit.values["zone_gone"] is True
    assert await van.facts(FactKind.VISIT) == [visit]
    assert await told(van) == [ENTERED], "nobody drove out of it"


@pytest.mark.parametrize("late_at", [-60, 90])
async def test_what_happened_in_a_zone_outlives_it(van: Journeys, late_at: int) -> None:
    """Also when a late fix has the day folded once more."""
    errand = Errand()
    yard = await a_yard(van, errand)
    late = errand.fixes.pop(errand.until(errand.arrival) + late_at)
    await van.drove(errand.fixes)
    visits = await van.facts(FactKind.VISIT)
    async with zones(van) as of_kind:
        await of_kind.delete(yard)
    await van.drove([late])

    assert len(visits) == 1
    assert await van.facts(FactKind.VISIT) == visits


@pytest.mark.parametrize("late_at", [-60, 30])
async def test_a_visit_that_a_zone_went_during_lasts_until_then(
    van: Journeys, late_at: int
) -> None:
    """Whether the late fix has all of it folded again, without the zone, or a part of it."""
    errand = Errand()
    yard = await a_yard(van, errand)
    late = errand.fixes.pop(errand.until(errand.arrival) + late_at)
    here = errand.until(errand.arrival + 1_500)
    await van.drove(errand.fixes[:here])
    (before,) = await van.facts(FactKind.VISIT)
    async with zones(van) as of_kind:
        await of_kind.delete(yard)
    await van.drove([late], errand.fixes[here:])

    (visit,) = await van.facts(FactKind.VISIT)
    assert (visit.started_ms, visit.values["zone_gone"]) == (before.started_ms, True)
    assert visit.ended_ms == errand.fixes[here - 1].recorded_at_ms
    assert await told(van) == [ENTERED]
    assert "visit" not in [one.before["kind"] for one in await van.corrections()]


async def test_a_zone_drawn_meanwhile_counts_from_the_next_fix(van: Journeys) -> None:
    errand = Errand()
    here = errand.until(errand.arrival + 600)
    await van.drove(errand.fixes[:here])
    await a_yard(van, errand)
    await van.drove(errand.fixes[here:])

    (visit,) = await van.facts(FactKind.VISIT)
    assert visit.started_ms == errand.fixes[here].recorded_at_ms


async def test_a_zone_is_only_for_whom_it_names(van: Journeys) -> None:
    errand, container = Errand(), van.container
    other = await a_vehicle(container, van.fleet_id)
    driver, stranger = [await a_person(container, Role.DRIVER, van.fleet_id) for _ in range(2)]
    mine, theirs = await a_driver(container, driver, van.vehicle_id), await a_driver(
        container, stranger, other
    )  # fmt: skip
    await a_yard(van, errand, name="Other van", vehicle_ids=[other])
    await a_yard(van, errand, name="Other driver", driver_ids=[theirs])
    for_van = await a_yard(van, errand, name="This van", vehicle_ids=[van.vehicle_id, other])
    for_driver = await a_yard(van, errand, name="This driver", driver_ids=[mine])
    await van.drove(errand.fixes)

    visits = {fact.subject for fact in await van.facts(FactKind.VISIT)}
    assert visits == {f"geofence:{for_van}", f"geofence:{for_driver}"}


async def test_faster_than_a_zone_allows_is_told_with_the_zone(van: Journeys) -> None:
    zone = await a_zone(van, lat=LAT, lon=LON, radius_m=20_000, speed_limit=5, name="School")
    await van.drove(Errand().fixes)

    event = (await van.events("vehicle.speeding"))[0]
    assert (event.data["source"], event.data["geofence_id"]) == ("zone", zone)


async def test_zones_are_read_again_only_when_one_changed(van: Journeys) -> None:
    kept = FleetZones()
    zone = await a_zone(van)

    async def index() -> Any:
        async with van.container.work() as session:
            return (await kept.zones_of(session, van.fleet_id, van.vehicle_id))._index

    first = await index()
    assert await index() is first
    async with zones(van) as of_kind:
        await of_kind.update(zone, {"radius_m": 60})
    second = await index()
    assert second is not first
    assert await index() is second
    async with zones(van) as of_kind:
        await of_kind.delete(zone)
    assert len(await index()) == 0
    async with zones(van) as of_kind:
        await of_kind.restore(zone)
    assert len(await index()) == 1


async def test_two_days_with_every_fault_end_in_the_same_facts_in_any_order(van: Journeys) -> None:
    """Kind by kind the store holds what it would if all had come in order, each told once."""
    async with zones(van) as of_kind:
        await of_kind.create(a_circle(lat=LAT, lon=LON, radius_m=400, dwell_after_min=5))
        await of_kind.create(a_circle(lat=LAT + 0.01, lon=LON, radius_m=2_000, speed_limit=8.0))
    fixes = two_days()
    facts = await van.drove(fixes)
    assert {fact.kind for fact in facts} == set(FactKind)
    for order in ("shuffled", "in order"):
        other = Journeys(
            van.container, van.fleet_id, await a_vehicle(van.container, van.fleet_id), piece=200
        )
        assert await other.drove(*posts_of(fixes, order, Random(order))) == facts
        events = [(event.type, event.data["fact_id"]) for event in await other.events()]
        assert len(events) == len(set(events))
