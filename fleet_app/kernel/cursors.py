"""Paging by what was read last instead of by page numbers: stable while new rows come."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from fleet_app.kernel.errors import InvalidInput

LONGEST_CURSOR = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_WORD = 64
Row = TypeVar("Row")


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the moment of its last row, and what tells rows of one moment apart."""

    micros: int
    key: int = 0
    word: str = ""

    @classmethod
    def at(cls, moment: datetime, key: int = 0, word: str = "") -> Position:
        """Behind a row of `moment`."""
        return cls((moment - _EPOCH) // _MICROSECOND, key, word)

    @property
    def moment(self) -> datetime:
        """The moment again, to the microsecond."""
        return _EPOCH + timedelta(microseconds=self.micros)


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """Some rows; `next_cursor` asks for those that follow, and is None after the last."""

    rows: Sequence[Row]
    next_cursor: str | None


def cursor_of(position: Position) -> str:
    """A position as a word for addresses, which nobody needs to understand."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position_of(cursor: str) -> Position | None:
    """The position again; None for the empty cursor. Raises `InvalidInput`."""
    if not cursor:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position = msgspec.json.decode(raw, type=Position)
        if not 0 <= position.key < 2**63 or len(position.word) > _LONGEST_WORD:
            raise ValueError(cursor)
        if "\0" in position.word:
            raise ValueError(cursor)
        _ = position.moment
        return position
    except (ValueError, OverflowError, binascii.Error, msgspec.MsgspecError):
        message = "is not one that an answer gave; begin without it"
        raise InvalidInput("This cursor is not known", fields={"cursor": message}) from None
