"""Values in the query of an address, read one by one. What is wrong is a `ValueError` that says so
in words for the caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from fleet_app.kernel.errors import InvalidInput

LONGEST_SEARCH = 100
Readers = Mapping[str, tuple[str, Callable[[str], Any]]]
"""What a parameter is called in the query that is made of it, and how it is read."""


def read_all(parameters: Iterable[tuple[str, str]], readers: Readers) -> dict[str, Any]:
    """The values of the parameters of an address. Raises `InvalidInput` that names every wrong
    one."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, text in parameters:
        if name not in readers:
            problems[name[:80]] = "is no parameter of this list"
            continue
        attribute, read = readers[name]
        try:
            values[attribute] = read(text)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidInput("The list cannot be asked for like this", fields=problems)
    return values


def number(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text[:20]) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


def plain_text(text: str) -> str:
    """A text that the database takes."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text.encode("utf-8", "replace").decode()


def search(text: str) -> str:
    """The words somebody looks for."""
    if len(text) > LONGEST_SEARCH:
        raise ValueError(f"is too long: at most {LONGEST_SEARCH} characters")
    return plain_text(text).strip()


def moment(text: str, zone: dt.tzinfo = UTC, *, end: bool = False) -> datetime:
    """A moment; a date alone is its first moment, or its last as the end of a range."""
    try:
        if len(text) == 10:
            day = dt.date.fromisoformat(text)
            time = dt.time.max if end else dt.time.min
            return datetime.combine(day, time, zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a date or a time, such as 2026-11-22T10:15:00Z") from None
