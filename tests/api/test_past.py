"""Trips, stops and events over the API: pages, filters, whose they are."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.kernel.clock import from_ms, to_ms, utc_now
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.polyline import decode_numbers, encode_places, encode_times
from tests.builders.api import World
from tests.builders.fixes import NOON_MS, a_fix
from tests.builders.journeys import Journeys
from tests.builders.past import MORNING, a_fact
from tests.builders.people import a_driver, a_person, a_vehicle

TRIPS, STOPS, EVENTS = "/api/v1/trips", "/api/v1/stops", "/api/v1/movement-events"
DAY = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}


async def get(world: World, headers: dict[str, str], url: str, **query: Any) -> httpx.Response:
    return await world.client.get(url, headers=headers, params=query)


async def found(world: World, headers: dict[str, str], url: str, **query: Any) -> list[int]:
    answer = await get(world, headers, url, **query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def trips(world: World, count: int, **said: Any) -> list[int]:
    """So many trips of the world's vehicle, one every quarter of an hour, the last one first."""
    made = [
        await a_fact(world.container, world.vehicle_id, world.fleet_id, minute=15 * n, **said)
        for n in range(count)
    ]
    return made[::-1]


async def test_a_trip_tells_what_was_stored_with_names_and_units(
    world: World, manager: dict[str, str]
) -> None:
    driver_id = await a_driver(world.container, await a_person(
        world.container, Role.DRIVER, world.fleet_id))  # fmt: skip
    start = to_ms(MORNING)
    path = [(start, 60.17, 24.94), (start + 61_000, 60.18, 24.9), (start + 600_000, 60.2, 24.66)]
    trip_id = await a_fact(
        world.container, world.vehicle_id, world.fleet_id, driver_id=driver_id,
        data={"max_speed": 22.4, "moving_s": 580}, path=encode_places(path),
        path_times=encode_times(path),
    )  # fmt: skip
    listed = (await get(world, manager, TRIPS)).json()["data"][0]
    trip = (await get(world, manager, f"{TRIPS}/{trip_id}")).json()["data"]
    way = trip.pop("path")
    assert trip == listed
    assert trip["started_at"] == "2026-11-20T07:00:00Z"
    assert (trip["duration_s"], trip["distance_m"], trip["driver"]) == (600.0, 11820.4, "Driver")
    assert trip["values"] == {"max_speed_mps": 22.4, "moving_s": 580}
    assert trip["vehicle"].startswith("Van ")
    assert way["times"] == [0, 61, 600]
    assert decode_numbers(way["polyline6"])[:2] == [60_170_000, 24_940_000]


async def test_a_trip_that_goes_on_has_no_end_and_no_path(
    world: World, manager: dict[str, str]
) -> None:
    trip_id = await a_fact(world.container, world.vehicle_id, world.fleet_id, minutes=None)
    trip = (await get(world, manager, f"{TRIPS}/{trip_id}")).json()["data"]
    assert (trip["ended_at"], trip["duration_s"], trip["path"]) == (None, None, None)


async def test_pages_follow_each_other_while_new_facts_come(
    world: World, manager: dict[str, str]
) -> None:
    expected = await trips(world, 7)
    # Two begin in the same moment: only their ids tell them apart.
    expected.insert(0, await a_fact(
        world.container, world.vehicle_id, world.fleet_id, minute=90))  # fmt: skip
    read, cursor = list[int](), ""
    for turn in range(5):
        answer = await get(world, manager, TRIPS, limit=2, cursor=cursor)
        body = answer.json()
        read += [row["id"] for row in body["data"]]
        cursor = body["meta"]["pagination"]["next_cursor"] or ""
        if not cursor:
            break
        await a_fact(world.container, world.vehicle_id, world.fleet_id, minute=1000 + turn)
    assert read == expected
    assert cursor == ""


