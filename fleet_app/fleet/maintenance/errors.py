"""What can go wrong with maintenance."""

from __future__ import annotations

from collections.abc import Sequence

from fleet_app.fleet.maintenance.models import WorkOrderStatus
from fleet_app.kernel.errors import Conflict
from fleet_app.kernel.units import quantity


class IllegalStep(Conflict):
    """The work order's status does not allow the step; `legal` are the statuses that may follow."""

    type = "illegal_transition"

    def __init__(self, status: WorkOrderStatus, legal: Sequence[WorkOrderStatus]) -> None:
        words = " or ".join(_words(one) for one in legal)
        message = f"This work order is {_words(status)}; the next state can be {words}"
        super().__init__(message, fields={"status": f"one of {', '.join(legal)}"})
        self.legal = tuple(legal)


class VehicleUnusable(Conflict):
    """The vehicle is in the workshop or retired."""

    type = "vehicle_unusable"


class ReadingBackwards(Conflict):
    """A reading below the one that was last read off the vehicle, and not marked as correction."""

    type = "reading_backwards"

    def __init__(self, field: str, last: float, unit: str) -> None:
        super().__init__(
            f"The last reading was {quantity(last, unit)}. Check the number; if the last one was "
            "wrong, confirm that this is a correction",
            fields={field: f"is less than the last reading, {quantity(last, unit, 1)}"},
        )
        self.last = last


def _words(status: WorkOrderStatus) -> str:
    return status.value.replace("_", " ")
