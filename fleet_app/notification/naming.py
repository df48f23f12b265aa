"""What people write into a rule as names, and which vehicles, drivers and users they mean.

The ids are what counts. The words beside them are names, also where somebody wrote an e-mail
address, a plate or a licence number: more people read rules than may see those.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, BeforeValidator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.kernel.texts import one_line
from fleet_app.records.kinds import Write
from fleet_app.records.loose import loose
from fleet_app.records.problems import invalid

MOST_NAMES, LONGEST_NAME = 200, 254
FIELDS: Mapping[str, tuple[str, str]] = {
    "vehicles": ("vehicle_ids", "vehicle"),
    "drivers": ("driver_ids", "driver"),
    "people": ("user_ids", "user"),
    "escalate_people": ("escalate_user_ids", "user"),
}
"""A field of names -> the column of ids, and what it names."""
_NUMBERED = re.compile(r"(?P<name>.*\S)\s+#(?P<id>\d{1,18})")
"""How two of one name are told apart: `Van 3 #17`."""
_BETWEEN = re.compile(r"[,;\s]+")


class _Named(msgspec.Struct, frozen=True):
    """Something that a rule can name: by its name, or by what else is only its own."""

    id: int
    name: str
    other: str

    @property
    def keys(self) -> set[str]:
        return {_key(self.name), _key(self.other)}


def _words(value: Any) -> Any:
    if value is None:
        return []
    return re.split(r"[,;\n]", value) if isinstance(value, str) else value


def _tidy(values: list[str]) -> list[str]:
    words = dict.fromkeys(one_line(" ".join(value.split())) for value in values if value.strip())
    if len(words) > MOST_NAMES or any(len(word) > LONGEST_NAME for word in words):
        raise ValueError(f"at most {MOST_NAMES} names of at most {LONGEST_NAME} characters each")
    return list(words)


Names = Annotated[list[str], BeforeValidator(_words), AfterValidator(_tidy)]
"""The names of several, with commas between them or as a list."""


async def find_named(write: Write) -> None:
    """Put ids beside the names, and each name as it is called. Raises `InvalidInput`."""
    problems: dict[str, str] = {}
    for field, (column, what) in FIELDS.items():
        words = write.values.get(field)
        if words is None:
            continue
        known = await _KNOWN[what](write.session, write.row.fleet_id) if words else []
        look_up = _LookUp(known, what, _meant_before(write, field, column))
        try:
            found = dict.fromkeys(look_up.meant(word) for word in words)
        except ValueError as error:
            problems[field] = str(error)
            continue
        write.values[field] = [look_up.called(one) for one in found]
        write.values[column] = [one.id for one in found]
    if problems:
        raise invalid(problems)


def _meant_before(write: Write, field: str, column: str) -> dict[str, int]:
    """What the stored words mean, whatever has that name by now."""
    words = write.before.get(field) or []
    ids = getattr(write.row, column) or []
    return dict(zip(words, ids, strict=True)) if len(words) == len(ids) else {}


class _LookUp:
    """Finds what words mean among the known."""

    def __init__(self, known: Sequence[_Named], what: str, before: Mapping[str, int]) -> None:
        self._what, self._before = what, before
        self._by_id = {one.id: one for one in known}
        self._by_key: dict[str, set[int]] = {}
        for one in known:
            for key in one.keys:
                self._by_key.setdefault(key, set()).add(one.id)

    def meant(self, word: str) -> _Named:
        """The one that a word means. Raises ValueError for none and for several."""
        stored = self._by_id.get(self._before.get(word, 0))
        if stored is not None:
            return stored
        ids = self._by_key.get(_key(word), set())
        if len(ids) == 1:
            return self._by_id[next(iter(ids))]
        told = _NUMBERED.fullmatch(word)
        numbered = self._by_id.get(int(told["id"])) if told else None
        if told and numbered is not None and _key(told["name"]) in numbered.keys:
            return numbered
        if ids:
            raise ValueError(
                f"several {self._what}s are called {word}: write one as {word} #{min(ids)}"
            )
        raise ValueError(f"no {self._what} is {word}")

    def called(self, one: _Named) -> str:
        """Its name, with its number where another has the same."""
        name = _spoken(one.name)
        alone = self._by_key.get(_key(name)) == {one.id}
        return name if alone else f"{name} #{one.id}"


def _spoken(name: str) -> str:
    """Without the commas that stand between names."""
    return _BETWEEN.sub(" ", name).strip()


def _key(name: str) -> str:
    """Dots and hyphens count in an e-mail address, and not in a plate or a name."""
    return name.strip().lower() if "@" in name else loose(_spoken(name))


def _of(model: Any, other: str) -> Callable[[AsyncSession, int], Awaitable[list[_Named]]]:
    async def known(session: AsyncSession, fleet_id: int) -> list[_Named]:
        columns = select(model.id, model.name, getattr(model, other))
        wanted = columns.where(col(model.fleet_id) == fleet_id, col(model.deleted_at).is_(None))
        return [_Named(*row) for row in (await session.exec(wanted)).all()]

    return known


_KNOWN = {
    "vehicle": _of(Vehicle, "registration_number"),
    "driver": _of(Driver, "license_number"),
    "user": _of(User, "email"),
}
