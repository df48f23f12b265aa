"""When a delivery may be made: at any time, within its window, or within either of two. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from fleet_app.delivery.models import Delivery
from fleet_app.records.types import require_order, wrong_field

Times = tuple[datetime | None, datetime | None]
"""From when to when; the only window of a delivery may be open at one end."""


class HasWindows(Protocol):
    """What people write about when a delivery may be made."""

    window_from: datetime | None
    window_to: datetime | None
    window2_from: datetime | None
    window2_to: datetime | None


def windows_of(delivery: Delivery) -> tuple[Times, ...]:
    """In the order of time; () for any time."""
    first = delivery.window_from, delivery.window_to
    second = delivery.window2_from, delivery.window2_to
    return tuple(one for one in (first, second) if one != (None, None))


def require_windows(given: HasWindows) -> None:
    """Raises what is wrong at its field: a second window is whole, and comes after the first."""
    require_order(given.window_from, given.window_to, "the time window ends before it starts",
                  field="window_to")  # fmt: skip
    opens, closes, until = given.window2_from, given.window2_to, given.window_to
    if opens is None and closes is None:
        return
    if opens is None:
        raise wrong_field("window2_from", "is missing: from when is the second time window?")
    if closes is None:
        raise wrong_field("window2_to", "is missing: until when is the second time window?")
    if until is None:
        raise wrong_field("window_to", "is missing: the first time window ends before the second")
    if opens <= until:
        raise wrong_field("window2_from", "must be after the end of the first time window")
    require_order(opens, closes, "the second time window ends before it starts",
                  field="window2_to")  # fmt: skip
