"""Entries of the audit log in words: which field, what it was and what it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.audit.models import SYSTEM_CHAIN, AuditEntry
from fleet_app.kernel.units import METRIC, Ruler, measured
from fleet_app.records.fields import FieldType, Spec, words_of
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.service import HIDDEN
from fleet_app.records.undo import DELETED, UNDONE_ENTRY, possible

NOTHING = "nothing"
SHOWN = 4
"""Fields that are named in a list; the rest is counted."""
LONGEST = 60
EXACT = 1e15
"""Whole numbers below it are written without a decimal point."""
_CODED = ("status", "reason")
"""Ends of the names of what is kept as a code, such as `out_for_delivery`."""
ACTIONS: Mapping[str, str] = {
    "create": "Created", "update": "Changed", "delete": "Deleted", "restore": "Restored",
    "undo": "Taken back", "set_status": "Status set", "export": "Exported",
    "signed_in": "Signed in", "signed_out": "Signed out", "locked": "Locked out",
    "password_changed": "Password changed", "token_created": "Token created",
    "token_revoked": "Token revoked", "token_reused": "Stolen token used",
    "retention": "Old entries given up",
    "start": "Started", "finish": "Finished", "cancel": "Cancelled", "reopen": "Opened again",
    "set_odometer": "Odometer set", "import": "Imported",
    "upload_import": "Import uploaded", "check_import": "Import check begun",
    "run_import": "Import begun", "undo_import": "Import undo begun",
    "cancel_import": "Import cancelled", "import_checked": "Import checked",
    "import_done": "Import finished", "import_failed": "Import failed",
    "import_cancelled": "Import stopped", "import_undone": "Import taken back",
}  # fmt: skip
_TITLES = {
    UNDONE_ENTRY: "Takes back",
    DELETED: "Deleted",
    "status": "Status",
    "form": "File type",
    "not_brought_back": "Could not be brought back",
}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field's change, in words; `before` is empty where there was no before."""

    field: str
    title: str
    before: str
    after: str


class Wording:
    """Says what entries tell, with the titles that the kinds give their fields."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds: dict[str, Kind] = {kind.name: kind for kind in kinds}
        self._specs = {kind.name: {spec.attribute: spec for spec in (*kind.specs, *kind.behind)}
                       for kind in kinds}  # fmt: skip

    def changes(self, entry: AuditEntry, ruler: Ruler = METRIC) -> list[Change]:
        """Field by field, in the order of the form and the units of the ruler."""
        specs = self._specs.get(entry.kind, {})
        order = {name: number for number, name in enumerate(specs)}
        names = sorted(entry.changes, key=lambda name: order.get(name, len(order)))
        told = [self._change(name, specs.get(name), entry.changes[name], ruler) for name in names]
        return [_only_after(one) if _begins(entry, one, specs) else one for one in told]

    def summary(self, entry: AuditEntry) -> str:
        """The changes in one line."""
        changes = self.changes(entry)
        told = [_told(change) for change in changes[:SHOWN]]
        more = len(changes) - SHOWN
        return "; ".join([*told, *([f"{more} more"] if more > 0 else [])])

    def row(self, entry: AuditEntry, *, open_book: bool = True) -> dict[str, Any]:
        """An entry as lists show it: flat. From where it came is for readers of the log only."""
        return {
            "id": entry.id, "at": entry.at, "actor": entry.actor_name, "actor_id": entry.actor_id,
            "role": entry.actor_role, "action": entry.action, "kind": entry.kind,
            "object_id": entry.object_id, "label": entry.label, "changes": self.summary(entry),
            "channel": entry.channel, "address": entry.address if open_book else "",
            "request_id": entry.request_id if open_book else "", "sequence": entry.sequence,
            "fleet_id": None if entry.chain == SYSTEM_CHAIN else entry.chain,
        }  # fmt: skip

    def detail(
        self, entry: AuditEntry, principal: Principal, ruler: Ruler = METRIC
    ) -> dict[str, Any]:
        """Everything about an entry, with each field's change and whether it can be taken back."""
        kind = self._kinds.get(entry.kind)
        return {
            **self.row(entry),
            "plural": kind.plural if kind else None,
            "details": self.changes(entry, ruler),
            "hash": entry.hash,
            "previous_hash": entry.previous_hash,
            "undoable": kind is not None and possible(kind, entry, principal),
            "visible": kind is not None and may(principal, kind.permission("read")),
        }

    def _change(self, name: str, spec: Spec | None, values: Sequence[Any], ruler: Ruler) -> Change:
        before, after = (said(spec, value, name, ruler) for value in (*values, None, None)[:2])
        title = spec.title if spec else _TITLES.get(name, words_of(name))
        return Change(field=name, title=title, before=before, after=after)


def action_words(action: str) -> str:
    """What was done, as people say it."""
    return ACTIONS.get(action, words_of(action))


def said(spec: Spec | None, value: Any, name: str = "", ruler: Ruler = METRIC) -> str:
    """A value as it is kept, in words; `name` tells what it is where there is no `spec`."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if value == HIDDEN:
        return "not shown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(said(None, one) for one in value)
    if isinstance(value, dict):
        return " ".join(said(None, one) for one in value.values() if one)
    return _scalar(spec, value, name, ruler)


def _scalar(spec: Spec | None, value: Any, name: str, ruler: Ruler) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)  # as it stands in the form
    if spec is None:
        if name == UNDONE_ENTRY:
            return f"an earlier change, no. {value} in the audit log"
        return words_of(str(value)) if name.endswith(_CODED) else str(value)
    if spec.type is FieldType.CHOICE:
        return words_of(str(value))
    if spec.type is FieldType.MOMENT:
        return f"{datetime.fromisoformat(str(value)):%Y-%m-%d %H:%M} UTC"
    if spec.type is FieldType.REFERENCE:
        return f"no. {value}"
    return _with_unit(value, spec.unit, ruler) if spec.unit else str(value)


def _with_unit(value: Any, unit: str, ruler: Ruler) -> str:
    if isinstance(value, int | float) and measured(ruler, unit):
        return ruler.said(value, unit)
    return f"{value} {unit}"


def _begins(entry: AuditEntry, change: Change, specs: Mapping[str, Spec]) -> bool:
    """Whether nothing can have been there before: of a new record, and of what is only told."""
    return change.before == NOTHING and (entry.action == "create" or change.field not in specs)


def _only_after(change: Change) -> Change:
    return msgspec.structs.replace(change, before="")


def _told(change: Change) -> str:
    before, after = (_short(text) for text in (change.before, change.after))
    if change.before in (NOTHING, ""):
        return f"{change.title}: {after}"
    if change.before == change.after:
        return f"{change.title} changed"
    return f"{change.title}: {before} → {after}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
