"""What planning leaves behind goes when it is old, and what is in use stays."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from backend_jobs.chores import Chores
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Route, RouteStatus
from fleet_app.planning.chores import forget_plans
from fleet_app.planning.live.models import LiveRoute, Suggestion
from fleet_app.planning.models import Plan, PlanStep
from fleet_app.planning.runs.models import Mode, PlanJob, RunState
from tests.builders.people import a_fleet

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


async def put(container: Container, *rows: SQLModel) -> list[Any]:
    """Store rows; returns their numbers."""
    async with container.work() as session:
        session.add_all(rows)
        await session.flush()
        return [getattr(row, "id", None) for row in rows]


async def a_plan(container: Container, fleet_id: int, **said: Any) -> int:
    values = {"date": ago(5).date(), "name": "North", "document": {}, "links": {}} | said
    (number,) = await put(container, Plan(fleet_id=fleet_id, **values))
    return int(number)


async def left(container: Container, key: Any) -> set[int]:
    async with container.work() as session:
        return set(await session.exec(select(key)))


async def test_plans_that_were_put_aside_go_with_their_steps_and_runs(container: Container):
    fleet_id = await a_fleet(container)
    kept = {
        await a_plan(container, fleet_id, deleted_at=ago(89)),
        await a_plan(container, fleet_id, date=ago(400).date()),
    }
    gone = await a_plan(container, fleet_id, deleted_at=ago(91))
    plans = [*kept, gone]
    steps = [PlanStep(plan_id=one, number=1, label="Move") for one in plans if one != min(kept)]
    runs = [
        PlanJob(fleet_id=fleet_id, plan_id=one, mode=Mode.EVERYTHING, state=RunState.DONE,
                created_at=ago(1), finished_at=ago(1))
        for one in plans
    ]  # fmt: skip
    await put(container, *steps, *runs)
    await Chores(container, lambda: NOW).run()
    assert await left(container, Plan.id) == kept
    assert await left(container, PlanJob.plan_id) == kept


async def test_steps_stay_while_the_day_is_near(container: Container):
    fleet_id = await a_fleet(container)
    old = await a_plan(container, fleet_id, date=ago(91).date())
    new = await a_plan(container, fleet_id, date=ago(89).date())
    await put(container, *(PlanStep(plan_id=one, number=1, label="Move") for one in (old, new)))
    await Chores(container, lambda: NOW).run()
    assert await left(container, PlanStep.plan_id) == {new}
    assert await left(container, Plan.id) == {old, new}


async def test_runs_that_ended_long_ago_go_and_open_ones_stay(container: Container):
    fleet_id = await a_fleet(container)
    said = {"fleet_id": fleet_id, "mode": Mode.EVERYTHING}
    rows = [
        PlanJob(**said, plan_id=await a_plan(container, fleet_id), state=state, created_at=ago(200),
                finished_at=None if ended is None else ago(ended))
        for state, ended in (
            (RunState.DONE, 91), (RunState.STOPPED, 89), (RunState.FAILED, None),
            (RunState.RUNNING, None), (RunState.QUEUED, None),
        )
    ]  # fmt: skip
    ids = await put(container, *rows)
    await Chores(container, lambda: NOW).run()
    assert await left(container, PlanJob.id) == {ids[1], ids[3], ids[4]}


async def test_old_suggestions_go(container: Container):
    fleet_id = await a_fleet(container)
    rows = [
        Suggestion(fleet_id=fleet_id, kind="urgent_order", subject=f"delivery:{number}", words="",
                   made_at=ago(made), expires_at=ago(made),
                   decided_at=ago(decided) if decided else None)
        for number, (made, decided) in enumerate(((91, 0), (89, 0), (95, 91), (95, 89)))
    ]  # fmt: skip
    ids = await put(container, *rows)
    await Chores(container, lambda: NOW).run()
    assert await left(container, Suggestion.id) == {ids[1], ids[3]}


async def test_the_memory_of_a_route_goes_when_nothing_corrects_it_any_more(container: Container):
    fleet_id = await a_fleet(container)
    rows = [
        Route(fleet_id=fleet_id, date=ago(days).date(), status=status)
        for days, status in (
            (46, RouteStatus.COMPLETED), (44, RouteStatus.COMPLETED), (46, RouteStatus.STARTED)
        )
    ]  # fmt: skip
    ids = await put(container, *rows)
    await put(container, *(LiveRoute(route_id=one, fleet_id=fleet_id) for one in ids))
    await Chores(container, lambda: NOW).run()
    assert await left(container, LiveRoute.route_id) == {ids[1], ids[2]}
    assert await left(container, Route.id) == set(ids)


@pytest.mark.parametrize(("days", "stay"), [(0, 3), (30, 0)])
async def test_for_how_long_is_a_setting_and_many_go_in_batches(
    container: Container, days: int, stay: int, monkeypatch: pytest.MonkeyPatch
):
    fleet_id = await a_fleet(container)
    for _ in range(3):
        await a_plan(container, fleet_id, deleted_at=ago(31))
    container.settings.planning_days = days
    in_twos = functools.partial(forget_plans, batch=2)
    monkeypatch.setattr("backend_jobs.chores.forget_plans", in_twos)
    await Chores(container, lambda: NOW).run()
    assert len(await left(container, Plan.id)) == stay
