"""Goods that are in one vehicle and are to be brought by another: where they are, and words for
those who have to fetch them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from fleet_app.delivery.pickups import LeftIn, left_in
from fleet_app.planning.document import Document
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.pickups import is_aboard
from fleet_app.routing.roads.ports import LatLon


def left_behind(day: Day, delivery_ids: Iterable[int], vehicle_id: int | None) -> dict[int, LeftIn]:
    """Where those of a vehicle's deliveries are whose goods are in it; those that it was to fetch
    from another one are still there."""
    place = None if vehicle_id is None else standing_at(day, vehicle_id)
    found: dict[int, LeftIn] = {}
    for id_ in delivery_ids:
        delivery = day.deliveries[id_]
        vehicle = day.vehicles.get(vehicle_id or 0)
        if (there := left_in(delivery)) is not None:
            found[id_] = there
        elif place is not None and vehicle is not None and is_aboard(day, delivery):
            found[id_] = LeftIn(vehicle.id or 0, vehicle.name, *place)
    return found


def apart(day: Day, document: Document, links: Mapping[str, int]) -> Day:
    """The day of a plan, with where goods are that are in other vehicles than those of their
    rows."""
    found: dict[int, LatLon] = {}
    for row in document.rows:
        here = links.get(row.key)
        for id_ in row.delivery_ids:
            delivery = day.deliveries.get(id_)
            route = day.routes.get(delivery.route_id or 0) if delivery is not None else None
            if route is None or route.id == here or route.vehicle_id == row.vehicle_id:
                continue
            places = left_behind(day, [id_], route.vehicle_id)
            found |= {one: place.point for one, place in places.items()}
    return replace(day, elsewhere=found)


def standing_at(day: Day, vehicle_id: int) -> LatLon | None:
    """Where a vehicle that has left was seen last, however long ago, as one that is out does not go
    away; else where it was done last, else where it started."""
    seen = day.seen.get(vehicle_id)
    if seen is not None:
        return seen.lat, seen.lon
    routes = {id_ for id_, route in day.routes.items() if route.vehicle_id == vehicle_id}
    done = [
        one for id_, one in day.deliveries.items() if one.route_id in routes and day.is_done(id_)
    ]  # fmt: skip
    last = max(done, key=lambda one: one.status_at, default=None)
    if last is not None and last.lat is not None and last.lon is not None:
        return last.lat, last.lon
    return _start(day, vehicle_id)


def _start(day: Day, vehicle_id: int) -> LatLon | None:
    vehicle = day.vehicles.get(vehicle_id)
    depot = day.depots.get(vehicle.depot_id or 0) if vehicle else None
    if depot is None and len(day.depots) == 1:
        depot = next(iter(day.depots.values()))
    if depot is None or depot.lat is None or depot.lon is None:
        return None
    return depot.lat, depot.lon


def fetching(places: Iterable[LeftIn], driving: Collection[int] = ()) -> list[str]:
    """`fetches 4 orders from Van 12`, one for each vehicle; those of `driving` do not wait."""
    counts = Counter((place.vehicle, place.vehicle_id in driving) for place in places)
    return [
        f"fetches {'1 order' if count == 1 else f'{count} orders'} from {vehicle}"
        f"{' (it drives on: agree on a place)' if drives else ''}"
        for (vehicle, drives), count in sorted(counts.items())
    ]


def fetched(
    day: Day, delivery_ids: Iterable[int], vehicle_id: int | None, driving: Collection[int] = ()
) -> list[str]:
    """What a vehicle is to fetch from others, those of `driving` drive on, of the deliveries that
    it brings, in words."""
    found: list[LeftIn] = []
    for id_ in delivery_ids:
        route = day.routes.get(day.deliveries[id_].route_id or 0)
        if route is not None and route.vehicle_id != vehicle_id:
            found += left_behind(day, [id_], route.vehicle_id).values()
    return fetching(found, driving)
