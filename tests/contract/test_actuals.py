"""What came of plans: told by reports, by what was seen live, by trips and stops."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Route
from fleet_app.kernel.clock import to_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.planning.live.share import Share
from tests.builders.live_routes import STREET_MPS, LiveTour, a_live_tour
from tests.builders.rounds import APART_M, on_street


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    """Two stops; it is driven in the past, so that everything has been received by now."""
    return await a_live_tour(container, 2)


async def settle(tour: LiveTour) -> int:
    """As the worker does, some time later."""
    tour.now += timedelta(minutes=10)
    return await tour.keeper.settle(Share(), 3)


async def fact(tour: LiveTour, kind: FactKind, begins: datetime, ends: datetime, stop: int) -> None:
    """A stop or a trip of the vehicle beside a stop of the route."""
    lat, lon = on_street(stop * APART_M + 20)
    row = StoredFact(
        fleet_id=tour.actor.principal.fleet_id, vehicle_id=tour.vehicle_id, kind=kind, lat=lat,
        lon=lon, started_at=begins, ended_at=ends, distance_m=2_400.0, known_ms=to_ms(ends),
        changed_at=tour.now,
    )  # fmt: skip
    async with tour.container.work() as session:
        session.add(row)


async def test_reports_alone_tell_when_stops_were_made(tour: LiveTour):
    start = tour.now
    tour.now = start + timedelta(seconds=100)
    await tour.report(0, DeliveryStatus.ARRIVED)
    tour.now = start + timedelta(seconds=190)
    await tour.report(0, DeliveryStatus.COMPLETED)
    await settle(tour)
    first, second = await tour.stops()
    assert (first.actual_arrival, first.actual_departure) == (
        start + timedelta(seconds=100), start + timedelta(seconds=190),
    )  # fmt: skip
    assert second.actual_arrival is None


async def test_where_the_vehicle_stood_and_drove_corrects_what_was_reported(tour: LiveTour):
    start = tour.now
    tour.now = start + timedelta(seconds=200)
    await tour.report(0, DeliveryStatus.COMPLETED)
    assert await settle(tour) == 1
    assert await settle(tour) == 0  # nothing is new
    came, went = start + timedelta(seconds=60), start + timedelta(seconds=250)
    await fact(tour, FactKind.TRIP, start + timedelta(seconds=10), came, 0)
    await fact(tour, FactKind.STOP, came, went, 1)
    assert await settle(tour) == 1
    first, _ = await tour.stops()
    assert (first.actual_arrival, first.actual_departure) == (came, went)
    assert (first.actual_drive_s, first.actual_distance_m) == (50, 2_400)
    async with tour.container.work() as session:
        route = await session.get_one(Route, tour.route_id)
    assert route.actual_distance_m == 2_400
    assert route.actual_arrival is None  # it is not back yet


async def test_a_report_that_comes_late_corrects_it(tour: LiveTour):
    start = tour.now
    tour.now = start + timedelta(seconds=200)
    await tour.report(0, DeliveryStatus.COMPLETED)
    await settle(tour)
    await tour.report(
        0, DeliveryStatus.ARRIVED, occurred_at=start + timedelta(seconds=80), event_id="late"
    )
    assert await settle(tour) == 1
    first, _ = await tour.stops()
    assert first.actual_arrival == start + timedelta(seconds=80)


async def test_the_order_that_was_driven_and_short_stops_seen_live(tour: LiveTour):
    start = tour.now
    await tour.refresh()
    await tour.drive(0, 0)
    seconds = 2 * APART_M / STREET_MPS
    await tour.drive(seconds, 2 * APART_M, speed=0.0)  # the second one first
    await tour.drive(90, 2 * APART_M, speed=0.0)
    await tour.report(1, DeliveryStatus.COMPLETED)
    await tour.refresh()
    await tour.drive(30, 2 * APART_M - 500)
    await tour.wait(70)
    await tour.keeper.settle(Share(), 3)
    first, second = await tour.stops()
    assert first.actual_arrival is None
    assert second.actual_arrival is not None
    assert second.actual_departure is not None
    came = (second.actual_arrival - start).total_seconds()
    assert came == pytest.approx(seconds, abs=0.01)
    assert (second.actual_departure - second.actual_arrival).total_seconds() == 120
