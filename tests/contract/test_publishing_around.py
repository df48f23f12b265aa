"""Publishing when something cannot be as the plan has it: the rest is published all the same, what
cannot move stays, and everybody is told before and after."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from sqlmodel import col, select

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery, DeliveryStatus, Route
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.errors import InvalidInput
from fleet_app.outbox.models import StoredEvent
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.publication.publishing import RowNews
from tests.builders.orders import stored
from tests.builders.plans import Office, an_office, at, ids, row, tray

S = DeliveryStatus


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def edited(office: Office, board: Board, *wishes: edits.Edit) -> Board:
    for edit in wishes:
        board = await office.plans.edit(office.actor, board.id, board.version, edit)
    return board


async def published(office: Office, board: Board) -> tuple[Board, dict[str, RowNews]]:
    """Publishes, which does what was said before."""
    foreseen = await office.plans.forecast(office.actor, board.id)
    assert foreseen.version == board.version
    board, news = await office.plans.publish(office.actor, board.id, board.version)

    def of_row(one: RowNews) -> RowNews:
        return msgspec.structs.replace(one, route_id=None)

    assert [of_row(one) for one in foreseen.rows] == [of_row(one) for one in news]
    return board, {one.key: one for one in news}


async def a_day(office: Office) -> Board:
    """A published plan with three stops for each van."""
    board = await office.plan()
    some = (office.orders[:3], office.orders[3:])
    board = await edited(office, board, *(
        edits.Move(tuple(ids_), key, 0) for key, ids_ in zip("12", some, strict=True)
    ))  # fmt: skip
    return (await published(office, board))[0]


async def start(office: Office, board: Board, key: str) -> None:
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, row(board, key).route_id or 0)


async def report(office: Office, delivery: int, *statuses: S) -> None:
    for status in statuses:
        async with office.container.work() as session:
            await DeliveryLife(session).change(office.actor, delivery, status)


async def told(office: Office, number: int) -> list[int]:
    """The deliveries of a driver's route that are still on it."""
    async with office.container.work() as session:
        found = await Tours(session).assignments(
            office.actor, office.drivers[number], office.day
        )  # fmt: skip
    return [
        one.delivery.id or 0 for tour in found.tours for one in tour.drops
        if one.delivery and not one.moved_on
    ]  # fmt: skip


async def events(office: Office, route_id: int | None) -> list[str]:
    query = select(StoredEvent.type).where(col(StoredEvent.subject) == f"route:{route_id}")
    async with office.container.work() as session:
        return list(await session.exec(query.order_by(col(StoredEvent.sequence))))


@pytest.mark.parametrize("has_left", [False, True])
async def test_what_a_row_without_a_driver_was_to_take_stays_where_it_is(
    office: Office, has_left: bool
) -> None:
    board = await a_day(office)
    one, two, three, four, *_ = office.orders
    if has_left:
        await start(office, board, "1")
    board = await edited(
        office, board, edits.Move((two,), "2", 0), edits.Crew("2", driver_id=None),
        edits.Move((four,), "1", 0),
    )  # fmt: skip

    board, news = await published(office, board)

    assert (news["2"].what, news["2"].words) == ("refused", "needs a driver, 1 stop taken off")
    assert news["2"].tells
    assert news["1"].what == "changed"
    assert news["1"].words.endswith("1 stop added; 1 stop stays: Van 2 needs a driver")
    assert await told(office, 0) == [four, one, two, three]
    assert await told(office, 1) == office.orders[4:]
    assert ids(board, "2")[0] == two  # the plan still has it there
    assert board.changed
    status = (await stored(office.container, two)).status
    assert status == ("out_for_delivery" if has_left else "assigned")


async def test_a_row_that_gave_all_to_one_that_stays_behind_keeps_its_route(
    office: Office,
) -> None:
    board = await a_day(office)
    board = await edited(
        office, board, edits.Move(tuple(office.orders[:3]), "2", 0), edits.DropRow("1")
    )
    async with office.container.work() as session:
        (await session.get_one(Vehicle, office.vehicles[1])).status = VehicleStatus.WORKSHOP

    board, news = await published(office, board)

    assert news["1"].what == "unchanged"
    assert news["1"].words == "3 stops stay: Van 2 needs a vehicle that can be used"
    assert await told(office, 0) == office.orders[:3]


async def test_whoever_stands_at_the_door_keeps_the_delivery(office: Office) -> None:
    board = await a_day(office)
    one, two, three, *_ = office.orders
    await start(office, board, "1")
    await report(office, one, S.ARRIVING, S.ARRIVED)
    board = await edited(office, board, edits.Move((one, two), "2", 0))

    board, news = await published(office, board)

    number = (await stored(office.container, one)).tracking_number
    taken = "1 stop taken off, hands 1 order to Van 2 (agree on a place)"
    assert news["1"].words == f"{taken}; 1 stop stays: {number} is arrived"
    assert news["2"].words.startswith("1 stop added")
    assert await told(office, 0) == [one, three]
    assert await told(office, 1) == [two, *office.orders[3:]]


