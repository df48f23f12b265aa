"""What can be done with an import in which state."""

from __future__ import annotations

from fleet_app.records.imports.errors import NotNow
from fleet_app.records.models import Import, ImportState

S = ImportState
BUSY = frozenset({S.CHECKING, S.RUNNING, S.UNDOING})
"""A job is at work, or waits for a worker."""
_STOPPED = frozenset({S.UPLOADED, S.CHECKED, S.FAILED, S.CANCELLED})
ACTIONS = ("map", "check", "run", "cancel", "undo")
_WORDS = {
    S.UPLOADED: "has not been checked yet",
    S.CHECKING: "is being checked",
    S.CHECKED: "has been checked",
    S.RUNNING: "is under way",
    S.DONE: "is done; upload the corrected rows as a new file",
    S.FAILED: "has failed",
    S.CANCELLED: "was cancelled",
    S.UNDOING: "is being taken back",
    S.UNDONE: "was taken back; upload the file again",
}


def can(record: Import) -> list[str]:
    """What can be done with it now, of `ACTIONS`."""
    return [action for action in ACTIONS if _can(record, action)]


def require(record: Import, action: str) -> None:
    """Raises `NotNow` unless `action` can be done."""
    if _can(record, action):
        return
    if action in ("map", "check") and record.taken and record.state in _STOPPED:
        raise NotNow("A part of this import is stored already: continue it, or take it back")
    raise NotNow(f"This import {_WORDS[ImportState(record.state)]}")


def _can(record: Import, action: str) -> bool:
    state = ImportState(record.state)
    if action == "cancel":
        return state in (S.CHECKING, S.RUNNING)
    if action == "undo":
        return record.created > 0 and (state is S.DONE or (state in _STOPPED and record.taken > 0))
    if action == "run":
        return state in _STOPPED
    return state in _STOPPED and not record.taken
