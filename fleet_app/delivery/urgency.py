"""Telling others that a delivery which waits for a route became urgent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import Delivery, DeliveryStatus, Priority
from fleet_app.kernel.events import DomainEvent, publish


def announce_urgent(session: Any, delivery: Delivery, before: Mapping[str, Any]) -> None:
    """Tell it with the transaction, if it waits and is urgent, and was not `before` (the columns
    that were written), or was for another day, or had no point on the map."""
    is_new = (
        before.get("priority", delivery.priority) != Priority.URGENT
        or before.get("due_on", delivery.due_on) != delivery.due_on
        or before.get("lat", delivery.lat) is None
    )
    waits = delivery.route_id is None and delivery.status in ASSIGNABLE
    if not waits or delivery.priority != Priority.URGENT or not is_new or delivery.lat is None:
        return
    due = delivery.due_on
    data = {
        "delivery_id": delivery.id,
        "tracking_number": delivery.tracking_number,
        "external_reference": delivery.external_reference,
        "status": DeliveryStatus(delivery.status).value,
        "due_on": None if due is None else due.isoformat(),
    }
    subject = f"delivery:{delivery.id}"
    news = DeliveryNews.URGENT.value
    publish(session, DomainEvent(type=news, fleet_id=delivery.fleet_id, subject=subject, data=data))
