"""What the tests of the demo's data look at in its database."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import select

from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.delivery import life
from fleet_app.delivery.models import (
    Customer,
    Delivery,
    DeliveryEvent,
    DeliveryStatus,
    Route,
    RouteStatus,
    RouteStop,
    StopKind,
)
from fleet_app.delivery.pickups import TO_FETCH
from fleet_app.fleet.maintenance.models import MaintenanceRecord, MaintenanceSchedule, WorkOrder
from fleet_app.fleet.models import Depot, Document, Driver, Vehicle
from fleet_app.identity.models import User
from fleet_app.records.models import SavedView
from fleet_app.simulation.demo.rounds import ZONE

S = DeliveryStatus
PICKED_UP = "delivery.picked_up"
PATIENCE = 60.0
NOON = datetime(2026, 11, 20, 12, 15, tzinfo=ZONE)
TABLES = (
    *(User, Vehicle, Driver, Depot, Customer, Delivery, DeliveryEvent, Route, RouteStop),
    *(Document, MaintenanceRecord, MaintenanceSchedule, WorkOrder, SavedView, AuditEntry),
)


async def rows(container: Container, table: Any) -> list[Any]:
    async with container.work(PATIENCE) as session:
        connection = await session.connection()
        return list(await connection.execute(select(table.__table__)))


async def counts(container: Container) -> dict[str, int]:
    async with container.work(PATIENCE) as session:
        return {
            table.__name__: (await session.exec(select(func.count()).select_from(table))).one()
            for table in TABLES
        }


async def require_sound(container: Container) -> None:
    """Every history is legal and leads to what the delivery says; routes and stops agree."""
    deliveries = {one.id: one for one in await rows(container, Delivery)}
    routes = {one.id: one for one in await rows(container, Route)}
    histories = defaultdict(list)
    for event in sorted(await rows(container, DeliveryEvent), key=lambda event: event.id):
        histories[event.delivery_id].append(event)
    assert set(histories) == set(deliveries)
    for id_, events in histories.items():
        delivery, state = deliveries[id_], life.fold(events)
        assert state is not None
        assert (state.status, state.since) == (delivery.status, delivery.status_at)
        assert delivery.version == len(events)
        before = None
        for event in life.ordered(events):
            assert event.from_status == before
            if event.event_type == PICKED_UP:
                assert before in TO_FETCH
                assert event.to_status == before
                assert event.occurred_at == delivery.picked_up_at
            else:
                assert before is None or event.to_status in life.LEGAL[before]
            assert event.occurred_at <= event.received_at
            before = event.to_status
    stops = defaultdict(list)
    for stop in await rows(container, RouteStop):
        stops[stop.route_id].append(stop)
        deliveries_route = deliveries[stop.delivery_id].route_id
        gone = deliveries[stop.delivery_id].status in (S.RESCHEDULED, S.RETURNED)
        assert deliveries_route == stop.route_id or gone
    for route_id, own in stops.items():
        _require_fetched_before(own, deliveries)
        assert sorted(stop.position for stop in own) == list(range(1, len(own) + 1))
        if routes[route_id].status is RouteStatus.COMPLETED:
            left = [deliveries[stop.delivery_id].status for stop in own]
            assert not set(left) & {S.ASSIGNED, *life.UNDER_WAY}
    on_route = {one.id for one in deliveries.values() if one.route_id is not None}
    assert on_route <= {stop.delivery_id for own in stops.values() for stop in own}


def _require_fetched_before(stops: list[Any], deliveries: dict[int, Any]) -> None:
    """Goods that are with a shop are picked up there, ahead of their delivery, and by then."""
    pickups = {stop.delivery_id: stop for stop in stops if stop.kind is StopKind.PICKUP}
    dropped = [stop for stop in stops if stop.kind is StopKind.DELIVERY]
    wanted = {s.delivery_id for s in dropped if deliveries[s.delivery_id].pickup_lat is not None}
    assert set(pickups) == wanted
    for stop in dropped:
        if (pickup := pickups.get(stop.delivery_id)) is not None:
            delivery = deliveries[stop.delivery_id]
            assert (pickup.lat, pickup.lon) == (delivery.pickup_lat, delivery.pickup_lon)
            assert pickup.position < stop.position
            assert stop.actual_arrival is None or pickup.actual_departure < stop.actual_arrival
            assert pickup.actual_departure in (None, delivery.picked_up_at)
