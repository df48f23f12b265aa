"""Pickups of routes in progress: when they are reached, what follows, what came of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.models import RouteStop, StopKind
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.planning.live.share import Share
from tests.builders.live_routes import STREET_MPS, LiveTour, a_live_tour
from tests.builders.rounds import APART_M, on_street

DEPOT_M = 1_000.0
"""Both orders are fetched there, before the first is brought to two kilometres, then to four."""
PICKUP = StopKind.PICKUP
SERVICE_S = 120.0


@pytest.fixture
async def tour(container: Container) -> LiveTour:
    lat, lon = on_street(DEPOT_M)
    tour = await a_live_tour(container, 2, pickup_lat=lat, pickup_lon=lon)
    one, two = tour.delivery_ids
    order = [StopRef(one, PICKUP), StopRef(two, PICKUP), StopRef(one), StopRef(two)]
    async with container.work() as session:
        await RouteService(session).change_stops(
            tour.actor, tour.route_id, tour.delivery_ids, order=order
        )
    await tour.refresh()
    return tour


async def fetch(tour: LiveTour, number: int) -> None:
    async with tour.container.work() as session:
        wish = Fetched(delivery_id=tour.delivery_ids[number])
        await Fetching(session, lambda: tour.now).report(tour.actor, wish)


async def ahead(tour: LiveTour) -> list[tuple[bool, int | None]]:
    return [(one.is_pickup, one.delivery_id) for one in (await tour.state()).stops]


async def pickups(tour: LiveTour) -> list[RouteStop]:
    return [stop for stop in await tour.stops() if stop.kind is PICKUP]


async def test_deliveries_come_after_the_way_by_their_pickups(tour: LiveTour):
    one, two = tour.delivery_ids

    await tour.drive(0, 0)

    assert await ahead(tour) == [(True, one), (True, two), (False, one), (False, two)]
    drive, rest = DEPOT_M / STREET_MPS, (APART_M - DEPOT_M) / STREET_MPS
    first = drive + 2 * SERVICE_S + rest
    assert await tour.etas() == pytest.approx(
        [drive, drive + SERVICE_S, first, first + SERVICE_S + APART_M / STREET_MPS], rel=0.01
    )
    state = await tour.state()
    assert (state.done, state.total) == (0, 2)
    eta = state.of_delivery(one)
    assert eta is not None
    assert not eta.is_pickup


async def test_only_deliveries_are_told_to_be_expected(tour: LiveTour):
    await tour.drive(0, 0)

    told = await tour.events("delivery.eta_changed")

    etas = {one.delivery_id: one.eta for one in (await tour.state()).stops if not one.is_pickup}
    assert {each.data["delivery_id"]: each.data["eta"] for each in told} == {
        id_: eta.replace(microsecond=0).isoformat() for id_, eta in etas.items()
    }


async def test_what_is_reported_to_be_fetched_is_no_stop_any_more(tour: LiveTour):
    one, two = tour.delivery_ids
    await tour.drive(0, 0)
    for _ in range(4):
        await tour.drive(20, DEPOT_M, speed=0)
    await fetch(tour, 0)
    await tour.refresh()
    await tour.drive(10, DEPOT_M, speed=0)

    assert await ahead(tour) == [(True, two), (False, one), (False, two)]
    assert (await tour.state()).done == 0


async def test_who_stood_there_and_left_has_fetched_all_that_was_there(tour: LiveTour):
    one, two = tour.delivery_ids
    start = tour.now
    await tour.drive(0, 0)
    for _ in range(4):
        await tour.drive(20, DEPOT_M, speed=0)
    await tour.drive(400 / STREET_MPS, DEPOT_M + 400)
    left_at = tour.now

    assert await ahead(tour) == [(False, one), (False, two)]
    left = (APART_M - DEPOT_M - 400) / STREET_MPS
    assert (await tour.etas())[0] == pytest.approx(left, rel=0.15)  # by the driver's pace

    tour.begin()  # another worker takes it over
    await tour.refresh()
    await tour.drive(400 / STREET_MPS, DEPOT_M + 800)
    assert await ahead(tour) == [(False, one), (False, two)]

    tour.now += timedelta(minutes=10)
    await tour.keeper.settle(Share(), 3)
    for stop in await pickups(tour):
        assert stop.actual_arrival == start + timedelta(seconds=20)
        assert stop.actual_departure is not None
        assert abs(stop.actual_departure - left_at) < timedelta(seconds=1)


async def test_a_report_alone_says_when_goods_were_fetched(tour: LiveTour):
    tour.now += timedelta(seconds=100)
    await fetch(tour, 0)
    when = tour.now
    tour.now += timedelta(minutes=10)
    await tour.keeper.settle(Share(), 3)

    first, second = await pickups(tour)

    assert (first.actual_arrival, second.actual_arrival) == (when, None)
    assert [s.actual_arrival for s in await tour.stops() if s.kind is not PICKUP] == [None, None]
