"""Changing what happens to deliveries: the one place for permission, legality and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import SYSTEM, Actor
from fleet_app.access.matrix import Scope, authorize
from fleet_app.delivery import life
from fleet_app.delivery.crews import Crews, crews_of, driver_at, routes_in
from fleet_app.delivery.errors import EventReused, IllegalChange, MovedOn, RouteChanged
from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.life import State, Verdict
from fleet_app.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStatus,
    StopKind,
)
from fleet_app.delivery.pickups import LeftIn, is_fetched
from fleet_app.delivery.reasons import check_note, check_reason
from fleet_app.delivery.recording import Recorder, StatusChange
from fleet_app.delivery.repository import DeliveryRepository
from fleet_app.delivery.settled import require_deletable
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import FleetError, Forbidden, InvalidInput, NotFound
from fleet_app.outbox.changes import changed

SET_STATUS = "deliveries.set_status"
MOST_AT_ONCE = 500
S = DeliveryStatus
_OFF_ROUTE = frozenset({S.CREATED, S.RESCHEDULED, S.CANCELLED})
"""A delivery that gets one of these is on no route any more."""
_NO_STATUS = frozenset({DeliveryNews.PICKED_UP, DeliveryNews.NOT_PICKED_UP})


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a wish, and what can follow; `take_back_to` is where taking it back leads.

    `late`: it entered the history, the status is newer. `repeated`: it was known already.
    """

    delivery: Delivery
    event: DeliveryEvent
    late: bool
    repeated: bool
    legal_next: tuple[DeliveryStatus, ...]
    take_back_to: DeliveryStatus | None = None


class _Batch(msgspec.Struct):
    """The deliveries to be changed, locked, and what is known about them."""

    deliveries: dict[int, Delivery]
    events: dict[int, list[DeliveryEvent]]
    routes: dict[int, Route]
    crews: Crews
    dropped: dict[int, set[int]] = msgspec.field(default_factory=dict)
    """Route -> deliveries whose stops go, as nobody has been there."""

    def route_of(self, delivery: Delivery) -> Route | None:
        """The route a delivery is on."""
        return self.routes.get(delivery.route_id or 0)


