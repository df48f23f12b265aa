"""`./fleet audit`: whether the audit log is as it was written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fleet_app.audit.verifying import Verdict
    from fleet_app.bootstrap import Container

commands = typer.Typer(no_args_is_help=True, help="The audit log.")


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(commands, name="audit")


@commands.callback()
def _group() -> None:
    """The audit log."""


@commands.command()
def verify(
    fleet: Annotated[
        str, typer.Option(metavar="ID_OR_NAME", help="One fleet; all of them when not given.")
    ] = "",
) -> None:
    """Recompute every hash chain; exit code 1 when an entry was changed, removed or added."""
    from fleet_app.cli.records import ask, records

    with records():
        found = ask(partial(_verify, fleet=fleet))
    for title, verdict in found:
        print(_line(title, verdict))
    if not found:
        print("The audit log is empty.")
    if not all(verdict.ok for _, verdict in found):
        raise typer.Exit(1)


def _line(title: str, verdict: Verdict) -> str:
    if verdict.ok:
        return f"✓ {title}: {verdict.checked} entries, all as they were written; {verdict.head}"
    return (
        f"✗ {title}: broken at entry {verdict.first_broken}. {verdict.why}. "
        f"The {verdict.checked} entries before it are sound."
    )


async def _verify(container: Container, fleet: str) -> list[tuple[str, Verdict]]:
    from fleet_app.audit.models import SYSTEM_CHAIN
    from fleet_app.audit.verifying import heads, verify
    from fleet_app.cli.new_user import existing_fleet
    from fleet_app.fleet.register import FleetRegister

    work = partial(container.work, container.patience)
    async with work() as session:
        register = FleetRegister(session)
        if fleet:
            one = await existing_fleet(register, fleet, "audit log")
            chains = [one.id or 0]
        else:
            chains = [chain for chain, _, _ in await heads(session)]
        names = {known.id: known.name for known in await register.fleets()}
    titles = {SYSTEM_CHAIN: "Outside of fleets"} | {
        chain: f"Fleet {chain} ({names.get(chain, 'deleted')})" for chain in chains if chain
    }
    return [(titles[chain], await verify(work, chain)) for chain in chains]
