"""What becomes of routes while a run works on their plan, and what of that the result leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.routes import RouteService
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.document import read
from fleet_app.planning.runs import solver
from tests.builders.jobs import running
from tests.builders.orders import deliveries
from tests.builders.plan_runs import SLOW, PlannedDay
from tests.builders.plans import stored_plan


@pytest.fixture(autouse=True)
async def working(container: Container, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A worker with a solver that has to be stopped."""
    monkeypatch.setattr(solver, "MODULE", SLOW)
    async with running(container):
        yield


async def published(day: PlannedDay) -> Board:
    """Three stops on one row and two on the other, both published; the last one waits."""
    plans, ids = day.container.plans, day.delivery_ids
    board = await plans.board(day.actor, day.plan_id)
    for key, some in zip((row.key for row in board.rows), (ids[:3], ids[3:5]), strict=True):
        await plans.edit(day.actor, day.plan_id, None, Move(tuple(some), key, 0))
    return (await plans.publish(day.actor, day.plan_id))[0]


async def emptied(day: PlannedDay, board: Board, job_id: int) -> str:
    """The row whose vehicle the run would leave at home, as one is enough for all."""
    best = (await day.better(job_id)).best or {}
    (key,) = (row.key for row in board.rows if not best["sequences"].get(row.key))
    (full,) = (some for some in best["sequences"].values() if some)
    assert sorted(map(int, full)) == sorted(day.delivery_ids)
    return key


async def ended(day: PlannedDay, job_id: int) -> Board:
    await day.container.plan_runs.stop(day.actor, job_id)
    assert (await day.ended(job_id)).applied
    return await day.container.plans.board(day.actor, day.plan_id)


async def put_on(day: PlannedDay, board: Board, key: str, delivery_id: int) -> list[int]:
    """A dispatcher adds it to the route of a row; returns what that has then."""
    (row,) = (one for one in board.rows if one.key == key)
    wanted = [*day.on(board, key), delivery_id]
    async with day.container.work() as session:
        await RouteService(session).change_stops(day.actor, row.route_id or 0, wanted)
    return wanted


async def test_a_vehicle_that_set_off_keeps_what_is_aboard(day: PlannedDay) -> None:
    board = await published(day)
    job_id = await day.begin(seconds=600)
    key = await emptied(day, board, job_id)
    (row,) = (one for one in board.rows if one.key == key)
    async with day.container.work() as session:
        await RouteService(session).start(day.actor, row.route_id or 0)
    after = await ended(day, job_id)

    assert day.on(after, key) == day.on(board, key)
    assert await day.placed() == sorted(day.delivery_ids)
    plan = await stored_plan(day.container, day.plan_id)
    assert read(plan.document).off == ()


async def test_nothing_is_put_on_a_vehicle_that_set_off_meanwhile(day: PlannedDay) -> None:
    board = await published(day)
    job_id = await day.begin(seconds=600)
    empty = await emptied(day, board, job_id)
    (row,) = (one for one in board.rows if one.key != empty)
    async with day.container.work() as session:
        await RouteService(session).start(day.actor, row.route_id or 0)
    after = await ended(day, job_id)

    for one in board.rows:
        assert day.on(after, one.key) == day.on(board, one.key)
    assert day.delivery_ids[5] not in await day.placed(), "it is not aboard, and waits"


async def test_what_somebody_put_on_a_route_meanwhile_stays_there(day: PlannedDay) -> None:
    board = await published(day)
    job_id = await day.begin(seconds=600)
    key = await emptied(day, board, job_id)
    waiting = day.delivery_ids[5]
    await put_on(day, board, key, waiting)
    (other,) = (one.key for one in board.rows if one.key != key)
    (new,) = await deliveries(
        day.container, day.fleet_id, 1, due_on=board.date, lat=60.19, lon=24.95
    )
    await put_on(day, board, other, new)
    after = await ended(day, job_id)

    assert day.on(after, key) == [waiting], "the run knew it, and had it elsewhere"
    assert sorted(day.on(after, other)) == sorted([*day.delivery_ids[:5], new])
    plan = await stored_plan(day.container, day.plan_id)
    assert read(plan.document).off == ()


async def test_what_is_on_routes_stays_there_beside_a_plan_that_was_edited_too(
    day: PlannedDay,
) -> None:
    board = await published(day)
    job_id = await day.begin(seconds=600)
    key = await emptied(day, board, job_id)
    waiting = day.delivery_ids[5]
    await put_on(day, board, key, waiting)
    (other,) = (one.key for one in board.rows if one.key != key)
    (new,) = await deliveries(
        day.container, day.fleet_id, 1, due_on=board.date, lat=60.19, lon=24.95
    )
    turned = (*reversed(day.on(board, other)), new)
    await day.container.plans.edit(day.actor, day.plan_id, None, Move(turned, other, 0))
    await day.container.plan_runs.stop(day.actor, job_id)
    job = await day.ended(job_id)

    assert job.result_plan_id is not None
    aside = await day.container.plans.board(day.actor, job.result_plan_id)
    assert day.on(aside, key) == [waiting]
    assert sorted(day.on(aside, other)) == sorted([*day.delivery_ids[:5], new])
