"""Day plans by PyVRP: the best there is for windows, loads and different vehicles.

What it is measured at, and beside what, says docs/benchmarks.md.
"""

from __future__ import annotations

from fleet_app.routing.optimiser.engine import Better, Stopper
from fleet_app.routing.optimiser.engines import pyvrp_tasks
from fleet_app.routing.optimiser.engines.pyvrp_model import PyVrpModel
from fleet_app.routing.optimiser.engines.pyvrp_moves import priced
from fleet_app.routing.optimiser.engines.pyvrp_search import Search, Tuning
from fleet_app.routing.optimiser.engines.pyvrp_team import Team
from fleet_app.routing.optimiser.engines.start import no_worse
from fleet_app.routing.optimiser.parallel import Pool
from fleet_app.routing.optimiser.problem import Problem, Sequences

ALONE_STOPS, ALONE_S, COLD_S = 12, 0.3, 1.5
"""With fewer stops or seconds it is not worth to speak to others, or to start them first."""


class PyVrpEngine:
    """Iterated local search on PyVRP: by the pool's processes, or without one in this thread.

    Who has a plan already need not wait (`waits`) for a first one longer than there is time. With
    `is_cpu` time is the processor time of each process, which is for comparing variants on a
    machine that has other things to do.
    """

    name = "pyvrp"
    tasks = pyvrp_tasks.__name__
    """The module that children of the pool need."""

    def __init__(
        self, pool: Pool | None = None, *, is_cpu: bool = False, waits: bool = True
    ) -> None:
        self._pool = pool
        self._waits = waits
        self._is_cpu = is_cpu

    def takes(self, problem: Problem) -> bool:
        """No breaks, soft windows, stops kept together, balance or chains; pairs have one window
        a stop, nothing but their own load, and no limit of stops beside them."""
        if problem.together or problem.balance or problem.chains:
            return False
        if any(vehicle.breaks for vehicle in problem.vehicles):
            return False
        if any(stop.late_cost is not None for stop in problem.stops):
            return False
        return not problem.pairs or _simple_pairs(problem)

    def solve(
        self,
        problem: Problem,
        stop: Stopper,
        *,
        seed: int = 0,
        start: Sequences | None = None,
        better: Better | None = None,
    ) -> Sequences | None:
        """The best it finds until `stop`; see `Engine.solve`."""
        if not problem.stops or not problem.vehicles:
            return {}
        return no_worse(problem, self._found(priced(problem), stop, seed, start, better), start)

    def _found(
        self,
        problem: Problem,
        stop: Stopper,
        seed: int,
        start: Sequences | None,
        better: Better | None,
    ) -> Sequences | None:
        if self._pool is not None and self._is_worth(self._pool, problem, stop):
            with self._pool.crew(is_cpu=self._is_cpu) as crew:
                found = Team(problem, crew, stop, seed, start, better, waits=self._waits).run()
            if found is not None or stop():
                return found
        return self._alone(problem, stop, seed, start, better)

    def _is_worth(self, pool: Pool, problem: Problem, stop: Stopper) -> bool:
        least = ALONE_S if self._waits or pool.is_warm else COLD_S
        return len(problem.stops) >= ALONE_STOPS and stop.left >= least

    def _alone(
        self,
        problem: Problem,
        stop: Stopper,
        seed: int,
        start: Sequences | None,
        better: Better | None,
    ) -> Sequences | None:
        """In this process and thread."""
        model = PyVrpModel(problem)
        like = start or problem.current
        tuning = Tuning.of(len(problem.stops), stop.left, has_pairs=bool(problem.pairs))
        search = Search(model, seed, model.solution(start) if start else None, tuning)
        search.run(
            stop,
            lambda best, _: better(model.sequences(best, like)) if better else None,
        )
        return model.sequences(search.best, like)


def _simple_pairs(problem: Problem) -> bool:
    stops = {stop.id: stop for stop in problem.stops}
    ends = [stops[name] for pair in problem.pairs for name in (pair.pickup, pair.delivery)]
    if len({stop.id for stop in ends}) < len(ends):
        return False
    return not any(one.max_stops is not None for one in problem.vehicles) and not any(
        len(stop.windows) > 1 or any(stop.delivers) or any(stop.collects) for stop in ends
    )
