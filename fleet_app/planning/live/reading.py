"""Reading how routes stand while they are driven."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.models import Delivery, RouteStop, StopKind
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Stop, Tour, Tours
from fleet_app.delivery.tracking import TrackedDelivery
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.live.ports import ActiveRoutes, LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk

log = logging.getLogger(__name__)


class DeliveryEta(msgspec.Struct, frozen=True, kw_only=True):
    """When a delivery will be made. `live` is None unless its route is on its way, its vehicle is
    heard of, and the stop is still to come; then `before` is how many stops come first. `seen_at`
    is when the vehicle was heard of, also when that is too long ago to tell more; `risk` what is
    known all the same."""

    delivery: Delivery
    planned_arrival: datetime | None = None
    live: StopEta | None = None
    before: int | None = None
    updated_at: datetime | None = None
    seen_at: datetime | None = None
    risk: Risk | None = None


class RouteEta(msgspec.Struct, frozen=True):
    """A route with its stops, and how it stands: None unless it is on its way."""

    tour: Tour
    state: LiveRouteState | None

    @property
    def live(self) -> LiveRouteState | None:
        """How it stands, unless its vehicle has not been heard of for too long."""
        return None if self.state is None or self.state.stale else self.state

    def of_stop(self, stop: Stop) -> StopEta | None:
        """When one of its stops will be reached."""
        return None if self.live is None else _of_stop(self.live, stop.stop)

    def risk_of(self, stop: Stop) -> Risk | None:
        """Whether one of its stops will be made in time, as far as anybody knows."""
        found = None if self.state is None else _of_stop(self.state, stop.stop)
        return None if self.state is None or found is None else self.state.risk_of(found)


async def etas_of(active: ActiveRoutes, route_ids: Collection[int]) -> dict[int, LiveRouteState]:
    """How those of the routes stand that are on their way; nothing while the store is away, which
    is no reason to show nothing else."""
    try:
        return await active.get(route_ids)
    except StoreUnavailable as error:
        log.warning("arrivals are not shown: %s", error)
        return {}


class Etas:
    """Arrivals for those who may see them, in the caller's transaction."""

    def __init__(self, session: AsyncSession, active: ActiveRoutes) -> None:
        self._session = session
        self._active = active

    async def route(self, actor: Actor, route_id: int) -> RouteEta:
        """A route's. Drivers: their own. Raises `NotFound`, `Forbidden`."""
        tour = await Tours(self._session).tour(actor, route_id)
        return RouteEta(tour, (await etas_of(self._active, [route_id])).get(route_id))

    async def delivery(self, actor: Actor, delivery_id: int) -> DeliveryEta:
        """A delivery's. Drivers: their own. Raises `NotFound`, `Forbidden`."""
        await DeliveryLife(self._session).standing(actor, delivery_id)
        return await eta_of(self._session, self._active, delivery_id)


async def eta_of(session: AsyncSession, active: ActiveRoutes, delivery_id: int) -> DeliveryEta:
    """A delivery's, whoever's it is: the caller has checked that."""
    delivery = await session.get_one(Delivery, delivery_id)
    if delivery.route_id is None:
        return DeliveryEta(delivery=delivery)
    query = select(RouteStop).where(
        RouteStop.route_id == delivery.route_id, RouteStop.delivery_id == delivery_id,
        RouteStop.kind == StopKind.DELIVERY,
    )  # fmt: skip
    stop = (await session.exec(query)).first()
    planned = None if stop is None else stop.planned_arrival
    live = (await etas_of(active, [delivery.route_id])).get(delivery.route_id)
    eta = None if live is None else live.of_delivery(delivery_id)
    if live is None or eta is None:
        return DeliveryEta(delivery=delivery, planned_arrival=planned)
    if live.stale:
        return DeliveryEta(
            delivery=delivery, planned_arrival=planned, seen_at=live.seen_at,
            risk=live.risk_of(eta),
        )  # fmt: skip
    return DeliveryEta(
        delivery=delivery, planned_arrival=planned, live=eta, before=live.stops.index(eta),
        updated_at=live.updated_at, seen_at=live.seen_at, risk=eta.risk,
    )  # fmt: skip


async def with_expected(
    active: ActiveRoutes, tracked: Collection[TrackedDelivery]
) -> dict[int, TrackedDelivery]:
    """Deliveries as their customers see them, by id, with about when they come: to five minutes,
    upwards, so that the page does not change with every fix; without it while nothing is heard of
    the vehicle."""
    states = await etas_of(active, {one.route_id for one in tracked if one.route_id is not None})
    found = {}
    for one in tracked:
        live = states.get(one.route_id or 0)
        eta = None if live is None or live.stale else live.of_delivery(one.delivery_id)
        expected = None if eta is None or eta.there else _in_fives(eta.eta)
        found[one.delivery_id] = msgspec.structs.replace(one, expected=expected)
    return found


def _in_fives(moment: datetime) -> datetime:
    seconds = -moment.timestamp() % 300
    return (moment + timedelta(seconds=seconds)).replace(microsecond=0)


def _of_stop(live: LiveRouteState, stop: RouteStop) -> StopEta | None:
    return next((one for one in live.stops if one.stop_id == stop.id), None)
