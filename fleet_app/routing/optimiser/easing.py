"""An easier problem for engines that do not know everything, and its answer put back.

- A break that all have at the same time is cut out of the clock: nobody drives or waits in those
  minutes, so everything after them is that much earlier. Where breaks differ, shifts are shortened.
- Soft windows become hard. What then finds no place is put in late by our own insertion.
- A beginning that is locked is left to the vehicle: it starts from its last locked stop. A route
  that is locked as a whole is no part of the easier problem.
- Groups, other locked orders, balance: left to repair and polish, which know the whole problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from fleet_app.routing.optimiser.loading import peak_of
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import (
    Break,
    Hold,
    Problem,
    Sequences,
    Stop,
    Vehicle,
    Window,
)
from fleet_app.routing.optimiser.resting import day_of
from fleet_app.routing.optimiser.timing import legs_of

BREAKS, SOFT, TOGETHER = "breaks", "soft", "together"


@dataclass(frozen=True)
class Eased:
    """The easier problem, and what its answers lack."""

    problem: Problem
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Stops that a vehicle does before anything that is planned."""

    def restored(self, sequences: Sequences) -> dict[str, tuple[str, ...]]:
        """Sequences of the whole problem."""
        found = {vehicle: tuple(stops) for vehicle, stops in sequences.items()}
        for vehicle, head in self.heads.items():
            found[vehicle] = (*head, *found.get(vehicle, ()))
        return found

    def reduced(self, sequences: Sequences) -> dict[str, tuple[str, ...]]:
        """Sequences of the easier problem."""
        there = {stop.id for stop in self.problem.stops}
        return {v: tuple(s for s in stops if s in there) for v, stops in sequences.items()}


def ease(problem: Problem, knows: Iterable[str] = ()) -> Eased:
    """The problem without what only repair and polish know; `knows` are the names among `BREAKS`,
    `SOFT` and `TOGETHER` that may stay."""
    model = Model(problem)
    heads = _heads(model)
    together = problem.together if TOGETHER in knows else ()
    eased = replace(problem, together=together, chains=(), balance=0)
    eased = _without_heads(model, eased, heads)
    eased = replace(eased, stops=tuple(_hard(stop, model, SOFT in knows) for stop in eased.stops))
    return Eased(eased if BREAKS in knows else _without_breaks(eased), heads)


def _hard(stop: Stop, model: Model, keep_soft: bool) -> Stop:
    """Hard windows; members of chains stay with their vehicle."""
    held = model.held.get(model.stop_at[stop.id])
    vehicle = stop.vehicle
    if vehicle is None and held is not None and held >= 0:
        vehicle = model.vehicles[held].id
    return replace(stop, late_cost=stop.late_cost if keep_soft else None, vehicle=vehicle)


def _heads(model: Model) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for vehicle, chains in model.chains_of.items():
        if vehicle < 0:
            continue
        for chain in chains:
            if chain.hold is not Hold.ORDER and chain.stops:
                found[chain.vehicle] = chain.stops
    return found


def _without_heads(model: Model, problem: Problem, heads: Mapping[str, tuple[str, ...]]) -> Problem:
    if not heads:
        return problem
    gone = {stop for head in heads.values() for stop in head}
    whole = {one.vehicle for one in model.problem.chains if one.hold is Hold.WHOLE}
    torn = {pair.delivery: pair for pair in problem.pairs if pair.pickup in gone}
    by_stop = {stop: vehicle for vehicle, head in heads.items() for stop in head}
    left = [stop for stop in problem.stops if stop.id not in gone]
    return replace(
        problem,
        stops=tuple(
            replace(stop, vehicle=by_stop[torn[stop.id].pickup]) if stop.id in torn else stop
            for stop in left
        ),
        pairs=tuple(p for p in problem.pairs if not {p.pickup, p.delivery} & gone),
        together=tuple(tuple(s for s in group if s not in gone) for group in problem.together),
        vehicles=tuple(
            _from_head(model, one, heads[one.id]) if one.id in heads else one
            for one in problem.vehicles
            if one.id not in whole
        ),
    )


