"""Lists as sheets, in the words that an import accepts back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import tzinfo
from typing import IO, Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.audit.trail import note
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Forbidden, InvalidInput
from fleet_app.kernel.units import METRIC
from fleet_app.records.describe import columns as described
from fleet_app.records.fields import Computed, FieldType, Spec
from fleet_app.records.imports.columns import NUMBER_TITLE, header_of
from fleet_app.records.imports.references import naming
from fleet_app.records.kinds import Kind, Kinds, View
from fleet_app.records.listing import Listing, Row
from fleet_app.records.query import ListQuery, columns_of
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.fields import cell_of
from fleet_app.records.sheets.files import Form, Head, written
from fleet_app.records.sight import in_sight

EXPORT_SECONDS = 600.0
"""How long an export may take: lists of 100,000 records are a matter of seconds in CSV, and of a
minute in XLSX."""
MOST_COLUMNS = 100
AT_ONCE = 2
"""So many exports does one process write at a time: each holds a connection while it does."""

Work = Callable[..., AbstractAsyncContextManager[AsyncSession]]
Words = Mapping[str, Mapping[int, str]]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A written sheet, what to call it, and how many records are in it."""

    file: IO[bytes]
    name: str
    rows: int


class Exports:
    """Exports of every kind of record. Opens its own units of work."""

    def __init__(self, work: Work, kinds: Kinds, view: Callable[[], View]) -> None:
        self._work = work
        self._kinds = kinds
        self._view = view
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def write(
        self, actor: Actor, kind: Kind, query: ListQuery, form: Form, columns: str = ""
    ) -> Export:
        """Every record that fits the query, of all its pages; `columns` are names and commas.

        Raises `Forbidden`, also for columns that are not for the role, `NotFound`, `InvalidInput`
        for unknown columns, `TooLarge`.
        """
        authorize(actor.principal, kind.permission("export"))
        chosen = self._in_sight(actor, chosen_columns(kind, columns), named=bool(columns.strip()))
        owner = fleet_in_view(actor.principal, query.fleet_id)
        async with self._turns, self._work(EXPORT_SECONDS) as session:
            zone, currency = await self._home(session, owner)
            lines = _Lines(session, self._kinds, kind, chosen, zone)
            listing = Listing(session, self._kinds, kind, self._view())
            head = Head(
                title=kind.label_plural,
                headers=[_header(one, currency) for one in chosen],
                types=[_type(one) for one in chosen],
                zone=zone,
            )
            file = await written(form, head, lines.of(listing.all(actor.principal, query)))
            note(session, actor, "export", kind=kind.name, object_id=None,
                 label=kind.label_plural, fleet_id=owner,
                 changes={"rows": [None, lines.count], "form": [None, form.value]})  # fmt: skip
        day = utc_now().astimezone(zone).date().isoformat()
        return Export(file=file, name=f"{kind.plural}-{day}.{form.value}", rows=lines.count)

    def _in_sight(
        self, actor: Actor, chosen: list[Spec | Computed], *, named: bool
    ) -> list[Spec | Computed]:
        """Without what tells of records that the person may not read. Raises `Forbidden` when such
        a column was asked for by name."""
        seen = [one for one in chosen if in_sight(actor.principal, self._kinds, one)]
        if named and len(seen) < len(chosen):
            unseen = ", ".join(one.name for one in chosen if one not in seen)
            message = f"Your role does not allow to export {unseen}"
            raise Forbidden(message, fields={"columns": f"{unseen} is not for your role"})
        return seen

    async def _home(self, session: AsyncSession, owner: int | None) -> tuple[tzinfo, str]:
        """Time zone and currency of the fleet; without one fleet UTC and none."""
        fleet: Any = None
        if owner is not None:
            fleet = await session.get(self._kinds["fleets"].model, owner)
        return (
            (ZoneInfo("UTC"), "") if fleet is None else (ZoneInfo(fleet.time_zone), fleet.currency)
        )


class _Lines:
    """Turns batches of rows into lines of cells, and counts them."""

    def __init__(
        self,
        session: AsyncSession,
        kinds: Kinds,
        kind: Kind,
        chosen: Sequence[Spec | Computed],
        zone: tzinfo,
    ) -> None:
        self.count = 0
        self._session = session
        self._kinds = kinds
        self._chosen = chosen
        self._zone = zone

    async def of(self, batches: AsyncIterator[list[Row]]) -> AsyncIterator[list[list[Cell]]]:
        """The lines of each batch."""
        async for rows in batches:
            words = await self._words(rows)
            self.count += len(rows)
            yield [[self._cell(one, row, words) for one in self._chosen] for row in rows]

    def _cell(self, one: Spec | Computed, row: Row, words: Words) -> Cell:
        value = row[one.name]
        if one.type is FieldType.REFERENCE and value is not None:
            return words[one.name].get(value, "")
        measure = METRIC.of(one.unit) if isinstance(one, Computed) else None
        if measure is not None and value is not None:
            return measure.shown(value)
        return cell_of(one, value, self._zone)

    async def _words(self, rows: Sequence[Row]) -> Words:
        """What the records are called that these rows point to, by field."""
        found = {}
        for one in self._chosen:
            if isinstance(one, Spec) and one.type is FieldType.REFERENCE:
                ids = {row[one.name] for row in rows} - {None}
                found[one.name] = await self._names(self._kinds[one.reference or ""], ids)
        return found

    async def _names(self, kind: Kind, ids: set[int]) -> Mapping[int, str]:
        if not ids:
            return {}
        columns = [getattr(kind.model, name) for name in naming(kind)]
        query = select(kind.model.id, *columns).where(kind.model.id.in_(ids))
        found = await (await self._session.connection()).execute(query)
        return {row[0]: next((str(name) for name in row[1:] if name), "") for row in found}


def chosen_columns(kind: Kind, names: str = "") -> list[Spec | Computed]:
    """The columns of a sheet: those that are named, else what there is to know of a record.

    Raises `InvalidInput` for one that does not exist.
    """
    known = columns_of(kind)
    wanted = list(dict.fromkeys(word.strip() for word in names.split(",") if word.strip()))
    if not wanted:
        return [known["id"], *(known[name] for name in _usual(kind))]
    unknown = [name for name in wanted if name not in known]
    if unknown or len(wanted) > MOST_COLUMNS:
        problem = f"any of {', '.join(sorted(known))}, separated by commas"
        raise InvalidInput("There are no such columns", fields={"columns": problem})
    return [known[name] for name in wanted]


def _usual(kind: Kind) -> list[str]:
    """All columns but those that only make sense to a program, in reading order."""
    hidden = {spec.name for spec in kind.specs if not spec.importable and spec.reference is None}
    own = {*kind.by_name, *(one.name for one in kind.computed)}
    shapes = [spec.name for spec in kind.specs if spec.type is FieldType.GEOMETRY]
    return [*(one["id"] for one in described(kind) if one["id"] in own - hidden), *shapes]


def _header(one: Spec | Computed, currency: str) -> str:
    if one.name == "id":
        return NUMBER_TITLE
    if isinstance(one, Computed):  # such as a speed, which people read in km/h
        one = replace(one, unit=METRIC.unit(one.unit))
    return header_of(one, currency)


def _type(one: Spec | Computed) -> str:
    """As the writer of sheets knows it; references and choices are words there."""
    return "text" if one.type in (FieldType.REFERENCE, FieldType.CHOICE) else one.type.value
