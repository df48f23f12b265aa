"""Some rows of a sheet, made into records in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.errors import FleetError
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.cells import Home, Reader, ReadRow
from fleet_app.records.imports.matching import Existing, Matches, Mismatch
from fleet_app.records.imports.places import Point, unplaced
from fleet_app.records.imports.references import References
from fleet_app.records.kinds import Kind, Kinds, View
from fleet_app.records.problems import GENERAL, problems_of
from fleet_app.records.service import FLEET, Records
from fleet_app.records.sheets.fields import says_the_same
from fleet_app.records.turns import take_turn


class Written(msgspec.Struct, frozen=True):
    """The record that a row made (`created`) or changed, and its version then."""

    row: int
    record_id: int
    version: int
    created: bool


class Tally(msgspec.Struct, kw_only=True):
    """What became of some rows. `written` are the records made and changed, `problems` by row."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    without_place: int = 0
    written: list[Written] = []
    problems: list[tuple[ReadRow, dict[str, str]]] = []


class Problem(Exception):
    """A row that cannot be taken over, by field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(fields)
        self.fields = dict(fields)


class Taker:
    """Takes rows over, one by one; a wrong one leaves nothing behind."""

    def __init__(
        self,
        session: AsyncSession,
        kinds: Kinds,
        kind: Kind,
        actor: Actor,
        *,
        owner: int | None,
        reader: Reader,
        home: Home,
        places: Mapping[str, Point] | None = None,
    ) -> None:
        """Without `places` nothing is said about points: rows are only tried."""
        self._session = session
        self._kinds = kinds
        self._kind = kind
        self._owner = owner
        self._reader = reader
        self._home = home
        self._places = places
        self._records = Records(session, kinds, kind, actor, View.at_present())

    async def take(self, rows: Sequence[ReadRow]) -> Tally:
        """Create, change or leave what each row is about. Raises `Forbidden`."""
        tally = Tally()
        sound = [row for row in rows if not row.errors]
        await take_turn(self._session, self._kind, [self._owner])
        self._matches = await Matches.load(self._session, self._kind, self._owner, sound)
        self._references = await References.load(
            self._session, self._kinds, self._kind, self._owner, (row.words for row in rows)
        )
        for row in rows:
            try:
                await self._take(row, tally)
            except Problem as problem:
                tally.problems.append((row, problem.fields))
        return tally

    async def _take(self, row: ReadRow, tally: Tally) -> None:
        if row.errors:
            raise Problem({**row.errors, **self._also_wrong(row)})
        existing = self._match(row)
        if existing is None and not self._kind.creatable:
            only = f"only {self._kind.label_plural.lower()} that exist can be changed by a sheet"
            raise Problem({GENERAL: only})
        revived = existing if existing is not None and existing.undone else None
        existing = None if revived else existing
        values = self._values(row, existing)
        lost = self._place(values, existing)
        if existing is not None and not values:
            tally.unchanged += 1
            return
        await self._store(row, existing or revived, values, tally)
        tally.without_place += lost

    def _match(self, row: ReadRow) -> Existing | None:
        try:
            return self._matches.find(row)
        except Mismatch as mismatch:
            raise Problem({mismatch.field: str(mismatch)}) from None

    def _values(self, row: ReadRow, existing: Existing | None) -> dict[str, Any]:
        """What the row sets: all it says, but of an existing record only what differs."""
        values, problems = dict(row.values), {}
        for name, word in row.words.items():
            current = existing.values[name] if existing else None
            try:
                spec = self._kind.by_name[name]
                values[name] = self._references.resolve(spec, word, current)
            except ValueError as error:
                problems[name] = str(error)
        for name, clock in row.clocks.items():
            try:
                values[name] = self._reader.moment(self._day(row, existing), clock)
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            raise Problem(problems)
        return values if existing is None else self._different(row, existing, values)

    def _different(
        self, row: ReadRow, existing: Existing, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        zone, specs = self._home.zone, self._kind.by_name
        return {
            name: value
            for name, value in values.items()
            if value != existing.values[name]
            and not specs[name].created_only
            and not says_the_same(specs[name], row.texts[name], existing.values[name], zone)
        }

    def _day(self, row: ReadRow, existing: Existing | None) -> str:
        """The day of a row that says times only. Raises ValueError."""
        days = [spec for spec in self._kind.specs if spec.type is FieldType.DATE]
        if len(days) != 1:
            raise ValueError("needs a date before the time, such as 2026-11-22 09:00")
        day = row.values.get(days[0].name) or (existing and existing.values[days[0].name])
        if not day:
            title = days[0].title.lower()
            raise ValueError(f"is only a time: fill in the {title}, or write it with its date")
        return str(day)

    def _place(self, values: dict[str, Any], existing: Existing | None) -> int:
        """Put addresses on the map; returns 1 when one is not found there."""
        if self._places is None:
            return 0
        lost = 0
        for address, lat, lon in unplaced(self._kind, values):
            point = self._places.get(values[address])
            if point is not None:
                values[lat], values[lon] = point
                continue
            lost = 1
            if existing is not None and existing.values[lat] is not None:
                values[lat] = values[lon] = None  # it was the point of the old address
        return lost

    async def _store(
        self, row: ReadRow, existing: Existing | None, values: dict[str, Any], tally: Tally
    ) -> None:
        try:
            async with attempt(self._session):
                await self._write(row, existing, values, tally)
        except FleetError as error:
            raise Problem(error.fields or {GENERAL: error.message}) from None
        except (IntegrityError, DataError):
            raise Problem({GENERAL: "this row cannot be stored as it is"}) from None

    async def _write(
        self, row: ReadRow, existing: Existing | None, values: dict[str, Any], tally: Tally
    ) -> None:
        if existing is not None and existing.undone:
            await self._revive(row, existing.id, values, tally)
        elif existing is None:
            of_fleet = {FLEET: self._owner} if self._kind.tenant == FLEET else {}
            identifier, version = await self._records.add({**values, **of_fleet})
            tally.written.append(Written(row.number, identifier, version, created=True))
            tally.created += 1
        elif await self._records.change(existing.id, values):
            version = await self._version(existing.id)
            tally.written.append(Written(row.number, existing.id, version, created=False))
            tally.updated += 1
        else:
            tally.unchanged += 1

    async def _revive(
        self, row: ReadRow, identifier: int, values: dict[str, Any], tally: Tally
    ) -> None:
        """Bring back what an undone import had made, as if the row made it anew."""
        try:
            new = self._kind.fields.model_validate(values)
        except ValidationError as error:
            raise Problem(problems_of(error)) from None
        await self._records.restore(identifier)
        plain = new.model_dump(mode="json", exclude={s.name for s in self._kept(values)})
        await self._records.change(identifier, plain)
        version = await self._version(identifier)
        tally.written.append(Written(row.number, identifier, version, created=True))
        tally.created += 1

    async def _version(self, identifier: int) -> int:
        stored = await self._session.get_one(self._kind.model, identifier)
        return int(stored.version)

    def _kept(self, values: Mapping[str, Any]) -> list[Spec]:
        """Fields that a record which is brought back keeps: they cannot be set again."""
        return [
            s for s in self._kind.specs if s.created_only or (s.secret and s.name not in values)
        ]

    def _also_wrong(self, row: ReadRow) -> dict[str, str]:
        """What else is wrong with a row that could not be read in full, so that all is said."""
        try:
            self._kind.fields.model_validate(row.values)
        except ValidationError as error:
            known = {**row.errors, **row.words, **row.clocks, GENERAL: ""}
            missing = {} if row.record_number else problems_of(error)
            return {name: text for name, text in missing.items() if name not in known}
        return {}
