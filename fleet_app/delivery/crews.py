"""Who drove what and when: whose word counts for what happened before a route changed hands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery import life
from fleet_app.delivery.models import DeliveryEvent, DeliveryStatus, Route, RouteCrew, RouteStatus

Crews = Mapping[int, Sequence[RouteCrew]]
"""Route -> who was told that it is theirs, as it was told."""
_FREE = frozenset({DeliveryStatus.CREATED, DeliveryStatus.RESCHEDULED, DeliveryStatus.CANCELLED})


def tell_crew(session: AsyncSession, route: Route, driver_id: int | None, now: datetime) -> None:
    """Keep who drives a route from now on; nobody has been told of a draft."""
    told = None if route.status == RouteStatus.DRAFT else driver_id
    session.add(RouteCrew(route_id=route.id or 0, driver_id=told, since=now))


async def crews_of(session: AsyncSession, route_ids: Collection[int]) -> Crews:
    """Who was told of these routes."""
    found: dict[int, list[RouteCrew]] = {}
    if not route_ids:
        return found
    query = select(RouteCrew).where(col(RouteCrew.route_id).in_(route_ids))
    for crew in await session.exec(query.order_by(col(RouteCrew.since), col(RouteCrew.id))):
        found.setdefault(crew.route_id, []).append(crew)
    return found


def routes_in(events: Sequence[DeliveryEvent]) -> set[int]:
    """The routes that a delivery was on at some time."""
    named = (event.data.get("route_id") for event in events)
    return {one for one in named if isinstance(one, int)}


def route_at(events: Sequence[DeliveryEvent], moment: datetime) -> int | None:
    """The route that had a delivery at a moment."""
    before = [event for event in life.ordered(events) if event.occurred_at <= moment]
    if not before or before[-1].to_status in _FREE:
        return None
    named = [event.data["route_id"] for event in before if "route_id" in event.data]
    return named[-1] if named and isinstance(named[-1], int) else None


def driver_at(events: Sequence[DeliveryEvent], crews: Crews, moment: datetime) -> int | None:
    """Who carried a delivery at a moment; None when it was on no route that anybody knew of."""
    route_id = route_at(events, moment)
    told = [crew.driver_id for crew in crews.get(route_id or 0, ()) if crew.since <= moment]
    return told[-1] if told else None
