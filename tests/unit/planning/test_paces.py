"""At which pace rows are planned: that of their hours, whatever the time is, and it stays."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from fleet_app.planning.document import Document
from fleet_app.planning.problem.paces import pace_of_row, renewed, with_paces
from fleet_app.planning.routes.healing import Healed, healed
from fleet_app.planning.workday.day import Day
from fleet_app.routing.roads.pace import HourlyPace
from tests.builders.plan_days import DATE, a_day, a_document, an_order, utc


def a_week(morning: float, later: float = 1.0) -> HourlyPace:
    """Of the plan's day, up to eleven and from then on; they work from 7 to 16."""
    first = DATE.weekday() * 24
    factors = [1.0] * 168
    factors[first : first + 24] = [morning] * 11 + [later] * 13
    return HourlyPace(tuple(factors))


def at_pace(pace: HourlyPace, hour: float = 6) -> Day:
    day = a_day([an_order(1), an_order(2), an_order(3)], now=utc(hour))
    return dataclasses.replace(day, pace=pace)


def as_it_is(day: Day, document: Document) -> Healed:
    return healed(day, document, {})


def paces(document: Document) -> list[float | None]:
    return [row.pace for row in document.rows]


@pytest.mark.parametrize("hour", [6, 10, 15])
def test_a_row_is_as_fast_in_the_afternoon_as_it_was_planned_in_the_morning(hour: float) -> None:
    day = at_pace(a_week(2.0), hour)
    plan = as_it_is(day, a_document([1]))
    assert pace_of_row(day, plan, plan.document.rows[0]) == 1.5


def test_rows_with_stops_get_a_pace_and_keep_it() -> None:
    day = at_pace(a_week(2.0))
    plan = as_it_is(day, a_document([1], []))
    first = with_paces(day, plan, plan.document, plan.document)
    assert paces(first) == [1.5, None]
    slow = at_pace(a_week(3.0, 3.0))
    assert paces(with_paces(slow, as_it_is(slow, first), first, first)) == [1.5, None]
    assert paces(renewed(slow, as_it_is(slow, first))) == [3.0, None]


def test_a_row_that_changes_keeps_its_pace_unless_that_is_far_from_the_present_one() -> None:
    day = at_pace(a_week(2.0))
    plan = as_it_is(day, a_document([1], [2]))
    first = with_paces(day, plan, plan.document, plan.document)
    stops = a_document([3, 1]).rows[0].stops
    touched = first.with_rows(msgspec.structs.replace(first.rows[0], stops=stops))
    for pace, expected in ((1.6, 1.5), (2.0, 2.0)):
        later = at_pace(a_week(pace, pace))
        found = with_paces(later, as_it_is(later, first), first, touched)
        assert paces(found) == [expected, 1.5]
