"""Which messages of the delivery log somebody wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

import msgspec

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.parameters import moment, number, search
from fleet_app.notification.channels.models import Channel, Status

MOST_ROWS, MOST_PAGES = 200, 1_000_000


class LogQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first. Empty filters let everything through; times are inclusive."""

    page: int = 1
    limit: int = 50
    text: str = ""
    about: str = ""
    statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    user_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    fleet_id: int | None = None


def parse_log_query(parameters: Iterable[tuple[str, str]]) -> LogQuery:
    """Read the parameters of an address. Raises `InvalidInput` that names every wrong one."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, text in parameters:
        if name not in _READERS:
            problems[name[:80]] = "is no parameter of this list"
            continue
        attribute, read = _READERS[name]
        try:
            values[attribute] = read(text)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidInput("The list cannot be asked for like this", fields=problems)
    return LogQuery(**values)


def _any_of(words: type[StrEnum], text: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not given or not set(given) <= {one.value for one in words}:
        raise ValueError(f"any of {', '.join(words)}, separated by commas")
    return given


_id = number(1, 2**63 - 1)
_READERS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "page": ("page", number(1, MOST_PAGES)),
    "limit": ("limit", number(1, MOST_ROWS)),
    "q": ("text", search),
    "about": ("about", search),
    "status": ("statuses", partial(_any_of, Status)),
    "channel": ("channels", partial(_any_of, Channel)),
    "user_id": ("user_id", _id),
    "created_at.from": ("start", moment),
    "created_at.to": ("end", partial(moment, end=True)),
    "fleet_id": ("fleet_id", _id),
}
