"""Tours that are driven, weighed as they are searched: whatever else is gained, nobody is taken off
them, and they are not later and break no more than they did."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import Broken
from fleet_app.routing.optimiser.problem import Sequences
from fleet_app.routing.optimiser.scheduling import Timetable
from fleet_app.routing.optimiser.touring import tour_of
from fleet_app.routing.optimiser.working import Value, Work


class Faults(NamedTuple):
    """What is wrong with a tour: seconds of lateness that has no price, and by how much it breaks
    each other rule."""

    late: int
    broken: Counter[Broken]

    def exceed(self, others: Faults) -> bool:
        """Whether a rule is broken any farther."""
        return any(amount > others.broken[code] for code, amount in self.broken.items())


class Before:
    """What is driven, by the limits as they were given."""

    def __init__(self, timetable: Timetable, start: Sequences) -> None:
        self.model, self._say = timetable.model, timetable.say
        self._known: dict[tuple[int, tuple[int, ...]], Faults] = {}
        self._given = Work.of(self.model, start)
        self.sequences, self.value = self._given.sequences, self._given.value
        self._stops = frozenset(self._given.where)
        self.stops = frozenset(self.model.ids(self._stops))
        self._were = self._faults()

    @property
    def is_broken(self) -> bool:
        """Whether they break anything as they are."""
        return self.value.hard > 0

    def weigh(self, work: Work, loosened: Value) -> Value:
        """How good tours are by those limits; worse than any others where somebody was taken off,
        or something is later or broken any farther."""
        value = self._value(work) if self.is_broken else loosened
        lost = len(self._stops - work.where.keys())
        is_worse = loosened.hard > 0 or value.hard > self.value.hard
        if lost or is_worse or (self.is_broken and self._is_farther()):
            return value._replace(left=value.left + lost + 1 + len(self.model.stops))
        return value

    def _value(self, work: Work) -> Value:
        for vehicle, stops in work.tours.items():
            if stops != self._given.tours[vehicle]:
                self._given.put(vehicle, stops)
        return self._given.value

    def _is_farther(self) -> bool:
        now, then = self._faults(), self._were
        if sum(one.late for one in now) > sum(one.late for one in then):
            return True
        return any(one.exceed(other) for one, other in zip(now, then, strict=True))

    def _faults(self) -> list[Faults]:
        return [self._faults_of(vehicle, stops) for vehicle, stops in self._given.tours.items()]

    def _faults_of(self, vehicle: int, stops: tuple[int, ...]) -> Faults:
        if not stops:
            return Faults(0, Counter())
        key = (vehicle, stops)
        if key not in self._known:
            timed = tour_of(self.model, vehicle, stops, self._say)
            late, broken = 0, Counter[Broken]()
            for visit, stop in zip(timed.tour.visits, stops, strict=True):
                late += visit.late if self.model.stops[stop].late_cost is None else 0
            for flag in timed.flags:
                if flag.code is not Broken.WINDOW:
                    broken[flag.code] += round(flag.amount) or 1
            self._known[key] = Faults(late, broken)
        return self._known[key]


class Driven(Work):
    """Sequences of the problem whose limits are loosened as far as they are broken."""

    before: Before

    @property
    def value(self) -> Value:
        """How good all of it is by the limits as they were given."""
        return self.before.weigh(self, super().value)


def driven(before: Before, model: Model, sequences: Sequences) -> Driven:
    """Sequences to work on, weighed beside those before."""
    work = Driven.of(model, sequences)
    work.before = before
    return work
