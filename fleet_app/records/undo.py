"""Taking back one audited change of a record, as long as nobody changed the same since."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, may
from fleet_app.access.principal import Principal
from fleet_app.audit.models import SYSTEM_CHAIN, AuditEntry
from fleet_app.audit.trail import as_kept, note, noted
from fleet_app.kernel.errors import NotFound
from fleet_app.records.errors import NotUndoable, Stale
from fleet_app.records.fields import FieldType, Spec, words_of
from fleet_app.records.kinds import Kind, Kinds, View
from fleet_app.records.listing import Row, plain, visible
from fleet_app.records.service import HIDDEN, Records

UNDO = "undo"
UNDONE_ENTRY, DELETED = "undone_entry", "deleted"
"""What an undo notes besides the fields: which entry it took back, and whether the record went."""
UNDOABLE = frozenset({"create", "update", "delete", "restore", UNDO})
"""The actions that can be taken back."""
_INVERSE = {"create": "delete", "restore": "delete", "delete": "restore", "update": "update"}
_CENT = 0.005


class Undo:
    """Takes back changes in one unit of work, for one actor."""

    def __init__(self, session: AsyncSession, kinds: Kinds, actor: Actor, view: View) -> None:
        self._session = session
        self._kinds = {kind.name: kind for kind in kinds}
        self._all = kinds
        self._actor = actor
        self._view = view

    async def undo(self, entry_id: int, *, version: int | None = None) -> Row:
        """Take back what an audit entry tells of; the record as it is then.

        Raises `NotUndoable` when the record changed since or the act cannot be taken back,
        `NotFound` for entries and records that are not the actor's, `Forbidden` as the change
        itself would, `Stale` when `version` is not the record's any more, and whatever the record's
        own rules say to the old values.
        """
        entry = await self._entry(entry_id)
        kind = self._kinds.get(entry.kind)
        if kind is None or entry.action not in UNDOABLE or entry.object_id is None:
            raise NotUndoable("This kind of change cannot be taken back")
        way = _INVERSE[_effect(entry)]
        row = await self._locked(kind, entry.object_id, way)
        if version is not None and version != row.version:
            raise Stale(kind.label_of(row), row.version)
        first = len(noted(self._session))
        records = Records(self._session, self._all, kind, self._actor, self._view)
        if way == "update":
            done = await self._write_back(records, kind, entry, row)
        elif way == "delete":
            done = await self._delete(records, kind, row)
        else:
            done = await self._restore(records, kind, row)
        self._retell(kind, row, entry, way, first)
        return done

    async def _entry(self, entry_id: int) -> AuditEntry:
        query = select(AuditEntry).where(col(AuditEntry.id) == entry_id, *self._own_chain())
        entry = (await self._session.exec(query)).first()
        if entry is None:
            raise NotFound("Change", entry_id)
        return entry

    def _own_chain(self) -> list[Any]:
        fleet_id = self._actor.principal.fleet_id
        if fleet_id is None:  # only administrators have none
            authorize(self._actor.principal, "audit.read")
            return []
        return [col(AuditEntry.chain) == (fleet_id or SYSTEM_CHAIN)]

    async def _locked(self, kind: Kind, identifier: int, way: str) -> Any:
        action = "update" if way == "update" else "delete"
        conditions = visible(self._actor.principal, kind, action=action)
        query = select(kind.model).where(kind.model.id == identifier, *conditions)
        query = query.with_for_update(of=kind.model).execution_options(populate_existing=True)
        row = (await self._session.exec(query)).first()
        if row is None:
            raise NotFound(kind.label, identifier)
        return row

    async def _write_back(self, records: Records, kind: Kind, entry: AuditEntry, row: Any) -> Row:
        if row.deleted_at is not None:
            raise NotUndoable(f"{kind.label_of(row)} is deleted; restore it first")
        changes = _told(entry)
        stay = _staying(kind, changes)
        if stay or not changes:
            raise _not_kept(kind, stay)
        known = _columns(kind)
        later = [known[name] for name, (_, after) in changes.items()
                 if not _holds(known[name], row, after)]  # fmt: skip
        if later:
            raise _changed_since(kind.label_of(row), later)
        hooked = {spec.attribute for spec in kind.behind}
        values = {known[name].name: old for name, (old, _) in changes.items() if name not in hooked}
        behind = {name: _stored(known[name], old) for name, (old, _) in changes.items()
                  if name in hooked}  # fmt: skip
        await records.change(row.id, values, behind=behind)
        return await records.get(row.id)

    async def _delete(self, records: Records, kind: Kind, row: Any) -> Row:
        if row.deleted_at is not None:
            raise NotUndoable(f"{kind.label_of(row)} is deleted already")
        return await records.delete(row.id)

    async def _restore(self, records: Records, kind: Kind, row: Any) -> Row:
        if row.deleted_at is None:
            raise NotUndoable(f"{kind.label_of(row)} is not deleted any more")
        return await records.restore(row.id)

    def _retell(self, kind: Kind, row: Any, entry: AuditEntry, way: str, first: int) -> None:
        """What was noted as a change is an undo, and says of which entry."""
        extra: dict[str, Any] = {UNDONE_ENTRY: [None, entry.id]}
        if way != "update":
            extra[DELETED] = [way == "restore", way == "delete"]
        for one in noted(self._session)[first:]:
            if (one.kind, one.object_id, one.action) == (kind.name, row.id, way):
                one.action, one.changes = UNDO, {**one.changes, **extra}
                return
        note(
            self._session, self._actor, UNDO, kind=kind.name, object_id=row.id,
            label=kind.label_of(row), fleet_id=getattr(row, kind.tenant), changes=extra,
        )  # fmt: skip


def possible(kind: Kind, entry: AuditEntry, principal: Principal) -> bool:
    """Whether an entry is worth an offer to take it back; what changed since shows then."""
    if entry.action not in UNDOABLE or entry.object_id is None:
        return False
    way = _INVERSE[_effect(entry)]
    if way == "update" and _staying(kind, _told(entry)):
        return False
    return may(principal, kind.permission(way if way == "update" else "delete"))


def _columns(kind: Kind) -> dict[str, Spec]:
    return {spec.attribute: spec for spec in (*kind.behind, *kind.specs)}


def _told(entry: AuditEntry) -> dict[str, list[Any]]:
    """The changes of columns, without what an undo tells of itself."""
    own = (UNDONE_ENTRY, DELETED)
    return {name: change for name, change in entry.changes.items() if name not in own}


def _staying(kind: Kind, changes: Mapping[str, list[Any]]) -> list[str]:
    """The columns that cannot be set back: nobody kept what they were, or only steps change them.

    A change is taken back as a whole or not at all: half of it would look as if it had gone.
    """
    known = _columns(kind)
    return [name for name, change in changes.items() if name not in known or HIDDEN in change]


def _effect(entry: AuditEntry) -> str:
    """What an entry did to its record: an undo did one of the other things."""
    if entry.action != UNDO:
        return entry.action
    deleted = entry.changes.get(DELETED)
    if deleted is None:
        return "update"
    return "delete" if deleted[1] else "restore"


def _holds(spec: Spec, row: Any, after: Any) -> bool:
    """Whether the stored row still has the value that the entry left behind."""
    now = as_kept({"": [plain(getattr(row, spec.attribute))]})[""][0]
    if spec.type is FieldType.MOMENT and now and after:
        return datetime.fromisoformat(now) == datetime.fromisoformat(str(after))
    if isinstance(now, int | float) and isinstance(after, int | float):
        # amounts are kept in cents, whatever was written
        return math.isclose(now, after, abs_tol=_CENT if spec.type is FieldType.MONEY else 0.0)
    return bool(now == after)


def _stored(spec: Spec, kept: Any) -> Any:
    """A column's value from what the audit log keeps of it."""
    is_moment = spec.type is FieldType.MOMENT and isinstance(kept, str)
    return datetime.fromisoformat(kept) if is_moment else kept


def _not_kept(kind: Kind, names: list[str]) -> NotUndoable:
    known = _columns(kind)
    titles = {name: known[name].title if name in known else words_of(name) for name in names}
    what = ", ".join(titles.values()) or "This change"
    message = f"{what} cannot be taken back: what it was before is not kept, so set it anew"
    return NotUndoable(message, fields=dict.fromkeys(names, "cannot be taken back"))


def _changed_since(label: str, specs: list[Spec]) -> NotUndoable:
    fields: Mapping[str, str] = {spec.name: "was changed again since" for spec in specs}
    names = ", ".join(spec.title for spec in specs)
    return NotUndoable(f"{label} was changed again since: {names}", fields=dict(fields))
