"""Plans that give one vehicle what is in another: it is fetched there, and people are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.models import DeliveryStatus, RouteStop, StopKind
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.location.models import MotionStatus, VehicleLive
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.goods import follow_vehicles
from tests.builders.orders import stored
from tests.builders.plans import Office, an_office, row
from tests.builders.records import records

VAN_1 = (60.3, 25.1)


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def edited(office: Office, board: Board, *made: edits.Edit) -> Board:
    for edit in made:
        board = await office.plans.edit(office.actor, board.id, board.version, edit)
    return board


async def on_its_way(office: Office) -> Board:
    """A published plan with three stops for each van, of which the first has left."""
    board = await edited(
        office, await office.plan(), edits.Move(tuple(office.orders[:3]), "1", 0),
        edits.Move(tuple(office.orders[3:]), "2", 0),
    )  # fmt: skip
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    now = utc_now()
    seen = VehicleLive(
        vehicle_id=office.vehicles[0], fleet_id=office.fleet_id, recorded_at=now, received_at=now,
        lat=VAN_1[0], lon=VAN_1[1], speed=0.0, heading=0.0, battery=None,
        status=MotionStatus.STOPPED, tracker={},
    )  # fmt: skip
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, row(board, "1").route_id or 0)
        session.add(seen)
    return await office.plans.board(office.actor, board.id)


def named(board: Board, key: str) -> list[tuple[bool, int]]:
    return [(stop.is_pickup, stop.order.delivery_id) for stop in row(board, key).stops]


async def test_what_is_in_another_vehicle_is_fetched_there(office: Office) -> None:
    board = await on_its_way(office)
    two, four = office.orders[1], office.orders[3]
    metres = row(board, "2").distance_m

    board = await edited(office, board, edits.Move((two,), "2", 1))

    assert named(board, "2")[:3] == [(False, four), (True, two), (False, two)]
    assert row(board, "2").distance_m > metres + 10_000  # by way of it

    board, news = await office.plans.publish(office.actor, board.id, board.version)

    said = {one.vehicle: one.words for one in news}
    assert said["Van 1"] == "1 stop taken off, hands 1 order to Van 2 (agree on a place)"
    fetches = "fetches 1 order from Van 1 (it drives on: agree on a place)"
    assert said["Van 2"].startswith(f"1 stop added, {fetches}")
    query = select(RouteStop).where(RouteStop.route_id == row(board, "2").route_id)
    async with office.container.work() as session:
        stops = list(await session.exec(query.order_by(col(RouteStop.position))))
        (tour,) = (
            await Tours(session).assignments(office.actor, office.drivers[1], office.day)
        ).tours
    (pickup,) = [stop for stop in stops if stop.kind is StopKind.PICKUP]
    assert (pickup.delivery_id, pickup.lat, pickup.lon) == (two, *VAN_1)
    assert pickup.planned_arrival is not None
    assert {stop.address for stop in tour.stops if stop.is_pickup} == {"In Van 1"}
    assert not board.changed
    assert named(board, "2")[:3] == [(False, four), (True, two), (False, two)]


async def test_nothing_is_fetched_by_the_vehicle_that_has_it(office: Office) -> None:
    board = await on_its_way(office)
    one, two, three = office.orders[:3]
    board = await edited(office, board, edits.Move((two,), "2", 1))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert (await stored(office.container, two)).left_in["vehicle"] == "Van 1"

    board = await edited(office, board, edits.Move((two,), "1", 1))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)

    assert named(board, "1") == [(False, one), (False, two), (False, three)]
    assert (await stored(office.container, two)).left_in == {}


def meetings(board: Board, key: str) -> list[tuple[int | None, str]]:
    return [
        (one.delivery_id, one.message) for one in row(board, key).problems if one.code == "meeting"
    ]


async def test_drivers_who_both_drive_on_are_told_to_agree_on_a_place(office: Office) -> None:
    board = await on_its_way(office)
    two = office.orders[1]
    board = await edited(office, board, edits.Move((two,), "2", 1))
    number = (await stored(office.container, two)).tracking_number
    words = f"Van 1 drives on: agree on a place where {number} is handed over"
    assert (meetings(board, "1"), meetings(board, "2")) == ([], [(two, words)])

    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert meetings(board, "2") == [(two, words)]

    async with office.container.work() as session:
        for id_ in (office.orders[0], office.orders[2]):
            await DeliveryLife(session).change(office.actor, id_, DeliveryStatus.COMPLETED)
    assert not meetings(await office.plans.board(office.actor, board.id), "2")


async def test_a_vehicle_that_gives_everything_away_waits_where_it_stands(office: Office) -> None:
    board = await on_its_way(office)
    board = await edited(office, board, edits.Move(tuple(office.orders[:3]), "2", 1))
    assert not meetings(board, "2")

    _, news = await office.plans.publish(office.actor, board.id, board.version)

    said = {one.vehicle: one.words for one in news}
    assert said["Van 1"] == "3 stops taken off, hands 3 orders to Van 2"
    assert "fetches 3 orders from Van 1" in said["Van 2"]
    assert "agree" not in said["Van 2"]


async def written(office: Office, delivery_id: int, **values: Any) -> dict[str, Any]:
    """The delivery after somebody wrote this on it."""
    async with records(office.container, "deliveries", office.actor) as service:
        return dict(await service.update(delivery_id, values))


async def in_another_van(office: Office) -> tuple[Board, int]:
    """A delivery whose goods are in the first van, on the route of the second one."""
    board, two = await on_its_way(office), office.orders[1]
    board = await edited(office, board, edits.Move((two,), "2", 1))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    return board, two


@pytest.mark.parametrize(
    "told", [{"pickup_lat": 60.2, "pickup_lon": 24.93}, {"due_on": "2027-03-01"}],
    ids=["a place", "another day"],
)  # fmt: skip
async def test_who_says_where_goods_are_is_believed(office: Office, told: dict[str, Any]) -> None:
    board, two = await in_another_van(office)
    async with office.container.work() as session:
        route_id = row(board, "2").route_id or 0
        await RouteService(session).change_stops(office.actor, route_id, office.orders[3:])

    assert (await written(office, two, instructions="Ring twice"))["goods_in"] == "Van 1"
    assert (await written(office, two, due_on=office.day.isoformat()))["goods_in"] == "Van 1"
    assert (await written(office, two, **told))["goods_in"] is None

    assert (await stored(office.container, two)).left_in == {}


async def test_a_pickup_goes_from_the_vehicle_to_where_somebody_says_that_goods_are(
    office: Office,
) -> None:
    board, two = await in_another_van(office)

    assert await fetched_at(office, board) == VAN_1
    await written(office, two, pickup_lat=60.25, pickup_lon=25.0)
    assert await fetched_at(office, board) == (60.25, 25.0)


async def fetched_at(office: Office, board: Board) -> tuple[float, float]:
    """Where the driver of the second van fetches something."""
    query = select(RouteStop).where(
        RouteStop.route_id == row(board, "2").route_id, RouteStop.kind == StopKind.PICKUP
    )
    async with office.container.work() as session:
        stop = (await session.exec(query)).one()
    return stop.lat, stop.lon


WORKSHOP = (60.4, 24.8)


async def is_towed(office: Office, to: tuple[float, float] = WORKSHOP) -> None:
    """The first van cannot go on, and stands elsewhere the next morning."""
    async with office.container.work() as session:
        van = await session.get_one(Vehicle, office.vehicles[0])
        van.status = VehicleStatus.WORKSHOP
        seen = await session.get_one(VehicleLive, office.vehicles[0])
        seen.lat, seen.lon = to
        session.add_all([van, seen])


async def test_goods_are_fetched_where_their_vehicle_was_towed_over_night(office: Office) -> None:
    board, two = await in_another_van(office)
    metres = row(board, "2").distance_m
    assert await follow_vehicles(office.container.work, utc_now()) == 0

    await is_towed(office)
    assert await follow_vehicles(office.container.work, utc_now()) == 1
    assert await follow_vehicles(office.container.work, utc_now()) == 0

    assert await fetched_at(office, board) == WORKSHOP
    place = (await stored(office.container, two)).left_in
    assert (place["vehicle"], place["lat"], place["lon"]) == ("Van 1", *WORKSHOP)
    now = await office.plans.board(office.actor, board.id)
    assert row(now, "2").distance_m > metres + 5_000


async def test_who_drives_on_with_the_goods_is_met_where_drivers_agreed(office: Office) -> None:
    board, _ = await in_another_van(office)
    async with office.container.work() as session:
        seen = await session.get_one(VehicleLive, office.vehicles[0])
        seen.lat, seen.lon = WORKSHOP
        session.add(seen)
    assert await follow_vehicles(office.container.work, utc_now()) == 0
    assert await fetched_at(office, board) == VAN_1


async def test_what_nobody_has_fetched_is_there_the_next_day(office: Office) -> None:
    _, two = await in_another_van(office)
    async with office.container.work() as session:
        await DeliveryLife(session).change(
            office.actor, two, DeliveryStatus.RESCHEDULED, reason=Reason.NO_TIME
        )
    await is_towed(office)
    assert await follow_vehicles(office.container.work, utc_now()) == 1

    next_day = await office.plans.create(office.actor, office.day + timedelta(days=1))
    keys = [one.key for one in next_day.rows if one.vehicle_id == office.vehicles[1]]
    next_day = await edited(office, next_day, edits.Move((two,), keys[0], 0))
    assert named(next_day, keys[0]) == [(True, two), (False, two)]
    assert (await stored(office.container, two)).left_in["lat"] == WORKSHOP[0]


async def test_what_was_fetched_is_in_no_other_vehicle_the_next_day(office: Office) -> None:
    _, two = await in_another_van(office)
    async with office.container.work() as session:
        await Fetching(session).report(office.actor, Fetched(delivery_id=two))
        await DeliveryLife(session).change(
            office.actor, two, DeliveryStatus.RESCHEDULED, reason=Reason.NO_TIME
        )
    assert (await stored(office.container, two)).left_in == {}
