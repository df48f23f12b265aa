"""Failures a person can do something about."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Problem(Exception):
    """Ends the command with this sentence and exit code 1."""


def report(problem: Problem) -> None:
    """Print it where errors belong."""
    print(f"\nfleet: {problem}", file=sys.stderr)


@contextmanager
def explained(*kinds: type[Exception]) -> Iterator[None]:
    """Turn these exceptions, and failures to start something, into a `Problem`."""
    foreseeable: tuple[type[Exception], ...] = (RuntimeError, TimeoutError, *kinds)
    try:
        yield
    except foreseeable as error:
        raise Problem(str(error)) from error


def wrong_settings(error: Exception) -> Problem | None:
    """A sentence for a `FLEET_` variable that cannot be understood; None for any other error."""
    from pydantic import ValidationError

    if not isinstance(error, ValidationError) or error.title != "Settings":
        return None
    wrong = [f"FLEET_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors()]
    return Problem("the environment has " + "; ".join(wrong))


def database_failure(error: Exception) -> Problem | None:
    """A sentence for an error of the database that nobody foresaw; None for any other error.

    Only its first line: what follows may quote whole rows, with everything personal in them.
    """
    # By name, since a command that needs no database has not imported these libraries.
    libraries = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    if libraries.isdisjoint({"sqlalchemy", "psycopg"}):
        return None
    first = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return Problem(f"the database refused that: {first or type(error).__name__}")
