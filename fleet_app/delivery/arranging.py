"""The stops of a route in the order in which somebody wants them, pickups before deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from fleet_app.delivery.models import Delivery, Route, RouteStop, StopKind
from fleet_app.delivery.pickups import Point
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.delivery.tours import Tour


def refs_of(tour: Tour) -> list[StopRef]:
    """The stops that are part of a route, in driving order."""
    return [
        StopRef(stop.delivery.id or 0, stop.stop.kind)
        for stop in tour.stops
        if stop.delivery and not stop.moved_on
    ]


def out_of_order(refs: Sequence[StopRef]) -> dict[int, str]:
    """Why stops cannot be driven in this order, by their places in it."""
    found = {}
    for index, one in enumerate(refs):
        if one in refs[:index]:
            found[index] = "is there twice"
        elif one.kind is StopKind.PICKUP and StopRef(one.delivery_id) not in refs[index:]:
            found[index] = "is a pickup, which comes before its delivery"
    return found


def with_pickups(
    ids: Sequence[int], wanted: set[int], before: Sequence[StopRef] = ()
) -> list[StopRef]:
    """Stops at the deliveries in this order, with the pickups that are `wanted`.

    A pickup stays where it was `before`: ahead of the first of those that it was ahead of, its own
    delivery at the latest. A new one comes right before its delivery.
    """
    places = {id_: place for place, id_ in enumerate(ids)}
    known = [one for one in before if one.kind is StopKind.PICKUP and one.delivery_id in wanted]
    new = [id_ for id_ in ids if id_ in wanted - {one.delivery_id for one in known}]
    ahead: dict[int, list[int]] = defaultdict(list)
    for one in known:
        if one.delivery_id in places:
            ahead[_first_behind(one, before, places)].append(one.delivery_id)
    for id_ in new:
        ahead[id_].append(id_)
    found: list[StopRef] = []
    for id_ in ids:
        found += (StopRef(one, StopKind.PICKUP) for one in ahead[id_])
        found.append(StopRef(id_))
    return found


def _first_behind(pickup: StopRef, before: Sequence[StopRef], places: Mapping[int, int]) -> int:
    """Which delivery comes first now of those that came after a pickup, up to its own."""
    behind = list(before[before.index(pickup) + 1 :])
    own = StopRef(pickup.delivery_id)
    until = behind.index(own) if own in behind else 0
    others = (
        one.delivery_id
        for one in behind[:until]
        if one.kind is StopKind.DELIVERY and one.delivery_id in places
    )
    return min((*others, pickup.delivery_id), key=places.__getitem__)


def stops_for(
    route: Route,
    refs: Sequence[StopRef],
    deliveries: Mapping[int, Delivery],
    pickups: Mapping[int, Point],
) -> list[RouteStop]:
    """New stops at the deliveries, and at their `pickups`, in this order."""
    return [_stop_at(route, one, deliveries, pickups, at) for at, one in enumerate(refs, start=1)]


def _stop_at(
    route: Route,
    ref: StopRef,
    deliveries: Mapping[int, Delivery],
    pickups: Mapping[int, Point],
    place: int = 0,
) -> RouteStop:
    delivery = deliveries[ref.delivery_id]
    lat, lon = delivery.lat or 0.0, delivery.lon or 0.0
    if ref.kind is StopKind.PICKUP:
        lat, lon = pickups[ref.delivery_id]
    return RouteStop(
        route_id=route.id or 0, delivery_id=delivery.id, kind=ref.kind, position=place,
        lat=lat, lon=lon,
    )  # fmt: skip


def arranged(
    tour: Tour,
    ids: Sequence[int],
    deliveries: Mapping[int, Delivery],
    pickups: Mapping[int, Point],
    order: Sequence[StopRef] = (),
) -> list[RouteStop]:
    """What was tried here and moved on comes first, then the deliveries as wanted.

    Their `pickups` are where `order` has them, or else where they were; one that is there stays.
    """
    known = {(stop.delivery.id, stop.stop.kind): stop.stop for stop in tour.stops if stop.delivery}
    history = [
        stop.stop
        for stop in tour.stops
        if stop.delivery is None or (stop.moved_on and stop.delivery.id not in set(ids))
    ]
    wanted = {id_ for id_ in ids if id_ in pickups or (id_, StopKind.PICKUP) in known}
    refs = with_pickups(ids, wanted, order or refs_of(tour))
    return [
        *history,
        *(known.get(one) or _stop_at(tour.route, one, deliveries, pickups) for one in refs),
    ]
