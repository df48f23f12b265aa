"""How large a truck is, from what its fleet writes to the roads that it is sent along."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.models import VehicleLive
from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.live.loading import load
from fleet_app.planning.live.nearest import positions
from fleet_app.planning.live.running import Running
from fleet_app.planning.problem.problems import Question
from fleet_app.planning.routes.healing import Healed
from fleet_app.planning.workday.day import read_day
from fleet_app.routing.roads.costing import Lorry
from tests.builders.live_routes import LiveTour, a_live_tour
from tests.builders.records import an_actor, records

SIZES = {"height_m": 3.8, "width_m": 2.55, "length_m": 9.5, "weight_t": 18.0}
TRUCK = Lorry(**(SIZES | {"width_m": 2.6, "length_m": 10.0}))


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    return await a_live_tour(container)


async def is_of(tour: LiveTour, **said: Any) -> dict[str, Any]:
    manager = an_actor(Role.FLEET_MANAGER, tour.actor.principal.fleet_id or 0)
    async with records(tour.container, "vehicles", manager) as vehicles:
        return await vehicles.update(tour.vehicle_id, said)


async def test_a_truck_is_planned_followed_and_found_by_its_size(tour: LiveTour) -> None:
    said = await is_of(tour, type="truck", **SIZES)
    assert {name: said[name] for name in SIZES} == SIZES
    fleet_id = tour.actor.principal.fleet_id or 0
    running = Running(tour.route_id, tour.vehicle_id, ())
    async with tour.container.work() as session:
        day = await read_day(session, fleet_id, tour.now.date(), tour.now)
        (route,) = await load(session, [running])
    document = Document(rows=(PlanRow(key="1", vehicle_id=tour.vehicle_id),), next_key=2)
    (travel,) = Question(day, Healed(document, {})).travels
    assert travel.costing == route.costing == TRUCK


async def test_the_nearest_truck_is_looked_for_by_its_size(tour: LiveTour) -> None:
    await is_of(tour, type="truck", **SIZES)
    fleet_id = tour.actor.principal.fleet_id or 0
    async with tour.container.work() as session:
        session.add(
            VehicleLive(
                vehicle_id=tour.vehicle_id, fleet_id=fleet_id, lat=60.2, lon=24.9,
                recorded_at=tour.now, received_at=tour.now, status=0,
            )
        )  # fmt: skip
    async with tour.container.work() as session:
        (seen,) = await positions(session, tour.actor.principal, fleet_id)
    assert seen.costing == TRUCK


@pytest.mark.parametrize(
    ("field", "value"), [("height_m", 0.1), ("width_m", 11), ("length_m", 51), ("weight_t", 101)]
)
async def test_sizes_that_no_truck_has_are_refused(
    tour: LiveTour, field: str, value: float
) -> None:
    with pytest.raises(InvalidInput):
        await is_of(tour, **{field: value})
