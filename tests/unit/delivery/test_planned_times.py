"""The plan of a route that has left: what has a time keeps it, what is new gets one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.delivery.models import Route, RouteStop
from fleet_app.delivery.planned_times import (
    PlannedBreak,
    PlannedRoute,
    PlannedStop,
    breaks_of,
    longest_rising,
    plan_anew,
    plan_rest,
)

EIGHT = datetime(2026, 11, 24, 8, tzinfo=UTC)
NOON = EIGHT + timedelta(hours=4)
DRIVE_S, METRES, SERVICE_S, HOME_S = 600, 5_000, 300, 900


def a_stop(number: int) -> RouteStop:
    return RouteStop(id=number, route_id=1, delivery_id=number, position=number, lat=60, lon=25)


def planned(numbers: Iterable[int], begins: datetime, **said: int) -> PlannedRoute:
    """These stops, one after the other."""
    stops, clock = {}, begins
    drive, metres = said.get("drive", DRIVE_S), said.get("metres", METRES)
    for number in numbers:
        arrival = clock + timedelta(seconds=drive)
        clock = arrival + timedelta(seconds=SERVICE_S)
        stops[number] = PlannedStop(arrival, clock, drive, metres, SERVICE_S)
    count = len(stops)
    return PlannedRoute(
        begins, clock + timedelta(seconds=HOME_S), count * drive + HOME_S,
        count * metres + METRES, count * SERVICE_S, stops,
    )  # fmt: skip


def a_route(count: int) -> tuple[Route, dict[int, RouteStop]]:
    route, stops = Route(fleet_id=1, date=dt.date(2026, 11, 24)), map(a_stop, range(1, count + 1))
    own = list(stops)
    plan_anew(route, own, planned([one.id or 0 for one in own], EIGHT))
    return route, {one.id or 0: one for one in own}


def times(stops: Iterable[RouteStop]) -> list[datetime | None]:
    return [one.planned_arrival for one in stops]


def places(stops: Iterable[RouteStop]) -> list[int | None]:
    return [one.planned_position for one in stops]


def test_what_is_as_it_was_planned_stays_so() -> None:
    route, stops = a_route(4)
    own = list(stops.values())
    before = [one.model_dump() for one in (route, *own)]

    assert not plan_rest(route, own, planned([2, 3, 4], NOON, drive=700), NOON)

    assert [one.model_dump() for one in (route, *own)] == before


def test_what_is_new_gets_times_and_the_others_keep_theirs() -> None:
    route, stops = a_route(3)
    first, new = times(stops.values()), a_stop(9)
    ends = route.planned_arrival or EIGHT
    own = [stops[1], stops[2], new, stops[3]]

    assert plan_rest(route, own, planned([2, 9, 3], NOON, drive=700, metres=6_000), NOON)

    assert times([stops[1], stops[2], stops[3]]) == first
    assert new.planned_arrival == NOON + timedelta(seconds=2 * 700 + SERVICE_S)
    assert places(own) == [1, 2, 3, 4]
    assert [one.planned_drive_s for one in own] == [DRIVE_S, DRIVE_S, 700, 700]
    assert route.planned_departure == EIGHT
    assert route.planned_drive_s == 2 * DRIVE_S + 2 * 700 + HOME_S
    assert route.planned_distance_m == 2 * METRES + 2 * 6_000 + METRES
    assert route.planned_service_s == 4 * SERVICE_S
    assert route.planned_arrival == ends + timedelta(seconds=2 * 700 - DRIVE_S + SERVICE_S)


def test_what_has_another_place_gets_other_times() -> None:
    route, stops = a_route(4)
    first = times(stops.values())
    own = [stops[1], stops[4], stops[2], stops[3]]

    assert plan_rest(route, own, planned([4, 2, 3], NOON), NOON)

    assert times([stops[1], stops[2], stops[3]]) == first[:3]
    assert stops[4].planned_arrival == NOON + timedelta(seconds=DRIVE_S)
    assert places(own) == [1, 2, 3, 4]
    assert not plan_rest(route, own, planned([4, 2, 3], NOON + timedelta(hours=1)), NOON)


def test_what_is_gone_leaves_no_gap_and_makes_the_route_shorter() -> None:
    route, stops = a_route(4)
    ends = route.planned_arrival or EIGHT
    own = [stops[1], stops[3], stops[4]]

    assert plan_rest(route, own, planned([3, 4], NOON, drive=800), NOON)

    assert places(own) == [1, 2, 3]
    assert [one.planned_drive_s for one in own] == [DRIVE_S, 800, DRIVE_S]
    assert route.planned_drive_s == 2 * DRIVE_S + 800 + HOME_S
    assert route.planned_arrival == ends + timedelta(seconds=800 - 2 * DRIVE_S - SERVICE_S)


def test_numbers_go_round_what_was_made_out_of_order() -> None:
    """The third was made first; the others are still told in their order."""
    route, stops = a_route(3)
    own = [stops[3], stops[1], stops[2], a_stop(9)]

    assert plan_rest(route, own, planned([1, 2, 9], NOON), NOON)

    assert places(own) == [3, 1, 2, 4]


def test_a_part_of_a_route_is_not_shown_as_the_whole() -> None:
    """Nobody knows what driving to the first one took."""
    route, own = Route(fleet_id=1, date=dt.date(2026, 11, 24)), [a_stop(1), a_stop(2)]

    assert plan_rest(route, own, planned([2], NOON), NOON)

    assert own[1].planned_arrival is not None
    assert (route.planned_drive_s, route.planned_departure) == (None, None)
    assert route.planned_arrival is not None


def test_breaks_that_have_begun_stay_and_the_others_are_as_planned_now() -> None:
    route, stops = a_route(2)
    had = PlannedBreak(EIGHT + timedelta(hours=1), 1_800)
    goes_on = PlannedBreak(NOON - timedelta(minutes=10), 1_800)
    later = PlannedBreak(NOON + timedelta(hours=2), 1_800)
    for breaks, left in (([], [had, goes_on]), ([later], [had, later])):
        fresh = a_stop(9)
        whole = planned([1, 2], EIGHT)
        told = PlannedRoute(*_fields(whole), [had, goes_on, later])
        plan_anew(route, list(stops.values()), told)
        rest = PlannedRoute(*_fields(planned([1, 2, 9], NOON)), breaks)
        assert plan_rest(route, [*stops.values(), fresh], rest, NOON)
        assert breaks_of(route) == left


def _fields(one: PlannedRoute) -> tuple[object, ...]:
    return (
        one.departure, one.arrival, one.drive_s, one.distance_m, one.service_s, one.stops,
    )  # fmt: skip


@given(st.lists(st.integers(0, 30), unique=True, max_size=12))
def test_the_longest_rising_part_rises_and_none_is_longer(numbers: list[int]) -> None:
    found = sorted(longest_rising(numbers))
    chosen = [numbers[index] for index in found]
    assert chosen == sorted(chosen)
    best = [1] * len(numbers)
    for index, number in enumerate(numbers):
        longer = [best[other] + 1 for other in range(index) if numbers[other] < number]
        best[index] = max([1, *longer])
    assert len(chosen) == max(best, default=0)


@given(st.permutations(range(1, 7)), st.integers(0, 3), st.sets(st.integers(1, 6), max_size=2))
def test_whatever_is_moved_most_keep_their_times_and_all_have_one(
    order: Sequence[int], done: int, gone: set[int]
) -> None:
    route, stops = a_route(6)
    first = {one.id: one.planned_arrival for one in stops.values()}
    over = [number for number in range(1, done + 1) if number not in gone]
    ahead = [number for number in order if number > done and number not in gone]
    new = a_stop(9)
    own = [*(stops[number] for number in (*over, *ahead)), new]

    assert plan_rest(route, own, planned([*ahead, 9], NOON), NOON)

    assert len(set(places(own))) == len(own)
    assert places(own[len(over) :]) == sorted(place or 0 for place in places(own[len(over) :]))
    kept = [one for one in own if one.planned_arrival == first.get(one.id)]
    assert len(kept) == len(over) + len(longest_rising(ahead))
    assert route.planned_drive_s == HOME_S + sum(one.planned_drive_s or 0 for one in own)
