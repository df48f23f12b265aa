"""Reads routes in progress out of the records, as the estimate needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.models import (
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import is_to_fetch
from fleet_app.delivery.planned_times import breaks_of
from fleet_app.delivery.tours import TO_DO
from fleet_app.delivery.windows import windows_of
from fleet_app.fleet.kinds.plan_rules import AT_RISK_MINUTES, LATE_MINUTES, SERVICE_MINUTES
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.clock import zone_of
from fleet_app.planning.live.following import Memory
from fleet_app.planning.live.models import LiveRoute
from fleet_app.planning.live.running import Running
from fleet_app.planning.live.sheet import SILENT_S, Margins, Rest, Sheet, Stop
from fleet_app.planning.live.telling import Told
from fleet_app.planning.problem.travelling import costing_for
from fleet_app.routing.roads.costing import Costing

_Kept = TypeVar("_Kept", Memory, Told)


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A route in progress with what is remembered of it; `sheet` is without the drives."""

    running: Running
    fleet_id: int
    name: str
    driver_id: int | None
    costing: Costing
    time_zone: str
    sheet: Sheet
    numbers: Mapping[int, str]
    """Delivery -> its tracking number."""
    starts_at: datetime | None
    memory: Memory
    told: Told
    saved_at: datetime | None
    """As which the memory was stored; None for a route that is new here."""


async def load(session: AsyncSession, wanted: Sequence[Running]) -> list[Loaded]:
    """These routes, as they are now; those that are gone are left out."""
    marks = {one.route_id: one for one in wanted}
    rows = _Rows(session)
    await rows.read(list(marks))
    return [rows.loaded(marks[id_], route) for id_, route in rows.routes.items()]