async def test_filters_narrow_to_kind_vehicle_driver_period_and_geofence(
    world: World, manager: dict[str, str]
) -> None:
    box, fleet_id, van = world.container, world.fleet_id, world.vehicle_id
    other = await a_vehicle(box, fleet_id)
    driver_id = await a_driver(box, await a_person(box, Role.DRIVER, fleet_id))
    one = await a_fact(box, van, fleet_id, driver_id=driver_id)
    two = await a_fact(box, other, fleet_id, minute=30)
    stop = await a_fact(box, van, fleet_id, kind=FactKind.STOP, minute=10)
    visit = await a_fact(box, van, fleet_id, kind=FactKind.VISIT, subject="geofence:7")
    harsh = await a_fact(
        box, van, fleet_id, kind=FactKind.HARSH, subject="braking", minute=5, minutes=0
    )
    assert await found(world, manager, TRIPS) == [two, one]
    assert await found(world, manager, TRIPS, vehicle_id=f"{van}") == [one]
    assert await found(world, manager, TRIPS, vehicle_id=f"{van},{other}") == [two, one]
    assert await found(world, manager, TRIPS, driver_id=driver_id) == [one]
    assert await found(world, manager, STOPS) == [stop]
    assert await found(world, manager, EVENTS) == [harsh, visit]
    assert await found(world, manager, EVENTS, kind="visit, harsh") == [harsh, visit]
    assert await found(world, manager, EVENTS, kind="visit") == [visit]
    assert await found(world, manager, EVENTS, geofence_id=7) == [visit]
    assert await found(world, manager, EVENTS, geofence_id=8) == []


@pytest.mark.parametrize(
    ("since", "until", "seen"),
    [
        ("07:00", "07:10", True),
        ("07:09", "08:00", True),
        ("06:00", "07:01", True),
        ("07:04", "07:05", True),
        ("07:10", "08:00", False),
        ("06:00", "07:00", False),
    ],
)
async def test_a_period_holds_what_overlaps_it(
    world: World, manager: dict[str, str], since: str, until: str, seen: bool
) -> None:
    trip_id = await a_fact(world.container, world.vehicle_id, world.fleet_id)
    period = {"from": f"2026-11-20T{since}:00Z", "to": f"2026-11-20T{until}:00Z"}
    assert await found(world, manager, TRIPS, **period) == ([trip_id] if seen else [])


async def test_what_takes_no_time_belongs_to_the_period_it_begins(
    world: World, manager: dict[str, str]
) -> None:
    event = await a_fact(
        world.container, world.vehicle_id, world.fleet_id, kind=FactKind.HARSH, minutes=0
    )
    after = {"from": "2026-11-20T07:00:00Z", "to": "2026-11-20T08:00:00Z"}
    before = {"from": "2026-11-20T06:00:00Z", "to": "2026-11-20T07:00:00Z"}
    assert await found(world, manager, EVENTS, **after) == [event]
    assert await found(world, manager, EVENTS, **before) == []


async def test_what_goes_on_is_in_every_later_period(world: World, manager: dict[str, str]) -> None:
    stop = await a_fact(
        world.container, world.vehicle_id, world.fleet_id, kind=FactKind.STOP, minutes=None
    )
    later = {"from": "2026-12-20T07:00:00+02:00", "to": "2026-12-21T08:00:00+02:00"}
    assert await found(world, manager, STOPS, **later) == [stop]


async def test_a_withdrawn_fact_is_shown_to_nobody(world: World, manager: dict[str, str]) -> None:
    gone = await a_fact(world.container, world.vehicle_id, world.fleet_id, withdrawn_at=utc_now())
    assert await found(world, manager, TRIPS) == []
    assert (await get(world, manager, f"{TRIPS}/{gone}")).status_code == 404


async def test_a_stop_is_no_trip(world: World, manager: dict[str, str]) -> None:
    stop = await a_fact(world.container, world.vehicle_id, world.fleet_id, kind=FactKind.STOP)
    assert (await get(world, manager, f"{TRIPS}/{stop}")).status_code == 404


async def test_another_fleets_facts_do_not_exist(world: World, manager: dict[str, str]) -> None:
    foreign = await a_fact(world.container, world.other_vehicle_id, world.other_fleet_id)
    own = await a_fact(world.container, world.vehicle_id, world.fleet_id)
    assert await found(world, manager, TRIPS) == [own]
    assert (await get(world, manager, f"{TRIPS}/{foreign}")).status_code == 404
    answer = await get(world, manager, TRIPS, vehicle_id=world.other_vehicle_id)
    assert answer.status_code == 404
    admin = await world.a(Role.SYSTEM_ADMIN)
    assert await found(world, admin, TRIPS, fleet_id=world.other_fleet_id) == [foreign]
    assert set(await found(world, admin, TRIPS)) == {own, foreign}


