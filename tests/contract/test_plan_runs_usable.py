"""Rows that nobody can drive: a run plans nothing onto them, and what they hold elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Driver, DriverStatus, Vehicle, VehicleStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand.edits import Crew, Lock, Move
from fleet_app.planning.runs.models import Mode
from tests.builders.plans import Office, an_office, ids, row

Harm = Callable[[Office, Board], Awaitable[Any]]


@pytest.fixture
async def office(container: Container) -> Office:
    """Two vans, the first of which has all six stops."""
    return await an_office(container)


async def filled(office: Office) -> Board:
    board = await office.plan()
    return await office.plans.edit(office.actor, board.id, None, Move(tuple(office.orders), "1", 0))


async def changed(office: Office, model: Any, id_: int | None, **said: Any) -> None:
    async with office.container.work() as session:
        found = await session.get_one(model, id_)
        for name, value in said.items():
            setattr(found, name, value)


async def in_workshop(office: Office, board: Board) -> None:
    await changed(office, Vehicle, row(board, "1").vehicle_id, status=VehicleStatus.WORKSHOP)


async def deleted(office: Office, board: Board) -> None:
    await changed(office, Vehicle, row(board, "1").vehicle_id, deleted_at=utc_now())


async def not_working(office: Office, board: Board) -> None:
    await changed(office, Driver, row(board, "1").driver_id, status=DriverStatus.INACTIVE)


async def without_driver(office: Office, board: Board) -> None:
    await office.plans.edit(office.actor, board.id, None, Crew(row="1"))


@pytest.mark.parametrize("harm", [in_workshop, deleted, not_working, without_driver])
async def test_what_a_row_holds_that_nobody_can_drive_is_planned_elsewhere(
    office: Office, harm: Harm
) -> None:
    board = await filled(office)
    await harm(office, board)
    asked = await office.container.plan_keeper.ask(office.actor, board.id, Mode.KEEP_DRIVERS)
    assert [one.id for one in asked.problem.vehicles] == ["2"]
    assert {one.id for one in asked.problem.stops} == {str(id_) for id_ in office.orders}
    board = await office.plans.board(office.actor, board.id)
    after = await office.found(board, {"2": [str(id_) for id_ in office.orders]})
    assert (ids(after, "1"), ids(after, "2")) == ([], office.orders)


async def test_what_is_locked_there_stays_and_what_is_fitted_in_goes_elsewhere(
    office: Office,
) -> None:
    board = await filled(office)
    late = await office.order()
    first = office.orders[0]
    await office.plans.edit(office.actor, board.id, None, Lock(deliveries=(first,), level="stop"))
    await in_workshop(office, board)
    keeper = office.container.plan_keeper

    asked = await keeper.ask(office.actor, board.id, Mode.EVERYTHING)
    assert str(first) not in {one.id for one in asked.problem.stops}
    others = [str(id_) for id_ in (*office.orders[1:], late)]
    assert {one.id for one in asked.problem.stops} == set(others)
    asked = await keeper.ask(office.actor, board.id, Mode.FIT_IN)
    assert [one.id for one in asked.problem.stops] == [str(late)]
    after = await office.found(await office.plans.board(office.actor, board.id), {"2": others})
    assert (ids(after, "1"), len(ids(after, "2"))) == ([first], 6)


async def test_where_no_row_can_be_driven_that_is_said(office: Office) -> None:
    board = await filled(office)
    await in_workshop(office, board)
    await changed(office, Vehicle, row(board, "2").vehicle_id, status=VehicleStatus.WORKSHOP)
    with pytest.raises(InvalidInput, match="Nobody can drive"):
        await office.container.plan_keeper.ask(office.actor, board.id, Mode.KEEP_DRIVERS)


async def test_a_plan_is_made_before_anybody_has_a_driver(office: Office) -> None:
    board = await filled(office)
    for key in ("1", "2"):
        await office.plans.edit(office.actor, board.id, None, Crew(row=key))
    asked = await office.container.plan_keeper.ask(office.actor, board.id, Mode.KEEP_DRIVERS)
    assert len(asked.problem.vehicles) == 2
