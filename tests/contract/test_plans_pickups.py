"""Plans with goods that are fetched on the way, as routes: places, times, and what is made."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.models import Route, RouteStop, StopKind
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.stop_refs import StopRef
from fleet_app.delivery.tours import Tours
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from tests.builders.orders import stored
from tests.builders.plans import Office, an_office, row

SHOP = {"pickup_address": "Tukku 2", "pickup_lat": 60.21, "pickup_lon": 24.95}


@pytest.fixture
async def office(container: Container) -> Office:
    """Three orders; the first and the last have to be fetched."""
    office = await an_office(container, orders=0)
    for said in (SHOP, {}, SHOP):
        office.orders.append(await office.order(**said))
    return office


def named(board: Board, key: str) -> list[tuple[bool, int]]:
    return [(stop.is_pickup, stop.order.delivery_id) for stop in row(board, key).stops]


async def stops_of(office: Office, route_id: int | None) -> list[RouteStop]:
    query = select(RouteStop).where(RouteStop.route_id == route_id)
    async with office.container.work() as session:
        return list(await session.exec(query.order_by(col(RouteStop.position))))


def order_of(stops: list[RouteStop]) -> list[tuple[bool, int | None]]:
    return [(stop.kind is StopKind.PICKUP, stop.delivery_id) for stop in stops]


async def edited(office: Office, board: Board, edit: edits.Edit) -> Board:
    return await office.plans.edit(office.actor, board.id, board.version, edit)


async def planned(office: Office) -> Board:
    board = await office.plan()
    board = await edited(office, board, edits.Move(tuple(office.orders), "1", 0))
    return await edited(office, board, edits.Improve("1"))


async def published(office: Office) -> tuple[Board, list[Any]]:
    board = await planned(office)
    return await office.plans.publish(office.actor, board.id, board.version)


async def start(office: Office, board: Board) -> None:
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, row(board, "1").route_id or 0)


async def fetch(office: Office, delivery_id: int) -> None:
    async with office.container.work() as session:
        await Fetching(session).report(office.actor, Fetched(delivery_id=delivery_id))


async def test_a_published_route_has_the_plans_pickups_with_their_times(office: Office) -> None:
    board, news = await published(office)

    stops = await stops_of(office, row(board, "1").route_id)

    shown = row(board, "1").stops
    assert order_of(stops) == named(board, "1")
    assert sum(is_pickup for is_pickup, _ in named(board, "1")) == 2
    places = {(stop.order.address, stop.order.lat) for stop in shown if stop.is_pickup}
    assert places == {("Tukku 2", 60.21)}
    assert [one.planned_arrival for one in stops] == [one.arrives_at for one in shown]
    assert [one.planned_departure for one in stops] == [one.departs_at for one in shown]
    assert [one.planned_drive_s for one in stops] == [one.drive_s for one in shown]
    assert [one.planned_position for one in stops] == [1, 2, 3, 4, 5]
    assert {(one.lat, one.lon) for one in stops if one.kind is StopKind.PICKUP} == {(60.21, 24.95)}
    assert news[0].words.startswith("3 stops, ")
    assert not board.changed
    async with office.container.work() as session:
        route = await session.get_one(Route, row(board, "1").route_id)
        (tour,) = (
            await Tours(session).assignments(office.actor, office.drivers[0], office.day)
        ).tours
    assert route.planned_service_s == sum(one.planned_service_s or 0 for one in stops)
    assert [stop.address for stop in tour.stops if stop.is_pickup] == ["Tukku 2", "Tukku 2"]


async def test_other_places_of_pickups_are_news_for_the_driver(office: Office) -> None:
    one, two, three = office.orders
    board = await office.plan()
    board = await edited(office, board, edits.Move((two, one, three), "1", 0))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert named(board, "1") == [(False, two), (True, one), (False, one), (True, three),
                                 (False, three)]  # fmt: skip
    route_id = row(board, "1").route_id
    early = [(True, one), (True, three), (False, two), (False, one), (False, three)]
    await by_hand(office, route_id or 0, early)
    assert order_of(await stops_of(office, route_id)) == early

    board = await office.plans.board(office.actor, board.id)
    assert row(board, "1").changed
    board, (told, *_) = await office.plans.publish(office.actor, board.id, board.version)

    assert (told.what, told.words) == ("changed", "goods are fetched at other places in the order")
    assert order_of(await stops_of(office, route_id)) == named(board, "1")
    assert not board.changed


async def by_hand(office: Office, route_id: int, order: list[tuple[bool, int]]) -> None:
    refs = [
        StopRef(id_, StopKind.PICKUP if is_pickup else StopKind.DELIVERY)
        for is_pickup, id_ in order
    ]
    ids = [ref.delivery_id for ref in refs if not ref.is_pickup]
    async with office.container.work() as session:
        await RouteService(session).change_stops(office.actor, route_id, ids, order=refs)


async def test_a_route_planned_by_hand_keeps_its_pickups_where_they_are(office: Office) -> None:
    one, two, three = office.orders
    async with office.container.work() as session:
        tour = await RouteService(session).create(
            office.actor,
            RoutePlan(
                date=office.day, vehicle_id=office.vehicles[0], driver_id=office.drivers[0],
                delivery_ids=[two, one, three],
            ),
        )  # fmt: skip
    early = [(True, one), (True, three), (False, two), (False, one), (False, three)]
    await by_hand(office, tour.route.id or 0, early)

    board = await office.plan()

    assert named(board, "1") == early
    assert not row(board, "1").changed


async def test_what_is_fetched_is_made_and_its_place_is_kept(office: Office) -> None:
    board, _ = await published(office)
    await start(office, board)
    first = next(id_ for is_pickup, id_ in named(board, "1") if is_pickup)
    await fetch(office, first)

    board = await office.plans.board(office.actor, board.id)

    assert named(board, "1")[0] == (True, first)
    assert row(board, "1").stops[0].done_at == (await stored(office.container, first)).picked_up_at
    assert [stop.done_at is None for stop in row(board, "1").stops[1:]] == [True] * 4
    assert not row(board, "1").changed
    board = await edited(office, board, edits.Improve("1"))
    assert named(board, "1")[0] == (True, first)
    board = await edited(office, board, edits.Turn("1"))
    assert named(board, "1")[0] == (True, first)
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert order_of(await stops_of(office, row(board, "1").route_id)) == named(board, "1")


async def test_the_best_order_of_one_route_fetches_before_it_delivers(office: Office) -> None:
    one, two, three = office.orders
    async with office.container.work() as session:
        tour = await RouteService(session).create(
            office.actor,
            RoutePlan(
                date=office.day, vehicle_id=office.vehicles[0], driver_id=office.drivers[0],
                delivery_ids=[three, two, one],
            ),
        )  # fmt: skip

    await office.plans.optimise_route(office.actor, tour.route.id or 0)

    stops = await stops_of(office, tour.route.id)
    order = order_of(stops)
    assert len(order) == 5
    for id_ in (one, three):
        assert order.index((True, id_)) < order.index((False, id_))
    assert all(one.planned_arrival is not None for one in stops)
    arrivals = [one.planned_arrival for one in stops if one.planned_arrival]
    assert arrivals == sorted(arrivals)
