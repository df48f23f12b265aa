"""A disruption as planning sees it: what is being driven, and what of it does not hold any more."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.going import going
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus
from fleet_app.delivery.pickups import LeftIn
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Fleet
from fleet_app.planning.document import Document, PlanRow
from fleet_app.planning.live.offers import Disruption, Kind, open_offers
from fleet_app.planning.live.takers import is_silent
from fleet_app.planning.routes.handing import left_behind
from fleet_app.planning.routes.healing import Healed, healed
from fleet_app.planning.workday.crews import can_drive, can_work
from fleet_app.planning.workday.day import Day, read_day

AT_THE_DOOR = frozenset({DeliveryStatus.ARRIVING, DeliveryStatus.ARRIVED})
"""Whoever is there has the goods in hand, and finishes."""


@dataclasses.dataclass(frozen=True)
class Case:
    """The day as it is, and as it stands after the disruption; `wanted` are to be put in, of which
    `fetched` are in the vehicle that is `out`, or in one from which it was to fetch them; `kept` is
    how many stay with it, as its driver is at the door."""

    day: Day
    before: Healed
    then: Day
    after: Healed
    wanted: tuple[int, ...] = ()
    fetched: Mapping[int, LeftIn] = dataclasses.field(default_factory=dict)
    out: int | None = None
    kept: int = 0


async def case_of(session: AsyncSession, told: Disruption, now: datetime) -> Case | None:
    """What a disruption changes; None where there is nothing to be done."""
    fleet = await session.get_one(Fleet, told.fleet_id)
    today = day_in(fleet.time_zone, now)
    query = select(Route.id).where(Route.fleet_id == told.fleet_id, going(today, now))
    ids = [id_ for id_ in await session.exec(query.order_by(col(Route.id))) if id_ is not None]
    also = [told.about] if told.kind is Kind.URGENT_ORDER else []
    day = await read_day(session, told.fleet_id, today, now, delivery_ids=also, route_ids=ids)
    out = await _out(session, told, now)
    driven = {id_: day.routes[id_] for id_ in ids if _is_driven(day, day.routes[id_], told, out)}
    # What else waits for a route is left waiting: roads need not be asked about it.
    known = {id_: one for id_, one in day.deliveries.items() if one.route_id or id_ in also}
    day = dataclasses.replace(day, routes=driven, deliveries=known)
    state = _as_driven(day)
    if told.kind is Kind.URGENT_ORDER:
        return _urgent(day, state, told.about)
    if told.kind is Kind.BIG_DELAY:
        return _behind(day, state, told.about)
    return _down(day, state, told.about)


async def _out(session: AsyncSession, told: Disruption, now: datetime) -> set[str]:
    """The other vehicles of which nobody has decided yet what becomes of their stops."""
    offers = await open_offers(session, told.fleet_id, now)
    return {one.subject for one in offers if one.kind == Kind.VEHICLE_DOWN}


def _is_driven(day: Day, route: Route, told: Disruption, out: Collection[str]) -> bool:
    """Whether somebody goes on with it, or it is what the disruption is about: other vehicles that
    are out neither take anything nor get rid of it here."""
    if told.subject == f"vehicle:{route.vehicle_id}":
        return True
    id_ = route.vehicle_id or 0
    is_out = f"vehicle:{id_}" in out or is_silent(day.seen.get(id_), day.fleet, day.now)
    has_left = route.status is RouteStatus.STARTED  # whoever it is drives
    is_manned = has_left or can_work(day.drivers.get(route.driver_id or 0))
    return is_manned and can_drive(day.vehicles.get(id_)) and not is_out


def _as_driven(day: Day) -> Healed:
    """A plan of nothing but the routes that are driven, whichever day they are of."""
    rows = tuple(
        PlanRow(
            key=str(number), vehicle_id=route.vehicle_id, driver_id=route.driver_id,
            depot_id=route.depot_id, departs_at=route.starts_at,
        )
        for number, route in enumerate(day.routes.values(), start=1)
    )  # fmt: skip
    links = {row.key: id_ for row, id_ in zip(rows, day.routes, strict=True)}
    return healed(day, Document(rows=rows, next_key=len(rows) + 1), links)


def _urgent(day: Day, state: Healed, delivery_id: int) -> Case | None:
    order = day.deliveries.get(delivery_id)
    if order is None or order.route_id is not None or order.lat is None or not state.links:
        return None
    return Case(day, state, day, state, (delivery_id,))


def _behind(day: Day, state: Healed, route_id: int) -> Case | None:
    """Nothing but this route: others are not moved because one is behind."""
    key = next((key for key, id_ in state.links.items() if id_ == route_id), None)
    row = None if key is None else state.document.row(key)
    if key is None or row is None:
        return None
    alone = Healed(msgspec.structs.replace(state.document, rows=(row,)), {key: route_id})
    return Case(day, alone, day, alone)


def _down(day: Day, state: Healed, vehicle_id: int) -> Case | None:
    """Without the rows of the vehicle. What is in it has to be fetched where it stands."""
    rows = [row for row in state.document.rows if row.vehicle_id == vehicle_id]
    left = [i for row in rows for i in row.delivery_ids if not day.is_done(i)]
    wanted = tuple(i for i in left if day.deliveries[i].status not in AT_THE_DOOR)
    if not wanted or len(rows) == len(state.document.rows):  # nobody else drives
        return None
    down = {row.key for row in rows}
    document = msgspec.structs.replace(
        state.document, off=(*state.document.off, *wanted),
        rows=tuple(row for row in state.document.rows if row.key not in down),
    )  # fmt: skip
    links = {key: id_ for key, id_ in state.links.items() if key not in down}
    inside = left_behind(day, wanted, vehicle_id)
    then = dataclasses.replace(day, elsewhere={id_: one.point for id_, one in inside.items()})
    kept = len(left) - len(wanted)
    return Case(day, state, then, Healed(document, links), wanted, inside, vehicle_id, kept)
