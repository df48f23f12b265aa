"""`./fleet doctor`: what is missing or unhealthy, in plain words."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.command()(doctor)


def doctor() -> None:
    """Check this installation and say what to do about what is wrong."""
    from fleet_app.runtime.doctor import State, examine
    from fleet_app.settings import get_settings

    marks = {State.GOOD: "✓", State.NOTE: "–", State.BROKEN: "✗"}
    broken = 0
    for finding in examine(get_settings()):
        print(f"{marks[finding.state]} {finding.subject}: {finding.text}", flush=True)
        if finding.advice:
            print(f"    {finding.advice}", flush=True)
        broken += finding.state is State.BROKEN
    print("\nEverything needed works." if not broken else f"\n{broken} to repair.")
    raise typer.Exit(1 if broken else 0)
