"""A plan says what publishing would take away: routes that have no row any more."""

from __future__ import annotations

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.tours import Tours
from fleet_app.planning.board import Board, Leaving
from fleet_app.planning.by_hand import edits
from fleet_app.planning.by_hand.edits import Edit
from tests.builders.plans import Office, an_office


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def edited(office: Office, board: Board, edit: Edit) -> Board:
    return await office.plans.edit(office.actor, board.id, board.version, edit)


async def published(office: Office) -> Board:
    """A published plan with three stops for each van."""
    board = await office.plan()
    for key, some in (("1", office.orders[:3]), ("2", office.orders[3:])):
        board = await edited(office, board, edits.Move(tuple(some), key, 0))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert not board.changed
    assert board.leaving == ()
    return board


async def tours_of(office: Office, driver: int) -> int:
    async with office.container.work() as session:
        found = await Tours(session).assignments(office.actor, office.drivers[driver], office.day)
    return len(found.tours)


async def test_a_published_route_that_stays_at_home_goes_with_the_next_publishing(
    office: Office,
) -> None:
    board = await published(office)
    route_id = next(row.route_id for row in board.rows if row.key == "1")
    board = await edited(office, board, edits.DropRow("1"))
    assert board.changed
    assert board.leaving == (Leaving(route_id or 0, "published", "Van 1", "Driver 1", 3),)
    assert await tours_of(office, 0) == 1

    board, news = await office.plans.publish(office.actor, board.id, board.version)
    assert {one.what for one in news if one.vehicle == "Van 1"} == {"removed"}
    assert (board.changed, board.leaving) == (False, ())
    assert (await tours_of(office, 0), await tours_of(office, 1)) == (0, 1)


async def test_taken_back_nothing_leaves(office: Office) -> None:
    board = await published(office)
    board = await edited(office, board, edits.DropRow("2"))
    board = await office.plans.undo(office.actor, board.id, board.version)
    assert (board.changed, board.leaving) == (False, ())


async def test_one_stop_taken_off_is_a_change_and_no_route_leaves(office: Office) -> None:
    board = await published(office)
    board = await edited(office, board, edits.Move((office.orders[0],), ""))
    assert board.changed
    assert board.leaving == ()


async def test_undoing_a_vehicle_whose_route_was_published_is_a_change(office: Office) -> None:
    """Undo changes the plan, never a route: the route is there until the plan is published."""
    board = await office.plan()
    board = await edited(office, board, edits.DropRow("1"))
    board = await edited(office, board, edits.AddRow(office.vehicles[0], office.drivers[0]))
    key = next(row.key for row in board.rows if row.vehicle_id == office.vehicles[0])
    board = await edited(office, board, edits.Move(tuple(office.orders[:2]), key, 0))
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    for _ in range(2):
        board = await office.plans.undo(office.actor, board.id, board.version)
    assert board.changed
    assert [without_id(one) for one in board.leaving] == [
        Leaving(0, "published", "Van 1", "Driver 1", 2)
    ]


def without_id(one: Leaving) -> Leaving:
    return Leaving(0, one.route_status, one.vehicle, one.driver, one.stops)


async def test_a_route_that_was_recalled_beside_one_under_way_can_be_published_again(
    office: Office,
) -> None:
    board = await published(office)
    started = next(row.route_id for row in board.rows if row.key == "1") or 0
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, started)
    board, news = await office.plans.recall(office.actor, board.id, board.version)
    assert {one.what for one in news} == {"refused", "recalled"}
    assert board.published_at is not None
    assert board.changed
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    assert not board.changed
    assert await tours_of(office, 1) == 1
