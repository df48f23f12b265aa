"""Telling others that a vehicle went out of service, or came back."""

from __future__ import annotations

from typing import Any

from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.events import DomainEvent, publish

SERVICE_CHANGED = "vehicle.service_changed"


def announce_service(session: Any, vehicle: Vehicle, previous: VehicleStatus | str) -> None:
    """Tell it with the transaction, if the status is another one than it was."""
    before, now = VehicleStatus(previous), VehicleStatus(vehicle.status)
    if before is now:
        return
    data = {"vehicle_id": vehicle.id, "status": now.value, "previous": before.value}
    subject = f"vehicle:{vehicle.id}"
    publish(
        session,
        DomainEvent(type=SERVICE_CHANGED, fleet_id=vehicle.fleet_id, subject=subject, data=data),
    )
