"""What a fleet prefers of its plans, from what its manager sets to what the optimiser makes."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.runs.models import Mode
from fleet_app.routing.optimiser.plan import Plan
from fleet_app.routing.optimiser.solving import solve
from fleet_app.routing.roads.polyline import decode
from tests.builders.plans import Office, an_office, at, ids, row, stop, tray
from tests.builders.records import an_actor, records


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def prefers(office: Office, **rules: Any) -> dict[str, Any]:
    manager = an_actor(Role.FLEET_MANAGER, office.fleet_id)
    async with records(office.container, "fleets", manager) as fleets:
        return await fleets.update(office.fleet_id, rules)


async def planned(office: Office) -> Plan:
    """What the optimiser makes of the day."""
    board = await office.plan()
    asked = await office.container.plan_keeper.ask(office.actor, board.id, Mode.EVERYTHING)
    return solve(asked.problem, seconds=4.0)


async def test_a_fleet_that_said_nothing_plans_as_ever(office: Office) -> None:
    said = await prefers(office, name="Other")
    chosen = {name: said[name] for name in ("even_routes", "open_routes", "late_deliveries")}
    assert chosen == {"even_routes": False, "open_routes": False, "late_deliveries": "never"}
    board = await office.plan()
    keeper = office.container.plan_keeper
    problem = (await keeper.ask(office.actor, board.id, Mode.EVERYTHING)).problem
    assert problem.balance == 0
    assert {one.late_cost for one in problem.stops} == {None}
    assert all(one.end == one.start is not None for one in problem.vehicles)


async def test_who_knows_no_such_wish_is_told(office: Office) -> None:
    with pytest.raises(InvalidInput):
        await prefers(office, late_deliveries="sometimes")


async def test_even_routes_are_about_equally_long(office: Office) -> None:
    async with office.container.work() as session:
        for id_ in office.vehicles:
            (await session.get_one(Vehicle, id_)).max_stops = 5

    async def spread() -> int:
        lengths = [tour.end - tour.start for tour in (await planned(office)).tours]
        assert len(lengths) == 2
        return max(lengths) - min(lengths)

    cheapest = await spread()
    await prefers(office, even_routes=True)
    assert await spread() < cheapest / 2


async def test_open_routes_end_at_their_last_stop(office: Office) -> None:
    board = await office.plan()
    board = await office.plans.edit(office.actor, board.id, 1, Move(tuple(office.orders), "1", 0))
    home = row(board, "1")
    way = decode((await office.plans.shapes(office.actor, board.id))["1"])
    await prefers(office, open_routes=True)
    board = await office.plans.board(office.actor, board.id)
    there = row(board, "1")
    assert home.ends_at is not None
    assert there.ends_at == there.stops[-1].departs_at < home.ends_at
    assert there.distance_m < home.distance_m
    short = decode((await office.plans.shapes(office.actor, board.id))["1"])
    assert len(short) == len(way) - 1


async def test_a_delivery_is_left_out_or_late_as_the_fleet_wants(office: Office) -> None:
    """It lies half an hour away, and is wanted when vans leave."""
    day = office.day
    far = await office.order(lat=60.5, window_from=at(day, 6), window_to=at(day, 7.1))
    assert str(far) in {one.stop for one in (await planned(office)).left_out}

    await prefers(office, late_deliveries="at_a_cost")
    plan = await planned(office)
    assert plan.left_out == ()
    late = {visit.stop: visit.late for tour in plan.tours for visit in tour.visits}
    assert late[str(far)] > 0
    assert not any(late[str(one)] for one in office.orders)

    board = await office.plan()
    board = await office.found(board, plan.sequences)
    assert far not in tray(board)
    assert stop(board, far).late_s == late[str(far)], "people are told of it all the same"
    assert "window" in stop(board, far).problems
    assert any(far in ids(board, each.key) for each in board.rows)
