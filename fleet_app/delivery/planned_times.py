"""When stops are planned to be made, kept beside what comes of it. Changes rows, stores none.

The plan of a route on its way is what its drive is measured against: what has a time keeps it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from fleet_app.delivery.models import Route, RouteStop, StopKind


class PlannedStop(msgspec.Struct, frozen=True):
    """When a stop is to be made; driving leads to it."""

    arrival: datetime
    departure: datetime
    drive_s: int
    distance_m: int
    service_s: int


class PlannedBreak(msgspec.Struct, frozen=True):
    """When the driver is to rest, and for how long."""

    starts: datetime
    seconds: int


class PlannedRoute(msgspec.Struct, frozen=True):
    """When a route is to be driven, and its stops by delivery, the `pickups` by themselves; of one
    that has left, the rest."""

    departure: datetime
    arrival: datetime
    drive_s: int
    distance_m: int
    service_s: int
    stops: Mapping[int, PlannedStop]
    breaks: Sequence[PlannedBreak] = ()
    pickups: Mapping[int, PlannedStop] = {}

    def of(self, stop: RouteStop) -> PlannedStop | None:
        """What is planned for a stop."""
        known = self.pickups if stop.kind is StopKind.PICKUP else self.stops
        return known.get(stop.delivery_id or 0)


def plan_anew(route: Route, stops: Sequence[RouteStop], planned: PlannedRoute) -> None:
    """The whole plan of a route: nobody has set off by another one. `stops` in driving order."""
    route.planned_departure, route.planned_arrival = planned.departure, planned.arrival
    route.planned_drive_s, route.planned_distance_m = planned.drive_s, planned.distance_m
    route.planned_service_s = planned.service_s
    route.planned_breaks = [_kept(one) for one in planned.breaks]
    for place, stop in enumerate(stops, start=1):
        told = planned.of(stop)
        if told is not None:
            stop.planned_position = place
            _give_times(stop, told)
            _give_way(stop, told)


def plan_rest(
    route: Route, stops: Sequence[RouteStop], planned: PlannedRoute, now: datetime
) -> bool:
    """Plan only what is new on a route or has another place than it was planned for; whether there
    was any. `stops` in driving order.

    Ways change with who comes before; the route's totals are those of all its stops, and its end
    moves by as much as they grow.
    """
    ahead = [stop for stop in stops if planned.of(stop) is not None]
    fresh = _fresh(ahead)
    if not fresh and not _is_gap(stops):
        return False
    behind, before = _leaders(stops), _worked_s(route)
    _number(stops, ahead)
    for place, stop in enumerate(stops):
        told, leader = planned.of(stop), stops[place - 1].id if place else None
        if told is None:
            continue
        if stop in fresh:
            _give_times(stop, told)
        if stop in fresh or stop.planned_drive_s is None or behind[stop.id or 0] != leader:
            _give_way(stop, told)
    _total(route, stops, planned)
    _move_end(route, planned, before)
    begun = [one for one in breaks_of(route) if one.starts <= now]
    if planned.breaks:  # one that goes on and is planned again has not been had
        begun = [one for one in begun if one.starts + timedelta(seconds=one.seconds) <= now]
    route.planned_breaks = [_kept(one) for one in (*begun, *planned.breaks)]
    return True


def breaks_of(route: Route) -> list[PlannedBreak]:
    """When the driver is to rest; [] for what another version of the program has stored."""
    try:
        return msgspec.convert(route.planned_breaks, list[PlannedBreak])
    except msgspec.ValidationError:
        return []


def longest_rising(numbers: Sequence[int]) -> set[int]:
    """The indexes of as many of the numbers as are in rising order."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
        last[place : place + 1] = [index]
        before.append(last[place - 1] if place else -1)
    found: set[int] = set()
    index = last[-1] if last else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found


def _fresh(ahead: Sequence[RouteStop]) -> list[RouteStop]:
    """Those that have no time yet, or are elsewhere among the others than they were planned."""
    known = [
        (stop, stop.planned_position)
        for stop in ahead
        if stop.planned_arrival is not None and stop.planned_position is not None
    ]
    staying = longest_rising([place for _, place in known])
    stays = {stop.id for index, (stop, _) in enumerate(known) if index in staying}
    return [stop for stop in ahead if stop.id not in stays]


def _places(stops: Sequence[RouteStop]) -> dict[int, RouteStop]:
    return {one.planned_position: one for one in stops if one.planned_position is not None}


def _is_gap(stops: Sequence[RouteStop]) -> bool:
    """Whether a stop that was planned is gone."""
    places = _places(stops)
    return set(places) != set(range(1, len(places) + 1))


def _leaders(stops: Sequence[RouteStop]) -> dict[int, int | None]:
    """After which stop each one was planned; 0 where that one is gone, or was never told."""
    places = _places(stops)
    found: dict[int, int | None] = {}
    for stop in stops:
        place = stop.planned_position
        leader = places.get(place - 1) if place else None
        found[stop.id or 0] = None if place == 1 else ((leader.id or 0) if leader else 0)
    return found


def _number(stops: Sequence[RouteStop], ahead: Collection[RouteStop]) -> None:
    """Number what lies ahead in driving order, around what is over: as drivers are told."""
    taken = {one.planned_position for one in stops if one not in ahead}
    free = (number for number in range(1, 2 * len(stops) + 2) if number not in taken)
    for stop, number in zip(ahead, free, strict=False):
        stop.planned_position = number


def _worked_s(route: Route) -> int | None:
    drive, service = route.planned_drive_s, route.planned_service_s
    return None if drive is None or service is None else drive + service


def _total(route: Route, stops: Sequence[RouteStop], planned: PlannedRoute) -> None:
    """What is over, what lies ahead, and the way home."""
    if route.planned_drive_s is None and any(one.planned_drive_s is None for one in stops):
        return  # a part would look like the whole
    told = [one for stop in stops if (one := planned.of(stop)) is not None]
    home_s = planned.drive_s - sum(one.drive_s for one in told)
    home_m = planned.distance_m - sum(one.distance_m for one in told)
    route.planned_drive_s = home_s + sum(one.planned_drive_s or 0 for one in stops)
    route.planned_distance_m = home_m + sum(one.planned_distance_m or 0 for one in stops)
    route.planned_service_s = sum(one.planned_service_s or 0 for one in stops)


def _move_end(route: Route, planned: PlannedRoute, before: int | None) -> None:
    after = _worked_s(route)
    if route.planned_arrival is None or before is None or after is None:
        route.planned_arrival = planned.arrival
    else:
        route.planned_arrival += timedelta(seconds=after - before)


def _give_times(stop: RouteStop, told: PlannedStop) -> None:
    stop.planned_arrival, stop.planned_departure = told.arrival, told.departure
    stop.planned_service_s = told.service_s


def _give_way(stop: RouteStop, told: PlannedStop) -> None:
    stop.planned_drive_s, stop.planned_distance_m = told.drive_s, told.distance_m


def _kept(one: PlannedBreak) -> dict[str, object]:
    return {"starts": one.starts.isoformat(), "seconds": one.seconds}
