"""What is asked of road networks that bill for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Priority
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.routing.roads import RoadService
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.ports import Costing, LatLon, RoadMatrix
from tests.builders.orders import a_delivery
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes

OPEN, DONE = 3, 5


@dataclass
class Billed(GreatCircleRoads):
    """Straight streets whose traffic is known, and how many pairs were paid for."""

    pairs: int = 0
    is_estimate = False
    knows_traffic = True
    version = "billed"

    def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
    ) -> RoadMatrix:
        """As the crow flies, and no guess."""
        self.pairs += len(points) * len(points if targets is None else targets)
        found = super().matrix(points, costing, targets=targets, departs_at=departs_at)
        return replace(found, is_estimate=False, knows_traffic=True)


@pytest.fixture
def roads(container: Container) -> Billed:
    billed = Billed()
    container.__dict__["roads"] = RoadService(lambda: billed)
    return billed


@pytest.fixture
async def running(roads: Billed, container: Container, fleet_id: int) -> Running:
    """Two routes of which most is done, seen on their way."""
    running = await running_routes(container, fleet_id, (OPEN + DONE, OPEN + DONE))
    async with container.work() as session:
        for one in (one for own in running.orders for one in own[:DONE]):
            await DeliveryLife(session).change(running.actor, one, DeliveryStatus.COMPLETED)
    for number in range(2):
        await running.seen_at(number, on_street(0))
    return running


async def test_a_suggestion_is_about_what_is_left_of_routes_that_are_driven(
    running: Running, roads: Billed
):
    for number in range(20):  # wait for other days' plans
        lat, lon = on_street(100 * number + 33)
        await a_delivery(running.container, running.fleet_id, lat=lat, lon=lon,
                         due_on=utc_now().date())  # fmt: skip
    lat, lon = on_street(1_500)
    urgent = await a_delivery(running.container, running.fleet_id, lat=lat, lon=lon,
                              priority=Priority.URGENT)  # fmt: skip
    told = Disruption(running.fleet_id, Kind.URGENT_ORDER, urgent)
    assert await running.container.suggester.about(told) is not None
    vehicles = 2
    places = vehicles * (OPEN + 2) + 1  # what is left, where they are and were, and the order
    assert 0 < roads.pairs <= places**2


async def test_a_board_that_is_read_again_asks_once_a_vehicle_has_come_somewhere(
    running: Running, roads: Billed
):
    plans = running.container.plans
    board = await plans.create(running.actor, utc_now().date())
    assert board.id
    before = roads.pairs
    assert before > 0
    for metres in (20, 40, 60):  # some seconds of driving between two looks
        await running.seen_at(0, on_street(metres))
        await plans.board(running.actor, board.id)
    assert roads.pairs == before
    await running.seen_at(0, on_street(5_000))
    await plans.board(running.actor, board.id)
    assert roads.pairs > before