class _Rows:
    """The records behind some routes."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.routes: dict[int, Route] = {}
        self._stops: dict[int, list[RouteStop]] = {}
        self._deliveries: dict[int, Delivery] = {}
        self._fleets: dict[int, Fleet] = {}
        self._costings: dict[int, Costing] = {}
        self._kept: dict[int, LiveRoute] = {}
        self._began: dict[int, datetime] = {}

    async def read(self, ids: Sequence[int]) -> None:
        """All of them, a query for each table."""
        routes = select(Route).where(col(Route.id).in_(ids), col(Route.deleted_at).is_(None))
        self.routes = {row.id or 0: row for row in await self._session.exec(routes)}
        stops = select(RouteStop).where(col(RouteStop.route_id).in_(ids))
        for stop in await self._session.exec(stops.order_by(col(RouteStop.position))):
            self._stops.setdefault(stop.route_id, []).append(stop)
        own = select(RouteStop.delivery_id).where(col(RouteStop.route_id).in_(ids))
        deliveries = select(Delivery).where(
            col(Delivery.id).in_(own), col(Delivery.deleted_at).is_(None)
        )
        self._deliveries = {row.id or 0: row for row in await self._session.exec(deliveries)}
        kept = select(LiveRoute).where(col(LiveRoute.route_id).in_(ids))
        self._kept = {row.route_id: row for row in await self._session.exec(kept)}
        await self._read_owners()
        await self._read_beginnings()

    async def _read_beginnings(self) -> None:
        """When each route was sent off, with which its deliveries are on their way."""
        query = select(DeliveryEvent.data, DeliveryEvent.occurred_at).where(
            col(DeliveryEvent.delivery_id).in_(self._deliveries),
            col(DeliveryEvent.to_status) == DeliveryStatus.OUT_FOR_DELIVERY,
        )
        for data, at in await self._session.exec(query):
            route_id = data.get("route_id")
            if isinstance(route_id, int):
                self._began[route_id] = min(self._began.get(route_id, at), at)

    async def _read_owners(self) -> None:
        fleets = select(Fleet).where(
            col(Fleet.id).in_({route.fleet_id for route in self.routes.values()})
        )
        self._fleets = {row.id or 0: row for row in await self._session.exec(fleets)}
        vehicles = select(Vehicle).where(
            col(Vehicle.id).in_({route.vehicle_id for route in self.routes.values()})
        )
        found = await self._session.exec(vehicles)
        self._costings = {row.id or 0: costing_for(row) for row in found}

    def loaded(self, running: Running, route: Route) -> Loaded:
        """One of them."""
        fleet, kept = self._fleets[route.fleet_id], self._kept.get(running.route_id)
        stops, began = self._stops.get(running.route_id, []), self._began.get(running.route_id)
        sheet = _sheet(route, fleet, stops, self._deliveries, began)
        numbers = {
            stop.delivery_id: self._deliveries[stop.delivery_id].tracking_number
            for stop in sheet.stops
            if stop.delivery_id is not None
        }
        return Loaded(
            running=running, fleet_id=route.fleet_id, name=route.name, driver_id=route.driver_id,
            costing=self._costings.get(running.vehicle_id, "auto"), time_zone=fleet.time_zone,
            sheet=sheet, numbers=numbers, starts_at=route.starts_at,
            memory=_read(kept.memory if kept else {}, Memory),
            told=_read(kept.told if kept else {}, Told),
            saved_at=kept.saved_at if kept else None,
        )  # fmt: skip


def _sheet(
    route: Route, fleet: Fleet, stops: Sequence[RouteStop], deliveries: Mapping[int, Delivery],
    began: datetime | None,
) -> Sheet:  # fmt: skip
    usual = SERVICE_MINUTES if fleet.service_minutes is None else fleet.service_minutes
    at_risk = AT_RISK_MINUTES if fleet.at_risk_minutes is None else fleet.at_risk_minutes
    late = LATE_MINUTES if fleet.late_minutes is None else fleet.late_minutes
    here = [(stop, deliveries.get(stop.delivery_id or 0)) for stop in stops]
    made = [
        _stop(stop, delivery, usual)
        for stop, delivery in here
        if delivery is not None and delivery.route_id == route.id
    ]
    return Sheet(
        route_id=route.id or 0, stops=tuple(made), margins=Margins(at_risk * 60, late * 60),
        rests=tuple(_rests(route)), began=_seconds(began) or 0.0,
        silent_s=SILENT_S if fleet.silent_after_min is None else fleet.silent_after_min * 60,
    )  # fmt: skip


def _stop(stop: RouteStop, delivery: Delivery, usual_minutes: float) -> Stop:
    minutes = usual_minutes if delivery.service_minutes is None else delivery.service_minutes
    planned = stop.planned_service_s
    is_there = delivery.status is DeliveryStatus.ARRIVED
    if stop.kind is StopKind.PICKUP:
        return Stop(
            id=stop.id or 0, lat=stop.lat, lon=stop.lon, delivery_id=delivery.id, is_pickup=True,
            service_s=minutes * 60 if planned is None else float(planned),
            planned_at=_seconds(stop.planned_arrival), is_open=is_to_fetch(delivery),
        )  # fmt: skip
    return Stop(
        id=stop.id or 0, lat=stop.lat, lon=stop.lon, delivery_id=delivery.id,
        service_s=minutes * 60 if planned is None else float(planned),
        windows=_windows(delivery), planned_at=_seconds(stop.planned_arrival),
        is_open=delivery.status in TO_DO,
        arrived_at=_seconds(delivery.status_at) if is_there else None,
    )  # fmt: skip


def _windows(delivery: Delivery) -> tuple[tuple[float, float], ...]:
    """A window of which the beginning was not told is open there; without an end, nothing was
    promised."""
    spans = [(_seconds(opens), _seconds(closes)) for opens, closes in windows_of(delivery)]
    return tuple(
        (start if start is not None and start < end else 0.0, end)
        for start, end in spans
        if end is not None
    )


def _rests(route: Route) -> list[Rest]:
    """The plan's breaks."""
    return [Rest(one.starts.timestamp(), float(one.seconds)) for one in breaks_of(route)]


def _read(kept: object, kind: type[_Kept]) -> _Kept:
    """What was kept by another version of the program and cannot be read is forgotten."""
    try:
        return msgspec.convert(kept, kind, str_keys=True)
    except msgspec.ValidationError:
        return kind()


def read_memory(kept: object) -> Memory:
    """What was kept of a route's memory."""
    return _read(kept, Memory)


def utc_offset(time_zone: str, now: datetime) -> float:
    """Seconds from UTC to a fleet's clock."""
    return (now.astimezone(zone_of(time_zone)).utcoffset() or timedelta()).total_seconds()


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
