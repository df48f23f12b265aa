"""Our own local search: exact about every rule and cost, so it has the last word.

It takes stops out and puts them where they are cheapest, exchanges the ends of tours, and tears
whole neighbourhoods out to build them again. Slow beside the engines; it is for what they do not
know: breaks, soft windows, groups, balance, moves.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from fleet_app.routing.optimiser.inserting import insert_all
from fleet_app.routing.optimiser.working import Work

NEAR = 12
"""Neighbours of a stop that tours are exchanged at."""
RUIN = (2, 12)
"""Units torn out at a time."""


class Polisher:
    """Improves work in place until it is told to stop; never makes it worse."""

    def __init__(
        self,
        work: Work,
        seed: int,
        stopped: Callable[[], bool],
        improved: Callable[[Work], None] | None = None,
    ) -> None:
        self.work, self.stopped = work, stopped
        self.rng = random.Random(seed)  # noqa: S311 (a search, no secret)
        self.improved = improved
        self.near = _neighbours(work)
        self.value = work.value

    def run(self, rounds: int | None = None) -> None:
        """One pass of every move, then ruin and rebuild for as long as there is time, or for so
        many rounds."""
        self.relocate()
        self.exchange_ends()
        count = 0
        while not self.stopped() and (rounds is None or count < rounds) and self.work.where:
            self.rebuild(self.neighbourhood())
            count += 1

    def relocate(self) -> None:
        """Each stop where it is cheapest."""
        stops = list(self.work.where)
        self.rng.shuffle(stops)
        for stop in stops:
            if self.stopped():
                return
            self.rebuild([stop])

    def rebuild(self, stops: Iterable[int]) -> bool:
        """Take these out with all that must go with them, and put them in again, with what is
        missing; keep it if that is better."""
        kept = self.work.keep()
        out = self._with_theirs(stops)
        self.work.take_out(out)
        missing = self.work.missing if len(out) > 1 else out
        self.rng.shuffle(missing)
        insert_all(self.work, missing, self.stopped)
        return self._judged(kept)

    def _judged(self, kept: object) -> bool:
        value = self.work.value
        if value < self.value:
            self.value = value
            if self.improved:
                self.improved(self.work)
            return True
        self.work.restore(kept)  # type: ignore[arg-type]
        return False

    def _with_theirs(self, stops: Iterable[int]) -> list[int]:
        model, found = self.work.model, dict[int, None]()
        for stop in stops:
            for one in model.unit_of(stop):
                found[one] = None
                group = model.group_of.get(one)
                for other in model.groups[group] if group is not None else ():
                    found.update(dict.fromkeys(model.unit_of(other)))
        return [stop for stop in found if stop in self.work.where]

    def neighbourhood(self) -> list[int]:
        """A stop and those around it, or a short tour as a whole."""
        centre = self.rng.choice(list(self.work.where))
        if self.rng.random() < 0.15:
            tour = self.work.tours[self.work.where[centre]]
            if len(tour) <= 2 * RUIN[1]:
                return list(tour)
        count = self.rng.randint(*RUIN)
        around = [stop for stop in self.near(centre) if stop in self.work.where]
        return [centre, *around[: count * 2 : self.rng.choice([1, 1, 2])][:count]]

    def exchange_ends(self) -> None:
        """Two tours change what comes after two stops that are near each other."""
        for stop in list(self.work.where):
            if self.stopped():
                return
            for first, second in self._ends(stop):
                kept = self.work.keep()
                for vehicle, stops in (first, second):
                    self.work.put(vehicle, stops)
                if self._judged(kept):
                    break

    def _ends(self, stop: int) -> Iterator[tuple[tuple[int, tuple[int, ...]], ...]]:
        """New pairs of tours in which `stop` is followed by a near one of another tour."""
        work = self.work
        vehicle = work.where[stop]
        mine = work.tours[vehicle]
        at = mine.index(stop) + 1
        for other in self.near(stop)[:NEAR]:
            theirs_of = work.where.get(other)
            if theirs_of is None or theirs_of == vehicle:
                continue
            theirs = work.tours[theirs_of]
            cut = theirs.index(other)
            if self._is_shorter(vehicle, mine, at, theirs, cut):
                yield (vehicle, mine[:at] + theirs[cut:]), (theirs_of, theirs[:cut] + mine[at:])

    def _is_shorter(
        self, vehicle: int, mine: tuple[int, ...], at: int, theirs: tuple[int, ...], cut: int
    ) -> bool:
        model = self.work.model
        seconds = model.durations[model.vehicles[vehicle].profile]
        places, size = model.places, model.size

        def drive(a: int | None, b: int | None) -> int:
            if a is None or b is None:
                return 0
            return seconds[places[a] * size + places[b]]

        after = mine[at] if at < len(mine) else None
        before = theirs[cut - 1] if cut else None
        old = drive(mine[at - 1], after) + drive(before, theirs[cut])
        return drive(mine[at - 1], theirs[cut]) + drive(before, after) < old or None in {
            after,
            before,
        }


def _neighbours(work: Work) -> Callable[[int], list[int]]:
    """The stops around a stop, nearest first."""
    model = work.model
    if not model.stops:
        return lambda stop: []
    places = np.array(model.places)
    durations = model.problem.matrices[0].durations
    known: dict[int, list[int]] = {}

    def near(stop: int) -> list[int]:
        if stop not in known:
            row = durations[places[stop], places]
            count = min(len(row), 4 * NEAR + 1)
            some = np.argpartition(row, count - 1)[:count]
            known[stop] = [int(one) for one in some[np.argsort(row[some])] if one != stop]
        return known[stop]

    return near
