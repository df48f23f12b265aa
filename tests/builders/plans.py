"""A small fleet that can be planned, and plans of its day."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Depot, Driver, Vehicle
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.board import Board, BoardStop, Row
from fleet_app.planning.models import Plan
from fleet_app.planning.runs.checkpoint import Checkpoint
from fleet_app.planning.runs.models import Mode
from fleet_app.planning.runs.ports import Result
from fleet_app.planning.service import PlanService
from fleet_app.routing.optimiser.plan import LeftOut
from fleet_app.routing.optimiser.problem import Sequences
from tests.builders.orders import a_delivery
from tests.builders.people import a_fleet
from tests.builders.records import an_actor

DAY = (utc_now() + timedelta(days=30)).date()
"""The day of plans that are only there to be asked for."""


def tomorrow() -> dt.date:
    """The day after today where fleets of tests are."""
    return (utc_now() + timedelta(days=1)).date()


def at(day: dt.date, hour: float) -> dt.datetime:
    """A time of that day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC) + timedelta(hours=hour)


@dataclass
class Office:
    """A dispatcher with a depot, vans with drivers who work from 7 to 16, and orders of a day."""

    container: Container
    fleet_id: int
    actor: Actor
    day: dt.date
    vehicles: list[int]
    drivers: list[int]
    orders: list[int]
    places: Iterator[int] = field(default_factory=itertools.count)
    """Where the next orders are: the same for every office, whatever other tests did before."""

    @property
    def plans(self) -> PlanService:
        """The service under test."""
        return self.container.plans

    async def order(self, **said: Any) -> int:
        """One more delivery of the day."""
        place = next(self.places) % 50
        values = {"lat": 60.15 + place / 900, "lon": 24.9 + place / 700, "due_on": self.day}
        return await a_delivery(self.container, self.fleet_id, **(values | said))

    async def plan(self) -> Board:
        """A new plan of the day."""
        return await self.plans.create(self.actor, self.day)

    async def found(
        self, board: Board, sequences: Sequences, left_out: Sequence[LeftOut] = ()
    ) -> Board:
        """The plan, or the one beside it, with what a run found when the plan was as it is here."""
        tours = {key: tuple(stops) for key, stops in sequences.items()}
        checkpoint = Checkpoint(sequences=tours, left_out=tuple(left_out))
        result = Result(board.id, board.version, Mode.EVERYTHING, checkpoint)
        async with self.container.work() as session:
            settled = await self.container.plan_keeper.settle(session, self.actor, result)
        return await self.plans.board(self.actor, settled.plan_id)


async def an_office(container: Container, vans: int = 2, orders: int = 6) -> Office:
    """A new fleet of this kind."""
    fleet_id = await a_fleet(container)
    vehicles, drivers = [], []
    async with container.work() as session:
        session.add(Depot(fleet_id=fleet_id, name="North", address="Portti 1", lat=60.2, lon=24.93))
        for number in range(vans):
            vehicle = Vehicle(
                fleet_id=fleet_id, name=f"Van {number + 1}", registration_number=f"P-{number}",
                capacity_kg=100.0,
            )  # fmt: skip
            session.add(vehicle)
            await session.flush()
            driver = Driver(
                fleet_id=fleet_id, name=f"Driver {number + 1}", license_number=f"L-{number}",
                vehicle_id=vehicle.id, shift="Mon-Sun 07:00-16:00",
            )  # fmt: skip
            session.add(driver)
            await session.flush()
            vehicles.append(vehicle.id or 0)
            drivers.append(driver.id or 0)
    actor = an_actor(Role.DISPATCHER, fleet_id)
    office = Office(container, fleet_id, actor, tomorrow(), vehicles, drivers, [])
    for _ in range(orders):
        office.orders.append(await office.order())
    return office


async def a_plan(container: Container, fleet_id: int) -> int:
    """The id of a plan that holds nothing but what the fleet has."""
    board = await container.plans.create(an_actor(Role.FLEET_MANAGER, fleet_id), DAY)
    return board.id


def row(board: Board, key: str) -> Row:
    """A row of a board."""
    return next(one for one in board.rows if one.key == key)


def ids(board: Board, key: str) -> list[int]:
    """The deliveries of a row in their order."""
    return [stop.order.delivery_id for stop in row(board, key).stops]


def stop(board: Board, delivery_id: int) -> BoardStop:
    """Where a delivery is on a board."""
    return next(
        one for each in board.rows for one in each.stops if one.order.delivery_id == delivery_id
    )


def tray(board: Board) -> set[int]:
    """What is on no row."""
    return {item.order.delivery_id for item in board.tray}


async def stored_plan(container: Container, plan_id: int) -> Plan:
    """The plan as it is in the database."""
    async with container.work() as session:
        return await session.get_one(Plan, plan_id)
