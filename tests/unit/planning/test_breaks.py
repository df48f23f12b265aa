"""Breaks: as many as a shift needs, until they are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.planning.problem.breaks import overdue_since, windows_within
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.whereabouts import Stood
from fleet_app.routing.optimiser.problem import Break, Window
from tests.builders.plan_days import a_day, a_document, a_driver, an_order, asked, utc

HOUR = 3600
HALF = 1800


def breaks_of(day: Day, links: dict[str, int] | None = None) -> tuple[Break, ...]:
    """Those of the first row."""
    ids = sorted(day.deliveries)
    return asked(day, a_document(ids), links).problem.vehicles[0].breaks


@pytest.mark.parametrize(
    ("shift", "driver", "minutes"),
    [
        ("Mon-Fri 07:00-16:00", {}, [30]),
        ("Mon-Fri 07:00-17:00", {}, [30, 15]),  # 45 minutes above nine hours of work
        ("Mon-Fri 07:00-17:00", {"max_hours": 9.0}, [30]),
        ("Mon-Fri 07:00-17:00", {"break_minutes": 40.0}, [40]),
        ("Mon-Fri 07:00-20:00", {}, [30, 30]),
        ("Mon-Fri 07:00-16:00", {"max_hours": 6.0}, []),
        ("Mon-Fri 06:00-13:00; Mon-Fri 15:00-22:00", {}, [30, 30]),  # one in each part
        ("Mon-Fri 08:00-12:00; Mon-Fri 16:00-20:00", {}, []),
        ("Mon-Fri 06:00-11:00; Mon-Fri 11:15-16:00", {}, [30, 15]),  # too short a gap to rest
    ],
)
def test_there_are_as_many_as_the_shift_needs(
    shift: str, driver: dict[str, float], minutes: list[int]
) -> None:
    found = breaks_of(a_day([an_order(1)], drivers=[a_driver(1, shift=shift, **driver)]))
    assert [one.duration // 60 for one in found if not one.is_off] == minutes


@given(
    st.integers(0, 12 * HOUR), st.integers(1, 26 * HOUR), st.integers(3, 8),
    st.sampled_from([15, 30, 45]), st.data(),
)  # fmt: skip
def test_nobody_works_too_long_whenever_the_day_begins_and_ends(
    start: int, long: int, hours: int, minutes: int, data: st.DataObject
) -> None:
    after, length = hours * HOUR, minutes * 60
    windows = windows_within(start, start + long, after, length)
    leaves = data.draw(st.integers(start, start + long - 1))
    back = data.draw(st.integers(leaves, start + long))
    worked = leaves
    for window in windows:
        assert window.start <= window.end
        if back <= window.end or leaves - length >= window.start or leaves > window.end:
            continue  # it can be taken before the tour or after it, or the tour begins with it
        begins = data.draw(st.integers(max(window.start, worked), window.end))
        assert begins - worked <= after
        worked = begins + length
    assert back - worked <= after


def driving(now: float, *stood: Stood, **driver: object) -> Day:
    """Van 1 has left at 7; it made the first delivery at 8, which takes ten minutes."""
    route = Route(id=9, fleet_id=1, date=utc(0).date(), vehicle_id=1, driver_id=1,
                  status=RouteStatus.STARTED, actual_departure=utc(7))  # fmt: skip
    first = an_order(1, route_id=9, status=DeliveryStatus.COMPLETED, status_at=utc(8),
                     service_minutes=10.0)  # fmt: skip
    second = an_order(2, route_id=9, status=DeliveryStatus.OUT_FOR_DELIVERY)
    day = a_day([first, second], drivers=[a_driver(1, **driver)], routes={9: (route, [1, 2])},
                now=utc(now))  # fmt: skip
    return replace(day, stood={1: stood})


def windows_of(day: Day) -> list[Window]:
    return [window for one in breaks_of(day, {"1": 9}) for window in one.windows]


def test_a_break_remains_until_it_was_taken() -> None:
    assert windows_of(driving(9)) == [Window(9 * HOUR + HALF, 13 * HOUR)]
    brief = Stood(utc(8), utc(8.25))
    assert windows_of(driving(9, brief)) == [Window(9 * HOUR + HALF, 13 * HOUR)]
    rest = Stood(utc(10), utc(10.5))
    assert windows_of(driving(11, rest)) == []


def test_time_at_the_door_is_no_break() -> None:
    at_the_door = Stood(utc(7.95), utc(7.95) + (utc(0.5) - utc(0)))
    assert windows_of(driving(9, at_the_door)) == [Window(9 * HOUR + HALF, 13 * HOUR)]
    longer = Stood(utc(7.95), utc(8.6))
    assert windows_of(driving(9, longer))[0].end == round(14.6 * HOUR), "six hours from then on"


def test_it_counts_from_the_real_departure() -> None:
    late = driving(11)
    late.routes[9].actual_departure = utc(9.5)
    late.deliveries[1].status_at = utc(10)
    assert windows_of(late) == [Window(11 * HOUR + HALF, 15 * HOUR + HALF)]


def test_the_second_break_counts_from_the_end_of_the_first() -> None:
    day = driving(11, Stood(utc(10), utc(10.5)), shift="Mon-Fri 07:00-20:00")
    (window,) = windows_of(day)
    assert window.end == 16 * HOUR + HALF


def test_an_overdue_break_is_due_soon() -> None:
    day = driving(13.5)
    assert windows_of(day) == [Window(13 * HOUR + HALF, 14 * HOUR)]
    state = healed(day, a_document([1, 2]), {"1": 9})
    assert overdue_since(day, state, state.document.rows[0]) == utc(7)
    rested = replace(day, stood={1: [Stood(utc(12), None)]})
    assert overdue_since(rested, state, state.document.rows[0]) is None


def test_the_longest_day_counts_from_the_departure() -> None:
    day = driving(9, max_hours=8.0)
    (found,) = [
        one for one in asked(day, a_document([1, 2]), {"1": 9}).problem.vehicles if one.id == "1"
    ]
    assert found.max_duration == 6 * HOUR
