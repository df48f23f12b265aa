"""A day to be planned, and runs of the optimiser on it."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Depot, Driver, Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.board import Board
from fleet_app.planning.document import Document, written
from fleet_app.planning.models import Plan
from fleet_app.planning.runs.models import Mode, PlanJob
from tests.builders.jobs import until
from tests.builders.orders import deliveries
from tests.builders.people import a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor

_numbers = itertools.count(1)
SLOW = "tests.builders.slow_solver"
"""A solver that goes on improving until it is stopped."""


@dataclass
class PlannedDay:
    """A plan of tomorrow with its deliveries in the tray, and somebody who may plan."""

    container: Container
    actor: Actor
    fleet_id: int
    plan_id: int
    delivery_ids: list[int]

    async def begin(self, **said: Any) -> int:
        """A new run's id."""
        job = await self.container.plan_runs.begin(self.actor, self.plan_id, **said)
        return job.id or 0

    async def job(self, job_id: int) -> PlanJob:
        """The run as it is."""
        return await self.container.plan_runs.get(self.actor.principal, job_id)

    async def ended(self, job_id: int, seconds: float = 40) -> PlanJob:
        """The run, once it has ended."""

        async def check() -> PlanJob | None:
            job = await self.job(job_id)
            return None if job.is_open else job

        found: PlanJob = await until(check, seconds)
        return found

    async def better(self, job_id: int, seconds: float = 40) -> PlanJob:
        """The run, once a checkpoint of it is stored."""

        async def check() -> PlanJob | None:
            job = await self.job(job_id)
            return job if job.best else None

        found: PlanJob = await until(check, seconds)
        return found

    async def placed(self, plan_id: int | None = None) -> list[int]:
        """The deliveries that are on rows of the plan."""
        board = await self.container.plans.board(self.actor, plan_id or self.plan_id)
        return sorted(stop.order.delivery_id for row in board.rows for stop in row.stops)

    @staticmethod
    def on(board: Board, key: str) -> list[int]:
        """The deliveries of a row in their order."""
        (row,) = (one for one in board.rows if one.key == key)
        return [stop.order.delivery_id for stop in row.stops]

    async def is_over(self, *delivery_ids: int, at: datetime | None = None) -> None:
        """The time window of these ends then, unless told before anybody sets out that day."""
        async with self.container.work() as session:
            for id_ in delivery_ids:
                order = await session.get_one(Delivery, id_)
                assert order.due_on is not None
                early = datetime.combine(order.due_on, time(6), UTC)
                order.window_from, order.window_to = None, at or early


async def a_day(
    container: Container, fleet_id: int | None = None, stops: int = 6, date: dt.date | None = None
) -> PlannedDay:
    """Two vehicles with drivers, and deliveries around their depot."""
    fleet_id = fleet_id or await a_fleet(container)
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=person.id)
    date = date or (utc_now() + timedelta(days=1)).date()
    async with container.work() as session:
        name = f"Depot {next(_numbers)}"
        depot = Depot(fleet_id=fleet_id, name=name, address="Katu 1", lat=60.17, lon=24.94)
        session.add(depot)
    for _ in range(2):
        vehicle = await a_vehicle(container, fleet_id)
        driver = await a_person(container, Role.DRIVER, fleet_id)
        driver_id = await a_driver(container, driver, vehicle)
        async with container.work() as session:
            (await session.get_one(Vehicle, vehicle)).depot_id = depot.id
            (await session.get_one(Driver, driver_id)).shift = "Mon-Sun 08:00-17:00"
    ids = []
    for number in range(stops):
        place = {"lat": 60.17 + number * 0.004, "lon": 24.94 + number % 3 * 0.01}
        ids += await deliveries(container, fleet_id, 1, due_on=date, **place)
    board = await container.plans.create(actor, date, fleet_id=fleet_id)
    return PlannedDay(container, actor, fleet_id, board.id, ids)


async def an_empty_plan(container: Container, fleet_id: int) -> int:
    """The id of a new plan without rows, of a day that has no other."""
    day = utc_now().date() + timedelta(days=next(_numbers))
    plan = Plan(fleet_id=fleet_id, date=day, name="A plan", document=written(Document()))
    async with container.work() as session:
        session.add(plan)
        await session.flush()
    return plan.id or 0


async def a_plan_beside(container: Container, plan_id: int) -> int:
    """The id of another plan of the same day."""
    async with container.work() as session:
        first = await session.get_one(Plan, plan_id)
        plan = Plan(
            fleet_id=first.fleet_id, date=first.date, name="Another", document=written(Document())
        )
        session.add(plan)
        await session.flush()
    return plan.id or 0


async def a_queued_run(container: Container, fleet_id: int) -> int:
    """The id of a run that no worker has seen yet."""
    run = PlanJob(
        fleet_id=fleet_id, plan_id=await an_empty_plan(container, fleet_id), mode=Mode.EVERYTHING
    )
    async with container.work() as session:
        session.add(run)
        await session.flush()
    return run.id or 0


@asynccontextmanager
async def a_worker_process() -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker's jobs in a process of their own, on the stores that the environment names."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.builders.job_worker", start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.kill(process.pid, signal.SIGKILL)
        await process.wait()
