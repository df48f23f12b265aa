"""What a sequence is worth to the search: broken rules first, then cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fleet_app.routing.optimiser.loading import overload, peak_of
from fleet_app.routing.optimiser.model import Model
from fleet_app.routing.optimiser.problem import Hold
from fleet_app.routing.optimiser.resting import day_within
from fleet_app.routing.optimiser.rules import broken_chains, broken_pairs
from fleet_app.routing.optimiser.timing import Legs, legs_of

SEVERE = 1_000_000
"""A broken rule that has no amount, beside seconds of lateness."""
UNIT = 10_000
"""One unit of load too many."""


class Score(NamedTuple):
    """Less is better: `hard` is how badly rules are broken, in no unit that people know."""

    hard: int
    cost: int
    duration: int


NOTHING = Score(0, 0, 0)


class Judge:
    """Scores sequences of one problem."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.exact = model.problem.balance > 0
        self._fits: dict[int, bytearray] = {}

    def fits(self, vehicle: int) -> bytearray:
        """For each stop whether that vehicle may do it at all: skills and locks."""
        if vehicle not in self._fits:
            self._fits[vehicle] = self._fitting(vehicle)
        return self._fits[vehicle]

    def _fitting(self, vehicle: int) -> bytearray:
        model, has = self.model, self.model.vehicles[vehicle].skills
        whole = [one for one in model.chains_of.get(vehicle, ()) if one.hold is Hold.WHOLE]
        only = set(model.numbers(whole[0].stops)) if whole else None
        return bytearray(
            stop.skills <= has
            and model.held.get(number, vehicle) == vehicle
            and (only is None or number in only)
            for number, stop in enumerate(model.stops)
        )

    def score(
        self, vehicle: int, stops: Sequence[int], most: Score | None = None, partial: bool = False
    ) -> Score | None:
        """How good a sequence is; None where it is certain to be worse than `most`. `partial`:
        half pairs are no fault, the other half is still to come."""
        if not stops:
            return NOTHING
        hard = self.rules(vehicle, stops, partial)
        if most is not None and hard > most.hard:
            return None
        legs = legs_of(self.model, vehicle, stops)
        hard += SEVERE * len(legs.cut)
        distance, over = self._distance(vehicle, legs)
        hard += over
        one = self.model.vehicles[vehicle]
        cost = one.fixed_cost + one.cost_per_metre * distance + self._moves(vehicle, stops)
        if most is not None and (hard > most.hard or cost > most.cost):
            return None
        left = None if most is None or most.hard else most.cost - cost
        day = day_within(self.model, vehicle, legs, left, exact=self.exact)
        if day is None:
            return None
        leave = day.departure
        hard += leave.late + leave.over + SEVERE * day.missed
        return Score(hard, cost + leave.cost, leave.duration)

    def rules(self, vehicle: int, stops: Sequence[int], partial: bool = False) -> int:
        """How badly everything is broken that is no matter of time or distance."""
        model, fits = self.model, self.fits(vehicle)
        hard = SEVERE * sum([not fits[stop] for stop in stops])
        if model.dimensions:
            hard += UNIT * overload(model, vehicle, peak_of(model, stops))
        if vehicle in model.chains_of:
            hard += SEVERE * sum(1 for _ in broken_chains(model, vehicle, stops))
        if model.links:
            faults = broken_pairs(model, stops)
            hard += SEVERE * sum(both or not partial for _, _, both in faults)
        most = model.vehicles[vehicle].max_stops
        if most is not None and len(stops) > most:
            hard += SEVERE * (len(stops) - most)
        return hard

    def _distance(self, vehicle: int, legs: Legs) -> tuple[int, int]:
        distance = sum(legs.metres) + legs.home_metres
        limit = self.model.vehicles[vehicle].max_distance
        return distance, max(0, distance - limit) if limit is not None else 0

    def _moves(self, vehicle: int, stops: Sequence[int]) -> int:
        home = self.model.home
        if not home or not self.model.problem.move_cost:
            return 0
        moved = sum([home.get(stop, vehicle) != vehicle for stop in stops])
        return self.model.problem.move_cost * moved