def _from_head(model: Model, vehicle: Vehicle, head: tuple[str, ...]) -> Vehicle:
    """The vehicle as it is after its locked beginning: there, then, and that much fuller."""
    number, stops = model.vehicle_at[vehicle.id], model.numbers(head)
    legs = legs_of(model, number, stops)._replace(back=0, home_metres=0)
    day = day_of(model, number, legs)
    ready = min(day.departure.end, vehicle.shift.end)
    spent, metres = ready - day.departure.leave, sum(legs.metres)
    taken = [rest for rest, gap in zip(vehicle.breaks, day.gaps, strict=False) if gap >= 0]
    peak = peak_of(model, stops)
    return replace(
        vehicle,
        start=model.places[stops[-1]] if stops else vehicle.start,
        shift=Window(ready, vehicle.shift.end),
        fixed_cost=0,
        capacity=tuple(
            None if room is None else max(0, room - full)
            for room, full in zip(model.capacities[number], peak, strict=True)
        ),
        max_duration=_less(vehicle.max_duration, spent),
        max_distance=_less(vehicle.max_distance, metres),
        max_stops=_less(vehicle.max_stops, len(stops)),
        breaks=tuple(rest for rest in vehicle.breaks if rest not in taken),
    )


def _less(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(0, limit - used)


def _without_breaks(problem: Problem) -> Problem:
    """Breaks by way of the clock where that goes, else by shorter shifts. Time off between the
    parts of a shift is nobody else's, so only that shift is shorter."""
    problem = replace(problem, vehicles=tuple(_without_off(one) for one in problem.vehicles))
    while any(one.breaks for one in problem.vehicles):
        at, rest = _commonest(problem)
        if at is None:
            return replace(problem, vehicles=tuple(_shortened(one) for one in problem.vehicles))
        problem = _cut(problem, at, rest.duration)
    return problem


def _without_off(vehicle: Vehicle) -> Vehicle:
    off = tuple(rest for rest in vehicle.breaks if rest.is_off)
    if not off:
        return vehicle
    rests = tuple(rest for rest in vehicle.breaks if not rest.is_off)
    return replace(_shortened(replace(vehicle, breaks=off)), breaks=rests)


def _commonest(problem: Problem) -> tuple[int | None, Break]:
    """A moment that lies within a first break of every vehicle that has breaks, with time left for
    the service that is going on; None where there is none."""
    firsts = [
        min(one.breaks, key=lambda rest: min(window.start for window in rest.windows))
        for one in problem.vehicles
        if one.breaks
    ]
    longest = max((stop.service for stop in problem.stops), default=0)
    durations = {rest.duration for rest in firsts}
    if len(durations) > 1:
        return None, firsts[0]
    for window in firsts[0].windows:
        opens, closes = window.start, window.end
        for rest in firsts[1:]:
            near = [one for one in rest.windows if one.start <= closes and one.end >= opens]
            if not near:
                break
            opens, closes = max(opens, near[0].start), min(closes, near[0].end)
        else:
            return max(opens, min((opens + closes) // 2, closes - longest)), firsts[0]
    return None, firsts[0]


def _cut(problem: Problem, at: int, duration: int) -> Problem:
    """Without the time from `at` on for so long."""

    def early(moment: int) -> int:
        return moment if moment <= at else max(at, moment - duration)

    def window(one: Window) -> Window:
        return Window(early(one.start), early(one.end))

    return replace(
        problem,
        stops=tuple(
            replace(stop, windows=tuple(window(one) for one in stop.windows))
            for stop in problem.stops
        ),
        vehicles=tuple(_cut_vehicle(one, window, duration) for one in problem.vehicles),
    )


def _cut_vehicle(vehicle: Vehicle, window: Callable[[Window], Window], duration: int) -> Vehicle:
    rests = sorted(vehicle.breaks, key=lambda one: min(window.start for window in one.windows))
    later = tuple(
        replace(rest, windows=tuple(window(one) for one in rest.windows)) for rest in rests[1:]
    )
    has_it = bool(rests) and vehicle.shift.end - vehicle.shift.start > duration
    limit = _less(vehicle.max_duration, duration) if has_it else vehicle.max_duration
    return replace(vehicle, shift=window(vehicle.shift), breaks=later, max_duration=limit)


def _shortened(vehicle: Vehicle) -> Vehicle:
    rest = sum(one.duration for one in vehicle.breaks)
    shift = Window(vehicle.shift.start, max(vehicle.shift.start, vehicle.shift.end - rest))
    return replace(vehicle, shift=shift, breaks=(), max_duration=_less(vehicle.max_duration, rest))
