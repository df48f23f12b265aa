"""Steps in the life of the record on the screen: deliveries, work orders, counters."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.web.states.records.delivery_life import DeliverySteps
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.records.workshop import Counters, WorkSteps
from tests.builders.orders import a_delivery, stored
from tests.builders.people import a_person, a_vehicle
from tests.builders.records import a_new, an_actor
from tests.builders.screens import opened
from tests.builders.tours import DAY


async def test_a_delivery_goes_the_legal_ways_only_and_tells_why(container, manager):
    number = await a_delivery(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/deliveries/{number}")
    steps = await root.get_state(DeliverySteps)
    await steps.open()
    assert [one["to"] for one in steps.steps] == ["cancelled"]
    await steps.choose("completed")
    assert "it can become assigned, cancelled" in steps.problem
    await steps.choose("cancelled")
    assert (steps.asking, form.status) == ("cancelled", "created")
    await steps.explain({"reason": "", "note": ""})
    assert steps.problem == "Choose a reason."
    await steps.explain({"reason": "other", "note": ""})
    assert "must say what the other reason is" in steps.problem
    await steps.explain({"reason": "customer_request", "note": "rang"})
    assert (form.status, steps.asking, steps.problem) == ("cancelled", "", "")
    assert (await stored(container, number)).status is DeliveryStatus.CANCELLED
    assert "The customer asked for it" in steps.happenings[0]["why"]
    assert (steps.steps, steps.back_to) == ([], "created")


async def test_an_old_screen_says_what_the_delivery_is_now_and_does_nothing(container, manager):
    number = await a_delivery(container, manager.fleet_id, status=DeliveryStatus.OUT_FOR_DELIVERY)
    other = await a_person(container, Role.DISPATCHER, manager.fleet_id)
    old, form = await opened(container, manager, f"/deliveries/{number}")
    new, _ = await opened(container, other, f"/deliveries/{number}")
    mine, theirs = await old.get_state(DeliverySteps), await new.get_state(DeliverySteps)
    for steps in (mine, theirs):
        await steps.open()
    await theirs.choose("completed")
    assert (await stored(container, number)).status is DeliveryStatus.COMPLETED

    await mine.choose("arrived")
    assert "completed now" in mine.problem
    assert f"as {theirs.happenings[0]['who']} said" in mine.problem
    assert (form.status, mine.shown, mine.steps) == ("completed", "completed", [])
    assert mine.back_label == "Take back: it was not completed"
    assert (await stored(container, number)).status is DeliveryStatus.COMPLETED

    await mine.ask_back()
    assert mine.taking_back
    await mine.take_back({"note": "The wrong parcel"})
    assert (form.status, mine.taking_back, mine.back_to) == ("out_for_delivery", False, "")
    assert mine.happenings[0]["why"] == "The wrong parcel"
    assert (await stored(container, number)).status is DeliveryStatus.OUT_FOR_DELIVERY


async def test_a_page_follows_what_others_do_without_losing_what_is_typed(container, manager):
    number = await a_delivery(container, manager.fleet_id, status=DeliveryStatus.OUT_FOR_DELIVERY)
    old, form = await opened(container, manager, f"/deliveries/{number}")
    new, writing = await opened(container, manager, f"/deliveries/{number}")
    mine, theirs = await old.get_state(DeliverySteps), await new.get_state(DeliverySteps)
    for steps in (mine, theirs):
        await steps.open()
    await mine.choose("failed")
    assert mine.asking
    await theirs.choose("arrived")
    await mine.look_again()
    assert (form.status, mine.shown, mine.asking, form.newer) == ("arrived", "arrived", "", False)
    assert [one["to"] for one in mine.steps] == ["completed", "failed"]
    await writing.save({**writing.values, "instructions": "Ring"}, False)
    await theirs.choose("completed")
    await mine.look_again()
    assert (form.status, mine.shown, form.newer) == ("completed", "completed", True)
    assert form.values["instructions"] == "", "fields wait until they are asked for"


async def test_ones_own_saved_fields_do_not_stand_in_the_way_of_a_step(container, manager):
    number = await a_delivery(container, manager.fleet_id, status=DeliveryStatus.OUT_FOR_DELIVERY)
    root, form = await opened(container, manager, f"/deliveries/{number}")
    steps = await root.get_state(DeliverySteps)
    await steps.open()
    await form.save({**form.values, "instructions": "Ring"}, False)
    await steps.choose("arrived")
    assert (form.status, steps.problem) == ("arrived", "")


@pytest.mark.parametrize("was_on_route", [False, True])
async def test_a_step_offers_undo_only_where_its_way_back_is_legal(
    container, manager, was_on_route
):
    status = DeliveryStatus.ASSIGNED if was_on_route else DeliveryStatus.CREATED
    number = await a_delivery(container, manager.fleet_id, status=status)
    root, form = await opened(container, manager, f"/deliveries/{number}")
    steps, toasts = await root.get_state(DeliverySteps), await root.get_state(Toasts)
    await steps.choose("cancelled")
    await steps.explain({"reason": "customer_request"})
    assert form.status == "cancelled"
    assert toasts.items[-1]["undo"] is not was_on_route, "a place on a route does not come back"
    await toasts.undo_last()
    assert (await stored(container, number)).status is (
        DeliveryStatus.CANCELLED if was_on_route else DeliveryStatus.CREATED
    )


async def test_a_step_is_not_taken_back_from_another_status(container, manager):
    number = await a_delivery(container, manager.fleet_id, status=DeliveryStatus.ASSIGNED)
    root, _ = await opened(container, manager, f"/deliveries/{number}")
    steps, toasts = await root.get_state(DeliverySteps), await root.get_state(Toasts)
    await steps.choose("out_for_delivery")
    offer = toasts.items[-1]["id"]
    await steps.choose("completed")
    await toasts.undo(offer)
    assert any(one["tone"] == "problem" for one in toasts.items)
    assert (await stored(container, number)).status is DeliveryStatus.COMPLETED


async def test_messages_name_what_was_saved(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/vehicles/{vehicle_id}")
    toasts = await root.get_state(Toasts)
    await form.save({**form.values, "name": "Van 77"}, False)
    assert toasts.items[-1]["text"] == "Vehicle Van 77 saved."


async def test_a_work_order_takes_the_vehicle_away_and_brings_it_back(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    number = await a_new(container, manager, "work_orders", title="Brakes", vehicle_id=vehicle_id)
    root, form = await opened(container, manager, f"/work_orders/{number}")
    steps = await root.get_state(WorkSteps)
    await steps.open()
    assert [one["act"] for one in steps.steps] == ["start", "cancel"]
    await steps.choose("finish")
    await steps.finish({})
    assert "can be in progress" in steps.problem
    await steps.choose("start")
    assert form.status == "in_progress"
    assert (await a_stored(container, vehicle_id)).status is VehicleStatus.WORKSHOP
    await steps.choose("finish")
    assert steps.finishing
    await steps.finish({"cost": "a lot"})
    assert "is not a number" in steps.problem
    await steps.finish({"cost": "310,50", "done_on": "", "supplier": "City Garage"})
    assert (form.status, form.values["cost"], steps.finishing) == ("done", "310.5", False)
    assert (await a_stored(container, vehicle_id)).status is VehicleStatus.ACTIVE


async def test_an_odometer_goes_back_only_when_that_is_confirmed(container, manager):
    vehicle_id = await a_vehicle(container, manager.fleet_id)
    root, _ = await opened(container, manager, f"/vehicles/{vehicle_id}")
    counters = await root.get_state(Counters)
    await counters.toggle()
    await counters.save({"odometer_km": "", "engine_hours": ""})
    assert "Write what" in counters.problem
    await counters.save({"odometer_km": "84 210", "engine_hours": ""})
    assert not counters.open_form
    await counters.toggle()
    await counters.save({"odometer_km": "8421"})
    assert (counters.open_form, counters.backwards) == (True, True)
    await counters.save({"odometer_km": "8421", "correction": "true"})
    assert (await a_stored(container, vehicle_id)).odometer_m == 8_421_000


async def test_a_note_is_kept_without_what_no_text_can_hold(container, manager):
    number = await a_delivery(container, manager.fleet_id)
    root, form = await opened(container, manager, f"/deliveries/{number}")
    steps = await root.get_state(DeliverySteps)
    await steps.open()
    await steps.choose("cancelled")
    await steps.explain({"reason": "other", "note": "r\0an\ud800g"})
    assert (form.status, steps.problem) == ("cancelled", "")
    assert "ran?g" in steps.happenings[0]["why"]


async def a_stored(container: Container, vehicle_id: int) -> Vehicle:
    async with container.work() as session:
        return await session.get_one(Vehicle, vehicle_id)


async def test_the_office_says_that_goods_were_fetched_and_that_they_were_not(container, manager):
    shop = {"pickup_address": "Tukku 2", "pickup_lat": 60.19, "pickup_lon": 24.97}
    number = await a_delivery(container, manager.fleet_id, **shop)
    root, form = await opened(container, manager, f"/deliveries/{number}")
    steps, toasts = await root.get_state(DeliverySteps), await root.get_state(Toasts)
    await steps.open()
    assert steps.goods == "", "it is on no route"
    plan = RoutePlan(date=DAY, delivery_ids=[number], fleet_id=manager.fleet_id)
    async with container.work() as session:
        await RouteService(session).create(an_actor(Role.FLEET_MANAGER, manager.fleet_id), plan)
    await steps.look_again()
    assert steps.goods == "waiting"
    old = await (await opened(container, manager, f"/deliveries/{number}"))[0].get_state(
        DeliverySteps
    )
    await old.open()

    await steps.fetch(True)
    assert (steps.goods, steps.shown, steps.problem) == ("fetched", "assigned", "")
    assert steps.happenings[0]["label"] == "Picked up"
    assert toasts.items[-1]["text"] == f"The goods of {form.title} were fetched."
    assert (await stored(container, number)).picked_up_at is not None

    await old.fetch(False)
    assert "Somebody has just changed this delivery" in old.problem
    assert old.goods == "fetched"
    await steps.fetch(False)
    assert (steps.goods, steps.problem) == ("waiting", "")
    assert (await stored(container, number)).picked_up_at is None
    await steps.choose("out_for_delivery")
    await steps.choose("arrived")
    assert steps.goods == "", "whoever is at the door has them"
    await steps.fetch(True)
    assert "nothing to pick up" in steps.problem
