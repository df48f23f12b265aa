"""Tours that come again: made once, placed in their order, made of what was driven."""

from __future__ import annotations

import asyncio
import datetime as dt
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.access.actor import SYSTEM
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.planning.board import Board
from fleet_app.planning.document import read
from fleet_app.planning.models import Plan
from fleet_app.planning.templates.kinds import RouteTemplateFields
from fleet_app.planning.templates.recurring import DAYS_AHEAD, make_recurring
from fleet_app.planning.templates.stops import WINDOWS, TemplateStop, line_of, stop_of
from fleet_app.records.types import DAYS
from tests.builders.orders import a_delivery
from tests.builders.people import a_fleet
from tests.builders.records import a_record, an_actor, records
from tests.builders.route_templates import STOPS, Fleetful


@pytest.fixture
async def fleet(container: Container) -> Fleetful:
    return await Fleetful(container).begin()


TOMORROW = utc_now().date() + timedelta(days=1)


def placed(board: Board) -> list[list[int]]:
    return [[stop.order.delivery_id for stop in row.stops] for row in board.rows if row.stops]


async def test_a_template_makes_its_deliveries_of_a_day_once(fleet: Fleetful) -> None:
    template = await fleet.template()
    day = dt.date(2027, 3, 28)  # the clocks go forward at three
    first = await fleet.use(template, day)
    again = await fleet.use(template, day)
    assert (first.made, again.made) == (True, False)
    assert first.delivery_ids == again.delivery_ids

    one, two, three = await fleet.deliveries()
    assert [one.id, two.id, three.id] == list(first.delivery_ids)
    assert (one.address, one.due_on) == ("Katu 1", day)
    assert one.window_from == datetime(2027, 3, 28, 5, tzinfo=UTC)
    assert one.window_to == datetime(2027, 3, 28, 7, tzinfo=UTC)
    assert (two.service_minutes, three.instructions) == (12, "Ring twice")
    assert one.external_reference == f"template-{template}-2027-03-28-1"


