"""Creating, changing, deleting and restoring records of any kind, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.audit.trail import note
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError, InvalidInput, NotFound
from fleet_app.outbox.changes import What, changed
from fleet_app.records.errors import Stale, Taken
from fleet_app.records.kinds import Kind, Kinds, View, Write
from fleet_app.records.listing import Listing, Row, plain, visible
from fleet_app.records.problems import invalid, problems_of
from fleet_app.records.references import require_fleet, require_targets
from fleet_app.records.turns import take_turn

MOST_AT_ONCE = 500
FLEET = "fleet_id"
HIDDEN = "…"
"""Stands in the audit log for what nobody may read."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one of many: the record's id, or what was wrong with it."""

    index: int
    id: int | None = None
    what: str = ""
    message: str = ""
    fields: dict[str, str] = {}


class Records:
    """One kind of record, in one unit of work, for one actor."""

    def __init__(
        self,
        session: AsyncSession,
        kinds: Kinds,
        kind: Kind,
        actor: Actor,
        view: View,
        *,
        prepared: Mapping[str, Any] | None = None,
    ) -> None:
        """`prepared` is the answer of `prepared_for`, for kinds whose storing takes long."""
        self._session = session
        self._kinds = kinds
        self._kind = kind
        self._actor = actor
        self._prepared = prepared or {}
        self.listing = Listing(session, kinds, kind, view)

    async def get(self, identifier: int) -> Row:
        """One record, deleted or not. Raises `Forbidden`, `NotFound`."""
        row = await self.listing.one(self._actor.principal, identifier)
        if row is None:
            raise NotFound(self._kind.label, identifier)
        return row

    async def create(self, values: Mapping[str, Any]) -> Row:
        """Store a new record. Raises `InvalidInput`, `Taken`, `Forbidden`, `NotFound`."""
        row = await self._create(values)
        return await self.get(row.id)

    async def add(self, values: Mapping[str, Any]) -> tuple[int, int]:
        """`create` without reading the record again: its id and version."""
        row = await self._create(values)
        return row.id, row.version

    async def create_many(self, rows: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """Store each that can be stored; the others say what is wrong with them."""
        authorize(self._actor.principal, self._kind.permission("create"))
        if not 1 <= len(rows) <= MOST_AT_ONCE:
            raise InvalidInput(f"Send 1 to {MOST_AT_ONCE} records at once")
        self._kind.before_many(rows)
        await take_turn(self._session, self._kind, map(self._fleet_named, rows))
        outcomes = []
        for index, values in enumerate(rows):
            try:
                async with attempt(self._session):
                    row = await self._create(values)
                outcomes.append(Outcome(index=index, id=row.id, what="created"))
            except FleetError as error:
                outcomes.append(problem(index, error))
        return outcomes

    async def update(
        self, identifier: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> Row:
        """Change the fields that are named.

        Raises `Stale` when `version` is not the record's any more, else as `create`.
        """
        await self.change(identifier, values, version=version)
        return await self.get(identifier)

    async def change(
        self,
        identifier: int,
        values: Mapping[str, Any],
        *,
        version: int | None = None,
        behind: Mapping[str, Any] | None = None,
    ) -> bool:
        """`update` without reading the record again; False when nothing was different.

        `behind` are columns besides the fields that an undo sets back, never what people write.
        """
        row = await self._locked(identifier, "update")
        self._require_version(row, version)
        if row.deleted_at is not None:
            raise NotFound(self._kind.label, identifier)
        fields = self._checked({**self._current(row), **values}, only=values)
        await self._require_targets(fields, self._owner_of(row), only=values)
        columns = {
            spec.attribute: fields[spec.name]
            for spec in self._kind.specs
            if spec.name in values and not spec.created_only
        }
        return await self._save(row, columns | dict(behind or {}), fields)

    async def delete(self, identifier: int, *, version: int | None = None) -> Row:
        """Put a record aside; it can be restored. Raises `NotFound`, `Stale`, `Conflict`."""
        row = await self._locked(identifier, "delete")
        self._require_version(row, version)
        if row.deleted_at is None:
            write = self._write(row, {}, {})
            await self._kind.before_delete(write)
            await self._mark(row, utc_now(), "delete", "deleted", write.values)
        return await self.get(identifier)

    async def restore(self, identifier: int, *, version: int | None = None) -> Row:
        """Bring a deleted record back. Raises `NotFound`, `Stale`, `Taken`."""
        row = await self._locked(identifier, "delete")
        self._require_version(row, version)
        if row.deleted_at is not None:
            write = self._write(row, {}, {})
            await self._kind.before_restore(write)
            await self._mark(row, None, "restore", "restored", write.values)
        return await self.get(identifier)

    async def _create(self, values: Mapping[str, Any]) -> Any:
        authorize(self._actor.principal, self._kind.permission("create"))
        given = dict(values)
        owner = await self._owner(given)
        fields = self._checked(given)
        await self._require_targets(fields, owner)
        row = self._kind.model(**({} if owner is None else {self._kind.tenant: owner}))
        columns = {spec.attribute: fields[spec.name] for spec in self._kind.specs}
        await self._save(row, columns, fields, is_new=True)
        return row

    async def _save(
        self, row: Any, columns: dict[str, Any], fields: Mapping[str, Any], *, is_new: bool = False
    ) -> bool:
        known = type(row).model_fields
        before = {} if is_new else {name: getattr(row, name, None) for name in columns}
        write = self._write(row, columns, before, fields)
        await self._kind.before_save(write)
        before |= {} if is_new else {n: getattr(row, n, None) for n in columns if n not in before}
        different = {
            name: value
            for name, value in columns.items()
            if name in known and (is_new or before.get(name) != value)
        }
        if not different and not is_new:
            return False
        await self._store(row, different, is_new=is_new)
        self._tell(row, "create" if is_new else "update", different, before)
        await self._kind.after_save(write)
        return True

    async def _mark(
        self, row: Any, moment: Any, action: str, what: What, changes: Mapping[str, Any]
    ) -> None:
        await self._store(row, {"deleted_at": moment})
        note(
            self._session, self._actor, action, kind=self._kind.name, object_id=row.id,
            label=self._kind.label_of(row), fleet_id=self._owner_of(row), changes=changes,
        )  # fmt: skip
        changed(self._session, self._owner_of(row), self._kind.plural, [row.id], what=what)

    async def _store(self, row: Any, columns: Mapping[str, Any], *, is_new: bool = False) -> None:
        """Write `columns` behind a savepoint, so that a refusal leaves the transaction usable."""
        try:
            async with self._session.begin_nested():
                for name, value in columns.items():
                    setattr(row, name, value)
                row.updated_at = utc_now()
                row.version += 0 if is_new else 1
                self._session.add(row)
                await self._session.flush()
        except IntegrityError as error:
            if not is_new:
                await self._session.refresh(row)
            raise self._taken(error) from None

    def _taken(self, error: IntegrityError) -> Exception:
        unique = {
            "external_reference": ("external_reference", "this external reference is in use"),
            **self._kind.unique,
        }
        # Not the error's text: it quotes what people wrote.
        broken = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
        for name, (field, message) in unique.items():
            if name in broken:
                return Taken(field, message)
        return error

    def _tell(
        self, row: Any, action: str, columns: Mapping[str, Any], before: Mapping[str, Any]
    ) -> None:
        owner, hidden = self._owner_of(row), self._kind.hidden
        changes = {
            name: [HIDDEN, HIDDEN] if name in hidden else [plain(before.get(name)), plain(value)]
            for name, value in columns.items()
            if before or value not in (None, "", [], {})
        }
        note(
            self._session, self._actor, action, kind=self._kind.name, object_id=row.id,
            label=self._kind.label_of(row), fleet_id=owner, changes=changes,
        )  # fmt: skip
        what: What = "created" if action == "create" else "updated"
        changed(self._session, owner, self._kind.plural, [row.id], what=what)

    def _write(
        self,
        row: Any,
        columns: dict[str, Any],
        before: Mapping[str, Any],
        fields: Mapping[str, Any] | None = None,
    ) -> Write:
        return Write(
            session=self._session,
            actor=self._actor,
            row=row,
            values=columns,
            before=before,
            fields=fields or {},
            prepared=self._prepared,
        )

    async def _owner(self, values: dict[str, Any]) -> int | None:
        """The fleet of a new record, taken out of `values`: the actor's own, or the one an
        administrator names. Raises `InvalidInput`, `NotFound`."""
        if self._kind.tenant != FLEET:
            return None
        given = values.pop(FLEET, None)
        if given is not None and not _is_id(given):
            raise invalid({FLEET: "must be the number of a fleet"})
        owner = fleet_in_view(self._actor.principal, given)
        if owner is not None:
            await require_fleet(self._session, owner)
        elif not self._kind.extra.get("fleetless"):
            raise InvalidInput("Which fleet?", fields={FLEET: "is missing"})
        return owner

    async def _require_targets(
        self, fields: Mapping[str, Any], owner: int | None, only: Mapping[str, Any] | None = None
    ) -> None:
        await require_targets(
            self._session, self._kinds, self._kind, fields, owner=owner, only=only
        )

    def _fleet_named(self, values: Mapping[str, Any]) -> int | None:
        """The fleet that a new record is meant for, unchecked."""
        own, named = self._actor.principal.fleet_id, values.get(FLEET)
        return own or (named if _is_id(named) else None)

    def _owner_of(self, row: Any) -> int | None:
        owner: int | None = getattr(row, self._kind.tenant)
        return owner

    def _checked(
        self, values: Mapping[str, Any], only: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The values as the fields model holds them. Raises `InvalidInput`."""
        try:
            model = self._kind.fields.model_validate(dict(values))
        except ValidationError as error:
            raise invalid(problems_of(error)) from None
        fields = {spec.name: getattr(model, spec.name) for spec in self._kind.specs}
        late = [s.name for s in self._kind.specs if s.created_only and only and s.name in only]
        if late:
            raise invalid(dict.fromkeys(late, "cannot be changed afterwards"))
        return fields

    async def _locked(self, identifier: int, action: str) -> Any:
        kind = self._kind
        conditions = visible(self._actor.principal, kind, action=action)
        if not _is_id(identifier):
            raise NotFound(kind.label, identifier)
        query = select(kind.model).where(kind.model.id == identifier, *conditions)
        row = (await self._session.exec(query.with_for_update(of=kind.model))).first()
        if row is None:
            raise NotFound(kind.label, identifier)
        return row

    def _require_version(self, row: Any, version: int | None) -> None:
        if version is not None and version != row.version:
            raise Stale(self._kind.label_of(row), row.version)

    def _current(self, row: Any) -> dict[str, Any]:
        """The fields of a stored row as somebody would write them."""
        return {
            spec.name: plain(getattr(row, spec.attribute))
            for spec in self._kind.specs
            if not spec.secret and not spec.created_only and hasattr(row, spec.attribute)
        }


async def prepared_for(
    actor: Actor, kind: Kind, action: str, rows: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """What storing these rows needs and takes long, for `Records`; called before the unit of work.

    Raises `Forbidden`, and `InvalidInput` for more at once than the kind takes.
    """
    authorize(actor.principal, kind.permission(action))
    kind.before_many(rows)
    return await kind.prepare(rows)


def problem(index: int, error: FleetError) -> Outcome:
    """What is wrong with one of many."""
    return Outcome(index=index, message=error.message, fields=dict(error.fields))


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
