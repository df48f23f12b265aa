"""`./fleet dead-letters`: log entries that failed five times."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from fleet_app.cli.problems import explained


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command("dead-letters")(dead_letters)


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="Put them back into the log.")] = False,
) -> None:
    """Show log entries that could not be handled; with --replay, have them handled again."""
    from fleet_app.cli.progress import detail
    from fleet_app.kernel.errors import FleetError
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with explained(FleetError), embedded_engines(get_settings(), detail):
        asyncio.run(_run(replay=replay))


async def _run(*, replay: bool) -> None:
    from fleet_app.bootstrap import Container
    from fleet_app.settings import get_settings

    container = Container(get_settings())
    try:
        log = container.fix_log
        if replay:
            print(f"{await log.replay_dead_letters()} entries are back in the log.")
            return
        letters = await log.dead_letters()
        for letter in letters:
            where = f"{letter.group}  log {letter.partition}  entry {letter.entry_id}"
            print(f"{letter.letter_id}  {where}  {letter.error}")
        print(f"{len(letters)} entries could not be handled." if letters else "No dead letters.")
    finally:
        await container.close()
