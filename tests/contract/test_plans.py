"""Working plans: what they are made of, how they are edited, and what edits break."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.fleet.models import Depot, Driver, Vehicle
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.planning.by_hand import edits
from fleet_app.planning.runs.models import Mode
from fleet_app.planning.service import NothingToTurn
from fleet_app.routing.optimiser.plan import LeftOut, Why
from tests.builders.orders import stored
from tests.builders.plans import Office, an_office, at, ids, row, stop, stored_plan, tray
from tests.builders.records import an_actor


@pytest.fixture
async def office(container: Container) -> Office:
    return await an_office(container)


async def test_a_new_plan_has_a_row_for_each_who_works_and_the_days_orders(office: Office) -> None:
    board = await office.plan()

    assert [(one.vehicle, one.driver, one.stops) for one in board.rows] == [
        ("Van 1", "Driver 1", ()), ("Van 2", "Driver 2", ()),
    ]  # fmt: skip
    assert board.rows[0].shift.begins == at(office.day, 7)
    assert board.rows[0].depot == "North"
    assert tray(board) == set(office.orders)
    assert (board.version, board.undo, board.redo, board.name) == (1, "", "", "Plan 1")


async def test_a_plan_takes_over_the_routes_of_its_day(office: Office) -> None:
    async with office.container.work() as session:
        made = RoutePlan(
            date=office.day, vehicle_id=office.vehicles[0], driver_id=office.drivers[0],
            delivery_ids=office.orders[:3],
        )  # fmt: skip
        tour = await RouteService(session).create(office.actor, made)

    board = await office.plan()

    assert ids(board, "1") == office.orders[:3]
    first = row(board, "1")
    assert (first.route_id, first.route_status, first.changed) == (tour.route.id, "draft", False)
    assert len(board.rows) == 2
    assert tray(board) == set(office.orders[3:])


async def test_stops_move_in_order_to_a_place_and_get_times(office: Office) -> None:
    one, two, three, four, *_ = office.orders
    board = await office.plan()
    board = await office.plans.edit(
        office.actor, board.id, 1, edits.Move((one, two, three), "1", 0)
    )
    board = await office.plans.edit(office.actor, board.id, 2, edits.Move((four, three), "1", 1))

    assert ids(board, "1") == [one, four, three, two]
    assert board.version == 3
    assert board.undo == "Move 2 stops to Driver 1"
    times = [(at_.arrives_at, at_.departs_at) for at_ in row(board, "1").stops]
    assert times == sorted(times)
    assert row(board, "1").starts_at >= at(office.day, 7)
    assert row(board, "1").distance_m > 0
    assert row(board, "1").co2_kg == pytest.approx(
        row(board, "1").distance_m / 1000 * 9 / 100 * 2.68, rel=0.01
    )
    assert board.totals.stops == 4
    assert board.totals.left == 2


async def test_a_plan_says_what_orders_need_and_what_rows_have_of_it(office: Office) -> None:
    async with office.container.work() as session:
        south = Depot(fleet_id=office.fleet_id, name="South", address="Portti 2", lat=60.1, lon=25)
        session.add(south)
        await session.flush()
        first = await session.get_one(Vehicle, office.vehicles[0])
        first.skills, first.equipment = ["cooled"], ["ramp"]
        second = await session.get_one(Vehicle, office.vehicles[1])
        second.depot_id = south.id
        (await session.get_one(Driver, office.drivers[0])).skills = ["hazardous"]
    there = await office.order(pickup_depot_id=south.id, required_skills=["cooled"])
    board = await office.plan()

    needs = {item.order.delivery_id: item.order.skills for item in board.tray}
    assert needs[there] == ("cooled", "goods from South")
    assert needs[office.orders[0]] == ()
    assert row(board, "2").skills == ("goods from South",)
    assert set(row(board, "1").skills) >= {"cooled", "ramp", "hazardous"}
    board = await office.plans.edit(office.actor, board.id, 1, edits.Move((there,), "1", 0))
    assert stop(board, there).problems == ("skill",)
    board = await office.plans.edit(office.actor, board.id, 2, edits.Move((there,), "2", 0))
    assert stop(board, there).order.skills == ("cooled", "goods from South")
    assert [one.message for one in row(board, "2").problems] == ["Needs cooled"]


async def test_what_an_edit_breaks_is_flagged_and_done(office: Office) -> None:
    day = office.day
    early = await office.order(
        window_from=at(day, 1), window_to=at(day, 2), weight_kg=60.0, required_skills=["cooled"]
    )
    heavy = await office.order(weight_kg=60.5)
    board = await office.plan()

    board = await office.plans.edit(office.actor, board.id, 1, edits.Move((early, heavy), "1", 0))

    codes = {one.code for one in row(board, "1").problems}
    assert codes == {"window", "capacity", "skill"}
    assert set(stop(board, early).problems) == {"window", "skill"}
    assert stop(board, early).late_s >= 5 * 3600
    words = " ".join(one.message for one in row(board, "1").problems)
    assert "120.5\u00a0kg do not fit into Van 1, which takes 100\u00a0kg" in words
    assert "02:00" in words
    assert board.totals.problems == 3
    assert board.totals.late_stops == 1


async def test_every_kind_of_edit_does_what_it_says(office: Office) -> None:
    plans, actor = office.plans, office.actor
    board = await office.plan()
    for edit in (
        edits.Move(tuple(office.orders), "1", 0),
        edits.Turn("1"),
        edits.Lock(deliveries=(office.orders[0],)),
        edits.Lock(row="2", level="crew"),
        edits.Depart("1", at(office.day, 9)),
        edits.Crew("2", driver_id=None),
    ):
        board = await plans.edit(actor, board.id, board.version, edit)
    assert ids(board, "1") == office.orders[::-1]
    assert stop(board, office.orders[0]).locked
    assert row(board, "2").lock == "crew"
    assert row(board, "1").starts_at == at(office.day, 9)
    assert row(board, "2").driver_id is None

    before = row(board, "1")
    better = await plans.edit(actor, board.id, board.version, edits.Improve("1"))
    assert row(better, "1").cost <= before.cost
    assert sorted(ids(better, "1")) == sorted(office.orders)
    back = await plans.edit(actor, board.id, None, edits.Move((office.orders[2],)))
    assert tray(back) == {office.orders[2]}
    again = await plans.edit(actor, board.id, None, edits.Move((office.orders[2],), "1"))
    assert sorted(ids(again, "1")) == sorted(office.orders)
    assert row(again, "1").cost <= row(better, "1").cost + 0.01
    dropped = await plans.edit(actor, board.id, None, edits.DropRow("1"))
    assert [one.key for one in dropped.rows] == ["2"]
    assert tray(dropped) == set(office.orders)
    added = await plans.edit(actor, board.id, None, edits.AddRow(office.vehicles[0]))
    assert [one.vehicle_id for one in added.rows] == office.vehicles


async def test_two_rows_of_one_driver_meet_only_when_both_are_on_their_way(office: Office) -> None:
    one, two, *_ = office.orders
    day, plans, actor = office.day, office.plans, office.actor
    board = await office.plan()
    for edit in (
        edits.Move((one,), "1", 0),
        edits.Move((two,), "2", 0),
        edits.Depart("1", at(day, 8)),
        edits.Depart("2", at(day, 8)),
        edits.Crew("2", driver_id=office.drivers[0]),
    ):
        board = await plans.edit(actor, board.id, board.version, edit)
    assert {one.code for one in row(board, "1").problems} == {"driver_busy"}
    assert {one.code for one in row(board, "2").problems} == {"driver_busy"}

    board = await plans.edit(actor, board.id, board.version, edits.Depart("2", at(day, 13)))

    assert (row(board, "1").problems, row(board, "2").problems) == ((), ())


async def test_undo_goes_back_to_the_beginning_and_redo_to_the_end(office: Office) -> None:
    plans, actor = office.plans, office.actor
    board = await office.plan()
    first = (await stored_plan(office.container, board.id)).document
    for place, id_ in enumerate(office.orders):
        board = await plans.edit(actor, board.id, None, edits.Move((id_,), str(place % 2 + 1), 0))
    last = (await stored_plan(office.container, board.id)).document

    for _ in office.orders:
        board = await plans.undo(actor, board.id, board.version)
    assert (await stored_plan(office.container, board.id)).document == first
    assert (board.undo, board.redo) == ("", board.redo)
    assert board.redo.endswith("to Driver 1")
    with pytest.raises(NothingToTurn):
        await plans.undo(actor, board.id)
    for _ in office.orders:
        board = await plans.redo(actor, board.id, board.version)
    assert (await stored_plan(office.container, board.id)).document == last
    board = await plans.undo(actor, board.id)
    board = await plans.edit(actor, board.id, None, edits.Turn("1"))
    assert board.redo == ""
    with pytest.raises(NothingToTurn):
        await plans.redo(actor, board.id)


async def test_of_two_dispatchers_at_once_one_is_told_to_look_again(office: Office) -> None:
    board = await office.plan()
    wishes = [
        office.plans.edit(office.actor, board.id, 1, edits.Move((id_,), "1", 0))
        for id_ in office.orders[:2]
    ]

    results = await asyncio.gather(*wishes, return_exceptions=True)

    assert sorted(type(one).__name__ for one in results) == ["Board", "Stale"]
    now = await office.plans.board(office.actor, board.id)
    assert (now.version, now.totals.stops) == (2, 1)


async def test_another_fleets_plan_is_not_there(office: Office, container: Container) -> None:
    stranger = (await an_office(container, vans=1, orders=1)).actor
    board = await office.plan()
    for asking in (
        office.plans.board(stranger, board.id),
        office.plans.edit(stranger, board.id, 1, edits.Turn("1")),
        office.plans.undo(stranger, board.id),
        office.plans.publish(stranger, board.id),
        office.plans.recall(stranger, board.id),
        office.plans.shapes(stranger, board.id),
        office.plans.create(stranger, office.day, copy_of=board.id),
    ):
        with pytest.raises(NotFound):
            await asking
    with pytest.raises(Forbidden):
        await office.plans.board(an_actor(Role.DRIVER, office.fleet_id), board.id)


async def test_what_is_not_there_is_named_and_nothing_is_done(
    office: Office, container: Container
) -> None:
    other = await an_office(container, vans=1, orders=1)
    nowhere = await office.order(lat=None, lon=None)
    board = await office.plan()
    wanted = (office.orders[0], other.orders[0], nowhere)
    with pytest.raises(InvalidInput) as told:
        await office.plans.edit(office.actor, board.id, 1, edits.Move(wanted, "1", 0))
    assert list(told.value.fields) == ["deliveries[1]", "deliveries[2]"]
    for edit, field in (
        (edits.Move((office.orders[0],), "9", 0), "to"),
        (edits.Turn("9"), "row"),
        (edits.AddRow(other.vehicles[0]), "vehicle_id"),
        (edits.Crew("1", driver_id=other.drivers[0]), "driver_id"),
    ):
        with pytest.raises(InvalidInput) as told:
            await office.plans.edit(office.actor, board.id, 1, edit)
        assert list(told.value.fields) == [field]
    assert (await office.plans.board(office.actor, board.id)).version == 1


async def test_what_cannot_be_planned_says_why_in_the_tray(office: Office) -> None:
    nowhere = await office.order(lat=None, lon=None)
    past = await office.order(due_on=office.day, window_to=at(office.day, -48))

    board = await office.plan()

    why = {item.order.delivery_id: (item.why, item.words) for item in board.tray}
    assert why[nowhere][0] == "unreachable"
    assert "no point on the map" in why[nowhere][1]
    assert why[past][0] == "past"
    assert why[office.orders[0]] == ("", "")
    asked = await office.container.plan_keeper.ask(office.actor, board.id, Mode.EVERYTHING)
    assert {one.id for one in asked.problem.stops} == {str(id_) for id_ in office.orders}


async def test_what_the_optimiser_found_is_one_step(office: Office) -> None:
    board = await office.plan()
    one, two, three, four, five, six = office.orders
    found = {"1": [str(three), str(one)], "2": [str(two), str(five)]}
    left = (LeftOut(str(four), Why.CAPACITY, "Nothing is large enough"),)

    board = await office.found(board, found, left)

    assert (ids(board, "1"), ids(board, "2")) == ([three, one], [two, five])
    why = {item.order.delivery_id: item.words for item in board.tray}
    assert why == {four: "Nothing is large enough", six: ""}
    assert board.undo == "Optimise"
    assert tray(await office.plans.undo(office.actor, board.id)) == set(office.orders)
    aside = await office.found(msgspec.structs.replace(board, version=1), found)
    assert (aside.id, aside.name) != (board.id, board.name)
    assert tray(await office.plans.board(office.actor, board.id)) == set(office.orders)


async def test_a_plan_heals_when_its_deliveries_go_elsewhere(office: Office) -> None:
    one, two, three, four, *_ = office.orders
    board = await office.plan()
    await office.plans.edit(office.actor, board.id, 1, edits.Move((one, two, three, four), "1", 0))
    async with office.container.work() as session:
        why = Reason.CUSTOMER_REQUEST
        await DeliveryLife(session).change(office.actor, one, DeliveryStatus.CANCELLED, reason=why)
        made = RoutePlan(
            date=office.day, vehicle_id=office.vehicles[1], driver_id=office.drivers[1],
            delivery_ids=[two],
        )  # fmt: skip
        await RouteService(session).create(office.actor, made)
    async with office.container.work() as session:
        later = RoutePlan(
            date=office.day.replace(year=office.day.year + 1), delivery_ids=[three], name="Later"
        )
        await RouteService(session).create(office.actor, later)

    board = await office.plans.board(office.actor, board.id)

    words = {one.message for one in row(board, "1").problems if one.code == "changed"}
    number = (await stored(office.container, one)).tracking_number
    assert f"{number} was cancelled" in words
    assert len([one for one in words if "was put on" in one]) == 2
    assert (ids(board, "1"), ids(board, "2")) == ([four], [two])
    assert row(board, "2").route_status == "draft"
    after = await office.plans.edit(office.actor, board.id, None, edits.Turn("1"))
    assert [one for one in row(after, "1").problems if one.code == "changed"] == []


async def test_two_plans_of_a_day_are_compared(office: Office) -> None:
    board = await office.plan()
    board = await office.plans.edit(
        office.actor, board.id, 1, edits.Move(tuple(office.orders[:3]), "1", 0)
    )
    copy = await office.plans.create(office.actor, office.day, "Other", copy_of=board.id)
    assert ids(copy, "1") == office.orders[:3]
    moved = office.orders[0]
    copy = await office.plans.edit(office.actor, copy.id, 1, edits.Move((moved,), "2", 0))

    found = await office.plans.compare(office.actor, board.id, copy.id)

    assert [(one.delivery_id, one.before, one.after) for one in found.moved] == [
        (moved, "Van 1, Driver 1", "Van 2, Driver 2")
    ]
    assert (found.first.totals, found.second.totals) == (board.totals, copy.totals)
    shapes = await office.plans.shapes(office.actor, copy.id)
    assert set(shapes) == {"1", "2"}


async def test_a_comparison_tells_drivers_and_weighs_what_is_left_out(office: Office) -> None:
    board = await office.plan()
    board = await office.plans.edit(
        office.actor, board.id, 1, edits.Move(tuple(office.orders), "1", 0)
    )
    copy = await office.plans.create(office.actor, office.day, "Other", copy_of=board.id)
    copy = await office.plans.edit(office.actor, copy.id, 1, edits.Crew("1", office.drivers[1]))
    gone = office.orders[0]
    copy = await office.plans.edit(office.actor, copy.id, None, edits.Move((gone,)))

    found = await office.plans.compare(office.actor, board.id, copy.id)

    words = {one.delivery_id: (one.before, one.after) for one in found.moved}
    assert words.pop(gone) == ("Van 1, Driver 1", "")
    assert set(words) == set(office.orders[1:])
    assert set(words.values()) == {("Van 1, Driver 1", "Van 1, Driver 2")}
    assert (found.first.totals.left_cost, found.second.totals.left_cost) == (0, 1000)
    assert found.second.totals.cost < found.first.totals.cost


async def test_only_plans_of_the_same_day_are_compared(office: Office) -> None:
    board = await office.plan()
    later = await office.plans.create(office.actor, office.day + timedelta(days=1))
    with pytest.raises(InvalidInput) as told:
        await office.plans.compare(office.actor, board.id, later.id)
    assert list(told.value.fields) == ["other_id"]
