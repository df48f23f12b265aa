"""Trips on roads over the API, in a real small town."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from fleet_app.access.roles import Role
from fleet_app.kernel.clock import from_ms, to_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.polyline import decode_numbers
from fleet_app.location.models import Fix
from fleet_app.location.past import snapping
from fleet_app.location.past.snapping import Snapping
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import Costing, RoadMatcher, open_matcher
from fleet_app.routing.roads.matching import Matched, Place
from tests.builders.api import World
from tests.builders.fixes import a_batch
from tests.builders.past import MORNING, a_fact
from tests.builders.people import a_vehicle
from tests.unit.mapbuild.town import whole_town
from tests.unit.routing.test_matching import GAP_MS, ROUND, drive

START = to_ms(MORNING)


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> RoadMatcher:
    pytest.importorskip("valhalla", reason="Valhalla comes for Python 3.12 and newer")
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    found = open_matcher(map_dir(home))
    assert found is not None
    return found


class Counting:
    """A matcher that counts what it is asked."""

    def __init__(self, matcher: RoadMatcher) -> None:
        self._matcher = matcher
        self.asked: list[int] = []
        self.costings: list[Costing] = []

    def match(self, places: list[Place], gap_ms: int, costing: Costing) -> Matched:
        self.costings.append(costing)
        self.asked.append(len(places))
        return self._matcher.match(places, gap_ms, costing)


@pytest.fixture
def counting(world: World, matcher: RoadMatcher) -> Counting:
    """The installation has roads."""
    found = Counting(matcher)
    world.container.snapping = Snapping(world.container.history, found)  # type: ignore[arg-type]
    return found


async def driven(world: World, places: list[Place], vehicle_id: int = 0, **said: Any) -> int:
    """A trip over these places, and its fixes."""
    vehicle_id = vehicle_id or world.vehicle_id
    fixes = [Fix(recorded_at_ms=START + place.at_ms, lat=place.lat, lon=place.lon)
             for place in places]  # fmt: skip
    batch = a_batch(*fixes, vehicle_id=vehicle_id, fleet_id=world.fleet_id)
    await world.container.history.store([batch])
    minutes = places[-1].at_ms / 60_000
    return await a_fact(
        world.container, vehicle_id, world.fleet_id, **{"minutes": minutes} | said
    )  # fmt: skip


async def snapped(world: World, headers: dict[str, str], trip_id: int) -> httpx.Response:
    return await world.client.get(f"/api/v1/trips/{trip_id}/snapped", headers=headers)


async def test_a_trip_is_told_on_its_roads(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    places = drive(*ROUND)
    answer = await snapped(world, manager, await driven(world, places))
    assert answer.status_code == 200, answer.text
    told = answer.json()["data"]
    (piece,) = told["pieces"]
    assert piece["matched"] is True
    assert (piece["from_ms"], piece["to_ms"]) == (START, START + places[-1].at_ms)
    assert 0.6 < piece["confidence"] <= 1
    assert told["agreement"] == 1
    assert told["distance_m"] == pytest.approx(4.75 * 223, rel=0.03)
    lat, lon = decode_numbers(piece["polyline6"])[:2]
    assert (lat, lon) == (pytest.approx(60_000_000, abs=90), pytest.approx(25_000_000, abs=200))
    assert counting.asked == [len(places)], "with the first and the last fix"
    assert counting.costings == ["auto"]


async def test_the_gap_of_the_fleet_breaks_the_way_and_fields_are_told_as_they_are(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    places = drive((0, 0), (1, 0), (2, 0))
    last = places[-1].at_ms + GAP_MS + 1000
    fields = [Place(last + 5000 * n, 59.9985 - 0.0004 * n, 25.0078) for n in range(8)]
    answer = await snapped(world, manager, await driven(world, [*places, *fields]))
    pieces = answer.json()["data"]["pieces"]
    assert [piece["matched"] for piece in pieces] == [True, False]
    assert pieces[1]["confidence"] == 0
    assert decode_numbers(pieces[1]["polyline6"])[:2] == [59_998_500, 25_007_800]
    assert pieces[1]["from_ms"] == START + last


async def test_a_trip_is_matched_once_until_more_is_known_of_it(
    world: World, manager: dict[str, str], counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await driven(world, drive(*ROUND))
    for _ in range(2):
        assert (await snapped(world, manager, one)).status_code == 200
    assert len(counting.asked) == 1
    monkeypatch.setattr(snapping, "REMEMBERED", 1)
    late = drive((0, 0), (0, 1), start=3_600_000)
    two = await driven(world, late, minute=60.0, minutes=1)
    await snapped(world, manager, two)
    await snapped(world, manager, two)
    assert len(counting.asked) == 2
    await snapped(world, manager, one)
    assert len(counting.asked) == 3, "forgotten for the other"


async def test_what_became_known_later_is_matched_anew(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    places = drive(*ROUND)
    one = await driven(world, places, minutes=None, known_ms=START)
    past = snapping.Snapping(
        world.container.history, counting, lambda: from_ms(START + 60_000)  # type: ignore[arg-type]
    )  # fmt: skip
    world.container.snapping = past
    going_on = (await snapped(world, manager, one)).json()["data"]
    assert going_on["pieces"][-1]["to_ms"] == START + 60_000
    async with world.container.work() as session:
        connection = await session.connection()
        ended = {"id": one, "known": START + 95_000, "at": MORNING + timedelta(seconds=95)}
        await connection.execute(
            text("UPDATE movement_facts SET known_ms = :known, ended_at = :at WHERE id = :id"),
            ended,
        )
    whole = (await snapped(world, manager, one)).json()["data"]
    assert whole["pieces"][-1]["to_ms"] == START + 95_000


async def test_a_bike_is_put_on_the_roads_of_bicycles(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    one = await driven(world, drive(*ROUND))
    async with world.container.work() as session:
        bike = text("UPDATE vehicles SET type = 'bike' WHERE id = :id")
        await (await session.connection()).execute(bike, {"id": world.vehicle_id})
    assert (await snapped(world, manager, one)).status_code == 200
    assert counting.costings == ["bicycle"]


async def test_a_trip_without_fixes_is_no_way(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    trip_id = await a_fact(world.container, world.vehicle_id, world.fleet_id)
    told = (await snapped(world, manager, trip_id)).json()["data"]
    assert told == {"pieces": [], "distance_m": 0, "agreement": 0}


async def test_without_roads_the_answer_says_so(world: World, manager: dict[str, str]) -> None:
    answer = await snapped(world, manager, await driven(world, drive(*ROUND)))
    assert answer.status_code == 409
    assert answer.json()["error"]["type"] == "no_roads"
    assert "no road network" in answer.json()["error"]["message"]


async def test_only_trips_can_be_snapped(
    world: World, manager: dict[str, str], counting: Counting
) -> None:
    stop = await a_fact(world.container, world.vehicle_id, world.fleet_id, kind=FactKind.STOP)
    assert (await snapped(world, manager, stop)).status_code == 404
    assert counting.asked == []


async def test_drivers_see_the_way_of_their_own_vehicle_only(
    world: World, counting: Counting
) -> None:
    driver = await world.bearer(world.driver)
    own = await driven(world, drive(*ROUND))
    other = await driven(world, drive(*ROUND), await a_vehicle(world.container, world.fleet_id))
    assert (await snapped(world, driver, own)).status_code == 200
    assert (await snapped(world, driver, other)).status_code == 404
    stranger = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    assert (await snapped(world, stranger, own)).status_code == 404


def test_the_map_is_looked_for_in_the_home(world: World) -> None:
    """As the container opens it: no map, no roads."""
    assert not (Path(world.container.settings.home) / "map").exists()
    assert world.container.road_limits is None
