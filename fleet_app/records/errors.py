"""What can go wrong with records beyond wrong input."""

from __future__ import annotations

from fleet_app.kernel.errors import Conflict


class Stale(Conflict):
    """Somebody else changed the record since it was read."""

    type = "stale"

    def __init__(self, label: str, version: int) -> None:
        super().__init__(f"Somebody else changed {label} in the meantime; look at it again first")
        self.version = version


class Taken(Conflict):
    """A value that must be unique is in use."""

    type = "taken"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message[:1].upper() + message[1:], fields={field: message})


class NotUndoable(Conflict):
    """A change that cannot be taken back any more."""

    type = "not_undoable"
