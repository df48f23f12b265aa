"""What no plan can change any more: that a vehicle has left, and who drives it. Pure.

Steps that are taken back know nothing of the vehicles that have left since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from fleet_app.delivery.models import Route, StopKind
from fleet_app.planning.document import Document, PlanRow, PlanStop
from fleet_app.planning.workday.crews import names_of
from fleet_app.planning.workday.day import Day, is_under_way


def as_driven(
    day: Day, document: Document, links: Mapping[str, int]
) -> tuple[Document, dict[str, str]]:
    """The document with a row for each vehicle of it that has left, and its crew on it; and what
    had to be changed, by row. No new row gets the key of a route."""
    notes: dict[str, str] = {}
    highest = max((int(key) for key in links if key.isdigit()), default=0)
    document = replace(document, next_key=max(document.next_key, highest + 1))
    for key, route_id in links.items():
        route, row = day.routes[route_id], document.row(key)
        if not is_under_way(route):
            continue
        if row is None:
            row = _row(day, document, key, route)
            carried = set(day.carried(route_id))
            off = tuple(id_ for id_ in document.off if id_ not in carried)
            document = replace(document, rows=(*document.rows, row), off=off)
            notes[key] = f"{names_of(day, row)[0]} has left: it stays in the plan"
        elif (row.vehicle_id, row.driver_id) != (route.vehicle_id, route.driver_id):
            row = replace(row, vehicle_id=route.vehicle_id, driver_id=route.driver_id)
            document = document.with_rows(row)
            notes[key] = f"{names_of(day, row)[0]} has left: its vehicle and driver stay"
    return document, notes


def _row(day: Day, document: Document, key: str, route: Route) -> PlanRow:
    """A row as the route is, but for what the plan has elsewhere."""
    planned = document.planned
    carried = [
        id_
        for id_ in day.carried(route.id or 0)
        if id_ not in planned and day.deliveries[id_].lat is not None
    ]
    stops = tuple(route_stops(day, route.id or 0, carried))
    return PlanRow(
        key=key, vehicle_id=route.vehicle_id, driver_id=route.driver_id,
        depot_id=route.depot_id, stops=stops,
    )  # fmt: skip


def route_stops(day: Day, route_id: int, delivery_ids: Collection[int]) -> list[PlanStop]:
    """The stops of a route for these deliveries, in driving order."""
    return [
        PlanStop(stop.delivery_id or 0, pickup=stop.kind is StopKind.PICKUP)
        for stop in day.stops.get(route_id, ())
        if stop.delivery_id in delivery_ids
    ]
