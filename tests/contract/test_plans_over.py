"""Plans of days that are over: looked at, but neither planned nor published."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Driver
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.by_hand import edits
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.runs.keeper import PlanKeeper
from fleet_app.planning.runs.models import Mode
from fleet_app.planning.service import PlanService
from tests.builders.plans import Office, an_office, at, ids


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


def at_work(office: Office, now: datetime) -> PlanService:
    """The office at another time."""
    container = office.container
    return PlanService(container.work, container.roads, container.matrices, lambda: now)


async def by_night(office: Office) -> None:
    """Its drivers work until six in the morning."""
    async with office.container.work() as session:
        for id_ in office.drivers:
            (await session.get_one(Driver, id_)).shift = "Mon-Sun 22:00-06:00"


async def run(office: Office, plan_id: int, now: datetime) -> None:
    keeper = PlanKeeper(office.container.work, Looker(office.container.matrices, lambda: now))
    await keeper.ask(office.actor, plan_id, Mode.EVERYTHING)


async def test_a_day_that_is_over_is_only_looked_at(office: Office) -> None:
    next_day = at(office.day + timedelta(days=1), 1)
    plans = at_work(office, next_day)
    board = await plans.create(office.actor, office.day)
    board = await plans.edit(
        office.actor, board.id, None, edits.AddRow(office.vehicles[0], office.drivers[0])
    )
    (row,) = board.rows
    move = edits.Move(tuple(office.orders), row.key, 0)
    board = await plans.edit(office.actor, board.id, None, move)
    assert ids(board, row.key) == office.orders

    for asked in (
        run(office, board.id, next_day),
        plans.forecast(office.actor, board.id),
        plans.publish(office.actor, board.id),
    ):
        with pytest.raises(InvalidInput, match="This day is over"):
            await asked
    await run(office, board.id, at(office.day, 8))


async def test_a_night_is_over_with_the_last_shift(office: Office) -> None:
    await by_night(office)
    board = await office.plan()
    move = edits.Move(tuple(office.orders[:2]), board.rows[0].key, 0)
    board = await office.plans.edit(office.actor, board.id, None, move)
    morning = office.day + timedelta(days=1)

    in_time = at_work(office, at(morning, 2))
    await run(office, board.id, at(morning, 2))
    _, news = await in_time.publish(office.actor, board.id)
    assert [one.what for one in news] == ["published"]

    for asked in (
        run(office, board.id, at(morning, 6)),
        at_work(office, at(morning, 6)).publish(office.actor, board.id),
    ):
        with pytest.raises(InvalidInput, match="This day is over"):
            await asked
