"""Days are planned at the pace that the fleet's past drives have at those hours."""

from __future__ import annotations

import pytest

from fleet_app.bootstrap import Container
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand.edits import Move
from fleet_app.planning.live.storing import learn
from fleet_app.planning.runs.models import Mode
from tests.builders.plans import Office, an_office, row

LONG_S = 1_000_000.0
"""So much driving that nothing else counts."""


async def learnt(office: Office, hours: range, factor: float) -> None:
    """Past drives of the weekday of the plan."""
    first = office.day.weekday() * 24
    seconds = {first + hour: (LONG_S, LONG_S * factor) for hour in hours}
    async with office.container.work() as session:
        await learn(session, office.fleet_id, seconds)


async def a_row(office: Office) -> Board:
    board = await office.plan()
    return await office.plans.edit(office.actor, board.id, 1, Move(tuple(office.orders), "1", 0))


async def problem_times(office: Office, plan_id: int) -> int:
    keeper = office.container.plan_keeper
    asked = await keeper.ask(office.actor, plan_id, Mode.EVERYTHING)
    return int(asked.problem.matrices[0].durations.sum())


async def test_a_slower_hour_makes_planned_drives_longer(container: Container) -> None:
    office = await an_office(container)
    plain = await a_row(office)
    before = await problem_times(office, plain.id)

    await learnt(office, range(24), 1.5)
    slow = await a_row(office)

    usual, now = row(plain, "1"), row(slow, "1")
    assert now.drive_s / usual.drive_s == pytest.approx(1.5, rel=0.01)
    assert now.distance_m == usual.distance_m
    assert now.ends_at - now.starts_at > usual.ends_at - usual.starts_at
    assert await problem_times(office, plain.id) / before == pytest.approx(1.5, rel=0.01)


async def test_hours_in_which_nobody_works_do_not_count(container: Container) -> None:
    """They work from 7 to 16."""
    office = await an_office(container)
    plain = row(await a_row(office), "1")
    await learnt(office, range(7, 16), 1.0)
    await learnt(office, range(18, 24), 3.0)
    assert row(await a_row(office), "1").drive_s == plain.drive_s
    await learnt(office, range(15, 16), 9.0)
    assert row(await a_row(office), "1").drive_s > plain.drive_s, "but the last hour does"


async def test_another_fleet_is_as_fast_as_ever(container: Container) -> None:
    office, other = await an_office(container), await an_office(container)
    before = row(await a_row(other), "1")
    await learnt(office, range(24), 2.0)
    assert row(await a_row(other), "1").drive_s == before.drive_s


async def test_what_is_learnt_later_changes_no_row_that_nobody_touches(
    container: Container,
) -> None:
    office = await an_office(container)
    board = await office.plan()
    for key, ids in (("1", office.orders[:2]), ("2", office.orders[2:4])):
        move = Move(tuple(ids), key, 0)
        board = await office.plans.edit(office.actor, board.id, board.version, move)
    told, _ = await office.plans.publish(office.actor, board.id)
    await learnt(office, range(24), 2.0)

    later = await office.plans.board(office.actor, board.id)
    assert [one.drive_s for one in later.rows] == [one.drive_s for one in told.rows]
    assert not later.changed
    move = Move((office.orders[4],), "1", 0)
    edited = await office.plans.edit(office.actor, board.id, later.version, move)
    assert row(edited, "2").drive_s == row(told, "2").drive_s
    _, news = await office.plans.publish(office.actor, board.id)
    assert {one.key for one in news if one.what != "unchanged"} == {"1"}


async def test_who_plans_the_day_anew_plans_it_at_the_pace_of_now(container: Container) -> None:
    office = await an_office(container)
    board = await a_row(office)
    await problem_times(office, board.id)
    before = await problem_times(office, board.id)
    await learnt(office, range(24), 1.5)
    assert await problem_times(office, board.id) / before == pytest.approx(1.5, rel=0.01)
    turned = tuple(str(one) for one in reversed(office.orders))
    found = await office.found(await office.plans.board(office.actor, board.id), {"1": turned})
    assert (row(found, "1").drive_s or 0) > 1.3 * (row(board, "1").drive_s or 0)
