"""How far a vehicle drives in a day at most, from what people write to what a plan keeps to."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.runs.models import Mode
from fleet_app.routing.optimiser.solving import solve
from tests.builders.plans import Office, an_office, row, tray
from tests.builders.records import an_actor, records

FAR = {"lat": 60.45, "lon": 24.93}
"""28 km north of the depot as the crow flies."""


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container, vans=1, orders=2)


async def drives(office: Office, most: float | None) -> dict[str, Any]:
    manager = an_actor(Role.FLEET_MANAGER, office.fleet_id)
    async with records(office.container, "vehicles", manager) as vehicles:
        return await vehicles.update(office.vehicles[0], {"max_distance_km": most})


@pytest.mark.parametrize("most", [0, -5, 10_001])
async def test_a_range_that_no_vehicle_has_is_refused(office: Office, most: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        await drives(office, most)
    assert "max_distance_km" in caught.value.fields


async def test_what_is_farther_than_its_vehicle_goes_is_left_out_and_says_so(
    office: Office,
) -> None:
    far = await office.order(**FAR)
    assert (await drives(office, 40))["max_distance_km"] == 40
    board = await office.plan()
    asked = await office.container.plan_keeper.ask(office.actor, board.id, Mode.EVERYTHING)
    plan = solve(asked.problem, seconds=1.0, words=asked.words)
    (left,) = plan.left_out
    assert (left.stop, left.why) == (str(far), "too_far")
    assert "40.0\u00a0km is the limit" in left.words
    board = await office.found(board, plan.sequences, plan.left_out)
    (item,) = board.tray
    assert (item.order.delivery_id, item.words) == (far, left.words)


async def test_by_hand_it_drives_farther_and_the_row_says_so(office: Office) -> None:
    far = await office.order(**FAR)
    await drives(office, 40)
    board = await office.plan()
    board = await office.plans.edit(office.actor, board.id, 1, Move((far,), "1", 0))
    assert far not in tray(board)
    (problem,) = row(board, "1").problems
    assert problem.code == "distance"
    assert "more than its range of 40\u00a0km" in problem.message
    await drives(office, None)
    board = await office.plans.board(office.actor, board.id)
    assert row(board, "1").problems == ()
