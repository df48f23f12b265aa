"""What can go wrong with alerts."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.kernel.errors import Conflict


class IllegalStep(Conflict):
    """The alert's status does not allow the step; `legal` are the steps that it allows."""

    type = "illegal_step"

    def __init__(self, status: str, step: str, legal: Sequence[str], why: str = "") -> None:
        possible = ", ".join(legal)
        message = why or f"This alert is {status}; what can be done with it now: {possible}"
        super().__init__(message, fields={"status": status, "legal_next": possible})
        self.step = step
        self.legal = tuple(legal)
