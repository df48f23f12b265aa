"""What the planning page looks at, on a real database."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.tours import day_in
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.web.states.planning.screen import Planning
from tests.builders.people import a_fleet
from tests.builders.screens import a_screen_of

FAR_AHEAD = "Pacific/Kiritimati"
"""Fourteen hours before UTC, where it often is tomorrow already."""


@pytest.fixture
async def fleet_id(container: Container) -> int:
    made = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, made)).time_zone = FAR_AHEAD
    return made


async def opened(container: Container, fleet_id: int, query: str = "") -> Planning:
    root = await a_screen_of(container, Role.DISPATCHER, fleet_id, f"/planning{query}")
    screen = await root.get_state(Planning)
    await screen.open()
    return screen


async def test_it_begins_with_the_day_that_it_is_where_the_fleet_is(container, fleet_id):
    screen = await opened(container, fleet_id)
    assert screen.ready
    assert (screen.day, screen.zone) == (day_in(FAR_AHEAD, utc_now()).isoformat(), FAR_AHEAD)
    assert screen.day == screen.today
    assert (screen.plan, screen.may) == (0, ["update", "publish", "template"])


async def test_an_address_says_which_plan_of_which_day(container, fleet_id):
    screen = await opened(container, fleet_id, "?day=2026-03-09&plan=12")
    assert (screen.day, screen.plan) == ("2026-03-09", 12)
    assert parse_qs(screen.address) == {"day": ["2026-03-09"], "plan": ["12"]}
    await screen.choose_plan(14)
    assert parse_qs(screen.address)["plan"] == ["14"]
    await screen.choose_day("2026-03-10")
    assert (screen.day, screen.plan) == ("2026-03-10", 0)
    assert "plan" not in screen.address


@pytest.mark.parametrize(
    "query",
    ["?day=nonsense&plan=x", "?day=0001-01-01", "?plan=-4", "?day=2026-02-30&plan=" + "9" * 40],
)
async def test_nonsense_in_the_address_is_as_none(container, fleet_id, query):
    screen = await opened(container, fleet_id, query)
    assert (screen.day, screen.plan) == (screen.today, 0)


async def test_a_day_that_is_none_changes_nothing(container, fleet_id):
    screen = await opened(container, fleet_id, "?day=2026-03-09&plan=3")
    for text in ("", "tomorrow", "2026-13-01", "9999-12-31"):
        await screen.choose_day(text)
    assert (screen.day, screen.plan) == ("2026-03-09", 3)
    await screen.choose_day((day_in("UTC", utc_now()) + timedelta(days=1)).isoformat())
    assert screen.plan == 0
    await screen.choose_plan(-5)
    assert screen.plan == 0
