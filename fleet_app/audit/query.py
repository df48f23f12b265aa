"""Which entries of the audit log somebody wants to see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import msgspec

from fleet_app.access.actor import Channel
from fleet_app.kernel.parameters import Readers, moment, number, read_all, search

MOST_ROWS, MOST_PAGES, LONGEST_WORD, MOST_WORDS = 500, 1_000_000, 40, 50


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One page of entries, newest first. Empty filters let everything through.

    `start` and `end` are inclusive. `before` continues below an entry, for readers that walk
    through all of it: (its time, its id).
    """

    page: int = 1
    limit: int = 50
    sort: str = "-at"
    text: str = ""
    actor_id: int | None = None
    kinds: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    object_id: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    fleet_id: int | None = None
    before: tuple[datetime, int] | None = None

    @property
    def offset(self) -> int:
        """How many entries come before the page."""
        return (self.page - 1) * self.limit


def parse_audit_query(parameters: Iterable[tuple[str, str]]) -> AuditQuery:
    """Read the parameters of an address. Raises `InvalidInput` that names every wrong one."""
    return AuditQuery(**read_all(parameters, _READERS))


def _words(text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    sound = all(word.isascii() and word.isprintable() and len(word) <= LONGEST_WORD
                for word in words)  # fmt: skip
    if not words or len(words) > MOST_WORDS or not sound:
        raise ValueError(f"needs 1 to {MOST_WORDS} words, separated by commas")
    return words


def _channels(text: str) -> tuple[str, ...]:
    words = _words(text)
    if not set(words) <= set(Channel):
        raise ValueError(f"any of {', '.join(Channel)}, separated by commas")
    return words


def _sort(text: str) -> str:
    if text not in {"", "-at"}:
        raise ValueError("must be -at: the log is read newest first")
    return "-at"


_id = number(1, 2**63 - 1)
_READERS: Readers = {
    "page": ("page", number(1, MOST_PAGES)),
    "limit": ("limit", number(1, MOST_ROWS)),
    "sort": ("sort", _sort),
    "q": ("text", search),
    "actor_id": ("actor_id", _id),
    "kind": ("kinds", _words),
    "action": ("actions", _words),
    "channel": ("channels", _channels),
    "object_id": ("object_id", _id),
    "at.from": ("start", moment),
    "at.to": ("end", partial(moment, end=True)),
    "fleet_id": ("fleet_id", _id),
}
