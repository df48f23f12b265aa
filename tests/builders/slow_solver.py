"""The solver's process, with a solver that takes all its time and improves five times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from fleet_app.planning.runs import child
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.scheduling import schedule
from fleet_app.routing.optimiser.solving import solve

EVERY_SECONDS = 0.2


def slowly(
    problem: Any,
    *,
    seconds: float,
    start: Any = None,
    stopped: Callable[[], bool],
    better: Callable[[Plan], None],
    **said: Any,
) -> Plan:
    """A plan that gets one thousandth cheaper each time; from `start` where that has everything."""
    until = time.monotonic() + seconds
    placed = sum(map(len, (start or {}).values()))
    if placed == len(problem.stops):
        plan = schedule(problem, start, said.get("words"))
    else:
        plan = solve(problem, seconds=1, start=start, words=said.get("words"))
    while time.monotonic() < until and not stopped():
        better(plan)
        time.sleep(EVERY_SECONDS)
        plan = msgspec.structs.replace(plan, cost=plan.cost - plan.cost // 1000)
    return plan


if __name__ == "__main__":
    child.solve = slowly  # type: ignore[assignment]
    child.main()
