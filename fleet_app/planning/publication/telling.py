"""What changes for a driver, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fleet_app.delivery.planned_times import longest_rising
from fleet_app.routing.optimiser.saying import span

LEAST_S = 60
"""A difference in time that is worth a word."""


def differences(
    before: Sequence[int],
    after: Sequence[int],
    *,
    left: datetime | None = None,
    leaves: datetime | None = None,
    crew: Sequence[str] = (),
    retimed: int = 0,
) -> str:
    """`3 stops added, 1 moved, leaves 10 min earlier`; "" for nothing. `retimed` stops are made at
    other times, which goes without saying when anything else changes."""
    gone, new = set(before) - set(after), set(after) - set(before)
    found = [
        _stops(len(new), "added"),
        _stops(len(gone), "taken off"),
        _moved(before, after, plain=not (new or gone)),
        *crew,
        _leaving(left, leaves),
    ]
    told = ", ".join(one for one in found if one)
    return told or (f"{stops_words(retimed)} at another time" if retimed else "")


def stops_words(count: int) -> str:
    """`3 stops`."""
    return "1 stop" if count == 1 else f"{count} stops"


def _stops(count: int, verb: str) -> str:
    return f"{stops_words(count)} {verb}" if count else ""


def _moved(before: Sequence[int], after: Sequence[int], *, plain: bool) -> str:
    """How many of the stops that stay have another place among them."""
    places = {one: place for place, one in enumerate(before)}
    order = [places[one] for one in after if one in places]
    count = len(order) - len(longest_rising(order))
    if not count:
        return ""
    return _stops(count, "moved") if plain else f"{count} moved"


def _leaving(left: datetime | None, leaves: datetime | None) -> str:
    if left is None or leaves is None:
        return ""
    seconds = round((leaves - left).total_seconds())
    if abs(seconds) < LEAST_S:
        return ""
    return f"leaves {span(abs(seconds))} {'later' if seconds > 0 else 'earlier'}"
