"""Routes in progress from one order to another and back, with their plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.life import ASSIGNABLE, UNDER_WAY
from fleet_app.delivery.models import (
    Delivery,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import LeftIn
from fleet_app.delivery.plan_copies import Copies, PlanCopies
from fleet_app.delivery.planned_times import PlannedRoute
from fleet_app.delivery.replanning import Replanning
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import Clock
from fleet_app.kernel.errors import Conflict
from fleet_app.planning.document import stop_id, stop_of
from fleet_app.planning.live.reopening import why_over
from fleet_app.planning.live.takers import Orders
from fleet_app.planning.workday.whereabouts import seen_of

OPEN = ASSIGNABLE | {DeliveryStatus.ASSIGNED, DeliveryStatus.OUT_FOR_DELIVERY}
"""What another vehicle can still bring; whoever is at the door finishes."""
DRIVEN = frozenset({RouteStatus.PUBLISHED, RouteStatus.STARTED})
Words = Callable[[int], str]
"""What the driver of a route is told."""


class TooLate(Conflict):
    """The routes are others by now, or the offer has run out."""

    type = "too_late"


class Goods(msgspec.Struct, frozen=True):
    """Where the goods of a delivery were: `left_in` as of the delivery."""

    left_in: dict[str, Any] = {}
    picked_up_at: datetime | None = None


class Kept(msgspec.Struct, frozen=True):
    """How routes were before they changed: their plans, their stops in driving order as
    `document.stop_id` calls them, and where the goods of their deliveries were."""

    plans: Copies = {}
    orders: dict[int, list[str]] = {}
    goods: dict[int, Goods] = {}


class Rearranging:
    """Routes that change together, in the caller's transaction."""

    def __init__(self, session: AsyncSession, actor: Actor, clock: Clock) -> None:
        self._session, self._actor = session, actor
        self._routes, self._replanning = RouteService(session, clock), Replanning(session, clock)
        self._copies = PlanCopies(session)
        self._known: dict[int, Delivery] = {}

    async def do(
        self,
        before: Orders,
        after: Orders,
        times: Mapping[int, PlannedRoute],
        places: Mapping[int, LeftIn],
        words: Words,
    ) -> Kept:
        """Change them, plan them so, and tell their drivers; `places` are where goods are fetched.
        Returns how everything was."""
        await self._lock(before, after)
        kept = Kept(
            await self._copies.take(before.keys()),
            {route_id: await self._stops(route_id) for route_id in before},
            {id_: Goods(dict(one.left_in), one.picked_up_at) for id_, one in self._known.items()},
        )
        orders = {route_id: in_order(planned) for route_id, planned in times.items()}
        await self._arrange(before, after, orders, places)
        for route_id, planned in times.items():
            await self._replanning.fill_times(route_id, planned)
        await self._tell(after, words)
        return kept

    async def undo(
        self, before: Orders, after: Orders, kept: Kept, words: Words, since: datetime
    ) -> None:
        """Change them back; what is done or added meanwhile stays where it is, what is called off
        stays so, and what was fetched meanwhile has to be fetched back. A route that was completed
        since then because nothing was left on it is driven on."""
        await self._lock(before, after, since)
        places: dict[int, LeftIn] = {}
        for id_, goods in kept.goods.items():
            delivery = self._known.get(id_)
            if delivery is not None and delivery.left_in and delivery.picked_up_at is not None:
                places |= await self._in_its_vehicle(delivery)
            elif goods.left_in:
                places[id_] = msgspec.convert(goods.left_in, LeftIn)
        orders = {id_: [_ref(one) for one in stops] for id_, stops in kept.orders.items()}
        await self._arrange(before, after, orders, places, kept.goods, is_undo=True)
        await self._copies.put_back(kept.plans)
        await self._tell(after, words)

    async def _in_its_vehicle(self, delivery: Delivery) -> dict[int, LeftIn]:
        route = await self._session.get(Route, delivery.route_id or 0)
        vehicle = await self._session.get(Vehicle, route.vehicle_id or 0) if route else None
        if vehicle is None or vehicle.id is None:
            return {}
        seen = (await seen_of(self._session, [vehicle.id])).get(vehicle.id)
        if seen is None:
            return {}
        return {delivery.id or 0: LeftIn(vehicle.id, vehicle.name, seen.lat, seen.lon)}

    async def _lock(self, before: Orders, after: Orders, since: datetime | None = None) -> None:
        every = {one for orders in (before, after) for own in orders.values() for one in own}
        await self._replanning.lock(sorted(before), every)
        if since is not None:
            await self._reopen(sorted(before), since)
        carried = [one for route_id in before for one in await self._carried(route_id)]
        query = select(Delivery).where(col(Delivery.id).in_(every.union(carried)))
        self._known = {row.id or 0: row for row in await self._session.exec(query)}

    async def _reopen(self, route_ids: Sequence[int], since: datetime) -> None:
        if words := await why_over(self._session, route_ids, since):
            raise TooLate(words)
        for route_id in route_ids:
            await self._replanning.reopen(self._actor, route_id)

    async def _arrange(
        self,
        before: Orders,
        after: Orders,
        orders: Mapping[int, Sequence[StopRef]],
        places: Mapping[int, LeftIn],
        goods: Mapping[int, Goods] = {},
        *,
        is_undo: bool = False,
    ) -> None:
        now = {route_id: await self._carried(route_id) for route_id in sorted(before)}
        wanted_on = self._wanted(before, after, now, is_undo)
        if is_undo and all(wanted_on[id_] == self._open(ids) for id_, ids in now.items()):
            raise TooLate("What it moved is done, or on other routes by now: nothing to take back")
        for route_id, ids in now.items():
            left = await self._let_go(route_id, ids, wanted_on[route_id], places)
            for one in left - places.keys() & goods.keys():
                self._known[one].picked_up_at = goods[one].picked_up_at
        for route_id, ids in now.items():
            done = [one for one in ids if not self._is_open(one)]
            wanted = [*done, *wanted_on[route_id]]
            order = orders.get(route_id, ())
            await self._routes.change_stops(self._actor, route_id, wanted, order=order)
            await self._replanning.send_out(self._actor, route_id)

    def _wanted(
        self, before: Orders, after: Orders, now: Orders, is_undo: bool
    ) -> dict[int, list[int]]:
        """What is to be open on each route. Raises `TooLate` where something else is by now; what
        was added since may stay when the rest is taken back, behind everything else."""
        known = {one for orders in (before, after) for own in orders.values() for one in own}
        carried = {one for ids in now.values() for one in ids}
        found = {}
        for route_id, ids in now.items():
            added = [one for one in self._open(ids) if is_undo and one not in known]
            there = [one for one in self._open(ids) if one not in added]
            known_here = self._open(before[route_id])
            if there != [one for one in known_here if not is_undo or one in carried]:
                raise TooLate("The routes have changed since")
            own = self._open(after[route_id])
            found[route_id] = [*(one for one in own if not is_undo or one in carried), *added]
        return found

    async def _tell(self, after: Orders, words: Words) -> None:
        for route_id in sorted(after):
            count = len(self._open(after[route_id]))
            await self._replanning.tell_again(route_id, count, words(route_id))

    def _is_open(self, delivery_id: int) -> bool:
        """Whether it can still be brought by another vehicle."""
        found = self._known.get(delivery_id)
        return found is not None and found.status in OPEN

    def _open(self, ids: Sequence[int]) -> list[int]:
        return [one for one in ids if self._is_open(one)]

    async def _stops(self, route_id: int) -> list[str]:
        query = select(RouteStop).where(RouteStop.route_id == route_id)
        found = await self._session.exec(query.order_by(col(RouteStop.position)))
        return [
            stop_id(stop.delivery_id, pickup=stop.kind is StopKind.PICKUP)
            for stop in found
            if stop.delivery_id is not None
        ]

    async def _carried(self, route_id: int) -> list[int]:
        route = await self._session.get(Route, route_id)
        if route is None or route.deleted_at is not None or route.status not in DRIVEN:
            raise TooLate("A route of this suggestion is over")
        query = (
            select(RouteStop.delivery_id)
            .join(Delivery, col(Delivery.id) == col(RouteStop.delivery_id))
            .where(RouteStop.route_id == route_id, Delivery.route_id == route_id)
            .where(RouteStop.kind == StopKind.DELIVERY)
            .order_by(col(RouteStop.position))
        )
        return [one for one in await self._session.exec(query) if one is not None]

    async def _let_go(
        self,
        route_id: int,
        now: Sequence[int],
        wanted: Sequence[int],
        places: Mapping[int, LeftIn],
    ) -> set[int]:
        """Take off a route what another one has from now on."""
        leaving = [one for one in self._open(now) if one not in wanted]
        if not leaving:
            return set()
        aboard = [one for one in leaving if self._known[one].status in UNDER_WAY]
        if aboard:
            mine = {one: places[one] for one in aboard if one in places}
            await self._replanning.hand_over(self._actor, aboard, route_id, mine)
        staying = [one for one in now if one not in leaving]
        await self._routes.change_stops(self._actor, route_id, staying)
        return set(leaving)


def in_order(planned: PlannedRoute) -> list[StopRef]:
    """The stops of a planned route in driving order."""
    kinds = {StopKind.PICKUP: planned.pickups, StopKind.DELIVERY: planned.stops}
    found = [
        (told.arrival, told.departure, kind is StopKind.DELIVERY, id_)
        for kind, own in kinds.items()
        for id_, told in own.items()
    ]
    return [
        StopRef(id_, StopKind.DELIVERY if is_delivery else StopKind.PICKUP)
        for *_, is_delivery, id_ in sorted(found)
    ]


def _ref(name: str) -> StopRef:
    stop = stop_of(name)
    return StopRef(stop.delivery_id, StopKind.PICKUP if stop.pickup else StopKind.DELIVERY)
