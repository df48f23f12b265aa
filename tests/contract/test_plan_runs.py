"""The life of a run of the optimiser, on real stores and in real processes."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.models import Plan
from fleet_app.planning.runs import solver
from fleet_app.planning.runs.errors import NotRunning, RunUnderWay
from fleet_app.planning.runs.job import LOOK_SECONDS, STOP_SECONDS, usual_seconds
from fleet_app.planning.runs.models import RunState
from fleet_app.planning.runs.reading import RunView
from tests.builders.jobs import rows, running, until
from tests.builders.people import a_fleet
from tests.builders.plan_runs import (
    SLOW,
    PlannedDay,
    a_day,
    a_worker_process,
)
from tests.builders.records import an_actor

SILENT = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING id"


async def version(day: PlannedDay) -> int:
    async with day.container.work() as session:
        return (await session.get_one(Plan, day.plan_id)).version


async def test_a_run_becomes_one_step_that_undo_takes_back(day: PlannedDay, working: None) -> None:
    job = await day.ended(await day.begin(seconds=1))

    assert (job.state, job.applied, job.message) == (
        RunState.DONE, True, "6 of 6 stops planned.",
    )  # fmt: skip
    assert (job.stops, job.planned, job.left) == (6, 6, 0)
    assert job.cost is not None
    assert job.curve[-1][1] == job.cost
    assert await day.placed() == sorted(day.delivery_ids)
    board = await day.container.plans.board(day.actor, day.plan_id)
    assert (board.undo, board.job_id) == ("Optimise", None)
    await day.container.plans.undo(day.actor, day.plan_id)
    assert await day.placed() == []


async def test_a_plan_has_one_run_at_a_time(day: PlannedDay) -> None:
    first = await day.begin()
    with pytest.raises(RunUnderWay, match="optimised already"):
        await day.begin()
    stopped = await day.container.plan_runs.stop(day.actor, first)

    assert stopped.state is RunState.STOPPED
    with pytest.raises(NotRunning):
        await day.container.plan_runs.stop(day.actor, first)
    assert await day.begin() > first


async def test_two_who_ask_at_once_get_one_run(day: PlannedDay) -> None:
    asked = await asyncio.gather(*[day.begin() for _ in range(4)], return_exceptions=True)

    assert sum(isinstance(one, int) for one in asked) == 1
    assert all(isinstance(one, int | RunUnderWay) for one in asked), asked


async def test_what_was_stopped_before_it_began_does_nothing(day: PlannedDay) -> None:
    job_id = await day.begin()
    await day.container.plan_runs.stop(day.actor, job_id)
    before = await version(day)
    async with running(day.container):
        await until(lambda: _done(day.container))

    assert (await day.job(job_id)).attempt == 0
    assert await version(day) == before


async def _done(container: Container) -> bool:
    found = await rows(container, "SELECT status::text FROM procrastinate_jobs")
    return {status for (status,) in found} == {"succeeded"}


async def test_a_run_that_is_stopped_ends_within_a_second_with_its_best(
    day: PlannedDay, slow: None, working: None
) -> None:
    assert LOOK_SECONDS + STOP_SECONDS < 1
    job_id = await day.begin(seconds=600)
    await day.better(job_id)
    await day.container.plan_runs.stop(day.actor, job_id)
    job = await day.ended(job_id)

    assert (job.state, job.applied) == (RunState.STOPPED, True)
    assert 0 < job.spent_s < 60
    assert await day.placed() == sorted(day.delivery_ids)


async def test_nobody_waits_for_a_solver_that_does_not_hear(
    day: PlannedDay, slow: None, working: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver.Solver, "stop", lambda self: None)
    job_id = await day.begin(seconds=600)
    await day.better(job_id)
    await day.container.plan_runs.stop(day.actor, job_id)
    job = await day.ended(job_id)

    assert (job.state, job.applied) == (RunState.STOPPED, True)
    assert 0 < job.spent_s < 60


async def test_without_a_time_a_run_takes_what_suits_the_day(
    day: PlannedDay, slow: None, working: None
) -> None:
    job = await day.better(await day.begin(seconds=None))
    await day.container.plan_runs.stop(day.actor, job.id or 0)
    assert job.seconds == 10


@pytest.mark.parametrize(("stops", "seconds"), [(200, 10), (201, 30), (500, 30), (501, 60)])
def test_the_more_stops_the_longer_planning_is_worth_while(stops: int, seconds: float) -> None:
    assert usual_seconds(stops) == seconds


async def test_progress_is_told_as_it_happens(day: PlannedDay, slow: None, working: None) -> None:
    heard: list[RunView] = []
    is_listening = asyncio.Event()

    async def listen() -> None:
        async for number, body in day.container.plan_news.listen():
            is_listening.set()
            if number:
                heard.append(msgspec.json.decode(body, type=RunView))

    listening = asyncio.create_task(listen())
    await is_listening.wait()
    began = time.monotonic()
    job_id = await day.begin(seconds=5)
    job = await day.ended(job_id)
    took = time.monotonic() - began
    await until(lambda: heard and heard[-1].state == "done")
    listening.cancel()

    assert {one.id for one in heard} == {job_id}
    costs = [one.cost for one in heard if one.state == "running"]
    assert len(costs) >= 3
    assert len(costs) <= 1 + 2 * took, "more than twice a second"
    known = [cost for cost in costs if cost is not None]
    assert known == sorted(known, reverse=True)
    assert len(set(known)) == len(known)
    assert [len(one.curve) for one in heard] == sorted(len(one.curve) for one in heard)
    assert heard[-1].cost == job.cost


async def test_a_plan_that_was_edited_meanwhile_stays_and_the_result_is_kept_aside(
    day: PlannedDay, slow: None, working: None
) -> None:
    job_id = await day.begin(seconds=600)
    await day.better(job_id)
    board = await day.container.plans.board(day.actor, day.plan_id)
    move = Move((day.delivery_ids[0],), board.rows[0].key, 0)
    await day.container.plans.edit(day.actor, day.plan_id, None, move)
    await day.container.plan_runs.stop(day.actor, job_id)
    job = await day.ended(job_id)

    assert not job.applied
    assert job.result_plan_id is not None
    assert "kept as a plan of its own" in job.message
    assert await day.placed() == [day.delivery_ids[0]]
    assert await day.placed(job.result_plan_id) == sorted(day.delivery_ids)
    aside = await day.container.plans.board(day.actor, job.result_plan_id)
    assert (aside.name, aside.date) == (f"{board.name} (optimised)", board.date)


async def test_a_killed_workers_run_goes_on_elsewhere_from_its_checkpoint(
    day: PlannedDay, slow: None
) -> None:
    job_id = await day.begin(seconds=5)
    async with a_worker_process() as worker:
        before = await day.better(job_id)
        solvers = await until(lambda: children(worker.pid))
        worker.kill()
        await worker.wait()
    await rows(day.container, SILENT)
    async with running(day.container):
        job = await day.ended(job_id)

    assert (job.state, job.attempt, job.applied) == (RunState.DONE, 2, True)
    assert before.cost is not None
    assert job.cost is not None
    assert job.cost < before.cost
    assert job.curve[: len(before.curve)] == before.curve, "the chart goes on where it was"
    assert 4 < job.spent_s <= 5, "the seconds of both attempts together"
    await until(lambda: not any(map(alive, solvers)), 10)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Whether a process is there, and not only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_worker_that_has_to_stop_leaves_the_run_to_another(
    day: PlannedDay, slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend_jobs.tasks.runner.STOP_SECONDS", 0.2)
    job_id = await day.begin(seconds=4)
    async with running(day.container):
        await day.better(job_id)
    left = await day.job(job_id)
    assert (left.state, left.attempt) == (RunState.RUNNING, 1)
    async with running(day.container):
        job = await day.ended(job_id)

    assert (job.state, job.attempt) == (RunState.DONE, 2)
    assert job.curve[: len(left.curve)] == left.curve


async def test_a_solver_that_dies_leaves_its_best(
    day: PlannedDay, slow: None, working: None
) -> None:
    job_id = await day.begin(seconds=600)
    await day.better(job_id)
    for pid in children(os.getpid()):
        if SLOW in Path(f"/proc/{pid}/cmdline").read_text():
            os.kill(pid, 9)
    job = await day.ended(job_id)

    assert (job.state, job.applied, job.planned) == (RunState.DONE, True, 6)


async def test_a_run_that_takes_workers_down_is_given_up(day: PlannedDay, slow: None) -> None:
    job_id = await day.begin(seconds=600)
    await rows(day.container, f"UPDATE plan_jobs SET attempt = 4 WHERE id = {job_id} RETURNING id")
    async with running(day.container):
        job = await day.ended(job_id)

    assert job.state is RunState.FAILED
    assert await day.placed() == []


async def test_reasons_say_times_as_clocks_do_when_they_change(
    container: Container, working: None
) -> None:
    fleet_id = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, fleet_id)).time_zone = "Europe/Helsinki"
    autumn = dt.date(utc_now().year + 1, 10, 31)
    sunday = autumn - timedelta(days=(autumn.weekday() + 1) % 7)
    day = await a_day(container, fleet_id, stops=1, date=sunday)
    at = dt.datetime.combine(sunday, dt.time(7, 30), ZoneInfo("Europe/Helsinki"))
    await day.is_over(*day.delivery_ids, at=at)
    job = await day.ended(await day.begin(seconds=1))

    assert job.message == "0 of 1 stops planned. 1 could not be placed; the tray says why."
    (left,) = (await container.plans.board(day.actor, day.plan_id)).tray
    assert left.words == "Its window ends at 07:30, before anybody starts at 08:00"


async def test_a_day_with_nothing_to_plan_says_so(container: Container) -> None:
    day = await a_day(container, stops=0)
    async with running(container):
        job = await day.ended(await day.begin())

    assert (job.state, job.message) == (RunState.FAILED, "There is nothing to plan on this day.")


async def test_whoever_may_not_sign_in_any_more_plans_nothing(day: PlannedDay) -> None:
    job_id = await day.begin(seconds=1)
    user = day.actor.user_id
    await rows(day.container, f"UPDATE users SET is_active = false WHERE id = {user} RETURNING id")
    async with running(day.container):
        job = await day.ended(job_id)

    assert job.message == "Whoever started this may not sign in any more."
    assert await day.placed() == []


async def test_another_fleets_plans_and_runs_do_not_exist(day: PlannedDay) -> None:
    stranger = an_actor(Role.DISPATCHER, await a_fleet(day.container))
    driver = an_actor(Role.DRIVER, day.fleet_id)
    job_id = await day.begin()
    runs = day.container.plan_runs

    with pytest.raises(NotFound):
        await runs.begin(stranger, day.plan_id)
    with pytest.raises(NotFound):
        await runs.get(stranger.principal, job_id)
    with pytest.raises(NotFound):
        await runs.stop(stranger, job_id)
    with pytest.raises(Forbidden):
        await runs.get(driver.principal, job_id)
    with pytest.raises(InvalidInput):
        await day.begin(seconds=10**6)
    assert (await day.job(job_id)).state is RunState.QUEUED
