"""Many changes at once, crossing each other: nobody is told to try again, nothing is lost.

Somebody else holds the middle one until both wait, so that each would hold what the other wants if
they went through their rows as they stand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import Delivery, DeliveryStatus
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.recording import StatusChange
from fleet_app.delivery.service import Changed, DeliveryLife
from fleet_app.fleet.models import Vehicle
from fleet_app.records.imports.batches import Taker, Tally
from fleet_app.records.imports.cells import Home, Reader, survey
from fleet_app.records.service import Outcome
from fleet_app.records.sheets.model import Row
from tests.builders.jobs import until
from tests.builders.orders import deliveries, stored
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
async def manager(container: Container) -> Actor:
    return an_actor(Role.FLEET_MANAGER, await a_fleet(container))


@asynccontextmanager
async def held(
    container: Container, take: Callable[[AsyncSession], Awaitable[object]]
) -> AsyncIterator[None]:
    """Hold what `take` takes until two others wait, then let go of it and change nothing."""
    async with AsyncSession(container.engine) as session:
        await take(session)
        yield
        await until(lambda: _two_wait(container), 20)
        await session.rollback()


async def _two_wait(container: Container) -> bool:
    async with container.work() as session:
        waiting = (await (await session.connection()).execute(_WAITING)).scalar_one()
    return int(waiting) >= 2


async def crossing(
    container: Container,
    take: Callable[[AsyncSession], Awaitable[object]],
    *changes: Awaitable[Any],
) -> list[Any]:
    """What the changes end with, begun while the middle is held."""
    async with held(container, take):
        tasks = [asyncio.ensure_future(change) for change in changes]
    return await asyncio.gather(*tasks)


async def test_statuses_of_the_same_deliveries_in_opposite_orders(
    container: Container, manager: Actor
):
    ids = await deliveries(container, manager.principal.fleet_id or 0, 9)

    async def cancel(order: list[int]) -> list[Changed | Exception]:
        wishes = [
            StatusChange(delivery_id=one, to=DeliveryStatus.CANCELLED, reason=Reason.DUPLICATE)
            for one in order
        ]
        async with container.work(60) as session:
            return list(await DeliveryLife(session).change_many(manager, wishes))

    async def middle(session: AsyncSession) -> object:
        return await session.get_one(Delivery, ids[4], with_for_update=True)

    first, second = await crossing(container, middle, cancel(ids), cancel(ids[::-1]))

    assert sum(isinstance(one, Changed) for one in [*first, *second]) == 9
    assert {(await stored(container, one)).status for one in ids} == {"cancelled"}


VANS = [
    {"name": f"Van {n}", "registration_number": f"ABC-{n}", "external_reference": f"V-{n}"}
    for n in range(1, 8)
]


async def test_new_records_with_the_same_numbers_in_opposite_orders(
    container: Container, manager: Actor
):
    async def create(rows: list[dict[str, str]]) -> list[Outcome]:
        async with records(container, "vehicles", manager) as vehicles:
            return await vehicles.create_many(rows)

    async def middle(session: AsyncSession) -> object:
        taken = VANS[3] | {"fleet_id": manager.principal.fleet_id}
        session.add(Vehicle.model_validate(taken))
        return await session.flush()

    first, second = await crossing(container, middle, create(VANS), create(VANS[::-1]))

    stored_of_each = [sum(bool(one.id) for one in outcomes) for outcomes in (first, second)]
    assert sorted(stored_of_each) == [0, 7]


async def test_sheets_about_the_same_records_in_opposite_orders(
    container: Container, manager: Actor
):
    async with records(container, "vehicles", manager) as vehicles:
        made = await vehicles.create_many(VANS)

    async def middle(session: AsyncSession) -> object:
        return await session.get_one(Vehicle, made[3].id, with_for_update=True)

    first, second = await crossing(
        container,
        middle,
        _taken(container, manager, VANS, "first"),
        _taken(container, manager, VANS[::-1], "second"),
    )

    assert (first.updated, second.updated) == (7, 7)


async def test_a_sheet_and_statuses_of_the_same_deliveries(container: Container, manager: Actor):
    fleet = manager.principal.fleet_id or 0
    ids = await deliveries(container, fleet, 7)
    numbers = [(await stored(container, one)).tracking_number for one in ids]
    orders = [{"tracking_number": one} for one in reversed(numbers)]

    async def cancel() -> list[Any]:
        wishes = [
            StatusChange(delivery_id=one, to=DeliveryStatus.CANCELLED, reason=Reason.DUPLICATE)
            for one in ids
        ]
        async with container.work(60) as session:
            return list(await DeliveryLife(session).change_many(manager, wishes))

    async def middle(session: AsyncSession) -> object:
        return await session.get_one(Delivery, ids[3], with_for_update=True)

    sheet = _taken(container, manager, orders, "Ring twice", "deliveries", "instructions")
    tally, results = await crossing(container, middle, sheet, cancel())

    assert tally.updated == 7
    assert all(isinstance(one, Changed) for one in results)


async def _taken(
    container: Container,
    actor: Actor,
    known: list[dict[str, str]],
    text_: str,
    plural: str = "vehicles",
    changed: str = "note",
) -> Tally:
    """A batch of a sheet that gives these records this text."""
    kind, home = KINDS[plural], Home(zone=ZoneInfo("UTC"))
    names = [*known[0], changed]
    mapping = {str(index): name for index, name in enumerate(names)}
    rows = [Row(number, [*one.values(), text_]) for number, one in enumerate(known, start=2)]
    reader = Reader(kind, mapping, survey(kind, mapping, iter(rows), home), home)
    async with container.work(60) as session:
        taker = Taker(
            session, KINDS, kind, actor,
            owner=actor.principal.fleet_id, reader=reader, home=home, places={},
        )  # fmt: skip
        return await taker.take([reader.read(row) for row in rows])
