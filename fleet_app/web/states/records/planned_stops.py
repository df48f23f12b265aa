"""A delivery as it stands among the stops of a route."""

from __future__ import annotations

from typing import TypedDict

from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.kernel.units import Ruler
from fleet_app.records.fields import words_of


class PlannedStop(TypedDict):
    """A delivery at its place in the order. `fixed`: somebody has been there, so it stays."""

    id: int
    number: str
    address: str
    status: str
    label: str
    detail: str
    fixed: bool


def planned_stop(delivery: Delivery, units: str) -> PlannedStop:
    """How a delivery looks among the stops."""
    status = DeliveryStatus(delivery.status)
    weight = delivery.weight_kg
    heavy = Ruler.named(units).said(weight, "kg") if weight else ""
    size = [heavy, f"{delivery.parcels} pcs"]
    return PlannedStop(
        id=delivery.id or 0,
        number=delivery.tracking_number,
        address=delivery.address,
        status=status.value,
        label=words_of(status.value),
        detail=" · ".join(one for one in size if one),
        fixed=status
        not in (DeliveryStatus.CREATED, DeliveryStatus.RESCHEDULED, DeliveryStatus.ASSIGNED),
    )
