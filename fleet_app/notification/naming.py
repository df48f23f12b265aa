"""What people write into a rule as names, and which vehicles, drivers and users they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.records.kinds import Write
from fleet_app.records.loose import loose
from fleet_app.records.problems import invalid

_Named = tuple[int, Sequence[str]]
"""An id and the names that mean it."""
FIELDS: Mapping[str, tuple[str, str]] = {
    "vehicles": ("vehicle_ids", "vehicle"),
    "drivers": ("driver_ids", "driver"),
    "people": ("user_ids", "user"),
    "escalate_people": ("escalate_user_ids", "user"),
}
"""A field of names -> the column of ids, and what it names."""


async def find_named(write: Write) -> None:
    """Put the ids beside the names that are stored. Raises `InvalidInput` for unknown ones."""
    problems: dict[str, str] = {}
    for field, (column, what) in FIELDS.items():
        words = write.values.get(field)
        if words is None:
            continue
        known = await _KNOWN[what](write.session, write.row.fleet_id) if words else []
        ids, problem = _ids(words, known, what)
        write.values[column] = ids
        if problem:
            problems[field] = problem
    if problems:
        raise invalid(problems)


def _ids(words: Iterable[str], known: Iterable[_Named], what: str) -> tuple[list[int], str]:
    found: dict[str, set[int]] = {}
    for number, names in known:
        for name in names:
            found.setdefault(_key(name, what), set()).add(number)
    ids: dict[int, None] = {}
    for word in words:
        meant = found.get(_key(word, what), set())
        if len(meant) != 1:
            several = f"several {what}s are called {word}" if meant else f"no {what} is {word}"
            return [], several
        ids[next(iter(meant))] = None
    return list(ids), ""


def _key(name: str, what: str) -> str:
    """Dots and hyphens count in an e-mail address, and not in a plate."""
    return name.strip().lower() if what == "user" else loose(name)


async def _vehicles(session: AsyncSession, fleet_id: int) -> list[_Named]:
    rows = await session.exec(
        select(Vehicle.id, Vehicle.registration_number, Vehicle.name).where(
            col(Vehicle.fleet_id) == fleet_id, col(Vehicle.deleted_at).is_(None)
        )
    )
    return [(number or 0, (plate, name)) for number, plate, name in rows]


async def _drivers(session: AsyncSession, fleet_id: int) -> list[_Named]:
    rows = await session.exec(
        select(Driver.id, Driver.license_number, Driver.name).where(
            col(Driver.fleet_id) == fleet_id, col(Driver.deleted_at).is_(None)
        )
    )
    return [(number or 0, (license_number, name)) for number, license_number, name in rows]


async def _users(session: AsyncSession, fleet_id: int) -> list[_Named]:
    rows = await session.exec(
        select(User.id, User.email).where(
            col(User.fleet_id) == fleet_id, col(User.deleted_at).is_(None)
        )
    )
    return [(number or 0, (email,)) for number, email in rows]


_KNOWN: Mapping[str, Any] = {"vehicle": _vehicles, "driver": _drivers, "user": _users}
