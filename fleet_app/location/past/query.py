"""What somebody asks of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.journeys.facts import FactKind

LONGEST_PERIOD = timedelta(days=31)
"""Of a track. A month of any length, and the hour that some have more."""
_SLACK = timedelta(hours=1)
_WRONG = "The period is not right"


class PastQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts: those that overlap [since, until); what is None or empty does not narrow."""

    kinds: tuple[FactKind, ...] = ()
    vehicle_ids: tuple[int, ...] = ()
    driver_id: int | None = None
    fleet_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    subject: str = ""


def moment(name: str, text: str) -> datetime | None:
    """A moment with its zone, in UTC; None for nothing. Raises `InvalidInput` about `name`."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise InvalidInput(_WRONG, fields={name: f"needs a time zone, e.g. {_EXAMPLE}"})
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(_WRONG, fields={name: f"must be a moment, e.g. {_EXAMPLE}"}) from None


_EXAMPLE = "2026-11-22T10:15:00Z"


def period(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    """Both ends of a period, either of which may be open. Raises `InvalidInput`."""
    first, last = moment("from", since), moment("to", until)
    if first is not None and last is not None and last <= first:
        raise InvalidInput(_WRONG, fields={"to": "must be later than `from`"})
    return first, last


def bounded(since: str, until: str) -> tuple[datetime, datetime]:
    """A whole period of at most 31 days. Raises `InvalidInput`."""
    first, last = period(since, until)
    if first is None or last is None:
        missing = {"from": first, "to": last}
        fields = {name: "is missing" for name, one in missing.items() if one is None}
        raise InvalidInput(_WRONG, fields=fields)
    if last - first > LONGEST_PERIOD + _SLACK:
        raise InvalidInput(_WRONG, fields={"to": "must be at most 31 days after `from`"})
    return first, last
