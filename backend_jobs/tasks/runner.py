"""Runs background jobs inside a worker process, over outages of the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from backend_jobs.outages import Outages
from backend_jobs.tasks.attentive import AttentiveWorker
from backend_jobs.tasks.registry import Task, all_tasks
from backend_jobs.tasks.retries import Backoff
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.notification.channels.outgoing import MESSAGES
from fleet_app.outbox.jobs import note_error, rescue
from fleet_app.outbox.store import DEFAULT, EVENTS, IMPORTS, LONG_PLANS, PLANS

log = logging.getLogger(__name__)

LANES = (
    ((EVENTS,), 6), ((DEFAULT,), 2), ((IMPORTS,), 1), ((MESSAGES,), 4), ((PLANS,), 2),
    ((LONG_PLANS,), 1),
)  # fmt: skip
"""Queues that share workers, and how many jobs of theirs one process runs at a time."""
POLL_SECONDS = 2.0
"""New jobs announce themselves; those that wait for another attempt are looked for this often."""
STOP_SECONDS = 8.0
"""How long jobs may go on once the worker has to stop; then they are left to another."""
BEAT_SECONDS, SILENT_SECONDS = 5.0, 30.0
"""A worker that was silent for so long is dead, and its jobs are free."""
RESCUE_SECONDS = 10.0
PAUSE_SECONDS = 1.0


class JobRunner:
    """The jobs of one worker process. Any number of processes may run them."""

    def __init__(
        self,
        container: Container,
        tasks: Sequence[Task] | None = None,
        *,
        outages: Outages | None = None,
        backoff: Backoff | None = None,
        silent_seconds: float = SILENT_SECONDS,
        rescue_seconds: float = RESCUE_SECONDS,
    ) -> None:
        self._container = container
        self._tasks = all_tasks(container) if tasks is None else tasks
        self._outages = outages or Outages()
        self._backoff = backoff or Backoff()
        self._silent_seconds = silent_seconds
        self._rescue_seconds = rescue_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; whatever happens meanwhile, go on."""
        stopped = asyncio.create_task(stopping.wait())
        async with self._container.new_job_pool() as pool:
            app = self._app()
            await app.open_async(pool)
            try:
                while not stopping.is_set():
                    await self._round(app, stopped)
                    await asyncio.wait([stopped], timeout=PAUSE_SECONDS)
            finally:
                stopped.cancel()

    def _app(self) -> App:
        app = App(connector=PsycopgConnector())
        for task in self._tasks:
            app.task(name=task.name, retry=self._backoff, pass_context=True)(self._noting(task))
        return app

    def _noting(self, task: Task) -> Any:
        async def run(context: JobContext, **args: Any) -> None:
            try:
                await task.run(**args)
            except StoreUnavailable as error:
                self._outages.met(error)
                raise
            except Exception as error:
                await self._note(context, error)
                raise

        return run

    async def _note(self, context: JobContext, error: Exception) -> None:
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        job = context.job
        log.warning("job %s[%s], attempt %d: %s", job.task_name, job.id, job.attempts + 1, reason)
        with suppress(StoreUnavailable):
            async with self._container.work() as session:
                await note_error(session, job.id or 0, reason)

    async def _round(self, app: App, stopped: asyncio.Task[Any]) -> None:
        """Work until stopped, or until something breaks that has to be begun anew."""
        try:
            if not await app.check_connection_async():
                raise StoreUnavailable("The job queue")
            await _first_of(stopped, *self._parts(app))
        except StoreUnavailable as error:
            self._outages.met(error)
        except Exception as error:
            if _is_outage(error):
                self._outages.met(StoreUnavailable("The job queue"))
            else:
                log.exception("running jobs failed and is started again")

    def _parts(self, app: App) -> list[Coroutine[Any, Any, None]]:
        workers = [
            AttentiveWorker(  # type: ignore[no-untyped-call]
                app,
                queues=list(queues),
                name=queues[0],
                concurrency=concurrency,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
                install_signal_handlers=False,
                update_heartbeat_interval=BEAT_SECONDS,
                stalled_worker_timeout=self._silent_seconds,
            ).run()
            for queues, concurrency in LANES
        ]
        return [*workers, self._rescue_forever()]

    async def _rescue_forever(self) -> None:
        while True:
            async with self._container.work() as session:
                freed = await rescue(
                    session, silent_seconds=self._silent_seconds, attempts=self._backoff.attempts
                )
            if freed:
                log.warning("%d jobs of workers that fell silent are free again", freed)
            await asyncio.sleep(self._rescue_seconds)


def _is_outage(error: Exception) -> bool:
    """Whether the library met a server that is down, rather than one that refused its query."""
    cause = error.__cause__ if isinstance(error, ConnectorException) else error
    return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | OSError)


async def _first_of(stopped: asyncio.Task[Any], *parts: Coroutine[Any, Any, None]) -> None:
    """Run until one part ends or we are stopped, then end the others; raises what ended it."""
    running = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for task in done - {stopped}:
        task.result()
