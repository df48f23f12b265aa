"""One problem, every core: several searches of the whole, then, of large plans, of their parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fleet_app.routing.optimiser.engine import Better as Hears
from fleet_app.routing.optimiser.engine import Stopper
from fleet_app.routing.optimiser.engines import pyvrp_tasks as tasks
from fleet_app.routing.optimiser.engines.pyvrp_parts import Part, Parts
from fleet_app.routing.optimiser.engines.pyvrp_search import Tuning
from fleet_app.routing.optimiser.parallel import Crew, Event
from fleet_app.routing.optimiser.problem import Problem, Sequences

LARGE = 300
"""Stops from which on parts pay."""
WHOLE_SHARE, WHOLE_S = 0.1, 3.0
"""Of the time, and seconds at most, that a large problem is first searched as a whole."""
PART_STOPS = 200
HISTORY, PART_HISTORY = 1 / 60, 1 / 30
"""Of the steps there will be. A part begins well and may look further around than a search from
nothing."""
SWEEPS = 4
"""How often every tour of a large plan should be in a part by the end."""
PART_S = (0.3, 5.0)
"""Seconds for one part, at least and at most."""
POLL_S = 0.05
GRACE_S, FIRST_S = 0.25, 20.0
"""How long children may take to stop: with a plan in hand, and while there is none yet."""
MARGIN_S = 0.04
"""Kept back for children's last words."""


@dataclass
class Team:
    """One solve with a crew. It holds the best plan there is so far."""

    problem: Problem
    crew: Crew
    stop: Stopper
    seed: int
    start: Sequences | None
    better: Hears | None
    waits: bool = True
    """For a first plan, longer than there is time."""
    best: Sequences | None = None
    """Keeps every constraint, which the start need not."""
    cost: int | None = None
    _plan: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _work: dict[int, Part] = field(default_factory=dict)
    _seconds: float = 0.0

    def run(self) -> Sequences | None:
        """The best until the stopper says so, or until nobody is left to search."""
        self._seconds = self.stop.left
        for number in self.crew.there:
            self.crew.start(number, tasks.keep, self.problem, seconds=self._seconds)
        self._drain(lambda event: None)
        is_large = len(self.problem.stops) >= LARGE
        self._whole(WHOLE_SHARE if is_large else 1.0)
        if is_large and self.best is not None and (self.crew.is_cpu or not self.stop()):
            self._parts()
        return self.best

    def _left(self, number: int) -> float:
        """Seconds that a child still has."""
        if self.crew.is_cpu:
            return max(0.0, self._seconds - self.crew.spent[number])
        return max(0.0, self.stop.left - MARGIN_S)

    # The whole.

    def _whole(self, share: float) -> None:
        """Every child searches it all, from seeds of its own."""
        for number in self.crew.there:
            seconds = self._left(number)
            if share < 1:
                seconds = min(seconds * share, WHOLE_S)
            seed = self.seed * 1000 + number
            tuning = self._tuning(len(self.problem.stops), seconds)
            self.crew.start(number, tasks.whole, self.start, seed, tuning, seconds=seconds)
        self._drain(self._hear)

    def _hear(self, event: Event) -> None:
        value = event.value
        if isinstance(value, tasks.Ask) and self.cost is not None and self.cost < value.cost:
            self.crew.tell(event.child, self.best)
        if isinstance(value, tasks.Better) and (self.cost is None or value.cost < self.cost):
            self.cost = value.cost
            self._take(value.sequences)

    def _take(self, sequences: Sequences) -> None:
        self.best = sequences
        if self.better is not None:
            self.better(sequences)

    def _tuning(self, stops: int, seconds: float, share: float = HISTORY) -> Tuning:
        return Tuning.of(stops, seconds, share, has_pairs=bool(self.problem.pairs))

    # Parts of it.

    def _parts(self) -> None:
        """Whoever is free takes the next part; what it finds goes back into the plan."""
        assert self.best is not None
        self._plan = {name: tuple(stops) for name, stops in self.best.items()}
        parts = Parts(self.problem, self.seed)
        for number in self.crew.there:
            self._begin(parts, number)
        self._drain(lambda event: self._put_back(parts, event))

    def _begin(self, parts: Parts, number: int) -> None:
        busy = {name for part in self._work.values() for name in part.vehicles}
        lent = {name for part in self._work.values() for name in part.left_out}
        seconds = min(self._left(number), self._slice())
        if seconds <= MARGIN_S:
            return
        size = min(PART_STOPS, len(self.problem.stops) // max(1, len(self.crew.there)))
        chosen = parts.next(self._plan, busy, lent, size)
        if chosen is not None:
            self._work[number] = chosen
            tuning = self._tuning(size, seconds, PART_HISTORY)
            self.crew.start(number, tasks.part, chosen, parts.seed(), tuning, seconds=seconds)

    def _slice(self) -> float:
        turns = SWEEPS * len(self.problem.stops) / PART_STOPS
        least, most = PART_S
        return min(most, max(least, self._seconds * len(self.crew.there) / turns))

    def _put_back(self, parts: Parts, event: Event) -> None:
        if event.kind == "told":
            return
        done = self._work.pop(event.child, None)
        if done is not None and event.kind == "done" and event.value is not None:
            for name in done.vehicles:
                self._plan.pop(name, None)
            self._plan |= event.value
            self._take(dict(self._plan))
        for number in self.crew.there:
            if number not in self.crew.busy:
                self._begin(parts, number)

    # Waiting.

    def _drain(self, hear: Callable[[Event], None]) -> None:
        """Listen until every child has done what it was given; wish that it stops when it is
        time."""
        wished: float | None = None
        while self.crew.busy:
            event = self.crew.next(POLL_S)
            if event is not None:
                hear(event)
            if self.crew.is_cpu or not self.stop():
                continue
            if wished is None:
                wished = time.monotonic()
                self.crew.stop()
            patience = FIRST_S if self.best is None and self.waits else GRACE_S
            if time.monotonic() - wished > patience:
                for number in list(self.crew.busy):
                    self.crew.children[number].kill()
                return
