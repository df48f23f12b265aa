"""What records say against a row that somebody arranged by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.fleet.models import VehicleType
from fleet_app.planning.document import Document
from fleet_app.planning.picture.warning import warnings_of
from fleet_app.planning.routes.healing import Healed, healed
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.past import Past
from tests.builders.plan_days import a_day, a_document, a_driver, a_van, an_order, utc

HOUR = 3600
SPLIT = "Mon-Fri 08:00-12:00; Mon-Fri 16:00-20:00"


def told(day: Day, hour: float = 8, plan: Healed | None = None) -> list[tuple[str, str]]:
    """What is said against the first row, which leaves then."""
    plan = plan or healed(day, a_document([1]), {})
    found = warnings_of(day, plan, plan.document.rows[0], {"1": (round(hour * HOUR), 12 * HOUR)})
    return [(one.code, one.message) for one in found]


@pytest.mark.parametrize(
    ("kind", "classes", "said"),
    [
        (VehicleType.TRUCK, ["b"], ["licence_class"]),
        (VehicleType.TRUCK, ["B", "C1"], []),
        (VehicleType.TRUCK, [], []),  # nobody wrote down which
        (VehicleType.VAN, ["B"], []),
    ],
)
def test_a_licence_must_be_good_for_the_vehicle(
    kind: VehicleType, classes: list[str], said: list[str]
) -> None:
    driver = a_driver(1, license_classes=classes)
    day = a_day([an_order(1)], vans=[a_van(1, type=kind)], drivers=[driver])
    assert [code for code, _ in told(day)] == said


def test_a_licence_that_runs_out_and_is_of_another_class_is_both() -> None:
    driver = a_driver(1, license_classes=["B"], license_expires_on=dt.date(2026, 11, 1))
    day = a_day([an_order(1)], vans=[a_van(1, type=VehicleType.TRUCK)], drivers=[driver])
    assert [code for code, _ in told(day)] == ["licence_expired", "licence_class"]


def test_who_was_back_late_has_not_rested() -> None:
    day = replace(a_day([an_order(1)]), past=Past(back={1: utc(22, 23)}))
    assert told(day, 8) == [
        ("not_rested", "Driver 1 was back at 23 Nov 22:00, and has rested at 09:00")
    ]
    assert told(day, 9) == []
    assert told(replace(day, past=Past(back={2: utc(22, 23)})), 8) == []


@pytest.mark.parametrize(
    ("shift", "hour", "words"),
    [
        ("Mon-Fri 08:00-16:00", 3, "Leaves 5 h before the shift begins at 08:00"),
        ("Mon-Fri 08:00-16:00", 8, None),
        ("Mon-Fri 08:00-16:00", 17, "Leaves after the shift, which ends at 16:00"),
        (SPLIT, 13, "Leaves at 13:00, while the shift is interrupted"),
        (SPLIT, 16, None),
        ("Mon-Sun 22:00-06:00", 24.5, None),
    ],
)
def test_who_leaves_outside_of_the_shift_is_flagged(
    shift: str, hour: float, words: str | None
) -> None:
    day = a_day([an_order(1)], drivers=[a_driver(1, shift=shift)])
    (row,) = a_document([1]).rows
    document = Document(rows=(msgspec.structs.replace(row, departs_at=utc(hour)),))
    expected = [] if words is None else [("shift", words)]
    assert told(day, hour, healed(day, document, {})) == expected


def a_route(status: RouteStatus, **said: Any) -> dict[int, tuple[Route, list[int]]]:
    """Route 9 of van 1, with delivery 1."""
    route = Route(id=9, fleet_id=1, date=utc(0).date(), vehicle_id=1, driver_id=1, status=status,
                  **said)  # fmt: skip
    return {9: (route, [1])}


def test_who_drives_for_too_long_without_a_break_is_flagged() -> None:
    order = an_order(1, route_id=9, status=DeliveryStatus.OUT_FOR_DELIVERY)
    routes = a_route(RouteStatus.STARTED, actual_departure=utc(7))
    day = a_day([order], routes=routes, now=utc(13.5))
    plan = healed(day, a_document([1]), {"1": 9})
    assert told(day, 13.5, plan) == [("break", "Driver 1 has had no break since 07:00")]
    earlier = replace(day, now=utc(12.5))
    assert told(earlier, 12.5, plan) == []


def test_what_a_completed_route_never_got_goes_to_the_tray() -> None:
    done = an_order(1, route_id=9, status=DeliveryStatus.COMPLETED, status_at=utc(9))
    day = a_day([done, an_order(2)], routes=a_route(RouteStatus.COMPLETED), now=utc(10))
    plan = healed(day, a_document([1, 2]), {"1": 9})
    assert plan.document.rows[0].delivery_ids == [1]
    (note,) = plan.notes["1"]
    assert (note.delivery_id, note.message) == (
        2, "D2 was not published before this route was completed",
    )  # fmt: skip
    going = a_day([done, an_order(2)], routes=a_route(RouteStatus.STARTED), now=utc(10))
    assert healed(going, a_document([1, 2]), {"1": 9}).document.rows[0].delivery_ids == [1, 2]
