"""Which alerts somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

import msgspec

from fleet_app.kernel.parameters import Readers, moment, number, read_all, search
from fleet_app.notification.models import AlertEvent, AlertStatus, Severity

MOST_ROWS, MOST_PAGES, MOST_VALUES = 500, 1_000_000, 100
SORTS = ("id", "last_at", "first_at", "raised_at", "severity", "status", "count", "title")
_C = TypeVar("_C", bound=StrEnum)


class AlertQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One page of alerts; `start` and `end` are about when it happened last."""

    page: int = 1
    limit: int = 50
    sort: tuple[tuple[str, bool], ...] = (("last_at", True),)
    text: str = ""
    statuses: tuple[AlertStatus, ...] = ()
    severities: tuple[Severity, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    vehicle_ids: tuple[int, ...] = ()
    driver_ids: tuple[int, ...] = ()
    delivery_ids: tuple[int, ...] = ()
    geofence_ids: tuple[int, ...] = ()
    rule_ids: tuple[int, ...] = ()
    assigned_to: tuple[int, ...] = ()
    late: bool | None = None
    start: datetime | None = None
    end: datetime | None = None
    fleet_id: int | None = None

    @property
    def offset(self) -> int:
        """How many alerts come before the page."""
        return (self.page - 1) * self.limit


def parse_alert_query(parameters: Iterable[tuple[str, str]]) -> AlertQuery:
    """Read the parameters of an address. Raises `InvalidInput` that names every wrong one."""
    return AlertQuery(**read_all(parameters, _READERS))


def _words(text: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or len(words) > MOST_VALUES:
        raise ValueError(f"needs 1 to {MOST_VALUES} values, separated by commas")
    return words


def _choices(kind: type[_C]) -> Callable[[str], tuple[_C, ...]]:
    def read(text: str) -> tuple[_C, ...]:
        words = _words(text)
        if not set(words) <= {one.value for one in kind}:
            raise ValueError(f"any of {', '.join(kind)}, separated by commas")
        return tuple(kind(word) for word in words)

    return read


_id = number(1, 2**63 - 1)


def _ids(text: str) -> tuple[int, ...]:
    return tuple(_id(word) for word in _words(text))


def _flag(text: str) -> bool:
    known = {"true": True, "false": False}
    if text.lower() not in known:
        raise ValueError("must be true or false")
    return known[text.lower()]


def _sort(text: str) -> tuple[tuple[str, bool], ...]:
    order: dict[str, bool] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name = word.removeprefix("-")
        if name not in SORTS:
            raise ValueError(f"one of {', '.join(SORTS)}")
        order.setdefault(name, word.startswith("-"))
    return tuple(order.items()) or AlertQuery().sort


_READERS: Readers = {
    "page": ("page", number(1, MOST_PAGES)),
    "limit": ("limit", number(1, MOST_ROWS)),
    "sort": ("sort", _sort),
    "q": ("text", search),
    "status": ("statuses", _choices(AlertStatus)),
    "severity": ("severities", _choices(Severity)),
    "event": ("events", _choices(AlertEvent)),
    "vehicle_id": ("vehicle_ids", _ids),
    "driver_id": ("driver_ids", _ids),
    "delivery_id": ("delivery_ids", _ids),
    "geofence_id": ("geofence_ids", _ids),
    "rule_id": ("rule_ids", _ids),
    "assigned_to": ("assigned_to", _ids),
    "late": ("late", _flag),
    "from": ("start", moment),
    "to": ("end", partial(moment, end=True)),
    "fleet_id": ("fleet_id", _id),
}
