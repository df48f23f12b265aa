"""The checker's part about one tour: its times add up, and keep windows, shift and breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleet_app.routing.optimiser.plan import Broken, Flag, Rest, Tour, Visit
from fleet_app.routing.optimiser.problem import UNREACHABLE, Problem, Stop, Vehicle


def check_tour(problem: Problem, vehicle: Vehicle, tour: Tour) -> list[Flag]:
    """What is wrong with the times, ways and sums of a tour."""
    stops = {stop.id: stop for stop in problem.stops}
    route = [stops[visit.stop] for visit in tour.visits]
    return [
        *_ways(problem, vehicle, tour, route),
        *_clockwork(tour),
        *_services(tour, route),
        *_breaks(vehicle, tour),
        *_limits(vehicle, tour),
        *_sums(vehicle, tour),
    ]


def _way(problem: Problem, vehicle: Vehicle, a: int | None, b: int | None) -> tuple[int, int]:
    """Seconds and metres as the matrix has them; nothing where a tour begins or ends at a stop."""
    if a is None or b is None:
        return 0, 0
    matrix = problem.matrices[vehicle.profile]
    return int(matrix.durations[a, b]), int(matrix.distances[a, b])


def _ways(problem: Problem, vehicle: Vehicle, tour: Tour, route: Sequence[Stop]) -> Iterator[Flag]:
    places = [vehicle.start, *(stop.place for stop in route), vehicle.end]
    stated = [*((visit.drive, visit.distance) for visit in tour.visits), tour.back]
    names = [*(visit.stop for visit in tour.visits), None]
    for a, b, said, name in zip(places[:-1], places[1:], stated, names, strict=True):
        seconds, metres = _way(problem, vehicle, a, b)
        if seconds >= UNREACHABLE or metres >= UNREACHABLE:
            yield Flag(Broken.UNREACHABLE, "No road leads there", tour.vehicle, name)
            seconds = metres = 0
        if said != (seconds, metres):
            yield _malformed(tour, "The way is not as long as the plan says", name)


def _clockwork(tour: Tour) -> Iterator[Flag]:
    """Each moment follows from the one before: departure, drive, breaks, arrival, service."""
    now = tour.start
    for number, visit in enumerate(tour.visits):
        rests = [rest for rest in tour.rests if rest.after == number]
        arrival, free = _driven(now, visit.drive, rests)
        if visit.arrival != arrival:
            yield _malformed(tour, f"Arrives at {arrival}, not at {visit.arrival}", visit.stop)
        if visit.start < free:
            yield _malformed(tour, "Service begins before it can", visit.stop)
        if any(rest.start < now for rest in rests):
            yield _malformed(tour, "A break begins before the stop in front of it is done")
        now = visit.departure
    rests = [rest for rest in tour.rests if rest.after == len(tour.visits)]
    if any(rest.start < now for rest in rests):
        yield _malformed(tour, "A break begins before the last stop is done")
    if tour.end != _driven(now, tour.back[0], rests)[1]:
        yield _malformed(tour, "The end does not follow from the last stop")
    if any(not 0 <= rest.after <= len(tour.visits) for rest in tour.rests):
        yield _malformed(tour, "A break is after a stop that is not there")


def _driven(now: int, drive: int, rests: Sequence[Rest]) -> tuple[int, int]:
    """When a drive is over that breaks interrupt, and when the breaks are over as well."""
    arrival = now + drive
    free = now
    for rest in sorted(rests, key=lambda one: one.start):
        if rest.start < arrival:
            arrival += rest.end - rest.start
        free = max(free, rest.end)
    return arrival, max(arrival, free)


def _services(tour: Tour, route: Sequence[Stop]) -> Iterator[Flag]:
    for visit, stop in zip(tour.visits, route, strict=True):
        if visit.departure - visit.start != stop.service:
            yield _malformed(tour, "Service does not take as long as it should", stop.id)
        late = _late(visit, stop)
        if visit.late != late:
            yield _malformed(tour, f"Is {late} s late, not {visit.late}", stop.id)
        if late and stop.late_cost is None:
            yield Flag(Broken.WINDOW, f"{late} s too late", tour.vehicle, stop.id, late)
        elif not late and stop.windows and not _inside(visit, stop):
            yield Flag(Broken.WINDOW, "Not in any of its windows", tour.vehicle, stop.id)


def _late(visit: Visit, stop: Stop) -> int:
    ends = [window.end for window in stop.windows if window.start <= window.end]
    return max(0, visit.start - max(ends)) if ends else 0


def _inside(visit: Visit, stop: Stop) -> bool:
    return any(window.start <= visit.start <= window.end for window in stop.windows)


def _breaks(vehicle: Vehicle, tour: Tour) -> Iterator[Flag]:
    due = {rest.id: rest for rest in vehicle.breaks}
    for number, taken in enumerate(tour.rests):
        if taken.id not in due:
            yield _malformed(tour, "A break that nobody asked for, or twice")
            continue
        asked = due.pop(taken.id)
        if taken.end - taken.start != asked.duration:
            yield _malformed(tour, "A break is not as long as it should be")
        if not any(window.start <= taken.start <= window.end for window in asked.windows):
            code = Broken.SHIFT if asked.is_off else Broken.BREAK
            yield Flag(code, "A break is not in its time", tour.vehicle)
        others = tour.rests[:number]
        if any(taken.start < other.end and other.start < taken.end for other in others):
            yield _malformed(tour, "Two breaks at the same time")
    for asked in due.values():
        before = any(window.start + asked.duration <= tour.start for window in asked.windows)
        after = any(tour.end <= window.end for window in asked.windows)
        if not before and not after:
            code = Broken.SHIFT if asked.is_off else Broken.BREAK
            yield Flag(code, "A break is missing", tour.vehicle)


def _limits(vehicle: Vehicle, tour: Tour) -> Iterator[Flag]:
    if tour.start < vehicle.shift.start or tour.end > vehicle.shift.end:
        over = max(vehicle.shift.start - tour.start, tour.end - vehicle.shift.end)
        yield Flag(Broken.SHIFT, "Outside the shift", tour.vehicle, None, over)
    if vehicle.departs and tour.start > vehicle.shift.start:
        later = tour.start - vehicle.shift.start
        yield Flag(Broken.SHIFT, "Leaves later than it has to", tour.vehicle, None, later)
    limits = (
        (Broken.DURATION, tour.end - tour.start, vehicle.max_duration),
        (Broken.DISTANCE, tour.distance, vehicle.max_distance),
        (Broken.STOPS, len(tour.visits), vehicle.max_stops),
    )
    for code, value, limit in limits:
        if limit is not None and value > limit:
            yield Flag(code, f"{value}, and {limit} is allowed", tour.vehicle, None, value - limit)


def _sums(vehicle: Vehicle, tour: Tour) -> Iterator[Flag]:
    drive = sum(visit.drive for visit in tour.visits) + tour.back[0]
    distance = sum(visit.distance for visit in tour.visits) + tour.back[1]
    service = sum(visit.departure - visit.start for visit in tour.visits)
    rest = sum(rest.end - rest.start for rest in tour.rests)
    if (tour.drive, tour.distance, tour.service, tour.rest) != (drive, distance, service, rest):
        yield _malformed(tour, "The sums are wrong")
    if tour.wait < 0 or drive + service + rest + tour.wait != tour.end - tour.start:
        yield _malformed(tour, "The parts of the day do not add up")
    cost = vehicle.fixed_cost + vehicle.cost_per_metre * distance
    if tour.cost != cost + vehicle.cost_per_second * (tour.end - tour.start):
        yield _malformed(tour, "The cost is wrong")


def _malformed(tour: Tour, words: str, stop: str | None = None) -> Flag:
    return Flag(Broken.MALFORMED, words, tour.vehicle, stop)
