"""Writing the events of deliveries: the record itself, the status it makes, and the news of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.trail import note
from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.life import Verdict
from fleet_app.delivery.models import Delivery, DeliveryEvent, DeliveryStatus, Route
from fleet_app.delivery.pickups import TO_FETCH
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.repository import touch
from fleet_app.kernel.clock import Clock
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.kernel.jsonb import clean
from fleet_app.outbox.changes import changed


class StatusChange(msgspec.Struct, frozen=True, kw_only=True):
    """A wish: the delivery is `to`, since `occurred_at` (None: now), there where `lat, lon` is.

    `event_id` is the sender's own word for it: sent again, nothing happens twice. `version` is
    the delivery's as the sender saw it; `taking_back` says that a final status was a mistake.
    """

    delivery_id: int
    to: DeliveryStatus
    occurred_at: datetime | None = None
    event_id: str | None = None
    lat: float | None = None
    lon: float | None = None
    reason: Reason | None = None
    note: str | None = None
    version: int | None = None
    taking_back: bool = False
    data: Mapping[str, Any] = {}


WAITS = TO_FETCH | {DeliveryStatus.CREATED}
"""Goods may still be in the vehicle of somebody else; later, somebody has had them."""
STAYS = WAITS | {DeliveryStatus.FAILED, DeliveryStatus.RESCHEDULED}
"""They are there still if nobody has fetched them, also over night."""


class Recorder:
    """Writes into the caller's transaction. Decides nothing."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def begin(self, actor: Actor, delivery: Delivery) -> DeliveryEvent:
        """The first event: a delivery as it was when its history begins."""
        status = DeliveryStatus(delivery.status)
        event = self._event(actor, delivery, StatusChange(delivery_id=delivery.id or 0, to=status))
        event.occurred_at = min(delivery.status_at, event.received_at)
        event.event_type = DeliveryNews.CREATED.value
        return event

    def write(
        self,
        actor: Actor,
        delivery: Delivery,
        wish: StatusChange,
        verdict: Verdict,
        route: Route | None,
    ) -> DeliveryEvent:
        """An acceptable change; unless it is late, the delivery's status follows."""
        event = self._event(actor, delivery, wish)
        event.from_status, event.occurred_at = verdict.from_status, verdict.occurred_at
        event.event_type = DeliveryNews.of(wish.to, reopens=verdict.reopens).value
        event.data = _details(wish, verdict, route)
        before = DeliveryStatus(delivery.status)
        if not verdict.late:
            delivery.status, delivery.status_at = event.to_status, event.occurred_at
            if not _stays(delivery) or _is_there(delivery, route):
                delivery.left_in = {}
            touch(delivery)
            self._session.add(delivery)
            self.announce(delivery, event)
        self._remember(actor, delivery, event, before)
        return event

    def fetched(
        self,
        actor: Actor,
        delivery: Delivery,
        told: StatusChange,
        *,
        moment: datetime,
        route: Route,
        news: DeliveryNews,
        late: bool = False,
    ) -> DeliveryEvent:
        """What was said of a pickup at a `moment`. The status, which `told` names, stays; where it
        is `late`, on a `route` that the delivery has left, so does everything else."""
        event = self._event(actor, delivery, told)
        event.from_status, event.occurred_at, event.event_type = told.to, moment, news.value
        event.data = _details(told, Verdict(moment, told.to, late=late), route)
        if not late:
            touch(delivery)
            self._session.add(delivery)
            self.announce(delivery, event)
        is_fetched = news is DeliveryNews.PICKED_UP
        note(
            self._session, actor, "set_status", kind="delivery", object_id=delivery.id,
            label=delivery.tracking_number, fleet_id=delivery.fleet_id,
            changes={"late_report": [None, news.value]} if late else {
                "picked_up": [not is_fetched, is_fetched]},
        )  # fmt: skip
        changed(self._session, delivery.fleet_id, "deliveries", [delivery.id or 0])
        return event

    def announce(self, delivery: Delivery, event: DeliveryEvent) -> None:
        """Publish what happened under the event's own type."""
        before = event.from_status
        data = {
            "delivery_id": delivery.id,
            "tracking_number": delivery.tracking_number,
            "external_reference": delivery.external_reference,
            "status": event.to_status.value,
            "previous": None if before is None else before.value,
            "route_id": event.data.get("route_id"),
            "driver_id": event.data.get("driver_id"),
            "vehicle_id": event.data.get("vehicle_id"),
            "reason": event.reason,
            "latitude": event.lat,
            "longitude": event.lon,
        }
        happened = DomainEvent(
            type=event.event_type,
            fleet_id=delivery.fleet_id,
            subject=f"delivery:{delivery.id}",
            data=data,
            occurred_at=event.occurred_at,
            received_at=event.received_at,
        )
        publish(self._session, happened)

    def _event(self, actor: Actor, delivery: Delivery, wish: StatusChange) -> DeliveryEvent:
        now = self._clock()
        event = DeliveryEvent(
            fleet_id=delivery.fleet_id,
            delivery_id=delivery.id or 0,
            event_type="",
            event_id=wish.event_id,
            to_status=wish.to,
            occurred_at=now,
            received_at=now,
            actor_id=actor.user_id,
            actor_name=actor.principal.name[:120],
            actor_role=actor.role.value,
            lat=wish.lat,
            lon=wish.lon,
            reason=None if wish.reason is None else wish.reason.value,
        )
        self._session.add(event)
        return event

    def _remember(
        self, actor: Actor, delivery: Delivery, event: DeliveryEvent, before: DeliveryStatus
    ) -> None:
        """Tell the audit log and the screens."""
        late = bool(event.data.get("late"))
        changes = {"late_report": [None, event.to_status]} if late else {
            "status": [before, event.to_status]
        }  # fmt: skip
        note(
            self._session, actor, "set_status", kind="delivery", object_id=delivery.id,
            label=delivery.tracking_number, fleet_id=delivery.fleet_id, changes=changes,
        )  # fmt: skip
        changed(self._session, delivery.fleet_id, "deliveries", [delivery.id or 0])


def _details(wish: StatusChange, verdict: Verdict, route: Route | None) -> dict[str, object]:
    """What an event says besides its columns."""
    data: dict[str, object] = dict(wish.data)
    if wish.note:
        data["note"] = wish.note
    if verdict.late:
        data["late"] = True
    if wish.occurred_at is not None and wish.occurred_at != verdict.occurred_at:
        data["told_at"] = wish.occurred_at.isoformat()
    if route is not None:
        data["route_id"], data["driver_id"] = route.id, route.driver_id
        data["vehicle_id"] = route.vehicle_id
    return {name: clean(value) for name, value in data.items()}


def _stays(delivery: Delivery) -> bool:
    """Whether goods that were left in a vehicle may be there still."""
    if delivery.picked_up_at is not None:
        return delivery.status in WAITS  # it is kept for those who take back that they have them
    return delivery.status in STAYS


def _is_there(delivery: Delivery, route: Route | None) -> bool:
    """Whether goods that were left in a vehicle are to be brought by that one after all."""
    if route is None or delivery.status is not DeliveryStatus.ASSIGNED:
        return False
    return delivery.left_in.get("vehicle_id") == route.vehicle_id
