"""VROOM: breaks, several windows, pairs; fast, and it starts from a plan without tearing it up.

Its timeout is soft, and a low level of exploration is better than a long time where there are many
stops. It knows no worth of a stop, only priorities, and waiting is free.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import vroom
from vroom import _vroom

from fleet_app.routing.optimiser.engine import Better, Stopper
from fleet_app.routing.optimiser.engines.away import solve_away
from fleet_app.routing.optimiser.engines.start import no_worse
from fleet_app.routing.optimiser.model import Model, Spans, spans_of
from fleet_app.routing.optimiser.parallel import Pool
from fleet_app.routing.optimiser.problem import Problem, Sequences

log = logging.getLogger(__name__)
MOST_PRIORITY = 100
MANY = 400
"""From so many stops on the lowest level."""
LEVELS = (5, 1)
SOFT = 0.6
"""The part of the time that is asked for, since more will be taken."""
LARGEST = 1_000_000
"""Of costs by kilometre and hour, so that sums stay in range."""
ALONE_S = 0.15
REFUSALS = (
    _vroom.VroomInputException, _vroom.VroomInternalException, _vroom.VroomRoutingException,
)  # fmt: skip
"""What it raises about problems; they have no common base."""


class VroomEngine:
    """Local search by VROOM, in a child of the pool where there is one."""

    name = "vroom"

    def __init__(self, pool: Pool | None = None, level: int | None = None) -> None:
        self._pool, self._level = pool, level

    def takes(self, problem: Problem) -> bool:
        """No soft windows, groups, balance or locked orders; no days that are shorter than the
        shift; pairs of one stop each, nothing else loaded there."""
        if problem.together or problem.balance or problem.chains:
            return False
        if any(stop.late_cost is not None for stop in problem.stops):
            return False
        limited = [one for one in problem.vehicles if one.max_duration is not None]
        if any((one.max_duration or 0) < one.shift.end - one.shift.start for one in limited):
            return False
        return _simple_pairs(problem) and all(one.shift.start >= 0 for one in problem.vehicles)

    def solve(
        self,
        problem: Problem,
        stop: Stopper,
        *,
        seed: int = 0,
        start: Sequences | None = None,
        better: Better | None = None,
    ) -> Sequences | None:
        """One answer; `seed` does not matter, it is deterministic."""
        if not problem.stops or not problem.vehicles:
            return {}
        level = self._level if self._level is not None else LEVELS[len(problem.stops) >= MANY]
        seconds = max(0.05, stop.left * SOFT)
        arguments = (problem, level, seconds, dict(start or {}))
        if self._pool is None or stop.left < ALONE_S:
            found = answer(*arguments)
        else:
            found = solve_away(self._pool, _task, arguments, stop, better)
        return no_worse(problem, found, start)


def _task(_desk: object, *arguments: Any) -> Sequences | None:
    return answer(*arguments)


def answer(problem: Problem, level: int, seconds: float, start: Sequences) -> Sequences | None:
    """What VROOM says within about so many seconds, from `start` if that is allowed."""
    model = Model(problem)
    limit = timedelta(seconds=seconds)
    for given in (start, {}) if start else ({},):
        try:
            found = _Input(model, given).input.solve(level, nb_threads=1, timeout=limit)
        except REFUSALS as error:
            # A start that it does not allow is nothing unusual: it has another try without.
            log.log(logging.DEBUG if given else logging.WARNING, "VROOM refused: %s", error)
            continue
        return _sequences(model, found)
    return None


def _sequences(model: Model, solution: vroom.Solution) -> dict[str, tuple[str, ...]]:
    rows = np.asarray(solution._routes_numpy())
    found: dict[str, list[str]] = {}
    for vehicle, kind, task in zip(rows["vehicle_id"], rows["type"], rows["id"], strict=True):
        if kind in {b"job", b"pickup", b"delivery"}:
            name = model.vehicles[int(vehicle)].id
            found.setdefault(name, []).append(model.stops[int(task)].id)
    return {vehicle: tuple(stops) for vehicle, stops in found.items()}


class _Input:
    """A problem in VROOM's terms."""

    def __init__(self, model: Model, start: Sequences) -> None:
        self.model = model
        self.input = vroom.Input()
        self.skills = _numbering(model)
        for number, matrix in enumerate(model.problem.matrices):
            self.input.set_durations_matrix(str(number), matrix.durations)
            self.input.set_distances_matrix(str(number), matrix.distances)
        self.priority = _priorities(model)
        self.scale = self._scale()
        for number in range(len(model.vehicles)):
            self.input.add_vehicle(self.vehicle(number, self.steps(start, number)))
        pickups = {link.pickup: link for link in model.links}
        for stop in range(len(model.stops)):
            if stop in pickups:
                self.input.add_job(self.shipment(pickups[stop].delivery, stop))
            elif stop not in model.links_of:
                self.input.add_job(self.job(stop))

    def _scale(self) -> float:
        costs = [
            max(one.cost_per_metre * 1000, one.cost_per_second * 3600)
            for one in self.model.vehicles
        ]
        return min(1.0, LARGEST / max([1, *costs]))

    def vehicle(self, number: int, steps: list[vroom.VehicleStep]) -> vroom.Vehicle:
        one, model = self.model.vehicles[number], self.model
        most = [1 << 30 if room is None else room for room in model.capacities[number]]
        hour = max(1, round(one.cost_per_second * 3600 * self.scale))
        breaks = [
            vroom.Break(place, _windows(spans_of(rest.windows)), service=rest.duration)
            for place, rest in enumerate(one.breaks)
        ]
        limits: dict[str, int] = {}
        if one.max_stops is not None:
            limits["max_tasks"] = one.max_stops
        if one.max_distance is not None:
            limits["max_distance"] = one.max_distance
        return vroom.Vehicle(
            number,
            start=one.start,
            end=one.end,
            profile=str(one.profile),
            capacity=most,
            skills={self.skills[skill] for skill in one.skills} | {number},
            time_window=vroom.TimeWindow(one.shift.start, one.shift.end),
            breaks=breaks,
            costs=vroom.VehicleCosts(
                fixed=round(one.fixed_cost * self.scale),
                per_hour=hour,
                per_km=round(one.cost_per_metre * 1000 * self.scale),
            ),
            steps=steps,
            **limits,
        )

    def steps(self, start: Sequences, vehicle: int) -> list[vroom.VehicleStep]:
        kinds: Callable[[int], Any] = self._kind
        stops = self.model.numbers(start.get(self.model.vehicles[vehicle].id, ()))
        return [kinds(stop)(stop) for stop in stops]

    def _kind(self, stop: int) -> Any:
        for link in self.model.links_of.get(stop, ()):
            return vroom.VehicleStepPickup if link.pickup == stop else vroom.VehicleStepDelivery
        return vroom.VehicleStepSingle

    def needs(self, *stops: int) -> set[int]:
        """Skills and locks: every vehicle has itself as a skill."""
        held = {self.model.held[stop] for stop in stops if stop in self.model.held}
        names = frozenset[str]().union(*(self.model.stops[stop].skills for stop in stops))
        return {self.skills[name] for name in names} | held

    def job(self, stop: int) -> vroom.Job:
        service, spans, _ = self.model.parts[stop]
        return vroom.Job(
            stop,
            self.model.places[stop],
            default_service=service,
            delivery=self.model.delivers[stop],
            pickup=self.model.collects[stop],
            skills=self.needs(stop),
            priority=self.priority[stop],
            time_windows=_windows(spans),
        )

    def shipment(self, delivery: int, pickup: int) -> vroom.Shipment:
        link = self.model.links_of[pickup][0]
        return vroom.Shipment(
            self.step(pickup),
            self.step(delivery),
            amount=link.amounts,
            skills=self.needs(pickup, delivery),
            priority=max(self.priority[pickup], self.priority[delivery]),
        )

    def step(self, stop: int) -> vroom.ShipmentStep:
        service, spans, _ = self.model.parts[stop]
        return vroom.ShipmentStep(
            stop, self.model.places[stop], default_service=service, time_windows=_windows(spans)
        )


def _windows(spans: Spans) -> list[vroom.TimeWindow]:
    return [vroom.TimeWindow(max(0, opens), closes) for opens, closes in spans if closes >= 0]


def _numbering(model: Model) -> dict[str, int]:
    """Skills by number, after those that are vehicles."""
    names = {skill for one in model.vehicles for skill in one.skills}
    names |= {skill for stop in model.stops for skill in stop.skills}
    return {name: len(model.vehicles) + 1 + place for place, name in enumerate(sorted(names))}


def _priorities(model: Model) -> list[int]:
    """What must be done has the highest; others by what it costs to leave them out."""
    most = max([1, *(stop.skip_cost or 0 for stop in model.stops)])
    return [
        MOST_PRIORITY
        if stop.skip_cost is None
        else 1 + (MOST_PRIORITY // 2 - 1) * stop.skip_cost // most
        for stop in model.stops
    ]


def _simple_pairs(problem: Problem) -> bool:
    if not problem.pairs:
        return True
    ends = [name for pair in problem.pairs for name in (pair.pickup, pair.delivery)]
    loaded = {stop.id for stop in problem.stops if any(stop.delivers) or any(stop.collects)}
    return len(ends) == len(set(ends)) and not loaded & set(ends)
