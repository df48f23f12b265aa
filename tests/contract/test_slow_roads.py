"""Routes in progress while the road service takes its time: everybody goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.planning.live import keeper as module
from fleet_app.planning.live.following import Sight
from tests.builders.live_routes import LiveTour, a_live_tour
from tests.builders.osrm import MPS
from tests.builders.rounds import APART_M, on_street
from tests.builders.slow_roads import SlowRoads, slow_roads

LEG_S = APART_M / MPS


@pytest.fixture
def roads(container: Container) -> Iterator[SlowRoads]:
    """The road network of the container."""
    with slow_roads() as slow:
        container.__dict__["roads"] = slow.service()
        yield slow


def seen(tour: LiveTour, metres: float) -> dict[int, Sight]:
    """The vehicle is there now."""
    lat, lon = on_street(metres)
    return {tour.vehicle_id: Sight(at=tour.now.timestamp(), lat=lat, lon=lon, speed=MPS)}


async def test_a_turn_shows_what_it_guesses_and_tells_what_it_knows(
    container: Container, roads: SlowRoads
):
    tour = await a_live_tour(container)
    roads.hold()
    await tour.refresh()
    assert tour.keeper.rounds
    await tour.keeper.turn(seen(tour, 0))
    guess = await tour.etas()
    assert len(guess) == 3
    assert guess[0] > 1.2 * LEG_S
    assert await tour.events("delivery.eta_changed") == []
    assert not any(stop.planned_arrival for stop in await tour.stops())
    roads.release()
    await tour.keeper.answered()
    await tour.keeper.turn({})  # without another word of the vehicle
    assert await tour.etas() == pytest.approx([LEG_S, 2 * LEG_S + 120, 3 * LEG_S + 240], rel=0.01)
    assert len(await tour.events("delivery.eta_changed")) == 3
    first = (await tour.stops())[0].planned_arrival
    assert first is not None
    assert (first - tour.now).total_seconds() == pytest.approx(LEG_S, rel=0.01)


async def test_nobody_waits_for_the_roads_of_another(
    container: Container, roads: SlowRoads, monkeypatch: pytest.MonkeyPatch
):
    known = await a_live_tour(container)
    await known.refresh()
    await known.drive(0, 0)
    new = await a_live_tour(container)
    await known.refresh()
    roads.hold()
    monkeypatch.setattr(module, "ROADS_S", 60.0)
    new.now = known.now = known.now + timedelta(seconds=30)
    turn = asyncio.create_task(known.keeper.turn(seen(known, 30 * MPS) | seen(new, 0)))
    async with asyncio.timeout(10):
        while (await known.state()).updated_at < known.now:
            await asyncio.sleep(0.02)
    assert not turn.done()
    assert (await known.etas())[0] == pytest.approx(LEG_S - 30, rel=0.02)
    assert await container.active_routes.get([new.route_id]) == {}
    roads.release()
    await turn
    assert (await new.etas())[0] == pytest.approx(LEG_S, rel=0.01)


async def test_a_service_that_is_away_leaves_guesses_and_they_are_told(
    container: Container, roads: SlowRoads
):
    tour = await a_live_tour(container)
    roads.fails = True
    await tour.refresh()
    await tour.drive(0, 0)
    assert len(await tour.etas()) == 3
    assert len(await tour.events("delivery.eta_changed")) == 3


async def test_a_route_that_is_let_go_asks_no_more(container: Container, roads: SlowRoads):
    tour = await a_live_tour(container)
    roads.hold()
    await tour.refresh()
    await tour.keeper.turn(seen(tour, 0))
    await tour.keeper.refresh(module.Share(held=frozenset()))
    async with asyncio.timeout(5):
        await tour.keeper.answered()  # there is nothing to wait for
    assert not tour.keeper.rounds
