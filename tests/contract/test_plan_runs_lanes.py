"""Whose run is next, and how many there may be."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.planning.runs.errors import RunUnderWay, TooManyRuns
from fleet_app.planning.runs.models import RunState
from fleet_app.planning.runs.service import MOST_OPEN
from tests.builders.jobs import rows, running
from tests.builders.people import a_fleet
from tests.builders.plan_runs import (
    PlannedDay,
    a_day,
    a_queued_run,
    an_empty_plan,
)
from tests.builders.records import an_actor


async def test_one_fleet_does_not_keep_the_others_waiting(container: Container, slow: None) -> None:
    busy = [await a_day(container, stops=2)]
    busy += [await a_day(container, busy[0].fleet_id, stops=2) for _ in range(2)]
    other = await a_day(container, stops=2)
    async with running(container):
        long = await busy[0].begin(seconds=600)
        await busy[0].better(long)
        first = await busy[1].begin(seconds=60)
        await busy[1].better(first)
        second = await busy[2].begin(seconds=60)
        theirs = await other.begin(seconds=60)
        await other.better(theirs)
        assert (await busy[2].job(second)).state is RunState.QUEUED
        await container.plan_runs.stop(busy[1].actor, first)
        await busy[2].better(second)
        assert (await busy[0].job(long)).state is RunState.RUNNING


async def test_the_shortest_that_waits_is_next(container: Container, slow: None) -> None:
    days = [await a_day(container, stops=2)]
    days += [await a_day(container, days[0].fleet_id, stops=2) for _ in range(2)]
    ids = [await day.begin(seconds=seconds) for day, seconds in zip(days, (3, 2, 1), strict=True)]
    async with running(container):
        ended = [await day.ended(id_, 60) for day, id_ in zip(days, ids, strict=True)]
    begun = [job.started_at for job in ended if job.started_at]
    assert len(begun) == 3
    assert begun == sorted(begun, reverse=True)


async def test_a_fleet_has_only_so_many_runs_at_a_time(container: Container) -> None:
    fleet_id = await a_fleet(container)
    for _ in range(MOST_OPEN):
        await a_queued_run(container, fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet_id)
    plan_id = await an_empty_plan(container, fleet_id)
    with pytest.raises(TooManyRuns, match="8 plans of your fleet"):
        await container.plan_runs.begin(actor, plan_id)
    await rows(container, "UPDATE plan_jobs SET created_at = now() - interval '2 hours' "
               f"WHERE fleet_id = {fleet_id} RETURNING id")  # fmt: skip
    assert (await container.plan_runs.begin(actor, plan_id)).state is RunState.QUEUED


async def test_a_run_that_nobody_begins_stands_in_no_others_way(day: PlannedDay) -> None:
    first = await day.begin()
    await rows(day.container, "UPDATE plan_jobs SET created_at = now() - interval '4 minutes' "
               f"WHERE id = {first} RETURNING id")  # fmt: skip
    with pytest.raises(RunUnderWay):
        await day.begin()
    await rows(day.container, "UPDATE plan_jobs SET created_at = now() - interval '6 minutes' "
               f"WHERE id = {first} RETURNING id")  # fmt: skip
    second = await day.begin()

    assert (await day.job(first)).state is RunState.FAILED
    assert (await day.job(second)).state is RunState.QUEUED
