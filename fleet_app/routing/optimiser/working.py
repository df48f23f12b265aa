"""Tours while they are searched: where one more stop would go, and what that would cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Self

from fleet_app.routing.optimiser.judging import NOTHING, SEVERE, Judge, Score
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import UNREACHABLE, Sequences
from fleet_app.routing.optimiser.slack import Slack, earliest
from fleet_app.routing.optimiser.timing import NEVER


class Place(NamedTuple):
    """A vehicle's new sequence with one more unit in it; compares by what it costs more."""

    more: int
    vehicle: int
    stops: tuple[int, ...]
    score: Score


class Value(NamedTuple):
    """Compares as better when less: stops that must be done and are not, rules, cost."""

    left: int
    hard: int
    cost: int


class Kept(NamedTuple):
    """A state of the work."""

    tours: dict[int, tuple[int, ...]]
    scores: dict[int, Score]
    where: dict[int, int]


class Work:
    """Sequences by number with their scores."""

    def __init__(self, model: Model, judge: Judge | None = None) -> None:
        self.model = model
        self.judge = judge or Judge(model)
        self.tours: dict[int, tuple[int, ...]] = dict.fromkeys(range(len(model.vehicles)), ())
        self.scores: dict[int, Score] = dict.fromkeys(self.tours, NOTHING)
        self._slacks: dict[int, Slack] = {}
        self.where: dict[int, int] = {}

    @classmethod
    def of(cls, model: Model, sequences: Sequences) -> Self:
        """From sequences by id; what the problem does not have is passed over."""
        work = cls(model)
        seen: set[int] = set()
        for vehicle, stops in sequences.items():
            if vehicle in model.vehicle_at:
                good = [one for one in dict.fromkeys(model.numbers(stops)) if one not in seen]
                seen.update(good)
                work.put(model.vehicle_at[vehicle], tuple(good))
        return work

    @property
    def sequences(self) -> dict[str, tuple[str, ...]]:
        """By id, tours in use only."""
        vehicles = self.model.vehicles
        return {vehicles[v].id: self.model.ids(stops) for v, stops in self.tours.items() if stops}

    @property
    def missing(self) -> list[int]:
        """Stops on no tour."""
        return [stop for stop in range(len(self.model.stops)) if stop not in self.where]

    def put(self, vehicle: int, stops: tuple[int, ...], score: Score | None = None) -> None:
        """Replace what a vehicle does."""
        for stop in self.tours[vehicle]:
            if self.where.get(stop) == vehicle:
                del self.where[stop]
        self.tours[vehicle] = stops
        self.where.update(dict.fromkeys(stops, vehicle))
        self.scores[vehicle] = score or self.judge.score(vehicle, stops) or NOTHING
        self._slacks.pop(vehicle, None)

    def take_out(self, stops: Iterable[int]) -> None:
        """Leave stops to nobody."""
        gone = set(stops)
        for vehicle in {self.where[stop] for stop in gone if stop in self.where}:
            self.put(vehicle, tuple(stop for stop in self.tours[vehicle] if stop not in gone))

    def keep(self) -> Kept:
        """The present state, to come back to."""
        return Kept(dict(self.tours), dict(self.scores), dict(self.where))

    def restore(self, kept: Kept) -> None:
        """Back to a state that was kept."""
        for vehicle, stops in kept.tours.items():
            if self.tours[vehicle] != stops:
                self._slacks.pop(vehicle, None)
        self.tours, self.scores = dict(kept.tours), dict(kept.scores)
        self.where = dict(kept.where)

    @property
    def value(self) -> Value:
        """How good all of it is."""
        left = [self.model.stops[stop].skip_cost for stop in self.missing] if self._lacks else []
        cost = sum(score.cost for score in self.scores.values())
        cost += sum(one for one in left if one is not None)
        if self.model.problem.balance:
            days = [score.duration for v, score in self.scores.items() if self.tours[v]]
            cost += self.model.problem.balance * (max(days) - min(days) if days else 0)
        hard = sum(score.hard for score in self.scores.values()) + SEVERE * self.torn
        return Value(left.count(None), hard, cost)

    @property
    def _lacks(self) -> bool:
        return len(self.where) < len(self.model.stops)

    @property
    def torn(self) -> int:
        """Groups that are on several tours."""
        where = self.where
        return sum(
            len({where[stop] for stop in group if stop in where}) > 1 for group in self.model.groups
        )

    def slack(self, vehicle: int) -> Slack:
        """Room in a tour."""
        if vehicle not in self._slacks:
            self._slacks[vehicle] = Slack(self.model, vehicle, self.tours[vehicle])
        return self._slacks[vehicle]

    def places(self, unit: Sequence[int]) -> Iterator[Place]:
        """The best place on each vehicle that can take the unit without breaking anything more."""
        for vehicle in self.candidates(unit):
            found = self.place_on(vehicle, unit)
            if found is not None:
                yield found

    def candidates(self, unit: Sequence[int]) -> Iterator[int]:
        """Vehicles that may do it, one of those at home that are the same."""
        only = self._joined(unit)
        seen = set()
        for vehicle in only if only is not None else self.tours:
            fits = self.judge.fits(vehicle)
            if not all(fits[stop] for stop in unit):
                continue
            if not self.tours[vehicle] and not self.model.home and only is None:
                kind = self.model.kinds[vehicle]
                if kind in seen:
                    continue
                seen.add(kind)
            yield vehicle

    def _joined(self, unit: Sequence[int]) -> set[int] | None:
        """The vehicles that others of the unit's groups are on."""
        groups = {self.model.group_of[stop] for stop in unit if stop in self.model.group_of}
        members = chain.from_iterable(self.model.groups[one] for one in groups)
        found = {self.where[stop] for stop in members if stop in self.where and stop not in unit}
        return found or None

    def place_on(self, vehicle: int, unit: Sequence[int]) -> Place | None:
        """The cheapest place on one vehicle."""
        if len(unit) > 2:
            return self._piece_by_piece(vehicle, unit)
        return self._best((low, vehicle, stops) for low, stops in self.options(vehicle, unit))

    def cheapest(self, unit: Sequence[int]) -> Place | None:
        """The cheapest place of all, found without trying every vehicle to the end."""
        if len(unit) > 2 or self.model.problem.balance:
            return min(self.places(unit), default=None)
        options = [
            (low, vehicle, stops)
            for vehicle in self.candidates(unit)
            for low, stops in self.options(vehicle, unit)
        ]
        options.sort()
        return self._best(iter(options))

    def options(self, vehicle: int, unit: Sequence[int]) -> Iterable[tuple[int, tuple[int, ...]]]:
        """New sequences with the least that they can cost more, cheapest first."""
        if len(unit) == 1:
            spots = self._spots(vehicle, unit[0])
            return [(low, self._with(vehicle, position, unit)) for low, position in spots]
        return self._double(vehicle, unit)

    def _with(self, vehicle: int, position: int, unit: Sequence[int]) -> tuple[int, ...]:
        stops = self.tours[vehicle]
        return (*stops[:position], *unit, *stops[position:])

    def _best(self, options: Iterable[tuple[int, int, tuple[int, ...]]]) -> Place | None:
        """`options` are sorted by the least that they can cost."""
        best: Place | None = None
        for low, vehicle, stops in options:
            if best is not None and low >= best.more:
                break
            before = self.scores[vehicle]
            limit = best.more + before.cost if best else NEVER
            score = self.judge.score(vehicle, stops, Score(before.hard, limit, 0))
            if score is None or score.hard > before.hard:
                continue
            more = score.cost - before.cost
            if best is None or more < best.more:
                best = Place(more, vehicle, stops, score)
        return best

    def _spots(self, vehicle: int, stop: int) -> list[tuple[int, int]]:
        """Where a stop may fit, with the least that it costs there, cheapest first."""
        model, one = self.model, self.model.vehicles[vehicle]
        slack, stops = self.slack(vehicle), self.tours[vehicle]
        is_late = self.scores[vehicle].hard > 0
        if not is_late and not slack.holds(stop):
            return []
        seconds, metres = model.durations[one.profile], model.distances[one.profile]
        service, spans, price = model.parts[stop]
        size, place = model.size, model.places[stop]
        bound, rest, is_hard = self._bound(vehicle), slack.rest, price is None
        longest = NEVER if one.max_duration is None or is_late else one.max_duration
        least = slack.least + service
        route = [one.start, *[model.places[other] for other in stops], one.end]
        found = []
        for position in range(len(stops) + 1):
            before, after = route[position], route[position + 1]
            drive = far = 0
            if before is not None:
                drive, far = seconds[before * size + place], metres[before * size + place]
            begun = earliest(spans, slack.out[position] + drive, is_hard)
            on = length = 0
            if after is not None:
                on, length = seconds[place * size + after], metres[place * size + after]
            if begun is None or begun + service + on > slack.latest[position]:
                if not is_late:
                    continue
            elif drive >= UNREACHABLE or on >= UNREACHABLE:
                continue
            old = (0, 0)
            if before is not None and after is not None:
                old = (seconds[before * size + after], metres[before * size + after])
            day = least + drive + on - old[0]
            if rest is not None and begun is not None and not is_late:
                way = (drive, service, on, is_hard)
                if not rest.is_free(position, begun, spans, way):
                    day += rest.duration
                    if not rest.fits(position, begun, spans, way):
                        continue
            if day <= longest:
                found.append((bound(far + length - old[1], day), position))
        found.sort()
        return found

    def _bound(self, vehicle: int) -> Callable[[int, int], int]:
        """The least that a longer way and a day of at least so many seconds cost more. Another stop
        does not make the day shorter: no way is shorter for a detour."""
        one, score, is_used = (
            self.model.vehicles[vehicle],
            self.scores[vehicle],
            self.tours[vehicle],
        )
        metre, second = one.cost_per_metre, one.cost_per_second
        length = score.duration
        fixed = 0 if is_used else one.fixed_cost
        return lambda far, least: fixed + metre * far + second * max(0, least - length)

    def _double(self, vehicle: int, unit: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
        """Both stops of a pair, the pickup first."""
        link = self.model.links_of[unit[0]][0]
        first = self._spots(vehicle, link.pickup)
        second = self._spots(vehicle, link.delivery)
        stops = self.tours[vehicle]
        found = [
            (max(low, other), (*stops[:i], link.pickup, *stops[i:j], link.delivery, *stops[j:]))
            for low, i in first
            for other, j in second
            if i < j
        ]
        both = (link.pickup, link.delivery)
        found += [(low, self._with(vehicle, i, both)) for low, i in first]
        found.sort()
        return found

    def _piece_by_piece(self, vehicle: int, unit: Sequence[int]) -> Place | None:
        """Several pairs that hang together: pickups first, each stop at its best."""
        pickups = {link.pickup for stop in unit for link in self.model.links_of[stop]}
        before, stops = self.scores[vehicle], self.tours[vehicle]
        for stop in sorted(unit, key=lambda one: one not in pickups):
            options = [(*stops[:i], stop, *stops[i:]) for i in range(len(stops) + 1)]
            scored = [(self.judge.score(vehicle, one, partial=True), one) for one in options]
            best, stops = min((score, one) for score, one in scored if score is not None)
            if best.hard > before.hard:
                return None
        return Place(best.cost - before.cost, vehicle, stops, best)
