"""How far the vehicle of a row can drive, and what is said of one that is to drive farther."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.kernel.geo import distance_m
from fleet_app.planning.document import Document
from fleet_app.planning.picture.warning import range_words
from fleet_app.planning.problem.reach import DETOUR
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.whereabouts import Seen
from tests.builders.plan_days import DATE, a_day, a_document, a_van, an_order, asked, utc

VANS = [a_van(1, max_distance_km=100.5), a_van(2)]
HERE = (60.2, 24.9)


def limits(day: Day, document: Document, links: dict[str, int] | None = None) -> list[int | None]:
    return [one.max_distance for one in asked(day, document, links).problem.vehicles]


def a_route(id_: int, status: RouteStatus, **said: object) -> Route:
    values = {"vehicle_id": 1, "driver_id": 1, "starts_at": utc(8), **said}
    return Route(id=id_, fleet_id=1, date=DATE, status=status, **values)


def said(day: Day, metres: dict[str, int], *rows: list[int]) -> list[str]:
    """What is said against the first row, in plain blanks."""
    plan = healed(day, a_document(*rows), {})
    found = range_words(day, plan, plan.document.rows[0], metres)
    return [one.message.replace("\u00a0", " ") for one in found]


def test_a_row_may_drive_as_far_as_its_vehicle() -> None:
    assert limits(a_day([], vans=VANS), a_document([], [])) == [100_500, None]


@pytest.mark.parametrize(
    ("status", "ways", "left"),
    [
        (RouteStatus.PUBLISHED, {"planned_distance_m": 30_000}, 100_500),
        (RouteStatus.STARTED, {"planned_distance_m": 30_000, "actual_distance_m": 9}, 70_500),
        (RouteStatus.COMPLETED, {"planned_distance_m": 30_000}, 70_500),
        (
            RouteStatus.COMPLETED,
            {"planned_distance_m": 30_000, "actual_distance_m": 41_000, "actual_arrival": utc(9)},
            59_500,
        ),
        (RouteStatus.STARTED, {"planned_distance_m": 300_000}, 0),
        (RouteStatus.STARTED, {}, 100_500),
    ],
)
def test_what_it_drove_on_other_routes_that_day_is_gone(
    status: RouteStatus, ways: dict[str, object], left: int
) -> None:
    routes = {8: (a_route(8, RouteStatus.DRAFT), []), 9: (a_route(9, status, **ways), [])}
    day = a_day([], vans=VANS, routes=routes, now=utc(10))
    assert limits(day, a_document([]), {"1": 8})[0] == left


def test_who_has_left_has_the_way_so_far_behind_it() -> None:
    made = {"status": DeliveryStatus.COMPLETED, "route_id": 9}
    orders = [
        an_order(1, status_at=utc(8.5), **made),
        an_order(2, status_at=utc(9), **made),
        an_order(3, route_id=9, status=DeliveryStatus.OUT_FOR_DELIVERY),
    ]
    route = a_route(9, RouteStatus.STARTED, planned_distance_m=90_000)
    day = a_day(orders, vans=VANS, routes={9: (route, [1, 2, 3])}, now=utc(9.5))
    stops = day.stops[9]
    stops[0].planned_distance_m, stops[0].actual_distance_m = 8_000, 10_000
    stops[1].planned_distance_m = 20_000
    stops[2].planned_distance_m = 40_000
    assert limits(day, a_document([1, 2, 3]), {"1": 9}) == [70_500]

    seen = replace(day, seen={1: Seen(*HERE, utc(9.5))})
    on = round(distance_m(orders[1].lat or 0, orders[1].lon or 0, *HERE) * DETOUR)
    assert limits(seen, a_document([1, 2, 3]), {"1": 9}) == [70_500 - on]


def test_more_than_its_range_is_said_with_both() -> None:
    day = a_day([an_order(1), an_order(2)], vans=VANS)
    assert said(day, {"1": 100_500}, [1]) == []
    assert said(day, {"1": 112_700}, [1]) == [
        "Van 1 drives 112.7 km that day, 12.2 km more than its range of 100.5 km"
    ]
    assert said(a_day([an_order(1)], vans=[a_van(1)]), {"1": 900_000}, [1]) == []


def test_both_rows_of_a_vehicle_are_one_day() -> None:
    day = a_day([an_order(1), an_order(2)], vans=[a_van(1, max_distance_km=100)])
    rows = tuple(msgspec.structs.replace(one, vehicle_id=1) for one in a_document([1], [2]).rows)
    plan = healed(day, Document(rows=rows, next_key=3), {})
    for row in plan.document.rows:
        (one,) = range_words(day, plan, row, {"1": 60_000, "2": 50_000})
        assert one.code == "distance"
        words = one.message.replace("\u00a0", " ")
        assert words == "Van 1 drives 110.0 km that day, 10.0 km more than its range of 100 km"
