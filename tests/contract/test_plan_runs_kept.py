"""What a run leaves as it is: fitted around, locked, aboard, late already."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.delivery.routes import RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.by_hand.edits import Lock, Move
from fleet_app.planning.runs.models import Mode, RunState
from tests.builders.plan_runs import PlannedDay


async def test_what_is_fitted_in_moves_nothing_that_is_planned(
    day: PlannedDay, working: None
) -> None:
    plans, known = day.container.plans, day.delivery_ids[:4]
    board = await plans.board(day.actor, day.plan_id)
    # In an order that nobody would plan.
    order = (known[3], known[0], known[2], known[1])
    await plans.edit(day.actor, day.plan_id, None, Move(order, board.rows[0].key, 0))
    job = await day.ended(await day.begin(mode=Mode.FIT_IN, seconds=1))
    assert (job.state, job.message) == (RunState.DONE, "6 of 6 stops planned.")

    after = await plans.board(day.actor, day.plan_id)
    (row,) = [one for one in after.rows if one.key == board.rows[0].key]
    kept = [s.order.delivery_id for s in row.stops if s.order.delivery_id in known]
    assert kept == list(order)
    assert await day.placed() == sorted(day.delivery_ids)
    again = await day.ended(await day.begin(mode=Mode.FIT_IN, seconds=1))
    assert (again.state, again.message) == (
        RunState.FAILED, "Nothing waits in the tray that could be fitted in.",
    )  # fmt: skip


async def test_what_is_late_already_stays_in_its_order_when_others_are_fitted_in(
    day: PlannedDay, working: None
) -> None:
    plans, known = day.container.plans, day.delivery_ids[:4]
    board = await plans.board(day.actor, day.plan_id)
    order = (known[3], known[0], known[2], known[1])
    await plans.edit(day.actor, day.plan_id, None, Move(order, board.rows[0].key, 0))
    await day.is_over(known[0], known[1])
    before = await plans.board(day.actor, day.plan_id)
    assert before.totals.late_stops == 2
    job = await day.ended(await day.begin(mode=Mode.FIT_IN, seconds=1))

    assert job.message == "6 of 6 stops planned."
    after = await plans.board(day.actor, day.plan_id)
    assert [one for one in day.on(after, board.rows[0].key) if one in known] == list(order)
    assert after.totals.late_s <= before.totals.late_s


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_locked_stop_stays_on_its_row(
    day: PlannedDay, working: None, is_late: bool
) -> None:
    plans, (first, second) = day.container.plans, day.delivery_ids[:2]
    board = await plans.board(day.actor, day.plan_id)
    here, there = (row.key for row in board.rows)
    await plans.edit(day.actor, day.plan_id, None, Move((first,), here, 0))
    await plans.edit(day.actor, day.plan_id, None, Move((second,), there, 0))
    if is_late:
        await day.is_over(first, second)
    await plans.edit(day.actor, day.plan_id, None, Lock((first, second)))
    job = await day.ended(await day.begin(seconds=1))

    assert job.message == "6 of 6 stops planned."
    after = await plans.board(day.actor, day.plan_id)
    assert first in day.on(after, here)
    assert second in day.on(after, there)

    await plans.edit(day.actor, day.plan_id, None, Lock((first, second), level=""))
    await day.ended(await day.begin(seconds=1))
    free = await plans.board(day.actor, day.plan_id)
    on_two_rows = first in day.on(free, here) and second in day.on(free, there)
    assert not on_two_rows, "one vehicle is cheaper, and too late is too late"


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_row_that_is_locked_as_a_whole_stays_as_it_is(
    day: PlannedDay, working: None, is_late: bool
) -> None:
    plans, ids = day.container.plans, day.delivery_ids
    board = await plans.board(day.actor, day.plan_id)
    key, order = board.rows[0].key, (ids[5], ids[0], ids[3])
    await plans.edit(day.actor, day.plan_id, None, Move(order, key, 0))
    if is_late:
        await day.is_over(ids[0], ids[3])
    await plans.edit(day.actor, day.plan_id, None, Lock(row=key, level="order"))
    job = await day.ended(await day.begin(seconds=1))

    assert job.message == "6 of 6 stops planned."
    assert tuple(day.on(await plans.board(day.actor, day.plan_id), key)) == order

    await plans.edit(day.actor, day.plan_id, None, Lock(row=key, level=""))
    await day.ended(await day.begin(seconds=1))
    assert tuple(day.on(await plans.board(day.actor, day.plan_id), key)) != order


async def test_what_is_aboard_stays_though_it_is_late(day: PlannedDay, working: None) -> None:
    plans, aboard = day.container.plans, day.delivery_ids[:3]
    board = await plans.board(day.actor, day.plan_id)
    key = board.rows[0].key
    await plans.edit(day.actor, day.plan_id, None, Move(tuple(aboard), key, 0))
    board, _ = await plans.publish(day.actor, day.plan_id)
    (route_id,) = (row.route_id for row in board.rows if row.key == key)
    async with day.container.work() as session:
        await RouteService(session).start(day.actor, route_id or 0)
    await day.is_over(*aboard, at=utc_now() - timedelta(hours=1))
    for mode in (Mode.EVERYTHING, Mode.KEEP_DRIVERS):
        job = await day.ended(await day.begin(mode=mode, seconds=1))
        assert job.message == "6 of 6 stops planned."
        after = await plans.board(day.actor, day.plan_id)
        assert set(aboard) <= set(day.on(after, key))
        assert after.totals.late_stops == 3
