"""Whether a row still is what its route is: other stops, another crew, another time."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from typing import Any

import pytest

from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.planning.document import PlanRow, PlanStop
from fleet_app.planning.routes.differing import differs, retimed
from fleet_app.planning.workday.day import Day
from fleet_app.routing.optimiser.plan import Tour, Visit
from tests.builders.plan_days import DATE, a_day, a_depot, a_van, an_order, utc

LEAVES, ARRIVES = utc(8), utc(8.5)


def a_route(**said: Any) -> Route:
    values = {
        "status": RouteStatus.PUBLISHED, "depot_id": 1, "starts_at": LEAVES,
        "planned_departure": LEAVES, "vehicle_id": 1, "driver_id": 1, **said,
    }  # fmt: skip
    return Route(id=9, fleet_id=1, date=DATE, **values)


def the_day(route: Route, now: dt.datetime = LEAVES - timedelta(hours=2), **said: Any) -> Day:
    order = an_order(1, route_id=9, status=DeliveryStatus.ASSIGNED, **said)
    day = a_day([order], routes={9: (route, [1])}, now=now, depots=[a_depot(1), a_depot(2)])
    day.stops[9][0].planned_arrival = ARRIVES
    return day


def a_tour(leaves_after: int = 0, arrives_after: int = 0) -> Tour:
    begins = 8 * 3600
    arrival = begins + 1800 + arrives_after
    visit = Visit(
        stop="1", arrival=arrival, start=arrival, departure=arrival + 300, drive=1800,
        distance=9_000,
    )  # fmt: skip
    return Tour(vehicle="1", visits=(visit,), start=begins + leaves_after, end=begins + 7200)


def a_row(**said: Any) -> PlanRow:
    values = {"vehicle_id": 1, "driver_id": 1, "stops": (PlanStop(1),), **said}
    return PlanRow(key="1", **values)


def test_a_row_that_was_published_so_is_no_other() -> None:
    route = a_route()
    assert not differs(the_day(route), a_row(), route, a_tour())
    assert not differs(the_day(route), a_row(), route, a_tour(299, 299))


@pytest.mark.parametrize(
    ("said", "tour"),
    [
        ({}, a_tour(300)),
        ({}, a_tour(-300)),
        ({}, a_tour(0, 300)),
        ({"departs_at": LEAVES + timedelta(minutes=1)}, a_tour(60)),
        ({"depot_id": 2}, a_tour()),
        ({"driver_id": 2}, a_tour()),
        ({"vehicle_id": 2}, a_tour()),
        ({"stops": ()}, a_tour()),
    ],
)
def test_another_time_depot_crew_or_order_is_news(said: dict[str, Any], tour: Tour) -> None:
    route = a_route()
    assert differs(the_day(route), a_row(**said), route, tour)


def test_what_should_have_left_by_now_has_no_better_time() -> None:
    route = a_route()
    day = the_day(route, LEAVES + timedelta(minutes=20))
    assert not differs(day, a_row(), route, a_tour(1200, 1200))
    assert retimed(day, route, a_tour(1200, 1200)) == 0


def test_of_a_route_that_has_left_only_its_stops_can_differ() -> None:
    route = a_route(status=RouteStatus.STARTED)
    day, other = the_day(route), LEAVES + timedelta(hours=1)
    row = a_row(departs_at=other, depot_id=2)
    assert not differs(day, row, route, a_tour(3600, 3600))
    assert differs(day, a_row(stops=()), route, a_tour())


def test_a_departure_that_somebody_set_on_the_route_is_kept() -> None:
    """Its plan is what it was."""
    route = a_route(starts_at=LEAVES + timedelta(hours=1))
    assert not differs(the_day(route), a_row(), route, a_tour())


def test_what_lost_its_point_stays_on_its_route() -> None:
    route = a_route()
    assert not differs(the_day(route, lat=None, lon=None), a_row(stops=()), route)


def test_another_depot_of_the_vehicle_is_news() -> None:
    route = a_route()
    day = the_day(route)
    day.vehicles[1].depot_id = 2  # type: ignore[index]
    assert a_van(1).depot_id == 1
    assert differs(day, a_row(), route, a_tour())
