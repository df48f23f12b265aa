"""Entries of the audit log in words: which field, what it was and what it became."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.audit.models import SYSTEM_CHAIN, AuditEntry
from fleet_app.kernel.units import METRIC, Ruler, measured
from fleet_app.records.fields import Computed, FieldType, Spec, words_of
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.named import Known, pointed_to
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
_MOMENTS = "_at"
_LARGER: Mapping[str, tuple[float, str]] = {"m": (1000.0, "km"), "s": (3600.0, "h")}
"""Counters are kept in small units, and read in these, to a tenth."""
UNKNOWN = Known()
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
        self._all = kinds
        self._kinds: dict[str, Kind] = {kind.name: kind for kind in kinds}
        self._computed = {kind.name: {one.name: one for one in kind.computed} for kind in kinds}
        self._unsaid = {
            kind.name: {spec.attribute for spec in kind.behind if not spec.shown} for kind in kinds
        }
        self._specs = {kind.name: {spec.attribute: spec for spec in (*kind.specs, *kind.behind)}
                       for kind in kinds}  # fmt: skip

    def changes(
        self, entry: AuditEntry, ruler: Ruler = METRIC, known: Known = UNKNOWN
    ) -> list[Change]:
        """Field by field, in the order of the form and the units of the ruler."""
        specs = self._specs.get(entry.kind, {})
        order = {name: number for number, name in enumerate(specs)}
        unsaid = self._unsaid.get(entry.kind, ())
        said = [name for name in entry.changes if name not in unsaid]
        names = sorted(said, key=lambda name: order.get(name, len(order)))
        told = [self._change(entry, name, ruler, known) for name in names]
        return [_only_after(one) if _begins(entry, one, specs) else one for one in told]

    def summary(self, entry: AuditEntry, known: Known = UNKNOWN) -> str:
        """The changes in one line."""
        changes = self.changes(entry, known=known)
        told = [_told(change) for change in changes[:SHOWN]]
        more = len(changes) - SHOWN
        return "; ".join([*told, *([f"{more} more"] if more > 0 else [])])

    def row(
        self, entry: AuditEntry, known: Known = UNKNOWN, *, open_book: bool = True
    ) -> dict[str, Any]:
        """An entry as lists show it: flat. From where it came is for readers of the log only."""
        return {
            "id": entry.id, "at": entry.at, "actor": entry.actor_name, "actor_id": entry.actor_id,
            "role": entry.actor_role, "action": entry.action, "kind": entry.kind,
            "object_id": entry.object_id, "label": entry.label,
            "changes": self.summary(entry, known), "channel": entry.channel,
            "address": entry.address if open_book else "",
            "request_id": entry.request_id if open_book else "", "sequence": entry.sequence,
            "fleet_id": None if entry.chain == SYSTEM_CHAIN else entry.chain,
        }  # fmt: skip

    def detail(
        self,
        entry: AuditEntry,
        principal: Principal,
        ruler: Ruler = METRIC,
        known: Known = UNKNOWN,
    ) -> dict[str, Any]:
        """Everything about an entry, with each field's change and whether it can be taken back."""
        kind = self._kinds.get(entry.kind)
        return {
            **self.row(entry, known),
            "plural": kind.plural if kind else None,
            "details": self.changes(entry, ruler, known),
            "hash": entry.hash,
            "previous_hash": entry.previous_hash,
            "undoable": kind is not None and possible(kind, entry, principal),
            "visible": kind is not None and may(principal, kind.permission("read")),
        }

    def _change(self, entry: AuditEntry, name: str, ruler: Ruler, known: Known) -> Change:
        spec: Spec | Computed | None = self._specs.get(entry.kind, {}).get(name)
        spec = spec or self._computed.get(entry.kind, {}).get(name)
        plural = pointed_to(self._all, self._kinds.get(entry.kind), name)
        zone = known.zone(entry.chain)
        texts = [
            known.names.get((plural or "", value)) or said(spec, value, name, ruler, zone)
            if isinstance(value, int)
            else said(spec, value, name, ruler, zone)
            for value in (*entry.changes[name], None, None)[:2]
        ]
        return Change(field=name, title=_title(spec, name), before=texts[0], after=texts[1])


