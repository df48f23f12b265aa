"""Which messages of the delivery log somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import partial

import msgspec

from fleet_app.kernel.parameters import Readers, moment, number, read_all, search
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
    return LogQuery(**read_all(parameters, _READERS))


def _any_of(words: type[StrEnum], text: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not given or not set(given) <= {one.value for one in words}:
        raise ValueError(f"any of {', '.join(words)}, separated by commas")
    return given


_id = number(1, 2**63 - 1)
_READERS: Readers = {
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
