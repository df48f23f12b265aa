"""What drivers and the office say of pickups: the goods are in the vehicle, or that was a mistake.

It is part of a delivery's history, but no status: goods are fetched on the way, by a vehicle that
is out for delivery with others already.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM, Actor
from fleet_app.access.matrix import Scope, authorize, may
from fleet_app.delivery import life
from fleet_app.delivery.crews import crews_of, route_at, routes_in
from fleet_app.delivery.errors import EventReused
from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.life import State
from fleet_app.delivery.models import Delivery, DeliveryEvent, Route, StopKind
from fleet_app.delivery.pickups import TO_FETCH
from fleet_app.delivery.recording import Recorder, StatusChange
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.delivery.service import SET_STATUS, had_it, is_own
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict, NotFound
from fleet_app.outbox.changes import changed
from fleet_app.records.errors import Stale

_NEWS = {True: DeliveryNews.PICKED_UP, False: DeliveryNews.NOT_PICKED_UP}


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A wish: the goods were `fetched` then (None: now), or were not; `event_id` as of a status.
    With a `version` only of the delivery as it was in it."""

    delivery_id: int
    fetched: bool = True
    occurred_at: datetime | None = None
    event_id: str | None = None
    lat: float | None = None
    lon: float | None = None
    version: int | None = None


class Fetching:
    """Reports of pickups, in the caller's transaction. The caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._recorder = Recorder(session, clock)

    async def report(self, actor: Actor, wish: Fetched) -> Delivery:
        """The delivery after the report; one that is sent again changes nothing.

        Raises `NotFound`, `Forbidden`, `InvalidInput` for impossible times, `EventReused`, `Stale`,
        and `Conflict` where there is no pickup to be made at that time.
        """
        scope = authorize(actor.principal, SET_STATUS)
        delivery = await self._visible(actor, wish.delivery_id, lock=True)
        route = await self._route(delivery.route_id)
        known = (await self._repository.events([wish.delivery_id])).get(wish.delivery_id, [])
        if scope is Scope.OWN and not is_own(actor, route):
            route = await self._route(await self._route_then(actor, known, wish))
        late = route is not None and route.id != delivery.route_id
        events = known or [self._recorder.begin(SYSTEM, delivery)]
        if _is_known(events, wish):
            return delivery
        if wish.version not in (None, delivery.version):
            raise Stale(delivery.tracking_number, delivery.version)
        if route is None:
            raise _nothing(delivery, "is on no route")
        await self._require_pickup(delivery, route)
        await self._write(actor, delivery, route, events, wish, late=late)
        await self._session.flush()
        return delivery

    async def aboard(self, actor: Actor, delivery_id: int) -> bool | None:
        """Whether goods that are fetched on the way were; None while nobody is to fetch any, or
        where that is not the actor's to say. Raises `NotFound`."""
        if not may(actor.principal, SET_STATUS):
            return None
        delivery = await self._visible(actor, delivery_id, lock=False)
        route = await self._route(delivery.route_id)
        is_theirs = authorize(actor.principal, SET_STATUS) is not Scope.OWN or is_own(actor, route)
        if route is None or not is_theirs or delivery.status not in TO_FETCH:
            return None
        return (
            delivery.picked_up_at is not None if await self._stops_there(delivery, route) else None
        )

    async def _write(
        self, actor: Actor, delivery: Delivery, route: Route, events: Sequence[DeliveryEvent],
        wish: Fetched, *, late: bool,
    ) -> None:  # fmt: skip
        now = self._clock()
        moment = now if wish.occurred_at is None else life.plausible(wish.occurred_at, now)
        state = _require_open(delivery, life.at(events, moment))
        told = StatusChange(
            delivery_id=wish.delivery_id, to=state.status, occurred_at=wish.occurred_at,
            event_id=wish.event_id, lat=wish.lat, lon=wish.lon,
        )  # fmt: skip
        event = self._recorder.fetched(
            actor, delivery, told, moment=moment, route=route, news=_NEWS[wish.fetched], late=late
        )
        if not late:
            delivery.picked_up_at = picked_up(life.ordered([*events, event]))
            changed(self._session, delivery.fleet_id, "routes", [route.id or 0])

    async def _visible(self, actor: Actor, delivery_id: int, *, lock: bool) -> Delivery:
        mine = actor.principal.fleet_id
        found = await self._repository.deliveries([delivery_id], lock=lock, fleet_id=mine)
        delivery = found.get(delivery_id)
        if delivery is None or not actor.principal.sees_fleet(delivery.fleet_id):
            raise NotFound("Delivery", delivery_id)
        return delivery

    async def _route(self, route_id: int | None) -> Route | None:
        return (await self._repository.routes([route_id or 0])).get(route_id or 0)

    async def _route_then(
        self, actor: Actor, events: Sequence[DeliveryEvent], wish: Fetched
    ) -> int | None:
        """The route on which the driver had the delivery at that time, as it has left it since.
        Raises `NotFound` for everybody else's."""
        crews = await crews_of(self._session, routes_in(events))
        if not had_it(actor, events, crews, wish.occurred_at):
            raise NotFound("Delivery", wish.delivery_id)
        return route_at(events, wish.occurred_at or self._clock())

    async def _require_pickup(self, delivery: Delivery, route: Route) -> None:
        """On a route that it has left there is no stop any more: what somebody said must do."""
        if route.id != delivery.route_id and _has_pickup(delivery):
            return
        if not await self._stops_there(delivery, route):
            raise _nothing(delivery, "is not picked up on its route")

    async def _stops_there(self, delivery: Delivery, route: Route) -> bool:
        """Whether the route has a stop where its goods are fetched."""
        stops = (await self._repository.stops([route.id or 0])).get(route.id or 0, [])
        return any(
            stop.delivery_id == delivery.id and stop.kind is StopKind.PICKUP for stop in stops
        )


def _has_pickup(delivery: Delivery) -> bool:
    return delivery.pickup_lat is not None or delivery.pickup_depot_id is not None


def picked_up(events: Sequence[DeliveryEvent]) -> datetime | None:
    """Since when goods are fetched, by what was said last; the events as they happened. What came
    late was of a route that the delivery has left."""
    said = [
        event
        for event in events
        if event.event_type in _NEWS.values() and not event.data.get("late")
    ]
    is_fetched = bool(said) and said[-1].event_type == DeliveryNews.PICKED_UP
    return said[-1].occurred_at if is_fetched else None


def _is_known(events: Sequence[DeliveryEvent], wish: Fetched) -> bool:
    for event in events:
        if wish.event_id is not None and event.event_id == wish.event_id:
            if event.event_type != _NEWS[wish.fetched]:
                raise EventReused(wish.event_id)
            return True
    return False


def _require_open(delivery: Delivery, state: State | None) -> State:
    if state is None or state.status not in TO_FETCH:
        raise _nothing(delivery, f"was {state.status} then" if state else "did not exist then")
    return state


def _nothing(delivery: Delivery, problem: str) -> Conflict:
    message = f"{delivery.tracking_number} {problem}: there is nothing to pick up"
    return Conflict(message, fields={"picked_up": problem})
