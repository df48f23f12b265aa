"""Which records rows are about: those of their record number, external reference or key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, or_, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.records.fields import Computed
from fleet_app.records.imports.cells import ReadRow
from fleet_app.records.imports.columns import NUMBER
from fleet_app.records.kinds import Kind, View
from fleet_app.records.listing import plain
from fleet_app.records.loose import loose, loose_sql
from fleet_app.records.models import Import, ImportedRow, ImportState

REFERENCE = "external_reference"


class Existing(msgspec.Struct, frozen=True):
    """A record as it is, by field. `undone`: it is deleted only because its import was undone."""

    id: int
    deleted: bool
    undone: bool
    reference: str | None
    values: Mapping[str, Any]


class Mismatch(ValueError):
    """A row that means no record, or not clearly which; `field` is where it says so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Matches:
    """The records that some rows may be about."""

    def __init__(self, kind: Kind, found: Sequence[Existing]) -> None:
        self._kind = kind
        self._by_id = {one.id: one for one in found}
        self._by_reference: dict[str, list[Existing]] = {}
        self._by_key: dict[str, list[Existing]] = {}
        for one in found:
            if one.reference is not None:
                self._by_reference.setdefault(one.reference, []).append(one)
            if kind.key:
                word = _stored_word(kind, one.values[kind.key])
                self._by_key.setdefault(word, []).append(one)

    @classmethod
    async def load(
        cls, session: AsyncSession, kind: Kind, owner: int | None, rows: Sequence[ReadRow]
    ) -> Matches:
        """Look up all that these rows may be about at once.

        They are locked in the order of their ids, as by everybody who changes many.
        """
        model: Any = kind.model
        conditions = [model.id.in_({row.record_number for row in rows if row.record_number})]
        references = {row.values[REFERENCE] for row in rows if REFERENCE in row.values}
        conditions.append(model.external_reference.in_(references))
        if kind.key:
            keys = {_word(kind, row.values[kind.key]) for row in rows if kind.key in row.values}
            column = getattr(model, kind.by_name[kind.key].attribute)
            is_loose = kind.key in kind.loose
            conditions.append((loose_sql(column) if is_loose else func.lower(column)).in_(keys))
        query: Any = select(*_columns(kind)).select_from(model)
        if kind.join is not None and _readings(kind):
            query = kind.join(query)
        query = query.where(or_(*conditions))
        if owner is not None:
            query = query.where(getattr(model, kind.tenant) == owner)
        query = query.order_by(model.id).with_for_update(of=model)
        found = (await (await session.connection()).execute(query)).mappings()
        return cls(kind, [_existing(kind, row) for row in found])

    def find(self, row: ReadRow) -> Existing | None:
        """The record a row changes; None for a new one. Raises `Mismatch`."""
        if row.record_number is not None:
            return self._numbered(row.record_number)
        reference = row.values.get(REFERENCE)
        found = self._one(REFERENCE, self._by_reference.get(reference or "", []), reference)
        if found is not None or not self._kind.key or self._kind.key not in row.values:
            return found
        key = row.values[self._kind.key]
        found = self._one(self._kind.key, self._by_key.get(_word(self._kind, key), []), key)
        others = found is not None and found.reference not in (None, reference)
        if found is not None and others and reference and not found.undone:
            raise Mismatch(
                self._kind.key,
                f"is in use by the {self._kind.label.lower()} with another external reference,"
                f" {found.reference}",
            )
        return found

    def _numbered(self, number: int) -> Existing:
        found, label = self._by_id.get(number), self._kind.label.lower()
        if found is None:
            raise Mismatch(
                NUMBER, f"there is no {label} of this number; leave it empty to add a new one"
            )
        if found.deleted and not found.undone:
            raise Mismatch(NUMBER, f"this {label} is deleted; restore it first")
        return found

    def _one(self, field: str, candidates: Sequence[Existing], word: Any) -> Existing | None:
        living = [one for one in candidates if not one.deleted]
        exact = [one for one in living if one.values.get(field, one.reference) == word]
        if len(living) == 1 or exact:
            return (exact or living)[0]
        label = self._kind.label.lower()
        if living:
            raise Mismatch(field, f"{len(living)} {self._kind.label_plural.lower()} have this")
        undone = [one for one in candidates if one.undone]
        if undone:
            return undone[-1]
        if candidates:
            raise Mismatch(field, f"a {label} with this is deleted; restore it first")
        return None


def _columns(kind: Kind) -> list[Any]:
    model: Any = kind.model
    always = (
        model.id,
        model.deleted_at.label("gone"),
        model.external_reference.label("outside"),
        _undone(kind).label("undone"),
    )
    fields = (
        getattr(model, spec.attribute).label(f"f_{spec.name}")
        for spec in kind.specs
        if not spec.secret
    )
    readings = (one.expression(View.at_present()).label(f"f_{one.name}") for one in _readings(kind))
    return [*always, *fields, *readings]


def _readings(kind: Kind) -> list[Computed]:
    """What fields that can only be written amount to now, such as a reading of an odometer."""
    written = {spec.name for spec in kind.specs if spec.secret}
    return [one for one in kind.computed if one.name in written]


def _undone(kind: Kind) -> Any:
    """Whether undoing an import deleted the record, and nobody touched it afterwards."""
    made = select(col(ImportedRow.row)).join(Import, col(Import.id) == col(ImportedRow.import_id))
    return (
        made.where(
            col(Import.kind) == kind.plural,
            col(Import.state) == ImportState.UNDONE,
            col(ImportedRow.created),
            col(ImportedRow.record_id) == kind.model.id,
            col(ImportedRow.version) + 1 == kind.model.version,
            kind.model.deleted_at.is_not(None),
        )
        .correlate(kind.model)
        .exists()
    )


def _existing(kind: Kind, row: Mapping[Any, Any]) -> Existing:
    known = [spec.name for spec in kind.specs if not spec.secret]
    known += [one.name for one in _readings(kind)]
    values = {name: plain(row[f"f_{name}"]) for name in known}
    return Existing(row["id"], row["gone"] is not None, row["undone"], row["outside"], values)


def _word(kind: Kind, value: Any) -> str:
    return _stored_word(kind, " ".join(str(value).split()))


def _stored_word(kind: Kind, value: Any) -> str:
    text = str(value or "")
    return loose(text) if kind.key in kind.loose else text.lower()