class DeliveryLife:
    """The life of deliveries, in the caller's transaction. The caller commits."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session = session
        self._clock = clock
        self._repository = DeliveryRepository(session)
        self._recorder = Recorder(session, clock)

    async def change(
        self, actor: Actor, delivery_id: int, to: DeliveryStatus, **details: Any
    ) -> Changed:
        """One change; `details` as in `StatusChange`.

        Raises `NotFound`, `Forbidden`, `InvalidInput`, `IllegalChange`, `MovedOn`, `EventReused`,
        `RouteChanged`.
        """
        wish = StatusChange(delivery_id=delivery_id, to=to, **details)
        (result,) = await self.change_many(actor, [wish])
        if isinstance(result, FleetError):
            raise result
        return result

    async def change_many(
        self, actor: Actor, wishes: Sequence[StatusChange]
    ) -> list[Changed | FleetError]:
        """Up to 500 changes, made in the order in which they happened; what cannot be done says so.

        The results come in the order of the wishes. Raises `Forbidden`, `RouteChanged`.
        """
        scope = authorize(actor.principal, SET_STATUS)
        if not 1 <= len(wishes) <= MOST_AT_ONCE:
            raise InvalidInput(f"Send 1 to {MOST_AT_ONCE} changes at once")
        batch = await self._load(wishes, actor.principal.fleet_id, own=scope is Scope.OWN)
        now = self._clock()
        results: dict[int, Changed | FleetError] = {}
        for index, wish in sorted(enumerate(wishes), key=lambda item: item[1].occurred_at or now):
            try:
                results[index] = self._one(actor, scope, wish, batch)
            except FleetError as error:
                results[index] = error
        await self._drop_stops(batch.routes, batch.dropped)
        await self._session.flush()
        return [results[index] for index in range(len(wishes))]

    async def together(
        self,
        actor: Actor,
        deliveries: Mapping[int, Delivery],
        to: DeliveryStatus,
        route: Route,
    ) -> None:
        """The same change of several locked deliveries of a route, now. Stops are the caller's.

        Becoming assigned puts them on the route, becoming created takes them off.
        Raises `IllegalChange`.
        """
        events = await self._repository.events(list(deliveries))
        for id_, delivery in deliveries.items():
            known = events.get(id_) or [self._recorder.begin(SYSTEM, delivery)]
            verdict = life.judge(known, to, told=None, now=self._clock(), actor_id=actor.user_id)
            delivery.route_id = None if to in _OFF_ROUTE else route.id
            wish = StatusChange(delivery_id=id_, to=to)
            self._recorder.write(actor, delivery, wish, verdict, route)

    def created(self, actor: Actor, *deliveries: Delivery) -> None:
        """Begin the life of stored deliveries (their ids are known). Awaits nothing."""
        for delivery in deliveries:
            self._recorder.announce(delivery, self._recorder.begin(actor, delivery))

    async def removing(self, actor: Actor, delivery: Delivery) -> None:
        """Let go of a locked delivery that is about to be deleted: it leaves its route.

        Raises `IllegalChange` while it is in a vehicle, `RouteChanged`, and `Conflict` once it was
        made or tried, or its route has left.
        """
        status = DeliveryStatus(delivery.status)
        if status in life.UNDER_WAY:
            why = f"Delivery {delivery.tracking_number} is on its way and cannot be deleted"
            raise IllegalChange(status, "deleted", life.LEGAL[status], why=why)
        if status is not S.ASSIGNED or delivery.route_id is None:
            await require_deletable(self._session, delivery)
            return
        # The delivery is locked before its route here: waiting could wait for ever.
        routes = await self._repository.routes([delivery.route_id], lock=True, skip_locked=True)
        if not routes:
            raise RouteChanged
        await require_deletable(self._session, delivery)
        id_, route = delivery.id or 0, routes[delivery.route_id]
        await self._drop_stops(routes, {delivery.route_id: {id_}})
        await self.together(actor, {id_: delivery}, S.CREATED, route)

    async def moved(self, delivery: Delivery) -> None:
        """Let the planned stops of a delivery follow its new point, and where it is fetched.

        A route that is completed says where it went; without a point the stop stays where it is,
        as does a pickup that is made, or that is to be made at another vehicle.
        """
        if delivery.route_id is None:
            return
        points = {StopKind.DELIVERY: (delivery.lat, delivery.lon)}
        if not delivery.left_in and not is_fetched(delivery):
            points[StopKind.PICKUP] = (delivery.pickup_lat, delivery.pickup_lon)
        moved = [
            await self._repository.move_stop(delivery, lat, lon, kind)
            for kind, (lat, lon) in points.items()
            if lat is not None and lon is not None
        ]
        if any(moved):
            changed(self._session, delivery.fleet_id, "routes", [delivery.route_id])

    async def goods_wait(self, delivery: Delivery, place: LeftIn) -> None:
        """The vehicle that has the goods of a locked delivery stands there, and so they are
        fetched there."""
        delivery.left_in = msgspec.to_builtins(place)
        self._session.add(delivery)
        await self._session.flush()
        if await self._repository.move_stop(delivery, place.lat, place.lon, StopKind.PICKUP):
            changed(self._session, delivery.fleet_id, "routes", [delivery.route_id or 0])
        changed(self._session, delivery.fleet_id, "deliveries", [delivery.id or 0])

    async def standing(self, actor: Actor, delivery_id: int) -> tuple[int, DeliveryStatus]:
        """A delivery's version and status. Raises `NotFound`, `Forbidden`."""
        delivery = await self._readable(actor, delivery_id)
        return delivery.version, DeliveryStatus(delivery.status)

    async def events(
        self, actor: Actor, delivery_id: int, *, page: int = 1, limit: int = 100
    ) -> tuple[list[DeliveryEvent], int]:
        """What happened to a delivery, in that order, and how many events there are.

        Raises `NotFound`, `Forbidden`.
        """
        await self._readable(actor, delivery_id)
        return await self._repository.page_of_events(delivery_id, page, limit)

    async def _readable(self, actor: Actor, delivery_id: int) -> Delivery:
        scope = authorize(actor.principal, "deliveries.read")
        mine = actor.principal.fleet_id
        found = await self._repository.deliveries([delivery_id], fleet_id=mine)
        delivery = found.get(delivery_id)
        if delivery is None or not actor.principal.sees_fleet(delivery.fleet_id):
            raise NotFound("Delivery", delivery_id)
        if scope is Scope.OWN:
            routes = await self._repository.routes([delivery.route_id or 0])
            if not is_own(actor, routes.get(delivery.route_id or 0)):
                raise NotFound("Delivery", delivery_id)
        return delivery

    async def _load(
        self, wishes: Sequence[StatusChange], fleet_id: int | None, *, own: bool
    ) -> _Batch:
        """Lock what the wishes are about: first the routes that deliveries may leave.

        Nothing of other fleets than `fleet_id` is touched (None: an administrator's wishes).
        Who drove when matters for those who speak for their `own` deliveries.
        """
        leaving = {wish.delivery_id for wish in wishes if wish.to in _OFF_ROUTE}
        left = await self._repository.route_ids(leaving, fleet_id=fleet_id) if leaving else set()
        routes = await self._repository.routes(left, lock=True, fleet_id=fleet_id)
        ids = {wish.delivery_id for wish in wishes}
        deliveries = await self._repository.deliveries(ids, lock=True, fleet_id=fleet_id)
        on = {id_: found.route_id for id_, found in deliveries.items() if found.route_id}
        unlocked = await self._repository.routes(set(on.values()) - set(routes))
        if any(on.get(id_) in unlocked for id_ in leaving):
            raise RouteChanged  # between our looking and our locking
        events = await self._repository.events(set(deliveries))
        past = routes_in([one for known in events.values() for one in known]) if own else set()
        crews = await crews_of(self._session, past)
        return _Batch(deliveries, events, routes | unlocked, crews)

    def _one(self, actor: Actor, scope: Scope, wish: StatusChange, batch: _Batch) -> Changed:
        delivery = _visible(actor, scope, wish, batch)
        events = batch.events.setdefault(wish.delivery_id, [])
        event = _known(events, wish)
        repeated = event is not None
        if event is None:
            if not events:
                events.append(self._recorder.begin(SYSTEM, delivery))
            self._require_seen(scope, wish, delivery, events)
            event = self._make(actor, scope, wish, batch)
            events.append(event)
        following, back = self._following(life.fold(events), scope)
        return Changed(
            delivery=delivery, event=event, late=bool(event.data.get("late")), repeated=repeated,
            legal_next=following, take_back_to=back,
        )  # fmt: skip

    def _following(
        self, state: State | None, scope: Scope
    ) -> tuple[tuple[DeliveryStatus, ...], DeliveryStatus | None]:
        """What can follow, and what taking back leads to."""
        office = scope is not Scope.OWN
        if state is None:
            return (), None
        back = life.reopening(state, self._clock()) if office else None
        return life.legal_next(state, office=office), back

    def _require_seen(
        self, scope: Scope, wish: StatusChange, delivery: Delivery, events: Sequence[DeliveryEvent]
    ) -> None:
        """Raises `MovedOn` for a wish that was made looking at another state of the delivery."""
        if wish.version is None or wish.version == delivery.version:
            return
        following, back = self._following(life.fold(events), scope)
        raise MovedOn(
            delivery.tracking_number, delivery.version, DeliveryStatus(delivery.status).value,
            by=life.ordered(events)[-1].actor_name, legal_next=following, take_back_to=back,
        )  # fmt: skip

    def _make(self, actor: Actor, scope: Scope, wish: StatusChange, batch: _Batch) -> DeliveryEvent:
        """Judge and write one change of a delivery that the actor sees."""
        delivery, office = batch.deliveries[wish.delivery_id], scope is not Scope.OWN
        route = batch.route_of(delivery)
        if not office and wish.to not in life.ON_THE_ROAD:
            raise Forbidden("Drivers report what happens on the road; the office does the rest")
        verdict = life.judge(
            batch.events[wish.delivery_id], wish.to, told=wish.occurred_at, now=self._clock(),
            actor_id=actor.user_id, office=office, taking_back=wish.taking_back,
        )  # fmt: skip
        if not office and not verdict.late and not is_own(actor, route):
            raise NotFound("Delivery", wish.delivery_id)
        check_note(wish.note)
        if not verdict.reopens:
            _check(wish, delivery)
        event = self._recorder.write(actor, delivery, wish, verdict, route)
        if not verdict.late and wish.to in _OFF_ROUTE and delivery.route_id is not None:
            _leave_route(delivery, verdict, batch)
        return event

    async def _drop_stops(
        self, routes: Mapping[int, Route], dropped: Mapping[int, set[int]]
    ) -> None:
        """Take the stops of these deliveries off these locked routes."""
        for route_id, delivery_ids in dropped.items():
            await self._repository.drop_stops(routes[route_id], delivery_ids)
            changed(self._session, routes[route_id].fleet_id, "routes", [route_id])


