"""The choice of crews as a constraint program, solved aim after aim."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from fleet_app.routing.optimiser.crew_facts import Car, Crew, Demand, Driver, meet
from fleet_app.routing.optimiser.problem import Window

_SLOT = 900
"""Hours count by the quarter."""
_BALANCE = 1_000
"""The most that the balance of hours can make of one crew."""
_WHOLE = 1_000


class Day:
    """The pairs as a constraint program."""

    def __init__(
        self,
        pairs: Sequence[Crew],
        cars: Sequence[Car],
        drivers: Sequence[Driver],
        *,
        one_each: bool = False,
    ) -> None:
        self.pairs = pairs
        self.one_each = one_each
        self.cars = {one.id: one for one in cars}
        self.drivers = {one.id: one for one in drivers}
        self.model = cp_model.CpModel()
        self.uses = [self.model.new_bool_var("") for _ in pairs]
        self._rules()

    def _rules(self) -> None:
        """A driver has one vehicle, a vehicle one driver, or one at a time: of shifts that all
        meet, one begins while the others last."""
        of_driver: dict[str, list[Any]] = defaultdict(list)
        of_vehicle: dict[str, list[tuple[Any, Window]]] = defaultdict(list)
        for use, one in zip(self.uses, self.pairs, strict=True):
            of_driver[one.driver].append(use)
            of_vehicle[one.vehicle].append((use, one.shift))
        for uses in of_driver.values():
            self.model.add_at_most_one(uses)
        for mine in of_vehicle.values():
            if self.one_each:
                self.model.add_at_most_one(use for use, _ in mine)
                continue
            for moment in sorted({shift.start for _, shift in mine}):
                self.model.add_at_most_one(
                    use for use, shift in mine if shift.start <= moment < shift.end
                )

    def short(self, wants: Sequence[Want]) -> Any:
        """By how much the crews' amounts are less than what is wanted, all together."""
        missing = []
        for want in wants:
            less = self.model.new_int_var(0, max(want.wanted, 0), "")
            total = cp_model.LinearExpr.weighted_sum(self.uses, want.amounts)
            self.model.add(total + less >= want.wanted)
            missing.append(less)
        return cp_model.LinearExpr.sum(missing)

    def detail(self, own: Sequence[int], *, as_many: bool) -> Any:
        """How many crews, which weighs more than all that can be said about who is in them."""
        crew = (max(own) + 1) * (len(self.drivers) + 1)
        costs = [one - crew if as_many else one + crew for one in own]
        return cp_model.LinearExpr.weighted_sum(self.uses, costs)

    def hint(self, places: Collection[int]) -> None:
        """Begin the search with these."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        chosen = set(places)
        for place, use in enumerate(self.uses):
            self.model.add_hint(use, place in chosen)


@dataclass(frozen=True, slots=True)
class Want:
    """So much is wanted of what each pair brings."""

    amounts: Sequence[int]
    wanted: int


def solved(day: Day, demand: Demand | None, seconds: float, seed: int) -> list[Crew]:
    """Aim after aim: what one has reached, the next may not lose."""
    until = time.monotonic() + seconds
    able, enough = (_skills(day, demand), _hours_and_room(day, demand)) if demand else ([], [])
    own = own_costs(day.pairs, day.drivers)
    best = known = (
        _trimmed(_usual_first(day), own, [*able, *enough]) if demand else _usual_first(day)
    )
    aims = [*(day.short(wants) for wants in (able, enough) if wants),
            day.detail(own, as_many=demand is None)]  # fmt: skip
    for number, aim in enumerate(aims):
        day.hint(best)
        day.model.minimize(aim)
        solver = _solver((until - time.monotonic()) / (len(aims) - number), seed)
        if solver.solve(day.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            best = known
            break
        best = [place for place, use in enumerate(day.uses) if solver.boolean_value(use)]
        day.model.add(aim <= round(solver.objective_value))
    return [day.pairs[place] for place in best]


def _solver(seconds: float, seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    solver.parameters.random_seed = seed
    # Several workers race each other; the same question has to have the same answer every time.
    solver.parameters.num_workers = 1
    return solver


def _skills(day: Day, demand: Demand) -> list[Want]:
    """Quarters of an hour of work for which somebody has to be skilled."""
    have = [day.drivers[one.driver].skills | day.cars[one.vehicle].skills for one in day.pairs]
    return [
        Want(
            [slots(one) if skills <= skill else 0
             for skill, one in zip(have, day.pairs, strict=True)],
            _up(work),
        )
        for skills, work in (demand.skilled or {}).items()
    ]  # fmt: skip


def _hours_and_room(day: Day, demand: Demand) -> list[Want]:
    """Quarters of an hour of work, and thousandths of each load."""
    rooms = [
        Want([_share(day.cars[one.vehicle], number, wanted) for one in day.pairs], _WHOLE)
        for number, wanted in enumerate(demand.load)
        if wanted > 0
    ]
    return [Want([slots(one) for one in day.pairs], _up(demand.work)), *rooms]


def own_costs(pairs: Sequence[Crew], drivers: Mapping[str, Driver]) -> list[int]:
    """What each pair costs by itself: being unusual before all, then what the driver has worked
    this week already, and how much shorter than others' the shift is."""
    longest = max(map(slots, pairs))
    hours = [drivers[one.driver].worked // _SLOT + longest - slots(one) for one in pairs]
    most, unusual = max(hours) or 1, _BALANCE * (len(drivers) + 1)
    whose = {one.usual for one in drivers.values()}
    costs = []
    for one, own in zip(pairs, hours, strict=True):
        # Somebody else's vehicle is worse than one that is nobody's.
        strange = 2 if one.vehicle in whose else 1
        is_usual = drivers[one.driver].usual == one.vehicle
        costs.append((0 if is_usual else strange * unusual) + own * _BALANCE // most)
    return costs


def slots(crew: Crew) -> int:
    """Whole quarters of an hour in its shift."""
    return (crew.shift.end - crew.shift.start) // _SLOT


def _share(car: Car, number: int, wanted: int) -> int:
    """How much of the day's load the vehicle takes, in thousandths."""
    room = car.room[number] if number < len(car.room) else None
    return _WHOLE if room is None or wanted <= 0 else min(_WHOLE, _WHOLE * room // wanted)


def _up(seconds: int) -> int:
    return -(-max(seconds, 0) // _SLOT)


def _usual_first(day: Day) -> list[int]:
    """Usual pairs, then whoever fits: something to begin with."""
    taken: dict[str, list[Crew]] = defaultdict(list)
    found: dict[str, int] = {}
    for place in sorted(range(len(day.pairs)), key=lambda place: not _is_usual(day, place)):
        one = day.pairs[place]
        mine = taken[one.vehicle]
        if one.driver not in found and not any(day.one_each or meet(one, x) for x in mine):
            found[one.driver] = place
            mine.append(one)
    return sorted(found.values())


def _is_usual(day: Day, place: int) -> bool:
    one = day.pairs[place]
    return day.drivers[one.driver].usual == one.vehicle


def _trimmed(places: list[int], own: Sequence[int], wants: Sequence[Want]) -> list[int]:
    """Without those that nothing wanted needs, the dearest first."""
    have = [sum(want.amounts[place] for place in places) for want in wants]
    kept = set(places)
    for place in sorted(places, key=lambda place: -own[place]):
        less = [total - want.amounts[place] for total, want in zip(have, wants, strict=True)]
        if all(left >= min(total, want.wanted)
               for left, total, want in zip(less, have, wants, strict=True)):  # fmt: skip
            kept.remove(place)
            have = less
    return sorted(kept)
