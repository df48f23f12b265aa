"""Trucks whose size is known are planned along roads that they can take."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.fleet.models import VehicleType
from fleet_app.kernel.clock import utc_now
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.problem.alone import times_of
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.problem.travelling import (
    HEIGHT_M,
    LENGTH_M,
    WEIGHT_T,
    WIDTH_M,
    at_least,
    costing_for,
)
from fleet_app.planning.routes.healing import healed
from fleet_app.routing.optimiser.plan import Tour
from fleet_app.routing.roads import RoadNetwork, RoadService, open_roads
from fleet_app.routing.roads.costing import Lorry
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from tests.builders.plan_days import a_day, a_depot, a_document, a_van, an_order
from tests.unit.mapbuild.town import STEP_LAT, STEP_LON, crossing, whole_town

NEEDS_VALHALLA = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs Valhalla")
EAST, NORTH = 25.0 + 6 * STEP_LON, 60.0 + STEP_LAT
SIZES = {"height_m": 3.8, "width_m": 2.5, "length_m": 9.0, "weight_t": 18.0}


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> RoadNetwork:
    """The town with two streets to the east under low bridges, and a way round."""
    home, town = tmp_path_factory.mktemp("home"), whole_town()
    corner = (EAST, 60.0 + 3 * STEP_LAT)
    town.way([crossing(4, 0), (EAST, 60.0)], highway="residential", maxheight="2.5")
    town.way([crossing(4, 1), (EAST, NORTH)], highway="residential", maxheight="3.9")
    town.way([crossing(4, 3), corner, (EAST, NORTH), (EAST, 60.0)], highway="residential")
    build_map(town.write(home / "town.osm.pbf"), home, lambda line: None)
    return open_roads(map_dir(home))


async def driven(roads: RoadNetwork, lat: float = 60.0, **van: Any) -> Tour:
    """The tour of a vehicle from a crossing to the end of the street there and back."""
    order = an_order(1, lat=lat, lon=EAST)
    depot = a_depot(lat=lat, lon=crossing(3, 0)[0])
    day = a_day([order], vans=[a_van(1, **van)], depots=[depot])
    looker = Looker(Matrices(RoadService(lambda: roads)), utc_now)
    question, rows = await looker.alone(day, healed(day, a_document([1]), {}))
    assert not rows["1"].is_estimate
    (tour,) = times_of(question, rows).tours
    return tour


@NEEDS_VALHALLA
async def test_a_tall_truck_is_planned_round_a_low_bridge(roads: RoadNetwork) -> None:
    low = await driven(roads, type=VehicleType.TRUCK, height_m=2.2)
    tall = await driven(roads, type=VehicleType.TRUCK, height_m=4.0)
    van = await driven(roads, type=VehicleType.VAN, height_m=4.0)
    assert tall.distance > low.distance + 500
    assert tall.drive > low.drive
    assert van.distance == low.distance, "sizes count for trucks"


@NEEDS_VALHALLA
async def test_a_truck_that_is_a_little_too_tall_is_planned_round_the_bridge(
    roads: RoadNetwork,
) -> None:
    fits = await driven(roads, NORTH, type=VehicleType.TRUCK, height_m=3.85)
    tall = await driven(roads, NORTH, type=VehicleType.TRUCK, height_m=3.95)
    assert tall.distance > fits.distance + 200


@given(
    st.sampled_from([HEIGHT_M, WIDTH_M, LENGTH_M, WEIGHT_T]),
    st.floats(0.5, 100, allow_subnormal=False),
)
def test_no_truck_is_taken_to_be_smaller_than_it_is(step: Decimal, size: float) -> None:
    rounded = at_least(size, step)
    assert rounded is not None
    assert size <= rounded < size + float(step) + 1e-9
    assert at_least(rounded, step) == rounded


async def profiles(network: RoadNetwork, *sizes: dict[str, float]) -> int:
    """How often driving between the places of a day is asked for, for trucks of these sizes."""
    trucks = [a_van(number, type=VehicleType.TRUCK, **each) for number, each in enumerate(sizes, 1)]
    day = a_day([an_order(1)], vans=trucks)
    looker = Looker(Matrices(RoadService(lambda: network)), utc_now)
    rows = [PlanRow(key=str(one.id), vehicle_id=one.id) for one in trucks]
    document = Document(rows=tuple(rows), next_key=9)
    _, prepared = await looker.prepared(day, healed(day, document, {}))
    numbers = {one.profile for one in prepared.problem.vehicles}
    assert numbers == set(range(len(prepared.problem.matrices)))
    return len(numbers)


@NEEDS_VALHALLA
async def test_trucks_of_one_class_share_what_driving_takes(roads: RoadNetwork) -> None:
    alike = SIZES | {"height_m": 3.75, "width_m": 2.41, "length_m": 8.3, "weight_t": 17.6}
    assert await profiles(roads, SIZES, alike) == 1
    assert await profiles(roads, SIZES, SIZES | {"height_m": 3.85}) == 2


async def test_sizes_that_the_roads_do_not_know_make_no_difference() -> None:
    assert await profiles(GreatCircleRoads(), SIZES, SIZES | {"height_m": 2.0}, {}) == 1


def test_a_size_that_nobody_knows_is_that_of_any_truck() -> None:
    truck = VehicleType.TRUCK
    assert costing_for(a_van(1, type=truck)) == "truck"
    assert costing_for(a_van(1, type=truck, **SIZES)) == Lorry(3.8, 2.5, 9.0, 18.0)
    assert costing_for(a_van(1, type=truck, weight_t=40.0)) == Lorry(weight_t=40.0)
    assert costing_for(a_van(1, **SIZES)) == costing_for(None) == "auto"
