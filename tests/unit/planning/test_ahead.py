"""What a route asks of the roads before it: few questions, none of which holds up anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest

from fleet_app.planning.live.ahead import PATIENCE_S, RETRY_S, Ahead
from fleet_app.planning.live.expecting import Traffic
from fleet_app.planning.live.following import Memory, Sight, follow, head, standing
from fleet_app.planning.live.legs import AT_ONCE, BLOCK, Legs
from fleet_app.planning.live.sheet import Sheet, guessed
from fleet_app.routing.roads import RoadService
from fleet_app.routing.roads.google import GoogleRoads
from fleet_app.routing.roads.online import RoadServer
from tests.builders.http_server import http_server
from tests.builders.osrm import MPS
from tests.builders.rounds import APART_M, a_sheet, a_sight, on_street
from tests.builders.slow_roads import SlowRoads, slow_roads
from tests.unit.routing.test_roads_google import google

LEG_S = APART_M / MPS


@pytest.fixture
def roads() -> Iterator[SlowRoads]:
    with slow_roads() as slow:
        yield slow


class Route:
    """The roads of a route, by a clock of its own."""

    def __init__(self, legs: Legs, stops: int = 4, done: int = 0) -> None:
        self.now = 1_000.0
        self.sheet: Sheet = msgspec.structs.replace(a_sheet(stops, done=done), legs={})
        self.memory = Memory()
        head(self.memory, self.sheet)
        self.ahead = Ahead(self.memory, legs, lambda: self.now)
        self.ahead.plan(self.sheet, "auto")

    def see(self, sight: Sight) -> None:
        seen = follow(self.memory, self.sheet, self.ahead.ways, sight, Traffic())
        if seen.wants_way:
            self.ahead.want_way(sight)

    @property
    def drives(self) -> list[float]:
        """Seconds of each drive between the stops to come."""
        sheet = self.ahead.sheet
        return [sheet.drive(one, other) for one, other in pairwise(sheet.open)]

    @property
    def guesses(self) -> list[float]:
        """The same where nothing is known."""
        return [guessed(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(self.sheet.open)]


async def started(roads: SlowRoads, count: int) -> None:
    """Until the server has had so many questions."""
    async with asyncio.timeout(10):
        while len(roads.served.asked) < count:
            await asyncio.sleep(0.01)


async def test_drives_are_guessed_until_they_are_known(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    roads.hold()
    asking = asyncio.create_task(route.ahead.ask())
    await started(roads, 1)
    assert route.drives == route.guesses
    assert route.ahead.is_open
    roads.release()
    await asking
    assert route.drives == pytest.approx([LEG_S] * 3, rel=0.01)
    assert not route.ahead.is_open
    assert not route.ahead.wants


async def test_many_stops_are_few_questions(roads: SlowRoads):
    route = Route(Legs(roads.service()), stops=61)
    await route.ahead.ask()
    assert route.drives == pytest.approx([LEG_S] * 60, rel=0.01)
    assert roads.asked("table") == 60 / BLOCK
    assert roads.asked("route") == 0


async def test_who_is_paid_by_the_answer_is_asked_for_few_that_nobody_needs() -> None:
    with http_server(google) as served:
        roads = RoadService(lambda: GoogleRoads(RoadServer(served.url)))
        route = Route(Legs(roads), stops=61)
        await route.ahead.ask()
        asked = [one.json for one in served.asked]
    assert route.drives == pytest.approx([APART_M / 10] * 60, rel=0.02)
    billed = sum(len(one["origins"]) * len(one["destinations"]) for one in asked)
    assert billed <= 2 * 60


async def test_stops_that_are_over_are_not_asked_about(roads: SlowRoads):
    route = Route(Legs(roads.service()), stops=61, done=55)
    await route.ahead.ask()
    assert route.drives == pytest.approx([LEG_S] * 5, rel=0.01)
    assert roads.asked("table") == 1


async def test_routes_together_ask_a_few_questions_at_once(roads: SlowRoads):
    legs = Legs(roads.service())
    routes = [Route(legs, stops=5) for _ in range(AT_ONCE + 3)]
    roads.hold()
    asking = [asyncio.create_task(one.ahead.ask()) for one in routes]
    await started(roads, AT_ONCE)
    await asyncio.sleep(0.2)  # time for more of them to come, if they did
    roads.release()
    await asyncio.gather(*asking)
    assert roads.most == AT_ONCE


async def test_the_way_comes_before_drives_that_wait(roads: SlowRoads):
    route = Route(Legs(roads.service()), stops=40)
    route.see(a_sight(0, 0))
    await route.ahead.ask()
    assert roads.served.asked[0].path.startswith("/route/")
    assert route.ahead.ways is not None
    assert route.memory.along == 0.0


async def test_whoever_goes_on_meanwhile_is_found_on_the_way_where_it_is(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    route.see(a_sight(0, 0))
    roads.hold()
    asking = asyncio.create_task(route.ahead.ask())
    await started(roads, 1)
    route.see(a_sight(15, 150))
    route.see(a_sight(30, 300))
    roads.release()
    await asking
    assert route.memory.along == pytest.approx(300, abs=2)
    route.see(a_sight(45, 450))
    pace = route.memory.pace.day
    assert (pace.expected, pace.taken) == (pytest.approx(15, abs=0.3), 15)


async def test_until_the_way_is_known_the_drive_from_the_last_stop_tells_what_is_left(
    roads: SlowRoads,
):
    route = Route(Legs(roads.service()))
    await route.ahead.ask()
    for after, metres in ((0, APART_M), (40, APART_M), (300, APART_M + 500)):
        route.see(a_sight(after, metres, speed=0.0))
        route.ahead.turn()
    assert route.memory.visited == [1]
    here = standing(route.memory, route.ahead.sheet, None)
    assert here is not None
    assert here.left_s == pytest.approx(LEG_S * 0.75, rel=0.01)


async def test_the_way_to_a_stop_that_is_next_no_more_is_not_used(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    route.see(a_sight(0, 0))
    roads.hold()
    asking = asyncio.create_task(route.ahead.ask())
    await started(roads, 1)
    route.ahead.leave()
    roads.release()
    await asking
    assert route.ahead.ways is None


async def test_a_service_that_fails_is_asked_again_later(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    roads.fails = True
    await route.ahead.ask()
    assert route.drives == route.guesses
    assert not route.ahead.is_open  # nothing will be known in a moment: guesses count
    assert not route.ahead.wants
    roads.fails = False
    route.now += RETRY_S
    assert route.ahead.wants
    await route.ahead.ask()
    assert route.drives == pytest.approx([LEG_S] * 3, rel=0.01)


async def test_what_a_stand_in_said_is_asked_again_later(roads: SlowRoads):
    route = Route(Legs(roads.service(stand_in=True)))
    roads.fails = True
    await route.ahead.ask()
    assert route.drives == pytest.approx([APART_M * 1.3 / 11] * 3, rel=0.01)
    assert not route.ahead.wants
    roads.fails = False
    route.now += RETRY_S
    await route.ahead.ask()
    assert route.drives == pytest.approx([LEG_S] * 3, rel=0.01)


async def test_patience_with_a_service_ends(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    roads.hold()
    asking = asyncio.create_task(route.ahead.ask())
    await started(roads, 1)
    route.now += PATIENCE_S
    assert not route.ahead.is_open
    roads.release()
    await asking


async def test_how_far_the_next_stops_are_is_one_question(roads: SlowRoads):
    route = Route(Legs(roads.service()))
    await route.ahead.ask()
    before = len(roads.served.asked)
    lat, lon = on_street(1_000)
    route.memory.off.beside(0.0, 900.0, None)
    route.ahead.want_measure(Sight(at=5.0, lat=lat, lon=lon))
    await route.ahead.ask()
    assert len(roads.served.asked) == before + 1
    assert route.memory.off.least == pytest.approx({1: 100, 2: 300, 3: 500}, rel=0.01)