def is_own(actor: Actor, route: Route | None) -> bool:
    """Whether the actor drives this route, and has been told so."""
    driver_id = actor.principal.driver_id
    if route is None or driver_id is None or route.driver_id != driver_id:
        return False
    return route.status != RouteStatus.DRAFT


def _visible(actor: Actor, scope: Scope, wish: StatusChange, batch: _Batch) -> Delivery:
    """The delivery, if it exists for the actor. Raises `NotFound`."""
    delivery = batch.deliveries.get(wish.delivery_id)
    if delivery is None or not actor.principal.sees_fleet(delivery.fleet_id):
        raise NotFound("Delivery", wish.delivery_id)
    events = batch.events.get(wish.delivery_id, [])
    own = is_own(actor, batch.route_of(delivery)) or had_it(
        actor, events, batch.crews, wish.occurred_at
    )
    if scope is Scope.OWN and not own:
        raise NotFound("Delivery", wish.delivery_id)
    return delivery


def had_it(
    actor: Actor, events: Sequence[DeliveryEvent], crews: Crews, told: datetime | None
) -> bool:
    """Whether the delivery was on a route of the actor at that time, though it no longer is."""
    driver_id = actor.principal.driver_id
    if told is None or driver_id is None:
        return False
    return driver_at(events, crews, told) == driver_id


def _known(events: Sequence[DeliveryEvent], wish: StatusChange) -> DeliveryEvent | None:
    """The event that this very wish made before. Raises `EventReused`."""
    for event in events:
        if wish.event_id is not None and event.event_id == wish.event_id:
            if event.to_status != wish.to or event.event_type in _NO_STATUS:
                raise EventReused(wish.event_id)
            return event
    return None


def _check(wish: StatusChange, delivery: Delivery) -> None:
    """Raises `InvalidInput` for what the new status needs and the wish does not say."""
    check_reason(wish.to, wish.reason, wish.note)
    if wish.to is S.ASSIGNED and delivery.route_id is None:
        problem = "comes with a route: add the delivery to one"
        raise InvalidInput(f"This status {problem}", fields={"status": problem})


def _leave_route(delivery: Delivery, verdict: Verdict, batch: _Batch) -> None:
    """A delivery is on no route any more; a stop where it was tried in vain stays as history."""
    route_id, delivery.route_id = delivery.route_id, None
    if verdict.from_status is S.ASSIGNED and route_id in batch.routes:
        batch.dropped.setdefault(route_id, set()).add(delivery.id or 0)
