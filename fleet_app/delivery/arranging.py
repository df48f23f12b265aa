"""The stops of a route in the order in which somebody wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleet_app.delivery.models import Delivery, Route, RouteStop
from fleet_app.delivery.tours import Tour


def stops_for(
    route: Route, ids: Sequence[int], deliveries: Mapping[int, Delivery]
) -> list[RouteStop]:
    """New stops at the deliveries, in the order of the ids."""
    return [_stop_at(route, deliveries[id_], place) for place, id_ in enumerate(ids, start=1)]


def _stop_at(route: Route, delivery: Delivery, place: int) -> RouteStop:
    return RouteStop(
        route_id=route.id or 0,
        delivery_id=delivery.id,
        position=place,
        lat=delivery.lat or 0.0,
        lon=delivery.lon or 0.0,
    )


def arranged(tour: Tour, ids: Sequence[int], deliveries: Mapping[int, Delivery]) -> list[RouteStop]:
    """What was tried here and moved on comes first, then the deliveries as wanted."""
    known = {stop.delivery.id: stop.stop for stop in tour.stops if stop.delivery}
    history = [
        stop.stop
        for stop in tour.stops
        if stop.delivery is None or (stop.moved_on and stop.delivery.id not in set(ids))
    ]
    return [*history, *(known.get(id_) or _stop_at(tour.route, deliveries[id_], 0) for id_ in ids)]
