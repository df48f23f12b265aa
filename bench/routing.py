"""How far from the best known plans ours are after so many seconds, beside OR-Tools and PyVRP.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from bench._routing.instances import Instance, found
from bench._routing.peers import ortools, plain_pyvrp
from bench._routing.running_day import replanned, rested
from bench._stack import say
from fleet_app.planning.runs.solver import Question, solving
from fleet_app.routing.optimiser.checking import check
from fleet_app.routing.optimiser.engines.pyvrp import PyVrpEngine
from fleet_app.routing.optimiser.parallel import POOL
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.problem import Problem, Sequences
from fleet_app.routing.optimiser.solving import solve

Solver = Callable[[Problem, float], Sequences | None]
LIMITS = {"solomon": (2.0, 10.0), "homberger200": (10.0,), "homberger1000": (30.0,),
          "pdptw": (10.0,)}  # fmt: skip
"""Seconds for each kind of instance."""
SEEDS = 3
"""Our searches of each, of which the mean counts; the others run once."""
QUICK = 0.1
"""Of the time, with the first instance of each kind but the largest, and one seed."""
NO_PLAN = 100.0
"""The gap of who has no plan."""
LEAST = 0.01
"""A gap in a ratio, at least."""
ONE_CORE, AS_A_RUN = "one_core", "as_a_run"
"""Ours with as many cores as the others have, and in a process that begins with nothing."""
RUN = "homberger200"
"""The kind of instance that is planned as a run as well."""
STARTING_S = 60.0
"""For a process to begin and to end."""


@dataclass
class Costs:
    """What each solver's plans of one instance cost, None where it had none."""

    instance: Instance
    of: dict[str, list[float | None]] = field(default_factory=dict)

    def gaps(self) -> dict[str, float]:
        """Percent above the best known, or, where nobody knows, above the best of this run."""
        costs = [cost for several in self.of.values() for cost in several if cost is not None]
        best = self.instance.best_known or min(costs)
        return {
            name: fmean(NO_PLAN if cost is None else 100 * (cost / best - 1) for cost in several)
            for name, several in self.of.items()
        }


def main(quick: bool, file: Path | None = None, only: str = "") -> dict[str, Any]:
    """Plan the instances of a folder, those whose names contain `only`, and a running day.

    Raises RuntimeError when one of our plans breaks a constraint.
    """
    POOL.prepare(PyVrpEngine.tasks)
    try:
        figures, ratios = _compared(found(file, only), quick)
        if only in "replan":
            figures |= rested(quick, lambda day, seconds: _planned(day, seconds, 1))
            figures |= replanned(quick, lambda day, seconds: _planned(day, seconds, 1))
    finally:
        POOL.close()
    return {"bench": "routing", "ratios": ratios, "figures": figures}


def _compared(
    kinds: dict[str, list[Instance]], quick: bool
) -> tuple[dict[str, float], dict[str, float]]:
    figures: dict[str, float] = {}
    total: dict[str, list[float]] = {"ours": [], "ortools": [], "pyvrp": [], ONE_CORE: []}
    for kind, limits in LIMITS.items():
        instances = kinds.get(kind, [])
        if quick:
            instances = [] if kind == "homberger1000" else instances[:1]
        for seconds in limits if instances else ():
            also = [ONE_CORE] if seconds == limits[-1] and kind != "pdptw" else []
            also += [AS_A_RUN] if kind == RUN else []
            gaps = _gaps(instances, seconds * (QUICK if quick else 1), 1 if quick else SEEDS, also)
            name = f"{kind}_gap_pct_{seconds:.0f}s"
            figures |= {name if who == "ours" else f"{who}_{name}": round(gap, 3)
                        for who, gap in gaps.items()}  # fmt: skip
        if instances and kind != "pdptw":
            for who, several in total.items():
                several.append(gaps[who])
        figures[f"{kind}_instances"] = len(instances)
    if not total["ours"]:
        return figures, {}
    means = {who: max(LEAST, fmean(several)) for who, several in total.items()}
    return figures, {
        f"{who}_gap_vs_{ours}": round(means[who] / means[of], 4)
        for ours, of in (("ours", "ours"), (f"ours_on_{ONE_CORE}", ONE_CORE))
        for who in ("ortools", "pyvrp")
    }


def _gaps(
    instances: Sequence[Instance], seconds: float, seeds: int, also: Sequence[str]
) -> dict[str, float]:
    """Mean gap of every solver."""
    all_of: list[dict[str, float]] = []
    for instance in instances:
        costs = Costs(instance)
        costs.of["ours"] = [_ours(instance, seconds, seed) for seed in range(1, seeds + 1)]
        if ONE_CORE in also:
            with _one_core():
                costs.of[ONE_CORE] = [_ours(instance, seconds, 1)]
        if AS_A_RUN in also:
            sequences = asyncio.run(_run(instance.problem, seconds))
            costs.of[AS_A_RUN] = [instance.cost(sequences) if sequences else None]
        for name, solver in (("ortools", ortools), ("pyvrp", plain_pyvrp)):
            tours = solver(instance.problem, seconds)
            costs.of[name] = [None if tours is None else instance.cost(tours)]
        all_of.append(costs.gaps())
        told = ", ".join(f"{name} {gap:.2f} %" for name, gap in all_of[-1].items())
        say(f"{instance.name}, {seconds:g} s: {told}")
    return {name: fmean(gaps[name] for gaps in all_of) for name in all_of[0]}


@contextmanager
def _one_core() -> Iterator[None]:
    """One searching process instead of one for each core."""
    size, POOL.size = POOL.size, 1
    try:
        yield
    finally:
        POOL.size = size


def _ours(instance: Instance, seconds: float, seed: int) -> float | None:
    sequences = _planned(instance.problem, seconds, seed)
    return instance.cost(sequences) if sequences else None


def _planned(problem: Problem, seconds: float, seed: int) -> Sequences:
    """Our plan, by the door that everybody uses; nothing when there is none."""
    return _checked(problem, solve(problem, seconds=seconds, seed=seed))


async def _run(problem: Problem, seconds: float) -> Sequences:
    """As a run of the optimiser makes it: a process for it alone, whose helpers begin with it."""
    async with solving(Question(problem, seconds, 1)) as solver:
        while told := await solver.told(seconds + STARTING_S):
            if told.is_last:
                return {} if told.plan is None else _checked(problem, told.plan)
    return {}


def _checked(problem: Problem, plan: Plan) -> Sequences:
    """Its tours; nothing when it lacks stops, which are all to be done."""
    flags = check(problem, plan)
    if flags:
        raise RuntimeError(f"our plan is broken: {flags[0].words}")
    return {} if plan.left_out else plan.sequences
