"""Iterated local search on PyVRP's operators, until our own stopper says so.

It is PyVRP's own loop (late acceptance) with three differences that matter when seconds count:
penalties begin where the problem's costs lie and follow soon, neighbourhoods are smaller, and
somebody else's better solution can be taken up on the way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from pyvrp import CostEvaluator, PenaltyManager, PenaltyParams, RandomNumberGenerator, Solution
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from fleet_app.routing.optimiser.engines.pyvrp_model import PyVrpModel

Found = Callable[[Solution, int], None]
"""Is told of a better solution and its cost."""
Other = Callable[[], Solution | None]
"""Somebody else's solution to go on from, if there is one."""
WINDOW_PENALTY, LOAD_PENALTY = 20.0, 20.0
"""Times what is usual: what a second too late and a unit too much cost at the beginning."""
STEPS = 500_000
"""A second with so many stops allows for about one step."""
LEAST_HISTORY, MOST_HISTORY = 20, 500
PAIRS_NEIGHBOURS, PAIRS_PERTURBED = 60, 10
"""With pickups and deliveries each stop has two places where it may want to be near, and of a
disturbed neighbourhood half lies elsewhere: look wider, disturb less."""
START_PENALTY = 50
"""Times that for the very first solution, which is to be feasible."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How wide and how patiently it looks."""

    neighbours: int = 20
    history: int = 300
    """So many steps ago is the solution which a new one must be better than."""
    perturbed: int = 25
    patience: int = 30_000
    """Steps without anything better after which it goes on from the best."""
    updated: int = 100

    @classmethod
    def of(
        cls, stops: int, seconds: float, share: float = 1 / 60, *, has_pairs: bool = False
    ) -> Tuning:
        """What suits so many stops in so much time: who has little must not be patient. The
        history is that share of the steps there will be."""
        steps = seconds * STEPS / (stops + 100)
        history = int(min(MOST_HISTORY, max(LEAST_HISTORY, steps * share)))
        if has_pairs:
            return cls(PAIRS_NEIGHBOURS, history, PAIRS_PERTURBED)
        return cls(history=history)


class Search:
    """One search with its random numbers, its penalties and its memory."""

    def __init__(
        self, model: PyVrpModel, seed: int, start: Solution | None, tuning: Tuning | None = None
    ) -> None:
        self._model = model
        self._tuning = tuning or Tuning()
        self._random = RandomNumberGenerator(seed=seed)
        self._local = self._local_search()
        self._penalties = self._penalty_manager()
        self._current = start or self._first()
        self.best = self._mended(self._current)
        """Keeps every constraint; at worst it is nothing at all."""
        self.steps = 0

    def _local_search(self) -> LocalSearch:
        data, tuning = self._model.data, self._tuning
        around = compute_neighbours(data, NeighbourhoodParams(num_neighbours=tuning.neighbours))
        shake = PerturbationManager(PerturbationParams(1, tuning.perturbed))
        local = LocalSearch(data, self._random, around, shake)
        for operator in OPERATORS:
            if operator.supports(data):
                local.add_operator(operator(data))
        return local

    def _usual(self, times: float = 1.0) -> tuple[list[float], float, float]:
        """Penalties for a unit of load in each dimension, a second and a metre too much."""
        scale, data = self._model.scale, self._model.data
        second = times * WINDOW_PENALTY * max(0.1, scale.arc_cost / scale.arc_seconds)
        loads = [
            times * LOAD_PENALTY * max(0.1, scale.arc_cost / max(1.0, usual))
            for usual in self._model.usual_loads
        ]
        return loads[: data.num_load_dimensions], second, times * WINDOW_PENALTY * scale.metre

    def _penalty_manager(self) -> PenaltyManager:
        loads, second, metre = self._usual()
        most = max(100_000.0, 10 * START_PENALTY * max([*loads, second, metre]), self._model.prize)
        params = PenaltyParams(
            solutions_between_updates=self._tuning.updated, max_penalty=float(most)
        )
        return PenaltyManager((loads, second, metre), params)

    def _first(self) -> Solution:
        anything = Solution.make_random(self._model.data, self._random)
        return self._local(anything, CostEvaluator(*self._usual(START_PENALTY)), exhaustive=True)

    def _mended(self, solution: Solution) -> Solution:
        """With as much left out as must be for nothing to be broken."""
        if solution.is_feasible():
            return solution
        data, most = self._model.data, 2.0 * self._model.prize
        hard = CostEvaluator([most] * data.num_load_dimensions, most, most)
        mended = self._local(solution, hard, exhaustive=True)
        return Solution(data, [route for route in mended.routes() if route.is_feasible()])

    def run(self, stop: Callable[[], bool], found: Found, other: Other = lambda: None) -> None:
        """Look on until `stop`; `best` is the best there is, `found` hears of what is better."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            self._run(stop, found, other)

    def _run(self, stop: Callable[[], bool], found: Found, other: Other) -> None:
        first = current = self._current
        past: list[Solution | None] = [None] * self._tuning.history
        idle = place = 0
        found(self.best, self._penalties.cost_evaluator().cost(self.best))
        while not stop():
            self.steps += 1
            costs = self._penalties.cost_evaluator()
            candidate = self._local(current, costs)
            self._penalties.register(candidate)
            idle += 1
            if costs.cost(candidate) < costs.cost(self.best):
                candidate, idle = self._improved(candidate, costs), 0
                found(self.best, costs.cost(self.best))
            elif (elite := other()) is not None or idle >= self._tuning.patience:
                if elite is not None and costs.cost(elite) < costs.cost(self.best):
                    self.best = elite
                first = current = candidate = self.best
                past, idle = [None] * self._tuning.history, 0
            late = past[place]
            new, now = costs.penalised_cost(candidate), costs.penalised_cost(current)
            bound = costs.penalised_cost(first if late is None else late)
            if new < bound or new < now:
                current, now = candidate, new
            if late is None or now < bound:
                past[place] = current
            place = (place + 1) % len(past)

    def _improved(self, candidate: Solution, costs: CostEvaluator) -> Solution:
        """Keep the new best, after a thorough look around it."""
        thorough = self._local(candidate, costs, exhaustive=True)
        self.best = thorough if costs.cost(thorough) <= costs.cost(candidate) else candidate
        return thorough