async def test_two_windows_are_made_and_kept_when_a_template_is_made_of_the_tour(
    fleet: Fleetful,
) -> None:
    line = "Katu 1 | 22:00-02:00 | 09:00-11:00"
    template = await fleet.template(stops=[STOPS[0] | stop_of(line)])
    day = dt.date(2027, 3, 1)
    await fleet.use(template, day)
    (one,) = await fleet.deliveries()
    assert (one.window_from, one.window_to, one.window2_from, one.window2_to) == (
        datetime(2027, 3, 1, 20, tzinfo=UTC), datetime(2027, 3, 2, 0, tzinfo=UTC),
        datetime(2027, 3, 2, 7, tzinfo=UTC), datetime(2027, 3, 2, 9, tzinfo=UTC),
    )  # fmt: skip
    board = await fleet.container.plans.create(fleet.actor, day)
    values = await fleet.container.route_templates.of_row(fleet.actor, board.id, board.rows[0].key)
    assert [line_of(stop) for stop in values["stops"]] == [line]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Katu 1 | 09:00- | 14:00-17:00", "begins after the first one ends"),
        ("Katu 1 | 09:00-12:00 | 12:00-17:00", "begins after the first one ends"),
    ],
)
async def test_second_windows_that_make_no_sense_are_refused(
    fleet: Fleetful, line: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await fleet.template(stops=line)
    assert words in str(caught.value.fields)


async def test_those_who_use_it_at_once_make_it_once(fleet: Fleetful) -> None:
    template = await fleet.template()
    used = await asyncio.gather(*[fleet.use(template, TOMORROW) for _ in range(4)])

    assert sorted(one.made for one in used) == [False, False, False, True]
    assert len(await fleet.deliveries()) == len(STOPS)


async def test_what_somebody_took_out_is_not_made_again(fleet: Fleetful) -> None:
    template = await fleet.template()
    used = await fleet.use(template, TOMORROW)
    for id_ in used.delivery_ids:
        async with records(fleet.container, "deliveries", fleet.actor) as of:
            await of.delete(id_)
    again = await fleet.use(template, TOMORROW)

    assert (again.made, again.delivery_ids) == (False, ())
    assert await fleet.deliveries() == []


async def test_recurring_ones_are_made_a_week_ahead_and_once(fleet: Fleetful) -> None:
    now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # Tuesday already where the fleet is
    await fleet.template(weekdays=["Mon", "Tue"])
    await fleet.template(name="Never", weekdays=[])
    await fleet.template(name="Not now", weekdays=list(DAYS), active=False)
    await fleet.template(name="Over", weekdays=list(DAYS), valid_until=dt.date(2026, 11, 23))
    gone = await fleet.template(name="Gone", weekdays=list(DAYS))
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        await of.delete(gone)

    made = await make_recurring(fleet.container.work, lambda: now)
    days = sorted({one.due_on for one in await fleet.deliveries() if one.due_on})
    assert days == [dt.date(2026, 11, 24), dt.date(2026, 11, 30), dt.date(2026, 12, 1)]
    assert (days[-1] - days[0]).days == DAYS_AHEAD
    assert made == len(days) * len(STOPS)
    assert await make_recurring(fleet.container.work, lambda: now) == 0
    assert await make_recurring(fleet.container.work, lambda: now + timedelta(days=6)) == len(STOPS)


async def test_one_that_cannot_be_made_holds_up_no_other(fleet: Fleetful) -> None:
    now = utc_now()
    customer = await a_record(fleet.container, "customers", fleet.fleet_id)
    every = list(DAYS)
    broken = await fleet.template(weekdays=every, stops=[{"address": "A", "customer_id": customer}])
    async with records(fleet.container, "customers", fleet.actor) as of:
        await of.delete(customer)
    await fleet.template(weekdays=every, stops=STOPS[:1])

    assert await make_recurring(fleet.container.work, lambda: now) == DAYS_AHEAD + 1
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        told = await of.get(broken)
        assert told["not_made"].endswith(": customer id there is no such customer")
        await of.update(broken, {"stops": STOPS[:1]}, version=told["version"])
    assert await make_recurring(fleet.container.work, lambda: now) == DAYS_AHEAD + 1
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        assert (await of.get(broken))["not_made"] == ""


async def test_a_day_that_is_over_gets_nothing_more(fleet: Fleetful) -> None:
    template = await fleet.template()
    with pytest.raises(InvalidInput) as refused:
        await fleet.use(template, utc_now().date() - timedelta(days=2))
    assert refused.value.fields == {"date": "is over"}
    assert await fleet.deliveries() == []


async def test_windows_in_the_hour_that_clocks_skip_end_no_sooner_than_they_begin(
    fleet: Fleetful,
) -> None:
    night = [{"address": "A", "window_from": "03:30", "window_to": "04:15"}]
    template = await fleet.template(stops=night)
    (made,) = (await fleet.use(template, dt.date(2027, 3, 28))).delivery_ids
    async with fleet.container.work() as session:
        stop = await session.get_one(Delivery, made)
    assert stop.window_from == stop.window_to == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


async def test_a_new_plan_has_them_on_their_vehicle_in_their_order(fleet: Fleetful) -> None:
    template = await fleet.template(leaves_at="06:30", driver_id=fleet.driver_id)
    used = await fleet.use(template, TOMORROW)
    board = await fleet.container.plans.create(fleet.actor, TOMORROW)

    (row,) = board.rows
    assert (row.vehicle_id, row.driver_id, row.lock) == (
        fleet.vehicle_id, fleet.driver_id, "order",
    )  # fmt: skip
    assert placed(board) == [list(used.delivery_ids)]
    async with fleet.container.work() as session:
        (kept,) = read((await session.get_one(Plan, board.id)).document).rows
    assert kept.departs_at is not None
    assert f"{kept.departs_at.astimezone(ZoneInfo('Europe/Helsinki')):%H:%M}" == "06:30"
    assert board.tray == ()


async def test_it_is_put_on_a_plan_as_one_step(fleet: Fleetful) -> None:
    template = await fleet.template()
    plans = fleet.container.plans
    board = await plans.create(fleet.actor, TOMORROW)
    used = await fleet.use(template, TOMORROW, board.id)
    after = await plans.board(fleet.actor, board.id)
    assert (used.made, after.undo) == (True, "Use Bakeries")
    assert placed(after) == [list(used.delivery_ids)]
    (row,) = [one for one in after.rows if one.stops]
    assert (row.key, row.vehicle_id, len(after.rows)) == (used.row, fleet.vehicle_id, 1)

    again = await fleet.use(template, TOMORROW, board.id)
    assert (again.made, again.row) == (False, ""), "it is there already"
    undone = await plans.undo(fleet.actor, board.id)
    assert placed(undone) == []
    with pytest.raises(InvalidInput):
        await fleet.use(template, TOMORROW + timedelta(days=1), board.id)


async def test_a_row_becomes_a_template_that_makes_the_same_again(fleet: Fleetful) -> None:
    used = await fleet.use(await fleet.template(leaves_at="06:30"), TOMORROW)
    board = await fleet.container.plans.create(fleet.actor, TOMORROW)
    values = await fleet.container.route_templates.of_row(fleet.actor, board.id, board.rows[0].key)
    assert (values["vehicle_id"], values["leaves_at"]) == (fleet.vehicle_id, "06:30")
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        copy = int((await of.create(values))["id"])
    later = await fleet.use(copy, TOMORROW + timedelta(days=7))

    first = await fleet.deliveries(TOMORROW)
    second = await fleet.deliveries(TOMORROW + timedelta(days=7))
    assert len(later.delivery_ids) == len(used.delivery_ids) == len(STOPS)
    same = ("address", "lat", "lon", "service_minutes", "instructions")
    for one, other in zip(first, second, strict=True):
        assert [getattr(one, name) for name in same] == [getattr(other, name) for name in same]
        assert (one.window_from is None) == (other.window_from is None)


async def test_a_row_becomes_what_the_board_shows(fleet: Fleetful) -> None:
    """Also where somebody made a route by hand, and without what is deleted since."""
    board = await fleet.container.plans.create(fleet.actor, TOMORROW)
    ids = [
        await a_delivery(fleet.container, fleet.fleet_id, lat=60.2, lon=24.9, due_on=TOMORROW)
        for _ in range(3)
    ]
    plan = RoutePlan(date=TOMORROW, vehicle_id=fleet.vehicle_id, delivery_ids=ids, name="By hand")
    async with fleet.container.work() as session:
        await RouteService(session).create(fleet.actor, plan)
    async with records(fleet.container, "deliveries", fleet.actor) as of:
        await of.delete(ids[0])
    board = await fleet.container.plans.board(fleet.actor, board.id)
    row = next(one for one in board.rows if one.stops)
    values = await fleet.container.route_templates.of_row(fleet.actor, board.id, row.key)
    assert len(values["stops"]) == len(row.stops) == 2


async def test_another_fleets_customers_and_templates_do_not_exist(fleet: Fleetful) -> None:
    other = await a_fleet(fleet.container)
    stranger = an_actor(Role.DISPATCHER, other)
    customer = await a_record(fleet.container, "customers", other)
    with pytest.raises(InvalidInput) as refused:
        await fleet.template(stops=[{"customer_id": customer}])
    assert refused.value.fields == {"stops[0].customer_id": "does not exist"}
    template = await fleet.template()
    with pytest.raises(NotFound):
        await fleet.container.route_templates.use(stranger, template, TOMORROW)
    board = await fleet.container.plans.create(SYSTEM, TOMORROW, fleet_id=other)
    with pytest.raises(NotFound):
        await fleet.use(template, TOMORROW, board.id)


async def test_a_stop_without_an_address_is_at_its_customers(fleet: Fleetful) -> None:
    customer = await a_record(fleet.container, "customers", fleet.fleet_id)
    template = await fleet.template(stops=[{"customer_id": customer}])
    await fleet.use(template, TOMORROW)
    (made,) = await fleet.deliveries()

    assert (made.customer_id, made.address) == (customer, "Kalevankatu 16, 00100 Helsinki")


def both(stop: dict[str, Any]) -> dict[str, Any]:
    """The stop; only after a whole first window there is a second one."""
    times = [stop.get(name) for name in WINDOWS]
    if all(times) and times[1] != times[2]:
        return stop
    return {name: value for name, value in stop.items() if not name.startswith("window2")}


WORDS = st.text("ab äö,.-", min_size=1, max_size=12).map(str.strip).filter(bool)
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(
    st.fixed_dictionaries(
        {"address": WORDS.map(lambda said: f"Street {said}")},
        optional={
            "window_from": TIMES,
            "window_to": TIMES,
            "window2_from": TIMES,
            "window2_to": TIMES,
            "service_minutes": st.integers(0, 1440).map(float),
            "instructions": WORDS.map(lambda said: f"Say {said}"),
        },
    ).map(both)
)
def test_a_stop_survives_being_written_on_a_line(stop: dict[str, Any]) -> None:
    fields = RouteTemplateFields.model_validate({"name": "T", "stops": line_of(stop)})
    (read,) = fields.stops
    meant = TemplateStop.model_validate(stop)

    assert read.is_written
    assert not meant.is_written
    assert read.model_dump() == meant.model_dump()


@given(st.text(max_size=80))
def test_any_line_is_read_as_something(line: str) -> None:
    stop = stop_of(line)
    assert stop["address"] == line.partition("|")[0].strip()
