"""Publishing plans: routes are made and made again, and drivers hear what that changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStop
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours
from fleet_app.outbox.models import StoredEvent
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.by_hand.edits import Edit
from tests.builders.orders import stored
from tests.builders.plans import Office, an_office, at, ids, row, tray


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def a_day(office: Office) -> Board:
    """A published plan with three stops for each van."""
    board = await office.plan()
    for key, some in (("1", office.orders[:3]), ("2", office.orders[3:])):
        board = await edited(office, board, edits.Move(tuple(some), key, 0))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    return board


async def edited(office: Office, board: Board, edit: Edit) -> Board:
    return await office.plans.edit(office.actor, board.id, board.version, edit)


async def assigned(office: Office, driver: int) -> list[tuple[str, list[int]]]:
    """What a driver is told to do: the status of each route, and its deliveries."""
    async with office.container.work() as session:
        found = await Tours(session).assignments(office.actor, office.drivers[driver], office.day)
    return [
        (tour.route.status.value, [one.delivery.id or 0 for one in tour.stops if one.delivery])
        for tour in found.tours
    ]


async def stops_of(office: Office, route_id: int | None) -> list[RouteStop]:
    query = select(RouteStop).where(RouteStop.route_id == route_id)
    async with office.container.work() as session:
        return list(await session.exec(query.order_by(col(RouteStop.position))))


async def news_of_routes(office: Office) -> list[dict[str, Any]]:
    query = select(StoredEvent).where(StoredEvent.type == "route.published")
    async with office.container.work() as session:
        found = await session.exec(query.order_by(col(StoredEvent.sequence)))
        return [one.data for one in found]


async def test_publishing_makes_routes_that_drivers_see_at_once(office: Office) -> None:
    board = await office.plan()
    board = await edited(office, board, edits.Move(tuple(office.orders[:4]), "1", 0))
    assert await assigned(office, 0) == []

    after, news = await office.plans.publish(office.actor, board.id, board.version)

    assert await assigned(office, 0) == [("published", office.orders[:4])]
    (told,) = news
    assert (told.what, told.driver) == ("published", "Driver 1")
    assert told.words.startswith("4 stops, leaves at ")
    assert row(after, "1").route_status == "published"
    assert after.published_at is not None
    assert not after.changed
    assert (await stored(office.container, office.orders[0])).status == "assigned"
    kept = await stops_of(office, told.route_id)
    shown = row(after, "1").stops
    assert [one.planned_arrival for one in kept] == [one.arrives_at for one in shown]
    assert [one.planned_drive_s for one in kept] == [one.drive_s for one in shown]
    assert [one.planned_position for one in kept] == [1, 2, 3, 4]
    async with office.container.work() as session:
        route = await session.get_one(Route, told.route_id)
    assert (route.planned_departure, route.planned_distance_m) == (
        row(after, "1").starts_at, row(after, "1").distance_m,
    )  # fmt: skip
    assert route.starts_at == row(after, "1").starts_at


async def test_publishing_again_says_what_changes_for_each_driver(office: Office) -> None:
    one, two, three, four, five, six = office.orders
    board = await a_day(office)
    new = await office.order()
    board = await edited(office, board, edits.Move((three, new), "2", 0))
    board = await edited(office, board, edits.Depart("2", at(office.day, 12)))
    assert (row(board, "1").changed, row(board, "2").changed) == (True, True)

    board, news = await office.plans.publish(office.actor, board.id, board.version)

    words = {each.driver: (each.what, each.words) for each in news}
    assert words["Driver 1"] == ("changed", "1 stop taken off")
    assert words["Driver 2"][0] == "changed"
    assert words["Driver 2"][1].startswith("2 stops added, leaves ")
    assert await assigned(office, 0) == [("published", [one, two])]
    assert await assigned(office, 1) == [("published", [three, new, four, five, six])]
    told = await news_of_routes(office)
    assert [each.get("changes") for each in told][-2:] == [
        words["Driver 1"][1],
        words["Driver 2"][1],
    ]
    assert not board.changed
    _, news = await office.plans.publish(office.actor, board.id, board.version)
    assert {each.what for each in news} == {"unchanged"}


async def test_a_row_without_stops_or_without_a_place_in_the_plan_loses_its_route(
    office: Office,
) -> None:
    board = await a_day(office)
    board = await edited(office, board, edits.Move(tuple(office.orders[:3]), "2", 0))
    board, news = await office.plans.publish(office.actor, board.id, board.version)
    assert {each.vehicle: each.what for each in news} == {"Van 1": "removed", "Van 2": "changed"}
    assert (await assigned(office, 0), row(board, "1").route_id) == ([], None)

    board = await edited(office, board, edits.DropRow("2"))
    assert tray(board) == set(office.orders)
    board, news = await office.plans.publish(office.actor, board.id, board.version)
    assert [each.what for each in news] == ["removed"]
    assert await assigned(office, 1) == []
    assert (await stored(office.container, office.orders[0])).status == "created"
    assert tray(board) == set(office.orders)


async def test_rows_that_nobody_can_drive_stay_behind_and_say_why(office: Office) -> None:
    board = await office.plan()
    for key, id_ in (("1", office.orders[0]), ("2", office.orders[1])):
        board = await edited(office, board, edits.Move((id_,), key, 0))
    board = await edited(office, board, edits.Crew("1", driver_id=None))
    assert "no_crew" in {one.code for one in row(board, "1").problems}

    _, news = await office.plans.publish(office.actor, board.id, board.version)

    assert {each.key: (each.what, each.words) for each in news}["1"] == (
        "refused",
        "needs a driver",
    )
    assert {each.key: each.what for each in news}["2"] == "published"
    assert (await stored(office.container, office.orders[0])).status == "created"


async def test_a_recalled_plan_is_no_drivers_business(office: Office) -> None:
    board = await a_day(office)

    board, news = await office.plans.recall(office.actor, board.id, board.version)

    assert {each.what for each in news} == {"recalled"}
    assert board.published_at is None
    assert await assigned(office, 0) == [("draft", office.orders[:3])]
    assert ids(board, "1") == office.orders[:3]
    board, news = await office.plans.publish(office.actor, board.id, board.version)
    assert {each.what for each in news} == {"published"}
    assert await assigned(office, 0) == [("published", office.orders[:3])]


async def test_undo_after_publishing_keeps_the_routes_and_can_be_published(office: Office) -> None:
    board = await a_day(office)
    board = await office.plans.undo(office.actor, board.id, board.version)
    assert tray(board) == set(office.orders[3:])
    assert row(board, "2").changed

    board, news = await office.plans.publish(office.actor, board.id, board.version)

    assert {each.vehicle: each.what for each in news} == {"Van 1": "unchanged", "Van 2": "removed"}
    assert await assigned(office, 1) == []


async def test_a_started_route_changes_at_once_but_not_what_is_done(office: Office) -> None:
    one, two, three, four, *_ = office.orders
    board = await a_day(office)
    started = row(board, "1").route_id or 0
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, started)
    async with office.container.work() as session:
        await DeliveryLife(session).change(office.actor, two, DeliveryStatus.COMPLETED)
    board = await office.plans.board(office.actor, board.id)
    assert ids(board, "1") == [two, one, three]
    assert row(board, "1").stops[0].done_at is not None
    with pytest.raises(Exception, match="not right") as told:
        await edited(office, board, edits.Move((two,), "2", 0))
    assert "is done" in str(told.value.fields)  # type: ignore[attr-defined]

    board = await edited(office, board, edits.Move((four,), "1", 0))
    board = await edited(office, board, edits.Move((three,), "2", 0))
    against = [each.code for each in row(board, "2").problems if each.delivery_id == three]
    assert against == ["lock", "meeting"]
    board, news = await office.plans.publish(office.actor, board.id, board.version)

    assert {each.vehicle: each.words for each in news} == {
        "Van 1": "1 stop added, 1 stop taken off, hands 1 order to Van 2 (agree on a place)",
        "Van 2": "1 stop added, 1 stop taken off,"
        " fetches 1 order from Van 1 (it drives on: agree on a place)",
    }
    assert ids(board, "1") == [two, four, one]
    statuses = [(await stored(office.container, id_)).status for id_ in (two, four, one, three)]
    assert statuses == ["completed", "out_for_delivery", "out_for_delivery", "assigned"]
    assert (await assigned(office, 1))[0][1][0] == three


async def test_another_plan_of_the_day_keeps_what_it_proposes(office: Office) -> None:
    board = await office.plan()
    board = await edited(office, board, edits.Move(tuple(office.orders[:3]), "1", 0))
    other = await office.plans.create(office.actor, office.day, copy_of=board.id)
    other = await edited(office, other, edits.Move(tuple(office.orders[:2]), "2", 0))
    await office.plans.publish(office.actor, board.id, board.version)

    other = await office.plans.board(office.actor, other.id)
    assert (ids(other, "1"), ids(other, "2")) == ([office.orders[2]], office.orders[:2])
    _, news = await office.plans.publish(office.actor, other.id, other.version)

    assert {each.vehicle: each.what for each in news} == {"Van 1": "changed", "Van 2": "published"}
    assert await assigned(office, 0) == [("published", [office.orders[2]])]
