"""What `./fleet` runs."""

from __future__ import annotations

import signal
import sys

import typer

from fleet_app.cli import (
    audit,
    benchmarks,
    checks,
    database,
    dead_letters,
    doctor,
    jobs,
    maps,
    processes,
    product,
    traffic,
    users,
)
from fleet_app.cli.problems import Problem, database_failure, report, wrong_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Live fleet tracking. Start with `./fleet demo`.",
)
GROUPS = (
    product,
    processes,
    traffic,
    maps,
    database,
    users,
    dead_letters,
    jobs,
    audit,
    doctor,
    checks,
)
for group in (*GROUPS, benchmarks):
    group.register(app)


def main() -> None:
    """Run the command line; a foreseeable failure is a sentence, not a stack trace."""
    # A service manager's stop ends a long step the way Ctrl-C does: by unwinding.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app(prog_name="./fleet")
    except KeyboardInterrupt:
        sys.exit(130)
    except Problem as problem:
        report(problem)
        sys.exit(1)
    except Exception as error:
        known = wrong_settings(error) or database_failure(error)
        if known is None:
            raise
        report(known)
        sys.exit(1)


if __name__ == "__main__":
    main()
