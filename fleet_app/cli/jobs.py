"""`./fleet jobs`: background jobs that failed for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import typer

from fleet_app.cli.problems import explained

if TYPE_CHECKING:
    from fleet_app.bootstrap import Container

SHORTENED = 80
"""Characters of a job's arguments that are worth a look."""


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    group = typer.Typer(help="Background jobs that failed.")
    group.callback(invoke_without_command=True)(list_failed)
    group.command("retry")(retry)
    app.add_typer(group, name="jobs")


def list_failed(context: typer.Context) -> None:
    """Show background jobs that failed for good, the newest first."""
    if context.invoked_subcommand is None:
        _with_container(_list_failed)


def retry(job_id: int) -> None:
    """Have a failed job tried once more."""

    async def once_more(container: Container) -> None:
        from fleet_app.outbox import jobs

        async with container.work() as session:
            await jobs.retry(session, job_id)
        print(f"Job {job_id} will be tried once more.")

    _with_container(once_more)


async def _list_failed(container: Container) -> None:
    from fleet_app.outbox.jobs import failed_jobs

    async with container.work() as session:
        failed = await failed_jobs(session)
    for job in failed:
        ended = f"{job.at:%Y-%m-%d %H:%M}" if job.at else ""
        print(f"{job.id}  {job.task}  {ended}  {job.attempts} attempts  {_short(job.args)}")
        print(f"    {job.error or 'no reason is known'}")
    print(f"{len(failed)} jobs failed." if failed else "No failed jobs.")


def _short(args: dict[str, Any]) -> str:
    text = " ".join(f"{name}={value}" for name, value in args.items())
    return text if len(text) <= SHORTENED else text[: SHORTENED - 1] + "…"


def _with_container(act: Callable[[Container], Awaitable[None]]) -> None:
    from fleet_app.bootstrap import Container
    from fleet_app.cli.progress import detail
    from fleet_app.kernel.errors import FleetError
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    async def run() -> None:
        container = Container(get_settings())
        try:
            await act(container)
        finally:
            await container.close()

    with explained(FleetError), embedded_engines(get_settings(), detail):
        asyncio.run(run())
