"""What is wrong with one tour, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fleet_app.routing.optimiser.model import Model, spans_of
from fleet_app.routing.optimiser.plan import Broken, Flag, Tour
from fleet_app.routing.optimiser.problem import Vehicle
from fleet_app.routing.optimiser.resting import is_outside
from fleet_app.routing.optimiser.rules import (
    broken_chains,
    broken_pairs,
    misplaced,
    unskilled,
)
from fleet_app.routing.optimiser.saying import Speaker, span


def flags_of(
    model: Model,
    vehicle: int,
    stops: Sequence[int],
    *,
    tour: Tour,
    cut: Sequence[int],
    say: Speaker,
) -> list[Flag]:
    """Each constraint that this tour breaks on its own; `cut`: positions that no road leads to."""
    one = model.vehicles[vehicle]
    return [
        *_time_flags(model, one, stops, tour, say),
        *_rest_flags(one, tour, say),
        *_size_flags(model, vehicle, tour, say),
        *_road_flags(model, one, stops, cut, say),
        *_rule_flags(model, vehicle, stops, say),
    ]


def _time_flags(
    model: Model, vehicle: Vehicle, stops: Sequence[int], tour: Tour, say: Speaker
) -> Iterator[Flag]:
    for visit, stop in zip(tour.visits, stops, strict=True):
        if visit.late and model.stops[stop].late_cost is None:
            windows = model.parts[stop][1]
            words = say.window(visit.late, windows[-1][1], len(windows))
            yield Flag(Broken.WINDOW, words, vehicle.id, visit.stop, visit.late)
    over = tour.end - vehicle.shift.end
    if over > 0:
        words = say.shift(over, vehicle.shift.end, vehicle.end is None)
        yield Flag(Broken.SHIFT, words, vehicle.id, None, over)
    limit = vehicle.max_duration
    if limit is not None and tour.end - tour.start > limit:
        over = tour.end - tour.start - limit
        yield Flag(Broken.DURATION, say.duration(over, limit), vehicle.id, None, over)


def _rest_flags(vehicle: Vehicle, tour: Tour, say: Speaker) -> Iterator[Flag]:
    placed = {taken.id: taken for taken in tour.rests}
    for rest in vehicle.breaks:
        code = Broken.SHIFT if rest.is_off else Broken.BREAK
        taken = placed.get(rest.id)
        if taken is None:
            if not is_outside(rest, tour.start, tour.end):
                words = say.rest_missing(rest.duration)
                if rest.is_off:
                    words = f"Works in the {span(rest.duration)} between the parts of the shift"
                yield Flag(code, words, vehicle.id, None, rest.duration)
            continue
        spans = spans_of(rest.windows)
        if spans and taken.start > spans[-1][1]:
            ends = spans[-1][1]
            late = taken.start - ends
            words = say.rest_late(late, ends)
            if rest.is_off:
                words = f"Works {span(late)} beyond {say.time(ends)}, when a part of the shift ends"
            yield Flag(code, words, vehicle.id, None, late)


def _size_flags(model: Model, vehicle: int, tour: Tour, say: Speaker) -> Iterator[Flag]:
    one = model.vehicles[vehicle]
    for dimension, (peak, room) in enumerate(
        zip(tour.peak, model.capacities[vehicle], strict=True)
    ):
        if room is not None and peak > room:
            words = say.capacity(peak, room, dimension)
            yield Flag(Broken.CAPACITY, words, one.id, None, peak - room)
    if one.max_distance is not None and tour.distance > one.max_distance:
        over = tour.distance - one.max_distance
        words = say.distance(over, one.max_distance)
        yield Flag(Broken.DISTANCE, words, one.id, None, over)
    if one.max_stops is not None and len(tour.visits) > one.max_stops:
        over = len(tour.visits) - one.max_stops
        yield Flag(Broken.STOPS, say.stops(over, one.max_stops), one.id, None, over)


def _road_flags(
    model: Model, vehicle: Vehicle, stops: Sequence[int], cut: Sequence[int], say: Speaker
) -> Iterator[Flag]:
    for position in cut:
        is_end = position == len(stops)
        stop = None if is_end else model.stops[stops[position]].id
        before = model.stops[stops[position - 1]].id if position else None
        words = say.unreachable(before, is_end)
        yield Flag(Broken.UNREACHABLE, words, vehicle.id, stop)


def _rule_flags(model: Model, vehicle: int, stops: Sequence[int], say: Speaker) -> Iterator[Flag]:
    name, ids = model.vehicles[vehicle].id, [one.id for one in model.stops]
    for stop, missing in unskilled(model, vehicle, stops):
        yield Flag(Broken.SKILL, say.skill(missing), name, ids[stop])
    for stop in misplaced(model, vehicle, stops):
        held = model.held[stop]
        words = say.lock(model.vehicles[held].id if held >= 0 else "another vehicle")
        yield Flag(Broken.LOCK, words, name, ids[stop])
    for _, stop in broken_chains(model, vehicle, stops):
        yield Flag(Broken.LOCK, say.chain(ids[stop]), name, ids[stop])
    for link, stop, both in broken_pairs(model, stops):
        other = ids[link.delivery if stop == link.pickup else link.pickup]
        words = say.pair(stop == link.pickup, other, both)
        yield Flag(Broken.PAIR, words, name, ids[stop])
