"""Whether routes that an accepted suggestion changed can still be driven as they were before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import Delivery, Route, RouteStatus
from fleet_app.planning.workday.day import DONE


async def why_over(session: AsyncSession, route_ids: Collection[int], since: datetime) -> str:
    """Why one of these routes is over for good; "" when each is driven, or was completed after
    `since` with nothing done on it meanwhile, so that it can be driven on."""
    query = select(Route).where(col(Route.id).in_(route_ids)).order_by(col(Route.id))
    for route in await session.exec(query):
        name = route.name or f"Route {route.id}"
        if route.deleted_at is not None:
            return f"{name} was deleted, so this cannot be taken back"
        if route.status == RouteStatus.COMPLETED and await _was_driven(session, route, since):
            return f"{name} was driven on and completed since, so this cannot be taken back"
    return ""


async def _was_driven(session: AsyncSession, route: Route, since: datetime) -> bool:
    query = select(Delivery.id).where(
        Delivery.route_id == route.id, col(Delivery.status).in_(DONE),
        col(Delivery.status_at) > since,
    )  # fmt: skip
    return (await session.exec(query.limit(1))).first() is not None
