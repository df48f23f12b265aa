"""`./fleet worker`: reads the durable log into history and live state, tells what the fixes mean,
and runs background jobs.

Any number may run; each takes its share of the partitions and takes over from one that dies.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

import uvloop

from backend_jobs.alerts import AlertWatch
from backend_jobs.assignment import Assignment
from backend_jobs.chores import Chores
from backend_jobs.consumer import Consumer
from backend_jobs.handlers import handlers
from backend_jobs.journeys import journey_runner
from backend_jobs.live_routes import LiveRoutes
from backend_jobs.meter import Meter
from backend_jobs.tasks.runner import JobRunner
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import Contended, StoreUnavailable
from fleet_app.location.ports import ROUTES_GROUP
from fleet_app.settings import get_settings

log = logging.getLogger(__name__)

TRIM_SECONDS = 2.0
REPORT_SECONDS = 10.0
TIDY_SECONDS = 300.0
"""How often each worker offers to do the hourly chores."""


class Worker:
    """One worker process, without its signals: tests run it inside their own loop."""

    def __init__(self, container: Container) -> None:
        self._log = container.fix_log
        self._alerts = AlertWatch(container)
        self._chores = Chores(container)
        self._meter = Meter()
        self._journeys = journey_runner(container, self._meter.outages)
        self.live_routes = LiveRoutes(container, self._meter.outages, self._route_partitions)
        self._handlers = handlers(container, self._journeys.wake, self.live_routes)
        pairs = [(g, p) for p in range(self._log.partitions) for g in self._handlers]
        self.assignment = Assignment(
            container.new_leases(), pairs, self._consumer, self._meter.outages
        )
        self._jobs = JobRunner(container, outages=self._meter.outages)

    def _consumer(self, group: str, partition: int) -> Consumer:
        return Consumer(self._log, group, partition, self._handlers[group](), self._meter)

    def _route_partitions(self) -> set[int]:
        return {partition for group, partition in self.assignment.held if group == ROUTES_GROUP}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, then hand over cleanly."""
        async with asyncio.TaskGroup() as tasks:
            chores = [
                tasks.create_task(self._trim_forever()),
                tasks.create_task(self._report_forever()),
                tasks.create_task(self._tidy_forever()),
                tasks.create_task(self._alerts.run()),
            ]
            tasks.create_task(self._jobs.run(stopping))
            tasks.create_task(self._journeys.run(stopping))
            tasks.create_task(self.live_routes.run(stopping))
            await self.assignment.run(stopping)
            for chore in chores:
                chore.cancel()

    async def _trim_forever(self) -> None:
        """Drop what every group is done with, in the partitions read here."""
        while True:
            await asyncio.sleep(TRIM_SECONDS)
            with suppress(StoreUnavailable):
                for partition in sorted({partition for _, partition in self.assignment.held}):
                    await self._log.trim(partition)

    async def _tidy_forever(self) -> None:
        while True:
            try:
                await self._chores.run()
            except (StoreUnavailable, Contended) as error:
                log.warning("chores put off: %s", error)
            await asyncio.sleep(TIDY_SECONDS)

    async def _report_forever(self) -> None:
        while True:
            await asyncio.sleep(REPORT_SECONDS)
            backlog = None
            with suppress(StoreUnavailable):
                backlog = await self._log.backlog()
            log.info(self._meter.line(len(self.assignment.held), backlog))


async def run() -> None:
    """Work until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    container = Container(get_settings())
    await container.start()
    log.info("worker started")
    try:
        await Worker(container).run(stopping)
    finally:
        await container.close()
    log.info("worker stopped")


def main() -> None:
    """Entry point of the process."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)  # else two lines for each job
    uvloop.run(run())


if __name__ == "__main__":
    main()
