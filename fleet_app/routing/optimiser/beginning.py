"""A first plan at once, however many stops there are: one vehicle after the other goes where it can
be next. It only has to keep every rule; whoever has time makes it better."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.optimiser.model import Model, spans_of
from fleet_app.routing.optimiser.problem import UNREACHABLE, Vehicle
from fleet_app.routing.optimiser.repairing import repair
from fleet_app.routing.optimiser.working import Work

Numbers = NDArray[np.int64]
LONG = 1 << 40
"""The end of a window that has none."""
URGENT = 0.2
"""How much sooner a second less until the window ends makes a stop be chosen."""


def begin(work: Work, stopped: Callable[[], bool] = lambda: False) -> None:
    """Fill the tours that are empty with stops that have to do with nobody else."""
    asker = _Asker(work.model)
    asker.free[list(work.where)] = False
    for vehicle, stops in list(work.tours.items()):
        if stopped() or not asker.free.any():
            break
        if not stops and vehicle not in work.model.chains_of:
            fits = np.frombuffer(work.judge.fits(vehicle), dtype=np.bool_)
            found = asker.tour(vehicle, fits, work.model.vehicles[vehicle])
            work.put(vehicle, tuple(found))
            repair(work, lambda: True)
            asker.free[[stop for stop in found if stop not in work.where]] = True


class _Asker:
    """Asks all stops at once which could be next."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.places = np.array(model.places, np.int64)
        self.service = np.array([part[0] for part in model.parts], np.int64)
        windows = [spans or ((-LONG, LONG),) for _, spans, _ in model.parts]
        most = max(map(len, windows), default=0)
        padded = [[*spans, *[(LONG, -LONG)] * (most - len(spans))] for spans in windows]
        self.windows = np.array(padded, np.int64).reshape(len(windows), most, 2)
        both = zip(model.delivers, model.collects, strict=True)
        loads = [[a + b for a, b in zip(*one, strict=True)] for one in both]
        self.loads = np.array(loads, np.int64).reshape(len(windows), model.dimensions)
        """As if all of it were aboard at the same time."""
        self.free = np.array(
            [
                number not in model.links_of and number not in model.group_of
                for number in range(len(model.stops))
            ],
            np.bool_,
        )

    def tour(self, vehicle: int, fits: NDArray[np.bool_], one: Vehicle) -> list[int]:
        """What this vehicle could do, one stop after the other; they are free no more."""
        found: list[int] = []
        now, place, until = one.shift.start, one.start, one.shift.end
        if one.max_duration is not None:
            until = min(until, now + one.max_duration)
        rests = [(spans_of(rest.windows), rest.duration) for rest in one.breaks]
        rests = sorted(rest for rest in rests if rest[0])
        open_ = np.flatnonzero(fits & self.free)
        room = np.array([LONG if one is None else one for one in self.model.capacities[vehicle]])
        while len(open_) and (one.max_stops is None or len(found) < one.max_stops):
            while rests and now >= rests[0][0][0][0]:  # as soon as it may be
                now += rests.pop(0)[1]
            left = until - sum(length for _, length in rests)
            open_ = open_[np.all(self.loads[open_] <= room, axis=1)]
            arrival, length = self._ways(open_, one, now, place)
            begun, closes = self._begun(open_, arrival)
            ready = begun + self.service[open_]
            able = (length < UNREACHABLE) & (ready + self._home(open_, one) <= left)
            if not able.any():
                break
            soon = ready - now + URGENT * np.minimum(closes - begun, left - now)
            best = int(np.argmin(np.where(able, soon, np.inf)))
            stop = int(open_[best])
            found.append(stop)
            now, place = int(ready[best]), int(self.places[stop])
            room = room - self.loads[stop]
            open_ = np.delete(open_, best)
        self.free[found] = False
        return found

    def _ways(
        self, open_: Numbers, one: Vehicle, now: int, place: int | None
    ) -> tuple[Numbers, Numbers]:
        """When one would be there, and how far it is."""
        if place is None:
            return np.full(len(open_), now, np.int64), np.zeros(len(open_), np.int64)
        matrix, there = self.model.problem.matrix_of(one), self.places[open_]
        drives, metres = matrix.durations[place, there], matrix.distances[place, there]
        return now + drives, np.maximum(drives, metres)

    def _home(self, open_: Numbers, one: Vehicle) -> Numbers:
        if one.end is None:
            return np.zeros(len(open_), np.int64)
        matrix, there = self.model.problem.matrix_of(one), self.places[open_]
        # What leads nowhere is far, whichever of the two says so.
        far = np.where(matrix.distances[there, one.end] >= UNREACHABLE, UNREACHABLE, 0)
        home: Numbers = matrix.durations[there, one.end] + far
        return home

    def _begun(self, open_: Numbers, arrival: Numbers) -> tuple[Numbers, Numbers]:
        """When service begins and until when it might; far away where it is too late."""
        windows = self.windows[open_]
        opens, closes = windows[:, :, 0], windows[:, :, 1]
        is_open = arrival[:, None] <= closes
        first = np.argmax(is_open, axis=1)[:, None]
        begun = np.maximum(arrival, np.take_along_axis(opens, first, 1)[:, 0])
        begun = np.where(is_open.any(axis=1), begun, LONG)
        return begun, np.take_along_axis(closes, first, 1)[:, 0]