def _title(spec: Spec | Computed | None, name: str) -> str:
    if spec is not None:
        return spec.title
    return _TITLES.get(name, words_of(name.removesuffix("_id")))


def action_words(action: str) -> str:
    """What was done, as people say it."""
    return ACTIONS.get(action, words_of(action))


def said(
    spec: Spec | Computed | None,
    value: Any,
    name: str = "",
    ruler: Ruler = METRIC,
    zone: tzinfo = UTC,
) -> str:
    """A value as it is kept, in words; `name` tells what it is where there is no `spec`."""
    if value is None and isinstance(spec, Spec) and spec.usual is not None:
        return f"as usual ({_scalar(spec, spec.usual, name, ruler, zone)})"
    if value is None or value in ("", [], {}) or _is_unset(spec, value):
        return NOTHING
    if value == HIDDEN:
        return "not shown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return _parts(spec, value)
    return _scalar(spec, value, name, ruler, zone)


def _parts(spec: Spec | Computed | None, value: list[Any] | dict[str, Any]) -> str:
    if isinstance(value, list):
        return ", ".join(said(None, one) for one in value)
    if spec is not None and spec.type is FieldType.GEOMETRY:
        return _shape(value)
    return " ".join(said(None, one) for one in value.values() if one)


def _shape(geometry: Mapping[str, Any]) -> str:
    """How many corners a shape has: nobody reads their positions."""
    found = len(_positions(geometry.get("coordinates")))
    return "1 corner" if found == 1 else f"{found:,} corners"


def _positions(value: Any) -> set[tuple[Any, ...]]:
    """Each corner once; a ring ends where it begins."""
    if not isinstance(value, list) or not value:
        return set()
    if not isinstance(value[0], list):
        return {tuple(value)}
    return set().union(*map(_positions, value))


def _is_unset(spec: Spec | Computed | None, value: Any) -> bool:
    return isinstance(spec, Spec) and spec.unset is not None and value == spec.unset


def _scalar(spec: Spec | Computed | None, value: Any, name: str, ruler: Ruler, zone: tzinfo) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)  # as it stands in the form
    type_ = spec.type if spec else FieldType.TEXT
    if type_ is FieldType.MOMENT or (spec is None and name.endswith(_MOMENTS)):
        return _moment(str(value), zone)
    if spec is None:
        if name == UNDONE_ENTRY:
            return f"an earlier change, no. {value} in the audit log"
        return words_of(str(value)) if name.endswith(_CODED) else str(value)
    if type_ is FieldType.CHOICE:
        return words_of(str(value))
    if type_ is FieldType.REFERENCE:
        return f"no. {value}"
    return _with_unit(value, spec.unit, ruler) if spec.unit else str(value)


def _moment(text: str, zone: tzinfo) -> str:
    """As the clocks of the fleet show it, and says whose time that is."""
    try:
        moment = datetime.fromisoformat(text)
        return f"{moment.astimezone(zone):%-d %b %Y %H:%M %Z}"
    except (ValueError, OverflowError):
        return text


def _with_unit(value: Any, unit: str, ruler: Ruler) -> str:
    if isinstance(value, int | float):
        if unit == "m" and abs(value) < _LARGER[unit][0]:
            return ruler.said(round(value, 1), unit)
        if unit in _LARGER:
            per, unit = _LARGER[unit]
            return ruler.said(round(value / per, 1), unit)
        if measured(ruler, unit):
            return ruler.said(value, unit)
    return f"{value} {unit}"


def _begins(entry: AuditEntry, change: Change, specs: Mapping[str, Spec]) -> bool:
    """Whether nothing can have been there before: of a new record, and of what is only told."""
    if entry.action == "create":
        return entry.changes[change.field][:1] == [None] or change.before == NOTHING
    return change.before == NOTHING and change.field not in specs


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
