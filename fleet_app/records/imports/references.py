"""The records that words in a sheet mean: by key, external reference or title, never by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.records.fields import Spec
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.loose import loose, loose_sql

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Known(msgspec.Struct, frozen=True):
    """A record that a word may mean."""

    id: int
    deleted: bool
    names: tuple[str, ...]
    """In the order in which they count, "" where it has none."""


def naming(kind: Kind) -> list[str]:
    """The attributes that a record can be called by, the surest first."""
    key = [kind.by_name[kind.key].attribute] if kind.key else []
    return list(dict.fromkeys([*key, "external_reference", kind.title]))


class References:
    """What the words of some rows mean."""

    def __init__(self, kinds: Kinds, kind: Kind) -> None:
        self._kinds = kinds
        self._kind = kind
        self._known: dict[str, list[Known]] = {}

    @classmethod
    async def load(
        cls,
        session: AsyncSession,
        kinds: Kinds,
        kind: Kind,
        owner: int | None,
        words: Iterable[Mapping[str, str]],
    ) -> References:
        """Look up all words of these rows, a mapping of field to word each, at once."""
        found = cls(kinds, kind)
        wanted: dict[str, set[str]] = {}
        for row in words:
            for name, word in row.items():
                target = kind.by_name[name].reference or ""
                wanted.setdefault(target, set()).add(word)
        for plural, some in wanted.items():
            found._known[plural] = await _look_up(session, kinds[plural], owner, some)
        return found

    def resolve(self, spec: Spec, word: str, current: int | None = None) -> int:
        """The id that a word means; `current` wins among several. Raises ValueError."""
        kind = self._kinds[spec.reference or ""]
        candidates = self._known.get(kind.plural, [])
        folds = [_fold(kind, name) for name in naming(kind)]
        for rank, fold in enumerate(folds):
            fitting = [one for one in candidates if fold(one.names[rank]) == fold(word)]
            if any(one.id == current for one in fitting):
                return current or 0
            living = [one for one in fitting if not one.deleted]
            if len(living) == 1:
                return living[0].id
            if living:
                raise ValueError(_ambiguous(kind, word, len(living)))
        if any(fold(one.names[rank]) == fold(word) for one in candidates
               for rank, fold in enumerate(folds)):  # fmt: skip
            raise ValueError(f"the {kind.label.lower()} {word} is deleted")
        raise ValueError(f"there is no {kind.label.lower()} {word}")


async def _look_up(
    session: AsyncSession, kind: Kind, owner: int | None, words: set[str]
) -> list[Known]:
    columns = [getattr(kind.model, name) for name in naming(kind)]
    query: Any = select(kind.model.id, kind.model.deleted_at, *columns)
    query = query.where(or_(*(_is_one_of(kind, name, words) for name in naming(kind))))
    if owner is not None:
        query = query.where(getattr(kind.model, kind.tenant) == owner)
    found = (await (await session.connection()).execute(query)).all()
    return [_known(row) for row in found]


def _is_one_of(kind: Kind, name: str, words: set[str]) -> ColumnElement[bool]:
    column, fold = getattr(kind.model, name), _fold(kind, name)
    written = loose_sql(column) if fold is loose else func.lower(column)
    return written.in_({fold(word) for word in words})


def _fold(kind: Kind, name: str) -> Callable[[str], str]:
    """How two words for an attribute are compared."""
    is_loose = any(kind.by_name[field].attribute == name for field in kind.loose)
    return loose if is_loose else str.lower


def _known(row: Sequence[Any]) -> Known:
    return Known(row[0], row[1] is not None, tuple(str(name or "") for name in row[2:]))


def _ambiguous(kind: Kind, word: str, count: int) -> str:
    number = _COUNTS[count] if count < len(_COUNTS) else str(count)
    sure = kind.by_name[kind.key].title if kind.key else "External reference"
    advice = f"use their {sure[:1].lower()}{sure[1:]}"
    return f"there are {number} {kind.label_plural.lower()} called {word}; {advice}"