async def test_a_driver_reads_of_the_vehicle_driven_and_of_the_own_past(world: World) -> None:
    box, fleet_id = world.container, world.fleet_id
    headers = await world.bearer(world.driver)
    me = (await get(world, headers, "/api/v1/auth/me")).json()["data"]["driver_id"]
    before, colleagues = await a_vehicle(box, fleet_id), await a_vehicle(box, fleet_id)
    present = await a_fact(box, world.vehicle_id, fleet_id)
    earlier = await a_fact(box, before, fleet_id, minute=30, driver_id=me)
    elses = await a_fact(box, before, fleet_id, minute=60)
    await a_fact(box, colleagues, fleet_id)
    assert await found(world, headers, TRIPS) == [earlier, present]
    assert await found(world, headers, TRIPS, vehicle_id=before) == [earlier]
    assert (await get(world, headers, TRIPS, vehicle_id=colleagues)).status_code == 404
    assert (await get(world, headers, f"{TRIPS}/{elses}")).status_code == 404
    assert (await get(world, headers, f"{TRIPS}/{earlier}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z"}, "to"),
        ({"from": "2026-11-20T00:00:00Z", "to": "2026-11-20T00:00:00Z"}, "to"),
        ({"from": "2026-11-20T00:00:00"}, "from"),
        ({"to": "2026-11-20"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"kind": "trip"}, "kind"),
        ({"kind": "party"}, "kind"),
        ({"vehicle_id": "12,van"}, "vehicle_id"),
        ({"vehicle_id": "0"}, "vehicle_id"),
        ({"vehicle_id": "9" * 30}, "vehicle_id"),
        ({"cursor": "tomorrow"}, "cursor"),
        ({"cursor": "WzEsLTFd"}, "cursor"),
        ({"limit": 501}, "limit"),
        ({"vehicel_id": "1"}, "vehicel_id"),
    ],
)
async def test_a_question_nobody_can_mean_is_refused_with_the_place(
    world: World, manager: dict[str, str], query: dict[str, Any], field: str
) -> None:
    answer = await get(world, manager, EVENTS, **query)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


async def unclear(world: World, headers: dict[str, str], url: str, **query: Any) -> bool:
    answer = await get(world, headers, url, **query)
    assert answer.json()["data"] == []
    return bool(answer.json()["meta"].get("unclear", False))


async def test_an_empty_answer_says_when_fixes_are_yet_to_be_worked_out(
    world: World, manager: dict[str, str]
) -> None:
    van = Journeys(world.container, world.fleet_id, world.vehicle_id)
    driver = await world.bearer(world.driver)
    assert not await unclear(world, manager, TRIPS)
    await van.post([a_fix(seconds) for seconds in (0, 10, 20)])
    for headers in (manager, driver):
        assert await unclear(world, headers, TRIPS)
        assert await unclear(world, headers, STOPS, vehicle_id=world.vehicle_id)
    assert not await unclear(world, manager, TRIPS, to=from_ms(NOON_MS).isoformat())
    idle = await a_vehicle(world.container, world.fleet_id)
    assert not await unclear(world, manager, TRIPS, vehicle_id=idle)
    theirs = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    assert not await unclear(world, theirs, TRIPS)
    await van.fold()
    assert not await unclear(world, manager, TRIPS), "it is known that this is nothing"


async def test_the_first_minutes_of_a_vehicle_are_not_clear_yet(
    world: World, manager: dict[str, str]
) -> None:
    van = Journeys(world.container, world.fleet_id, world.vehicle_id)
    since = (to_ms(utc_now()) - NOON_MS) // 1000 - 60
    await van.drove([a_fix(since + seconds) for seconds in (0, 10, 20)])
    assert await unclear(world, manager, TRIPS)
    assert await unclear(world, manager, STOPS, **{"from": from_ms(NOON_MS).isoformat()})
    later = from_ms(NOON_MS + 1000 * (since + 30)).isoformat()
    assert not await unclear(world, manager, TRIPS, **{"from": later})
