"""What the history page looks at, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.web.states.history.screen import MOST, History
from tests.builders.fixes import seen
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.screens import a_screen_of, visit


@pytest.fixture
async def fleet_id(container: Container) -> int:
    made = await a_fleet(container)
    async with container.work() as session:
        (await session.get_one(Fleet, made)).time_zone = "America/Chicago"
    return made


async def opened(
    container: Container, fleet_id: int, query: str = "", role: Role = Role.DISPATCHER
) -> History:
    root = await a_screen_of(container, role, fleet_id, f"/history{query}")
    screen = await root.get_state(History)
    await screen.open()
    return screen


async def test_an_address_says_whom_and_when(container, fleet_id):
    first, second = [await a_vehicle(container, fleet_id) for _ in range(2)]
    query = f"?vehicles={second},{first}&day=2015-03-08"
    screen = await opened(container, fleet_id, query)
    assert [one["id"] for one in screen.vehicles] == [second, first]
    assert screen.label == "Sunday 8 March 2015 · 23 hours, the clocks change"
    assert screen.to_ms - screen.from_ms == 23 * 3_600_000
    assert screen.from_ms == 1_425_794_400_000
    asked = parse_qs(screen.address)
    assert asked == {"vehicles": [f"{second},{first}"], "day": ["2015-03-08"]}
    ends = parse_qs(screen.period_query)
    assert ends == {"from": ["2015-03-08T06:00:00Z"], "to": ["2015-03-09T05:00:00Z"]}
    assert screen.ready
    assert screen.may_export


async def test_vehicles_of_another_fleet_and_nonsense_are_left_out(container, fleet_id):
    own = await a_vehicle(container, fleet_id)
    strange = await a_vehicle(container, await a_fleet(container))
    words = f"?vehicles={strange},x,-1,{own},{own},99999999999999999999,0&day=nonsense"
    screen = await opened(container, fleet_id, words)
    assert [one["id"] for one in screen.vehicles] == [own]
    assert screen.is_today
    await screen.add(strange)
    assert [one["id"] for one in screen.vehicles] == [own]


async def test_at_most_six_vehicles_and_none_twice(container, fleet_id):
    ids = [await a_vehicle(container, fleet_id) for _ in range(MOST + 1)]
    screen = await opened(container, fleet_id)
    for one in [*ids, ids[0]]:
        await screen.add(one)
    assert [one["id"] for one in screen.vehicles] == ids[:MOST]
    assert screen.full
    await screen.remove(ids[0])
    await screen.remove(ids[0])
    assert [one["id"] for one in screen.vehicles] == ids[1:MOST]
    assert not screen.full


async def test_steps_go_from_day_to_day(container, fleet_id):
    screen = await opened(container, fleet_id, "?day=2015-03-08")
    await screen.step(1)
    assert screen.day == "2015-03-09"
    await screen.step(-1)
    await screen.step(-1)
    assert screen.day == "2015-03-07"
    await screen.choose_day("2015-11-01")
    assert screen.to_ms - screen.from_ms == 25 * 3_600_000
    await screen.choose_day("")
    assert screen.day == "2015-11-01"
    await screen.choose_day("2199-12-31")
    await screen.step(1)
    assert screen.day == "2199-12-31"
    await screen.show_recent(1)
    assert not screen.is_today
    await screen.step(1)
    assert screen.is_today


async def test_from_one_moment_to_another(container, fleet_id):
    screen = await opened(container, fleet_id, "?day=2015-03-08")
    await screen.show_between({"from": "2015-03-08T06:00", "to": "2015-03-07T06:00"})
    assert screen.errors == {"to": "must be later than the start"}
    assert screen.day == "2015-03-08"
    await screen.show_between({"from": "2015-03-06T06:00", "to": "2015-03-08T06:00"})
    assert screen.errors == {}
    assert (screen.day, screen.label) == ("", "6 Mar 2015 06:00 – 8 Mar 2015 06:00")
    assert screen.to_ms - screen.from_ms == 47 * 3_600_000
    again = await opened(container, fleet_id, f"?{screen.address}")
    assert (again.from_ms, again.to_ms) == (screen.from_ms, screen.to_ms)
    await screen.step(-1)
    assert screen.day == "2015-03-06"


async def test_the_last_day_with_data_is_that_of_the_last_fix_of_any_chosen_vehicle(
    container, fleet_id
):
    old, newer, never = [await a_vehicle(container, fleet_id) for _ in range(3)]
    long_ago = datetime.now(UTC) - datetime(2015, 3, 9, 4, 30, tzinfo=UTC)
    await seen(container, old, fleet_id, ago=long_ago + timedelta(days=30))
    await seen(container, newer, fleet_id, ago=long_ago)
    screen = await opened(container, fleet_id, f"?vehicles={old},{newer},{never}")
    await screen.show_latest()
    assert screen.day == "2015-03-08", "half past eleven at night in Austin"
    await screen.remove(old)
    await screen.remove(newer)
    await screen.choose_day("2020-01-01")
    await screen.show_latest()
    assert screen.day == "2020-01-01"


async def test_who_comes_back_by_the_menu_goes_on_where_he_was(container, fleet_id):
    vehicle_id = await a_vehicle(container, fleet_id)
    root = await a_screen_of(
        container, Role.DISPATCHER, fleet_id, f"/history?vehicles={vehicle_id}&day=2015-03-08"
    )
    screen = await root.get_state(History)
    await screen.open()
    visit(root, "/history")
    await screen.open()
    assert [one["id"] for one in screen.vehicles] == [vehicle_id]
    assert (screen.day, screen.read) == ("2015-03-08", "")


async def test_the_history_of_a_vehicle_is_of_today_wherever_one_was_before(container, fleet_id):
    vehicle_id = await a_vehicle(container, fleet_id)
    root = await a_screen_of(container, Role.DISPATCHER, fleet_id, "/history?day=2015-03-08")
    screen = await root.get_state(History)
    await screen.open()
    visit(root, f"/history?vehicles={vehicle_id}")
    await screen.open()
    assert screen.is_today


async def test_a_moment_opens_its_day_and_is_forgotten_with_it(container, fleet_id):
    at = "2015-03-09T04:30:00Z"
    screen = await opened(container, fleet_id, f"?at={at}")
    assert screen.day == "2015-03-08", "half past eleven at night in Austin"
    assert screen.at_ms == 1_425_875_400_000
    await screen.step(1)
    assert screen.at_ms == 0
    assert (await opened(container, fleet_id, "?day=2015-03-08&at=nonsense")).at_ms == 0


async def test_those_heard_of_last_are_offered_first(container, fleet_id):
    silent, late, early = [await a_vehicle(container, fleet_id) for _ in range(3)]
    await seen(container, early, fleet_id, ago=timedelta(days=2))
    await seen(container, late, fleet_id, ago=timedelta(days=1))
    screen = await opened(container, fleet_id)
    assert [one["id"] for one in screen.offered] == [late, early]
    assert silent not in [one["id"] for one in screen.offered]
    assert screen.vehicles == []


async def test_the_back_button_opens_the_address_again(container, fleet_id):
    screen = await opened(container, fleet_id, "?day=2015-03-08")
    follows = await screen.reopen()
    assert not screen.ready
    assert follows is not None
