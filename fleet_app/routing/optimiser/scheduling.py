"""Times of given sequences, exactly as people arranged them, with what that breaks and costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.plan import Broken, Flag, LeftOut, Plan, Tour, Why, Words
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.saying import Clock, Speaker, clock
from fleet_app.routing.optimiser.touring import Timed, tour_of

Numbers = Mapping[int, Sequence[int]]
"""Sequences by number."""


def schedule(
    problem: Problem, sequences: Sequences, words: Words | None = None, *, say_time: Clock = clock
) -> Plan:
    """The times of these sequences. Nothing is moved and nothing is refused: what is broken has a
    flag. Stops in none of them are left out, without anybody having looked for a place."""
    return Timetable(Model(problem), Speaker(words, say_time)).plan(sequences)


class Timetable:
    """Makes plans of sequences, any number of them for one problem."""

    def __init__(self, model: Model, say: Speaker) -> None:
        self.model, self.say = model, say

    def plan(
        self, sequences: Sequences, left_out: Mapping[str, LeftOut] | None = None, engine: str = ""
    ) -> Plan:
        """The plan of sequences by id; `left_out` says why stops are in none, where that is
        known."""
        numbers, flags = self._numbered(sequences)
        timed = [tour_of(self.model, one, numbers[one], self.say) for one in sorted(numbers)]
        for one in timed:
            flags += one.flags
        flags += self._apart(numbers)
        missing = self._missing(numbers)
        reasons = left_out or {}
        return Plan(
            tours=tuple(one.tour for one in timed),
            left_out=tuple(reasons.get(stop) or self._open(stop) for stop in missing),
            cost=self._cost(numbers, timed, missing),
            flags=tuple(flags),
            engine=engine,
        )

    def _numbered(self, sequences: Sequences) -> tuple[dict[int, list[int]], list[Flag]]:
        """Sequences by number, without what the problem does not have or has once."""
        flags: list[Flag] = []
        seen: set[str] = set()
        found: dict[int, list[int]] = {}
        for vehicle, stops in sequences.items():
            if stops and vehicle not in self.model.vehicle_at:
                flags.append(Flag(Broken.MALFORMED, "This vehicle is not there", vehicle))
                continue
            good: list[int] = []
            for stop in stops:
                if stop not in self.model.stop_at:
                    words = "This stop is not there"
                    flags.append(Flag(Broken.MALFORMED, words, vehicle, stop))
                elif stop in seen:
                    words = "This stop is there twice"
                    flags.append(Flag(Broken.MALFORMED, words, vehicle, stop))
                else:
                    seen.add(stop)
                    good.append(self.model.stop_at[stop])
            if good:
                found[self.model.vehicle_at[vehicle]] = good
        return found, flags

    def _apart(self, numbers: Numbers) -> Iterator[Flag]:
        """Groups that are on several tours."""
        if not self.model.groups:
            return
        where = {stop: vehicle for vehicle, stops in numbers.items() for stop in stops}
        for group in self.model.groups:
            here = [stop for stop in group if stop in where]
            if len({where[stop] for stop in here}) < 2:
                continue
            most = Counter(where[stop] for stop in here).most_common(1)[0][0]
            first = next(stop for stop in here if where[stop] == most)
            words = self.say.together(self.model.stops[first].id)
            for stop in here:
                if where[stop] != most:
                    vehicle = self.model.vehicles[where[stop]].id
                    yield Flag(Broken.TOGETHER, words, vehicle, self.model.stops[stop].id)

    def _missing(self, numbers: Numbers) -> list[str]:
        there = {stop for stops in numbers.values() for stop in stops}
        return [one.id for number, one in enumerate(self.model.stops) if number not in there]

    def _open(self, stop: str) -> LeftOut:
        return LeftOut(stop, Why.OPEN, "Not on a route yet")

    def _cost(self, numbers: Numbers, timed: Sequence[Timed], missing: Sequence[str]) -> int:
        model = self.model
        cost = sum(one.tour.cost + one.soft for one in timed)
        cost += sum(model.stops[model.stop_at[stop]].skip_cost or 0 for stop in missing)
        cost += model.problem.balance * spread(one.tour for one in timed)
        return cost + model.problem.move_cost * moved(model, numbers)


def spread(tours: Iterator[Tour]) -> int:
    """By how many seconds the longest tour exceeds the shortest."""
    lengths = [tour.end - tour.start for tour in tours]
    return max(lengths) - min(lengths) if lengths else 0


def moved(model: Model, numbers: Numbers) -> int:
    """How many stops are on another vehicle than people expect."""
    if not model.home:
        return 0
    return sum(
        model.home.get(stop, vehicle) != vehicle
        for vehicle, stops in numbers.items()
        for stop in stops
    )
