"""What a plan does to routes beyond what people do to one of them: times, crews, handing over."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.delivery.event_names import RouteNews
from fleet_app.delivery.life import LEGAL
from fleet_app.delivery.models import (
    Delivery,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import LeftIn
from fleet_app.delivery.planned_times import PlannedRoute, plan_anew, plan_rest
from fleet_app.delivery.repository import DeliveryRepository, touch
from fleet_app.delivery.route_news import label_of, note_route, publish_route
from fleet_app.delivery.route_upkeep import RouteUpkeep
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.outbox.changes import changed
from fleet_app.records.errors import Stale
from fleet_app.records.problems import invalid

S = DeliveryStatus
_HAS_LEFT = (RouteStatus.STARTED, RouteStatus.COMPLETED)


class Replanning:
    """Changes of routes, in the caller's transaction and after the caller's checks."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._life = DeliveryLife(session, clock)
        self._upkeep = RouteUpkeep(session, clock)

    async def lock(self, route_ids: Collection[int], delivery_ids: Collection[int]) -> None:
        """Keep everybody else from all of these until the end of the transaction, in the order in
        which everybody locks."""
        await self._repository.routes(route_ids, lock=True)
        await self._repository.deliveries(delivery_ids, lock=True)

    async def require_same(self, route: Route) -> None:
        """Keep everybody else from a route until the end of the transaction. Raises `Stale` where
        somebody changed it since it was read, and `NotFound`."""
        now = await self._locked(route.id or 0)
        if now.version != route.version:
            raise Stale(label_of(now), now.version)

    async def hand_over(
        self,
        actor: Actor,
        delivery_ids: list[int],
        route_id: int,
        places: Mapping[int, LeftIn] = {},
    ) -> None:
        """Let deliveries that are in one vehicle be taken by another: they are assigned again, and
        fetched at the `places` that are known.

        Raises `InvalidInput` for those at whose door somebody is already.
        """
        route = await self._locked(route_id)
        found = await self._repository.deliveries(delivery_ids, lock=True, fleet_id=route.fleet_id)
        late = [
            one.tracking_number for one in found.values() if S.ASSIGNED not in LEGAL[one.status]
        ]
        if late:
            message = f"cannot change vehicles any more: {', '.join(late)}"
            raise invalid({"deliveries": message})
        await self._life.together(actor, found, S.ASSIGNED, route)
        for id_, place in places.items():
            if id_ in found:
                found[id_].left_in, found[id_].picked_up_at = msgspec.to_builtins(place), None
        await self._session.flush()

    async def send_out(self, actor: Actor, route_id: int) -> None:
        """What is assigned to a started route is out for delivery as well."""
        route = await self._locked(route_id)
        if route.status is not RouteStatus.STARTED:
            return
        stops = (await self._repository.stops([route_id])).get(route_id, [])
        ids = [stop.delivery_id for stop in stops if stop.delivery_id is not None]
        locked = await self._repository.deliveries(ids, lock=True, fleet_id=route.fleet_id)
        leaving: dict[int, Delivery] = {
            id_: one
            for id_, one in locked.items()
            if one.status is S.ASSIGNED and one.route_id == route_id
        }
        await self._life.together(actor, leaving, S.OUT_FOR_DELIVERY, route)
        await self._session.flush()

    async def change(self, actor: Actor, route_id: int, values: Mapping[str, Any]) -> None:
        """Give a route another vehicle, driver, depot or time; raises as `changing` does."""
        route = await self._locked(route_id)
        new = {name: one for name, one in values.items() if getattr(route, name) != one}
        if not new:
            return
        await self._upkeep.changing(route, new)
        before = {name: getattr(route, name) for name in new}
        for name, one in new.items():
            setattr(route, name, one)
        touch(route)
        self._session.add(route)
        await self._session.flush()
        changes = {name: [before[name], new[name]] for name in new}
        note_route(self._session, actor, route, "update", changes)

    async def remove(self, actor: Actor, route_id: int) -> None:
        """Delete a route that nobody needs any more. Raises `Conflict` once it has started."""
        route = await self._locked(route_id)
        ids = await self._upkeep.removing(actor, route)
        route.deleted_at = self._clock()
        self._session.add(route)
        await self._session.flush()
        changes = {"stops": [ids, []]}
        note_route(self._session, actor, route, "delete", changes, what="deleted")

    async def keep_times(self, route_id: int, planned: PlannedRoute) -> None:
        """Make this the plan of a route. Of one that has left only what is new on it, or has
        another place, gets times: the others keep those that were published."""
        route = await self._locked(route_id)
        if route.status in _HAS_LEFT:
            await self._plan_rest(route, planned)
            return
        stops = await self._stops(route_id)
        plan_anew(route, stops, planned)
        await self._store(route, stops)

    async def fill_times(self, route_id: int, planned: PlannedRoute) -> bool:
        """Plan what has no times yet or has another place than it was planned for, whatever the
        route's status; whether there was any. `planned` has what is not done, in driving order.
        The route counts as changed then."""
        route = await self._locked(route_id)
        if route.planned_departure is None and route.status not in _HAS_LEFT:
            await self.keep_times(route_id, planned)
        elif not await self._plan_rest(route, planned):
            return False
        touch(route)
        changed(self._session, route.fleet_id, "routes", [route_id])
        return True

    async def _plan_rest(self, route: Route, planned: PlannedRoute) -> bool:
        stops = await self._stops(route.id or 0)
        is_new = plan_rest(route, stops, planned, self._clock())
        if is_new:
            await self._store(route, stops)
        return is_new

    async def _stops(self, route_id: int) -> list[RouteStop]:
        return (await self._repository.stops([route_id])).get(route_id, [])

    async def _store(self, route: Route, stops: Sequence[RouteStop]) -> None:
        self._session.add_all([route, *stops])
        await self._session.flush()

    async def tell_again(self, route_id: int, stops: int, words: str) -> None:
        """Tell the world that a route which is published already is another one now."""
        route = await self._locked(route_id)
        self._publish(route, RouteNews.PUBLISHED, {"stops": stops, "changes": words})
        changed(self._session, route.fleet_id, "routes", [route_id])

    async def reopen(self, actor: Actor, route_id: int) -> None:
        """Have a completed route driven on, after the caller's checks."""
        route = await self._locked(route_id)
        if route.status != RouteStatus.COMPLETED:
            return
        route.status, route.actual_arrival = RouteStatus.STARTED, None
        touch(route)
        self._session.add(route)
        await self._session.flush()
        changes = {"status": [RouteStatus.COMPLETED, RouteStatus.STARTED]}
        note_route(self._session, actor, route, "set_status", changes)
        stops = [one for one in await self._stops(route_id) if one.kind is StopKind.DELIVERY]
        self._publish(route, RouteNews.REOPENED, {"stops": len(stops)})

    async def _locked(self, route_id: int) -> Route:
        route = (await self._repository.routes([route_id], lock=True)).get(route_id)
        if route is None:
            raise NotFound("Route", route_id)
        return route

    def _publish(self, route: Route, news: RouteNews, said: Mapping[str, Any]) -> None:
        publish_route(self._session, route, news, said, self._clock())
