"""A plan and what became of its deliveries and routes since: what of it still holds, and what not.

Nothing is stored here: a plan is healed whenever it is looked at, and stored so with the next edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from fleet_app.delivery.life import ASSIGNABLE
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route, RouteStatus
from fleet_app.planning.board import Problem
from fleet_app.planning.document import Document, PlanRow, PlanStop
from fleet_app.planning.routes.driving import as_driven, route_stops
from fleet_app.planning.workday.day import Day, is_under_way
from fleet_app.planning.workday.pickups import with_pickups

CHANGED = "changed"
"""The code of what happened to a plan from outside."""
Links = Mapping[str, int]
"""Row -> the route that it was published as, or that it was made from."""


@dataclass
class Healed:
    """A document that agrees with the records, and what had to be changed, by row."""

    document: Document
    links: dict[str, int]
    notes: dict[str, list[Problem]] = field(default_factory=dict)

    def route_of(self, day: Day, row: PlanRow) -> Route | None:
        """The route of a row."""
        return day.routes.get(self.links.get(row.key, 0))


def healed(day: Day, document: Document, links: Links) -> Healed:
    """The document as it can be, for the day as it is."""
    known = {key: id_ for key, id_ in links.items() if id_ in day.routes}
    document, driven = as_driven(day, document, known)
    state = Healed(document, known)
    for key, words in driven.items():
        _tell(state, key, words)
    fresh = _linked(day, state)
    _dropped(day, state)
    _joined(day, state, fresh)
    for row in state.document.rows:
        ordered = _done_first(day, state.route_of(day, row), row)
        state.document = state.document.with_rows(with_pickups(day, ordered))
    return state


def _linked(day: Day, state: Healed) -> set[str]:
    """Give every route of the day a row; the keys of rows whose routes are new to them."""
    free = [
        route
        for id_, route in day.routes.items()
        if id_ not in state.links.values() and route.date == day.date
    ]
    fresh: set[str] = set()
    for route in free:
        row = fitting(state.document, state.links, route)
        if row is None:
            made = PlanRow(
                key="", vehicle_id=route.vehicle_id, driver_id=route.driver_id,
                depot_id=route.depot_id, departs_at=route.starts_at,
            )  # fmt: skip
            state.document = state.document.with_new(made)
            row = state.document.rows[-1]
        state.links[row.key] = route.id or 0
        fresh.add(row.key)
    return fresh


def fitting(document: Document, links: Links, route: Route) -> PlanRow | None:
    """A row without a route for the same vehicle; better one for the same driver as well."""
    fitting = [
        row
        for row in document.rows
        if row.key not in links
        and row.vehicle_id is not None
        and row.vehicle_id == route.vehicle_id
    ]
    same = [row for row in fitting if row.driver_id == route.driver_id]
    return next(iter(same or fitting), None)


def _dropped(day: Day, state: Healed) -> None:
    """Take off what is no part of the plan any more."""
    home = {id_: key for key, id_ in state.links.items()}
    seen: set[tuple[int, bool]] = set()
    for row in state.document.rows:
        kept: list[PlanStop] = []
        route = state.route_of(day, row)
        for stop in row.stops:
            why = _why_not(day, home, row, stop) or _too_late(day, route, stop)
            if why:
                if not stop.pickup:
                    _tell(state, row.key, why, stop.delivery_id)
            elif (stop.delivery_id, stop.pickup) not in seen:
                seen.add((stop.delivery_id, stop.pickup))
                kept.append(stop)
        if len(kept) < len(row.stops):
            changed = msgspec.structs.replace(row, stops=tuple(kept))
            state.document = state.document.with_rows(changed)


def _why_not(day: Day, home: Mapping[int, str], row: PlanRow, stop: PlanStop) -> str:
    """Why a stop cannot be where it is; "" when it can."""
    delivery = day.deliveries.get(stop.delivery_id)
    if delivery is None or delivery.deleted_at is not None:
        number = delivery.tracking_number if delivery else f"Delivery {stop.delivery_id}"
        return f"{number} was deleted"
    number, status = delivery.tracking_number, DeliveryStatus(delivery.status)
    on = home.get(delivery.route_id or 0)
    if stop.pickup and on != row.key and day.is_made(stop):
        return f"{number} was fetched by somebody else"
    if day.is_done(stop.delivery_id):
        return "" if on == row.key else f"{number} is {status.value} already"
    if delivery.route_id is None:
        if status not in ASSIGNABLE:
            return f"{number} was {status.value}"
    elif on is None:
        return f"{number} was put on {_called(day, delivery)}"
    return "" if delivery.lat is not None else f"{number} has no point on the map any more"


def _too_late(day: Day, route: Route | None, stop: PlanStop) -> str:
    """Why a stop cannot be on a route that is over; "" when it can."""
    delivery = day.deliveries[stop.delivery_id]
    if route is None or route.status is not RouteStatus.COMPLETED:
        return ""
    if delivery.route_id == route.id or day.is_done(stop.delivery_id):
        return ""
    return f"{delivery.tracking_number} was not published before this route was completed"


def _called(day: Day, delivery: Delivery) -> str:
    route = day.routes.get(delivery.route_id or 0)
    return (route.name if route else "") or f"route {delivery.route_id}"


def _joined(day: Day, state: Healed, fresh: set[str]) -> None:
    """Take in what routes have that the plan knows nothing of. What is on a route that is new to
    the plan was put there by somebody, wherever the plan had it."""
    for row in state.document.rows:
        if row.key not in state.links:
            continue
        carried = [id_ for id_ in day.carried(state.links[row.key]) if _has_place(day, id_)]
        if row.key in fresh:
            _leave(day, state, row, carried)
        planned, off = state.document.planned, set(state.document.off)
        new = [
            id_ for id_ in carried
            if id_ not in planned and (id_ not in off or day.is_done(id_))
        ]  # fmt: skip
        if not new:
            continue
        here = state.document.row(row.key) or row
        stops = (*here.stops, *route_stops(day, state.links[row.key], new))
        state.document = state.document.with_rows(msgspec.structs.replace(here, stops=stops))
        if row.key not in fresh:
            for id_ in new:
                number = day.deliveries[id_].tracking_number
                _tell(state, row.key, f"{number} was put on this route by hand", id_)


def _leave(day: Day, state: Healed, row: PlanRow, carried: list[int]) -> None:
    """Take what a new route has off the other rows."""
    for other in state.document.rows:
        gone = [id_ for id_ in carried if id_ in other.delivery_ids and other.key != row.key]
        if not gone:
            continue
        state.document = state.document.without(gone)
        for id_ in gone:
            delivery = day.deliveries[id_]
            words = f"{delivery.tracking_number} was put on {_called(day, delivery)}"
            _tell(state, other.key, words, id_)


def _has_place(day: Day, delivery_id: int) -> bool:
    delivery = day.deliveries[delivery_id]
    return delivery.deleted_at is None and delivery.lat is not None


def _done_first(day: Day, route: Route | None, row: PlanRow) -> PlanRow:
    """What is done comes first, in the order in which it was done."""
    if not is_under_way(route):
        return row
    return msgspec.structs.replace(row, stops=tuple(made_first(day, row.stops)))


def made_first(day: Day, stops: Sequence[PlanStop]) -> list[PlanStop]:
    """What is made in the order in which it was, then the others as they are."""
    made = [stop for stop in stops if day.is_made(stop)]
    made.sort(key=lambda stop: (_made_at(day, stop), not stop.pickup))
    return [*made, *(stop for stop in stops if not day.is_made(stop))]


def _made_at(day: Day, stop: PlanStop) -> datetime:
    """When a stop was made, as far as is known."""
    delivery = day.deliveries[stop.delivery_id]
    fetched = delivery.picked_up_at if stop.pickup else None
    return fetched or delivery.status_at


def _tell(state: Healed, key: str, words: str, delivery_id: int | None = None) -> None:
    state.notes.setdefault(key, []).append(Problem(CHANGED, words, delivery_id))