async def test_a_row_whose_vehicle_has_left_comes_back_when_it_is_undone(office: Office) -> None:
    board = await office.plan()
    board = await edited(office, board, edits.DropRow("1"), edits.AddRow(office.vehicles[0]))
    (key,) = {one.key for one in board.rows} - {"2"}
    board = await edited(
        office, board, edits.Crew(key, driver_id=office.drivers[0]),
        edits.Move(tuple(office.orders[:3]), key, 0),
    )  # fmt: skip
    board, _ = await published(office, board)
    await start(office, board, key)
    await report(office, office.orders[0], S.COMPLETED)

    for _ in range(3):
        board = await office.plans.undo(office.actor, board.id, board.version)

    assert ids(board, key) == office.orders[:3]
    assert row(board, key).driver_id == office.drivers[0]
    words = [one.message for one in row(board, key).problems if one.code == "changed"]
    assert words == ["Van 1 has left: it stays in the plan"]
    assert tray(board) == set(office.orders[3:])
    board, news = await published(office, board)
    assert news[key].what == "unchanged"
    assert await told(office, 0) == office.orders[:3]
    board = await edited(office, board, edits.AddRow(office.vehicles[1]))
    keys = [one.key for one in board.rows]
    assert len(set(keys)) == len(keys)


async def test_the_crew_of_a_vehicle_that_has_left_stays_when_its_change_is_undone(
    office: Office,
) -> None:
    board = await office.plan()
    board = await edited(
        office, board, edits.Move(tuple(office.orders[:3]), "1", 0),
        edits.Crew("2", driver_id=None), edits.Crew("1", driver_id=office.drivers[1]),
    )  # fmt: skip
    board, _ = await published(office, board)
    await start(office, board, "1")

    board = await office.plans.undo(office.actor, board.id, board.version)

    assert row(board, "1").driver_id == office.drivers[1]
    assert not row(board, "1").changed
    _, news = await published(office, board)
    assert (news["1"].what, news["1"].words) == ("unchanged", "")


async def test_another_time_to_leave_is_news_of_a_route_that_has_not_left(office: Office) -> None:
    board = await a_day(office)
    before = row(board, "1").starts_at
    assert before is not None
    async with office.container.work() as session:
        late = await session.get_one(Delivery, office.orders[0])
        late.window_from, late.window_to = at(office.day, 13), at(office.day, 14)

    board = await office.plans.board(office.actor, board.id)
    assert (row(board, "1").changed, row(board, "2").changed) == (True, False)
    board, news = await published(office, board)

    assert news["1"].words.startswith("leaves ")
    assert news["1"].words.endswith(" later")
    assert news["2"].what == "unchanged"
    async with office.container.work() as session:
        route = await session.get_one(Route, row(board, "1").route_id)
    assert route.starts_at == route.planned_departure == row(board, "1").starts_at
    assert route.starts_at > before
    assert not board.changed


async def test_what_is_called_off_is_put_on_no_row_and_is_not_in_the_tray(office: Office) -> None:
    board = await a_day(office)
    one, two, *_ = office.orders
    gone = await office.order()
    board = await edited(office, board, edits.Move((one,)))
    for id_ in (one, gone):
        async with office.container.work() as session:
            life = DeliveryLife(session)
            await life.change(office.actor, id_, S.CANCELLED, reason=Reason.DUPLICATE)
    board = await office.plans.board(office.actor, board.id)
    assert tray(board) == set()

    with pytest.raises(InvalidInput) as error:
        await edited(office, board, edits.Move((gone, one, two), "2", 0))

    assert list(error.value.fields) == ["deliveries[0]", "deliveries[1]"]
    assert error.value.fields["deliveries[0]"].endswith("is cancelled")


async def test_a_route_that_goes_is_told_as_recalled_and_removed(office: Office) -> None:
    board = await a_day(office)
    first, second = (row(board, key).route_id for key in "12")
    board = await edited(office, board, edits.DropRow("1"))
    board, news = await published(office, board)
    assert (news["1"].what, news["1"].tells) == ("removed", True)
    await office.plans.recall(office.actor, board.id, board.version)

    assert (await events(office, first))[-2:] == ["route.recalled", "route.removed"]
    assert (await events(office, second))[-1] == "route.recalled"


async def test_two_plans_of_a_day_can_be_published_at_once(office: Office) -> None:
    board = await office.plan()
    other = await office.plan()
    board = await edited(office, board, edits.Move(tuple(office.orders), "1", 0))
    other = await edited(office, other, edits.Move(tuple(office.orders[::-1]), "2", 0))

    done = await asyncio.gather(
        *(office.plans.publish(office.actor, one.id, one.version) for one in (other, board))
    )

    assert [[one.what for one in news] for _, news in done] in (
        [["published"], ["published", "removed"]],
        [["published"], ["removed", "published"]],
        [["published", "removed"], ["published"]],
        [["removed", "published"], ["published"]],
    )
    assert sorted(map(len, [await told(office, 0), await told(office, 1)])) == [0, 6]
