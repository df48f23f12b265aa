"""The maintenance screen's state, on a real database."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.maintenance.costs import CostReport, MonthlyCost
from fleet_app.fleet.maintenance.due import Criterion, DueState, DueStatus
from fleet_app.fleet.maintenance.models import MaintenanceRecord, WorkOrder, WorkOrderStatus
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.web.states.maintenance import wording
from fleet_app.web.states.maintenance.due import Maintenance
from fleet_app.web.states.maintenance.work import Workshop
from fleet_app.web.states.records.toasts import Toasts
from tests.builders.maintenance import a_schedule, again, an_order
from tests.builders.people import a_fleet, a_vehicle
from tests.builders.screens import a_screen_of


@pytest.fixture
async def vehicle(container: Container) -> Vehicle:
    fleet_id = await a_fleet(container)
    async with container.work() as session:
        found = await session.get_one(Vehicle, await a_vehicle(container, fleet_id))
        found.odometer_m = 31_000_000
    return found


async def opened(container: Container, vehicle: Vehicle, role: Role = Role.FLEET_MANAGER):
    root = await a_screen_of(container, role, vehicle.fleet_id)
    screen = await root.get_state(Maintenance)
    await screen.open()
    return screen, await root.get_state(Workshop), await root.get_state(Toasts)


async def order_of(container: Container, order_id: int) -> WorkOrder:
    async with container.work() as session:
        return await session.get_one(WorkOrder, order_id)


async def test_what_is_due_says_why_and_what_is_not_due_is_left_out(container, vehicle):
    await a_schedule(container, vehicle, name="Oil")
    await a_schedule(container, vehicle, name="Belts", last_km=30_900.0)
    screen, _, _ = await opened(container, vehicle)
    (line,) = screen.lines
    assert (line["name"], line["why"], line["state"]) == ("Oil", "1,000 km over", "overdue")
    assert line["last"] == "10,000 km"
    assert screen.counts["overdue"] == 1
    assert screen.counts["ok"] == 1


async def test_another_fleet_sees_nothing_of_it(container, vehicle):
    schedule = await a_schedule(container, vehicle)
    root = await a_screen_of(container, Role.FLEET_MANAGER)
    screen, dialog = await root.get_state(Maintenance), await root.get_state(Workshop)
    await screen.open()
    assert screen.lines == []
    await dialog.ask_order(schedule.id)
    assert not dialog.ordering
    order = await an_order(container, vehicle)
    await dialog.ask_finish(order.id)
    assert not dialog.finishing
    await dialog.start(order.id)
    assert (await again(container, order)).status is WorkOrderStatus.OPEN


async def test_from_a_line_to_a_finished_job(container, vehicle):
    await a_schedule(container, vehicle, name="Oil")
    screen, dialog, toasts = await opened(container, vehicle)
    await dialog.ask_order(screen.lines[0]["schedule_id"])
    form = {"title": "Oil and filters", "due_on": "", "supplier": "", "blocks_vehicle": "on"}
    await dialog.create_order(form)
    assert not dialog.ordering
    order_id = screen.lines[0]["order_id"]
    assert screen.lines[0]["order_status"] == "open"

    await dialog.start(order_id)
    assert (await again(container, vehicle)).status is VehicleStatus.WORKSHOP
    assert screen.counts["workshop"] == 1
    assert screen.jobs[0]["title"] == "Oil and filters"

    await dialog.ask_finish(order_id)
    await dialog.finish({"cost": "412.50", "odometer_km": "31010", "done_on": "", "note": "Fine"})
    assert not dialog.finishing
    assert screen.lines == []
    done = await order_of(container, order_id)
    assert (done.status, done.cost, done.note) == (WorkOrderStatus.DONE, 412.5, "Fine")
    assert (await again(container, vehicle)).status is VehicleStatus.ACTIVE
    assert "is done for" in toasts.items[-1]["text"]

    await dialog.show_costs(vehicle.id, vehicle.name)
    assert dialog.cost_total == "412.50 EUR"
    assert dialog.cost_bars[-1]["share"] == 100


async def test_a_start_is_taken_back_and_the_vehicle_returns(container, vehicle):
    order = await an_order(container, vehicle)
    _, dialog, toasts = await opened(container, vehicle)
    await dialog.start(order.id)
    assert toasts.items[-1]["undo"]
    await toasts.undo_last()
    assert toasts.items[-1]["text"] == "Taken back."
    now = await again(container, order)
    assert (now.status, now.started_at, now.finished_at) == (WorkOrderStatus.OPEN, None, None)
    assert (await again(container, vehicle)).status is VehicleStatus.ACTIVE


async def test_finished_work_is_taken_back_with_all_that_it_wrote(container, vehicle):
    plan = await a_schedule(container, vehicle, last_on=dt.date(2026, 3, 1))
    order = await an_order(container, vehicle, schedule_id=plan.id, cost=100.0, supplier="Ours")
    _, dialog, toasts = await opened(container, vehicle)
    await dialog.start(order.id)
    busy = await again(container, order)
    await dialog.ask_finish(order.id)
    form = {"cost": "412.50", "odometer_km": "32000", "supplier": "Theirs", "note": "Fine"}
    await dialog.finish(form)
    assert (await again(container, plan)).last_km == 32_000
    await toasts.undo_last()
    assert toasts.items[-1]["text"] == "Taken back. The odometer reading stays."
    now, schedule = await again(container, order), await again(container, plan)
    assert (now.status, now.started_at) == (WorkOrderStatus.IN_PROGRESS, busy.started_at)
    assert (now.cost, now.supplier, now.note, now.finished_at) == (100, "Ours", "", None)
    assert (schedule.last_km, schedule.last_on) == (10_000, dt.date(2026, 3, 1))
    assert (await again(container, vehicle)).status is VehicleStatus.WORKSHOP
    async with container.work() as session:
        (record,) = (await session.exec(select(MaintenanceRecord))).all()
    assert record.deleted_at is not None


async def test_a_step_is_not_taken_back_when_the_order_went_on_since(container, vehicle):
    order = await an_order(container, vehicle)
    _, dialog, toasts = await opened(container, vehicle)
    await dialog.start(order.id)
    offer = toasts.items[-1]["id"]
    await dialog.ask_finish(order.id)
    await dialog.finish({})
    await toasts.undo(offer)
    assert any(one["tone"] == "problem" for one in toasts.items)
    assert (await again(container, order)).status is WorkOrderStatus.DONE


async def test_an_ordered_job_is_taken_back(container, vehicle):
    await a_schedule(container, vehicle, name="Oil")
    screen, dialog, toasts = await opened(container, vehicle)
    await dialog.ask_order(screen.lines[0]["schedule_id"])
    await dialog.create_order({"title": "Oil and filters"})
    await toasts.undo_last()
    async with container.work() as session:
        (order,) = (await session.exec(select(WorkOrder))).all()
    assert order.deleted_at is not None


async def test_a_reading_that_goes_back_has_to_be_confirmed(container, vehicle):
    order = await an_order(container, vehicle)
    _, dialog, _ = await opened(container, vehicle)
    await dialog.start(order.id)
    await dialog.ask_finish(order.id)
    assert not dialog.backwards
    await dialog.finish({"odometer_km": "5"})
    assert dialog.errors == {"odometer_km": "is less than the last reading, 31,000.0\u00a0km"}
    assert (dialog.finishing, dialog.backwards) == (True, True)
    await dialog.finish({"odometer_km": "5", "correction": "true"})
    assert not dialog.finishing
    assert (await again(container, vehicle)).odometer_m == 5_000


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"cost": "-1"}, "cost"),
        ({"cost": "much"}, "cost"),
        ({"done_on": "2999-01-01"}, "done_on"),
        ({"note": "x" * 2001}, "note"),
    ],
)
async def test_a_wrong_entry_is_told_at_its_field_and_nothing_is_finished(
    container, vehicle, form, field
):
    order = await an_order(container, vehicle)
    _, dialog, _ = await opened(container, vehicle)
    await dialog.start(order.id)
    await dialog.ask_finish(order.id)
    await dialog.finish(form)
    assert dialog.finishing
    assert field in dialog.errors
    assert dialog.problem
    assert (await order_of(container, order.id)).status is WorkOrderStatus.IN_PROGRESS


async def test_a_second_start_is_refused_in_plain_words(container, vehicle):
    order = await an_order(container, vehicle)
    _, dialog, toasts = await opened(container, vehicle)
    await dialog.start(order.id)
    await dialog.start(order.id)
    assert toasts.items[-1]["tone"] == "problem"


async def test_a_dispatcher_sees_the_list_and_is_offered_no_work(container, vehicle):
    await a_schedule(container, vehicle)
    screen, _, _ = await opened(container, vehicle, Role.DISPATCHER)
    assert len(screen.lines) == 1
    assert screen.may == ["costs"]


async def test_a_tile_narrows_the_list_and_again_shows_everything(container, vehicle):
    await a_schedule(container, vehicle, name="Oil")
    await a_schedule(container, vehicle, name="Unknown", last_km=None)
    screen, _, _ = await opened(container, vehicle)
    await screen.choose("unknown")
    assert [line["name"] for line in screen.lines] == ["Unknown"]
    await screen.choose("unknown")
    assert [line["name"] for line in screen.lines] == ["Oil"]
    await screen.choose("nonsense")
    assert screen.chosen == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [(6, "in 6 days"), (1, "in 1 day"), (0, "today"), (-1, "1 day over"), (-40, "40 days over")],
)
def test_days_in_words(days, words):
    state = DueState(DueStatus.DUE_SOON, Criterion.DAYS, 2_100.4, None, days, 0.1)
    assert wording.why(state) == words
    assert wording.besides(state) == "or in 2,100 km"


def test_every_month_has_a_bar_and_the_dearest_is_the_longest():
    this = dt.date.today().replace(day=1)
    since = (this - dt.timedelta(days=40)).replace(day=1)
    rows = [MonthlyCost(this, "tyres", 1, 50.0), MonthlyCost(since, "service", 1, 200.0)]
    bars = wording.bars(CostReport(1, "EUR", since, 250.0, rows))
    assert len(bars) == 3
    assert (bars[0]["share"], bars[1]["share"], bars[2]["share"]) == (100, 0, 25)
    assert bars[1]["cost"] == "–"
