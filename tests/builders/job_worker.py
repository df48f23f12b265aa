"""A worker's jobs and nothing else, with the slow solver: `python -m tests.builders.job_worker`."""

from __future__ import annotations

import asyncio

from backend_jobs.tasks.runner import JobRunner
from fleet_app.bootstrap import get_container
from fleet_app.planning.runs import solver
from tests.builders.plan_runs import SLOW


async def main() -> None:
    """Until killed."""
    container = get_container()
    await container.start()
    await JobRunner(container).run(asyncio.Event())


if __name__ == "__main__":
    solver.MODULE = SLOW
    asyncio.run(main())
