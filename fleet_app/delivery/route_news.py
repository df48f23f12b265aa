"""What is kept and told of a change to a route: audit entry, changed record, domain event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.trail import note
from fleet_app.delivery.event_names import RouteNews
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.outbox.changes import What, changed


def label_of(route: Route) -> str:
    """What people call a route."""
    return route.name or f"Route {route.id}"


def note_route(
    session: AsyncSession,
    actor: Actor,
    route: Route,
    action: str,
    changes: Mapping[str, Sequence[object]],
    *,
    what: What = "updated",
) -> None:
    """Keep who did what to a route, and have lists of routes read it again."""
    note(
        session, actor, action, kind="route", object_id=route.id,
        label=label_of(route), fleet_id=route.fleet_id, changes=changes,
    )  # fmt: skip
    changed(session, route.fleet_id, "routes", [route.id or 0], what=what)


def publish_route(
    session: AsyncSession, route: Route, news: RouteNews, said: Mapping[str, Any], now: datetime
) -> None:
    """Tell the world what became of a route; `said` is what is known beside its columns."""
    data = {
        "route_id": route.id, "name": route.name, "date": route.date.isoformat(),
        "status": RouteStatus(route.status).value, "vehicle_id": route.vehicle_id,
        "driver_id": route.driver_id, **said,
    }  # fmt: skip
    event = DomainEvent(
        type=news.value, fleet_id=route.fleet_id, subject=f"route:{route.id}", data=data,
        occurred_at=now, received_at=now,
    )  # fmt: skip
    publish(session, event)
