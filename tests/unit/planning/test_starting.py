"""From where and from when a row is planned, once its vehicle has left and before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.planning.document import Document
from fleet_app.planning.ports import Driving
from fleet_app.planning.problem.alone import alone, blocks_of
from fleet_app.planning.problem.problems import Prepared, Question
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.whereabouts import Seen
from fleet_app.routing.optimiser.plan import Broken
from fleet_app.routing.optimiser.problem import UNREACHABLE, Vehicle, Window
from fleet_app.routing.optimiser.scheduling import schedule
from tests.builders.plan_days import (
    DATE,
    Straight,
    a_day,
    a_document,
    a_driver,
    an_order,
    asked,
    straight,
    utc,
)

HOUR = 3600
NIGHT = "Mon-Sun 22:00-06:00"
PLACE = (60.31234, 24.81234)


def on_its_way(*, now: float = 9, done: float | None = 8.5, **said: object) -> Day:
    """Van 1 has left at 8 with 1 and 2; 1 is done, if it is."""
    route = Route(id=9, fleet_id=1, date=utc(0).date(), vehicle_id=1, driver_id=1,
                  status=RouteStatus.STARTED, starts_at=utc(8))  # fmt: skip
    made = {"status": DeliveryStatus.COMPLETED, "status_at": utc(done)} if done else {
        "status": DeliveryStatus.OUT_FOR_DELIVERY
    }  # fmt: skip
    orders = [an_order(1, route_id=9, **made),
              an_order(2, route_id=9, status=DeliveryStatus.OUT_FOR_DELIVERY)]  # fmt: skip
    return replace(a_day(orders, routes={9: (route, [1, 2])}, now=utc(now)), **said)


def started(day: Day) -> tuple[Vehicle, tuple[float, float] | None]:
    """Its row, and where that starts."""
    question = Question(day, healed(day, a_document([1, 2], []), {"1": 9}))
    prepared = question.prepared([straight(question.places) for _ in question.travels])
    found = next(one for one in prepared.problem.vehicles if one.id == "1")
    return found, None if found.start is None else question.places[found.start]


@pytest.mark.parametrize(
    ("seen_at", "done", "expected"),
    [
        (8 + 55 / 60, 8.5, (60.3123, 24.8123)),
        (8 + 55 / 60, None, (60.3123, 24.8123)),
        (8 + 45 / 60, 8.5, (60.102, 24.9 + 1 / 300)),  # too long ago
        (8 + 52 / 60, 8 + 55 / 60, (60.102, 24.9 + 1 / 300)),  # the stop is newer
        (8 + 45 / 60, None, (60.12, 24.93)),  # nothing is known: from the depot
    ],
)
def test_who_has_left_starts_where_the_vehicle_was_seen_last(
    seen_at: float, done: float | None, expected: tuple[float, float]
) -> None:
    day = on_its_way(done=done, seen={1: Seen(*PLACE, utc(seen_at))})
    found, place = started(day)
    assert place == pytest.approx(expected)
    assert found.shift.start == 9 * HOUR
    assert found.departs


def part_of(driving: Driving, block: tuple[int, ...]) -> Driving:
    """Between some of the places."""
    some = np.ix_(block, block)
    return Straight(driving.durations_s[some], driving.distances_m[some])


def test_who_was_seen_where_no_road_leads_on_starts_where_the_last_stop_was() -> None:
    day = on_its_way(seen={1: Seen(*PLACE, utc(9))})
    question = Question(day, healed(day, a_document([1, 2], []), {"1": 9}))
    driving = [straight(question.places) for _ in question.travels]
    at_sea = question.places.index((60.3123, 24.8123))
    for matrix in driving:
        matrix.durations_s[at_sea, :] = matrix.distances_m[at_sea, :] = UNREACHABLE
    (start,) = {one.start for one in question.prepared(driving).problem.vehicles if one.id == "1"}
    assert question.places[start or 0] == pytest.approx((60.102, 24.9 + 1 / 300))
    blocks = {key: block for key, (_, block) in blocks_of(question).items()}
    assert start in blocks["1"]
    ways = {key: part_of(driving[0], block) for key, block in blocks.items()}
    by_itself = alone(question, blocks, ways)["1"].problem.vehicles[0]
    assert blocks["1"][by_itself.start or 0] == start


def test_who_has_not_left_starts_at_the_depot_wherever_the_vehicle_is() -> None:
    day = replace(a_day([an_order(1)], now=utc(6)), seen={1: Seen(*PLACE, utc(6))})
    question = Question(day, healed(day, a_document([1]), {}))
    assert question.places[question.vehicles[0].start or 0] == pytest.approx((60.12, 24.93))


def test_a_night_tour_goes_on_from_now_after_midnight() -> None:
    night = a_driver(1, shift=NIGHT)
    found, _ = started(replace(on_its_way(now=24.5), drivers={1: night}))
    assert found.shift == Window(24 * HOUR + 1800, 30 * HOUR)
    waiting = asked(replace(a_day([], now=utc(24.5)), drivers={1: night}), a_document([]))
    assert waiting.problem.vehicles[0].shift.start == 24 * HOUR + 1800, "and so does who is late"


def test_a_tour_of_yesterday_keeps_the_shift_of_yesterday() -> None:
    day = replace(on_its_way(now=0.5, done=None), drivers={1: a_driver(1, shift=NIGHT)})
    day.routes[9].date, day.routes[9].starts_at = DATE - dt.timedelta(days=1), utc(22, 23)
    found, _ = started(day)
    assert found.shift == Window(1800, 6 * HOUR)
    assert [one.windows for one in found.breaks] == [(Window(1800, 4 * HOUR),)]


def leaving(hour: float, now: float = 0) -> Prepared:
    """A plan whose first row leaves then; its stop opens at noon."""
    order = an_order(1, window_from=utc(12), window_to=utc(13))
    rows = a_document([1]).rows
    document = Document(rows=(msgspec.structs.replace(rows[0], departs_at=utc(hour)),))
    return asked(a_day([order], now=utc(now)), document)


def test_a_row_leaves_at_the_moment_that_somebody_told() -> None:
    prepared = leaving(9)
    (tour,) = schedule(prepared.problem, prepared.sequences).tours
    assert tour.start == 9 * HOUR
    assert tour.visits[0].start == 12 * HOUR
    free = asked(a_day([an_order(1, window_from=utc(12), window_to=utc(13))]), a_document([1]))
    (tour,) = schedule(free.problem, free.sequences).tours
    assert tour.start > 11 * HOUR, "else when it suits the stop"


def test_the_shift_ends_when_it_ends_however_early_a_row_leaves() -> None:
    assert leaving(3).problem.vehicles[0].shift == Window(3 * HOUR, 16 * HOUR)
    late = leaving(9, now=10)
    assert late.problem.vehicles[0].shift.start == 10 * HOUR, "and nobody leaves in the past"


SPLIT = "Mon-Fri 08:00-12:00; Mon-Fri 16:00-20:00"


def test_nobody_works_between_the_parts_of_a_shift() -> None:
    orders = [an_order(n, service_minutes=60.0) for n in range(1, 7)]
    day = a_day(orders, drivers=[a_driver(1, shift=SPLIT)])
    prepared = asked(day, a_document([1, 2, 3, 4, 5, 6]))
    plan = schedule(prepared.problem, prepared.sequences)
    (tour,) = plan.tours
    assert not plan.flags
    assert tour.end > 16 * HOUR
    assert all(one.departure <= 12 * HOUR or one.start >= 16 * HOUR for one in tour.visits)


def test_work_between_the_parts_of_a_shift_is_flagged_as_out_of_hours() -> None:
    day = a_day([an_order(1, service_minutes=60.0, window_from=utc(11.5), window_to=utc(11.5))],
                drivers=[a_driver(1, shift=SPLIT)])  # fmt: skip
    prepared = asked(day, a_document([1]))
    flags = schedule(prepared.problem, prepared.sequences).flags
    assert [flag.code for flag in flags] == [Broken.SHIFT]
    assert "beyond 12:00" in flags[0].words


def test_who_is_late_for_the_first_part_of_a_shift_starts_with_the_second() -> None:
    day = a_day([], drivers=[a_driver(1, shift=SPLIT)], now=utc(13))
    (found,) = asked(day, a_document([])).problem.vehicles
    assert (found.shift, found.breaks) == (Window(16 * HOUR, 20 * HOUR), ())
