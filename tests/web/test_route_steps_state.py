"""Planning and publishing a route on its page, as its states do it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.delivery.tours import Tour
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from fleet_app.web.pages.records.extras import extra_of
from fleet_app.web.states.records.route_pickups import RoutePickups
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.records.workshop import WorkSteps
from tests.builders.orders import a_delivery, deliveries, stored
from tests.builders.people import Person, a_driver, a_fleet, a_person, a_vehicle
from tests.builders.records import a_new, an_actor
from tests.builders.screens import a_screen, opened
from tests.builders.tours import DAY


async def test_a_route_is_planned_in_the_order_of_ticking(container, manager):
    fleet_id = manager.fleet_id
    vehicle_id = await a_vehicle(container, fleet_id)
    driver_id = await a_driver(container, await a_person(container, Role.DRIVER, fleet_id))
    heavy = await a_delivery(container, fleet_id, due_on=DAY, weight_kg=900)
    light = await a_delivery(container, fleet_id, due_on=DAY, required_skills=["cooled"])
    foreign = await a_delivery(container, await a_fleet(container), due_on=DAY)
    root = await a_screen(container, manager, "/routes/new")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    await plan.set_day(DAY.isoformat())
    await plan.pick([light, foreign])
    await plan.pick([light, heavy])
    assert [one["id"] for one in plan.stops] == [light, heavy]
    assert plan.chosen == [light, heavy]
    await plan.move(heavy, -1)
    await plan.set_crew("vehicle_id", vehicle_id)
    await plan.set_crew("driver_id", driver_id)
    assert plan.warnings == ["Neither vehicle nor driver has: cooled"]
    assert (await stored(container, heavy)).status is DeliveryStatus.CREATED, "only looked at"
    way = await plan.create({"name": "North 1", "starts_at": ""}, False)
    assert "/routes/" in str(way)
    async with container.work() as session:
        (route,) = (await session.exec(select(Route))).all()
        stops = (await session.exec(select(RouteStop).order_by(RouteStop.position))).all()
    assert (route.name, route.date, route.vehicle_id) == ("North 1", DAY, vehicle_id)
    assert [one.delivery_id for one in stops] == [heavy, light]

    await plan.begin()
    await plan.set_day(DAY.isoformat())
    await plan.set_crew("vehicle_id", vehicle_id)
    assert any("on the same day" in one for one in plan.warnings)


async def test_a_route_shows_where_goods_are_fetched_before_each_delivery(container, manager):
    fleet_id = manager.fleet_id
    shop = {"pickup_address": "Tukku 2", "pickup_lat": 60.19, "pickup_lon": 24.97}
    plain = await a_delivery(container, fleet_id, due_on=DAY)
    far = await a_delivery(container, fleet_id, due_on=DAY, **shop)
    root = await a_screen(container, manager, "/routes/new")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    await plan.pick([plain, far])
    assert [one["id"] for one in plan.stops] == [plain, far]
    (pickup,) = plan.fetching[str(far)]
    assert (pickup["address"], pickup["label"], pickup["id"]) == ("Tukku 2", "To fetch", far)
    assert list(plan.fetching) == [str(far)]
    await plan.create({"name": "North 3"}, False)
    async with container.work() as session:
        (route,) = (await session.exec(select(Route))).all()
    root, _ = await opened(container, manager, f"/routes/{route.id}")
    shown = await root.get_state(RoutePlanner)
    await shown.open()
    assert list(shown.fetching) == [str(far)]
    assert [one["id"] for one in shown.stops] == [plain, far], "each delivery once"

    pickups, toasts = await root.get_state(RoutePickups), await root.get_state(Toasts)
    for fetched, label, status in ((True, "Fetched", "completed"), (False, "To fetch", "assigned")):
        await pickups.fetch(far, fetched)
        (pickup,) = shown.fetching[str(far)]
        assert (pickup["label"], pickup["status"], pickup["open"]) == (label, status, True)
    assert toasts.items[-1]["text"].endswith("still have to be fetched.")
    await pickups.fetch(plain, True)
    assert "nothing to pick up" in shown.problem
    await pickups.fetch(await a_delivery(container, await a_fleet(container), **shop), True)
    assert "does not exist" in shown.problem

    at = utc_now() + timedelta(minutes=20)
    stops = tuple(StopEta(1, far, at, Risk.ON_TIME, is_pickup=one) for one in (True, False))
    live = LiveRouteState(
        route_id=route.id, vehicle_id=1, updated_at=at, stops=stops, risk=Risk.ON_TIME,
        off_route=False, done=0, total=2, delay_s=0,
    )  # fmt: skip
    await container.active_routes.put([live])
    await shown.follow()
    said = {key: one["said"].split()[0] for key, one in shown.times.items() if one["said"]}
    assert said == {str(far): "Expected", f"p{far}": "Expected"}


async def test_a_routes_stops_are_rearranged_and_it_is_published(container, manager):
    fleet_id = manager.fleet_id
    first, second, third = [await a_delivery(container, fleet_id, due_on=DAY) for _ in range(3)]
    root = await a_screen(container, manager, "/routes/new")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    await plan.pick([first, second])
    way = str(await plan.create({"name": "North 2"}, False))
    async with container.work() as session:
        (route,) = (await session.exec(select(Route))).all()
    assert f"/routes/{route.id}" in way

    root, form = await opened(container, manager, f"/routes/{route.id}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    assert ([one["id"] for one in plan.stops], plan.chosen) == ([first, second], [])
    await plan.add(third)
    await plan.drop(first)
    assert plan.dirty
    await plan.save({}, False)
    assert ([one["id"] for one in plan.stops], plan.dirty) == ([second, third], False)
    assert (await stored(container, first)).status is DeliveryStatus.CREATED
    assert (await stored(container, third)).status is DeliveryStatus.ASSIGNED
    await plan.act("publish")
    assert "needs a vehicle and a driver" in plan.refused
    assert form.status == "draft"


async def test_a_route_on_its_way_shows_when_it_is_where(container, manager):
    delivery = await a_delivery(container, manager.fleet_id, due_on=DAY)
    actor = an_actor(Role.DISPATCHER, manager.fleet_id, user_id=None)
    async with container.work() as session:
        plan_of_it = RoutePlan(date=DAY, delivery_ids=[delivery])
        tour = await RouteService(session).create(actor, plan_of_it)
    number = tour.route.id or 0
    root, _ = await opened(container, manager, f"/routes/{number}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    assert plan.times[str(delivery)]["said"] == ""
    assert plan.summary == "", "it has not left"
    at = datetime(2041, 11, 25, 11, 5, tzinfo=ZoneInfo("UTC"))
    state = LiveRouteState(
        route_id=number, vehicle_id=1, updated_at=at, risk=Risk.LATE, off_route=False, done=0,
        total=1, delay_s=0, stops=(StopEta(1, delivery, at, Risk.LATE),),
    )  # fmt: skip
    await container.active_routes.put([state])
    await plan.follow()
    (told,) = plan.times.values()
    assert told["said"] == f"Expected {at.astimezone(ZoneInfo(plan.zone)):%H:%M}, late"
    assert told["risk"] == "late"


async def test_a_refusal_stands_at_the_buttons_until_the_step_is_taken(container, manager):
    fleet_id = manager.fleet_id
    vehicle_id = await a_vehicle(container, fleet_id)
    driver_id = await a_driver(container, await a_person(container, Role.DRIVER, fleet_id))
    route = (await a_planned(container, manager, [await a_delivery(container, fleet_id)])).route
    plan, form = await planner_of(container, manager, route.id or 0)
    assert "route_planner.refused" in str(extra_of(KINDS["routes"]).below.render())
    await plan.act("start")
    assert plan.refused
    await plan.act("publish")
    assert "needs a vehicle and a driver" in plan.refused
    crew = {"vehicle_id": str(vehicle_id), "driver_id": str(driver_id)}
    await form.save({**form.values, **crew}, False)
    await plan.act("publish")
    assert (plan.refused, form.status) == ("", "published")


async def a_published(container: Container, manager: Person, day: date = DAY) -> Route:
    fleet_id = manager.fleet_id
    plan = RoutePlan(
        date=day, name="North 1", fleet_id=fleet_id,
        delivery_ids=[await a_delivery(container, fleet_id)],
        vehicle_id=await a_vehicle(container, fleet_id),
        driver_id=await a_driver(container, await a_person(container, Role.DRIVER, fleet_id)),
    )  # fmt: skip
    async with container.work() as session:
        routes, actor = RouteService(session), an_actor(Role.FLEET_MANAGER, fleet_id)
        tour = await routes.create(actor, plan)
        return (await routes.publish(actor, tour.route.id or 0)).route


async def test_a_published_route_goes_back_to_a_draft_by_its_button_and_by_undo(container, manager):
    route = await a_published(container, manager)
    root, form = await opened(container, manager, f"/routes/{route.id}")
    plan, toasts = await root.get_state(RoutePlanner), await root.get_state(Toasts)
    await plan.open()
    await plan.act("recall")
    assert (form.status, plan.next_act, plan.refused) == ("draft", "publish", "")
    await plan.act("publish")
    assert toasts.items[-1]["undo"]
    await toasts.undo_last()
    await form.refresh()
    await plan.undone()
    assert (form.status, plan.next_act) == ("draft", "publish")


async def test_a_delivery_names_its_route_and_what_drives_it(container, manager):
    route = await a_published(container, manager)
    (number,) = await stops_of(container, route.id or 0)
    _, form = await opened(container, manager, f"/deliveries/{number}")
    (fact,) = [one for one in form.facts if one["label"] == "Route"]
    assert fact["text"].startswith("North 1 · Van ")
    assert fact["text"].endswith(" · 25 Nov 2041")
    assert fact["href"] == f"/routes/{route.id}"


async def test_a_new_route_begins_with_the_delivery_of_the_address(container, manager):
    number = await a_delivery(container, manager.fleet_id, due_on=DAY)
    root = await a_screen(container, manager, f"/routes/new?delivery={number}&date={DAY}")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    assert ([one["id"] for one in plan.stops], plan.day) == ([number], DAY.isoformat())


async def test_starting_on_another_day_than_the_routes_is_asked_about(container, manager):
    today = datetime.now(ZoneInfo("UTC")).date()
    later = await a_published(container, manager, today + timedelta(days=40))
    plan, form = await planner_of(container, manager, later.id or 0)
    await plan.act("start")
    assert f"{later.date.year}, which is not today" in plan.asking
    await plan.answer(False)
    assert (plan.asking, form.status) == ("", "published")
    await plan.act("start")
    await plan.answer(True)
    assert (plan.asking, form.status) == ("", "started")
    await plan.act("recall")
    assert plan.refused
    assert form.status == "started"


async def test_work_that_takes_a_vehicle_from_a_route_asks_first_and_the_route_says_so(
    container, manager
):
    today = datetime.now(ZoneInfo("UTC")).date()
    route = await a_published(container, manager, today + timedelta(days=2))
    number = await a_new(
        container, manager, "work_orders", title="Brakes", vehicle_id=route.vehicle_id
    )
    root, form = await opened(container, manager, f"/work_orders/{number}")
    steps = await root.get_state(WorkSteps)
    await steps.open()
    await steps.choose("start")
    assert [one.split(" on ")[0] for one in steps.losing] == ["North 1"]
    assert form.status == "open"
    await steps.leave()
    assert steps.losing == []
    await steps.choose("start")
    await steps.start_anyway()
    assert (form.status, steps.losing) == ("in_progress", [])
    plan, _ = await planner_of(container, manager, route.id or 0)
    assert "is in the workshop" in plan.unusable


async def a_planned(container: Container, manager: Person, ids: list[int]) -> Tour:
    plan = RoutePlan(date=DAY, delivery_ids=ids, fleet_id=manager.fleet_id)
    async with container.work() as session:
        return await RouteService(session).create(
            an_actor(Role.FLEET_MANAGER, manager.fleet_id), plan
        )


async def planner_of(container: Container, person: Person, route: int):
    root, form = await opened(container, person, f"/routes/{route}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    return plan, form


async def stops_of(container: Container, route: int) -> list[int | None]:
    query = select(RouteStop).where(RouteStop.route_id == route).order_by(RouteStop.position)
    async with container.work() as session:
        return [one.delivery_id for one in (await session.exec(query)).all()]


async def test_two_people_who_plan_one_route_do_not_undo_each_other(container, manager):
    first, second, third = await deliveries(container, manager.fleet_id, 3, due_on=DAY)
    route = (await a_planned(container, manager, [first, second])).route.id
    mine, _ = await planner_of(container, manager, route)
    theirs, _ = await planner_of(
        container, await a_person(container, Role.DISPATCHER, manager.fleet_id), route
    )
    await theirs.add(third)
    await theirs.save({}, False)
    await mine.move(second, -1)
    assert "Somebody else changed" in mine.problem
    await mine.save({}, False)
    assert "Somebody else changed" in mine.problem
    assert [one["id"] for one in mine.stops] == [second, first], "nothing typed is lost"
    assert mine.dirty
    await mine.act("publish")
    assert "Somebody else changed" in mine.problem
    assert await stops_of(container, route) == [first, second, third]
    await mine.open()
    await mine.move(second, -1)
    await mine.save({}, False)
    assert (mine.problem, await stops_of(container, route)) == ("", [second, first, third])


async def test_the_form_beside_the_stops_is_not_somebody_else(container, manager):
    first, second = await deliveries(container, manager.fleet_id, 2, due_on=DAY)
    route = (await a_planned(container, manager, [first, second])).route.id
    plan, form = await planner_of(container, manager, route)
    await plan.move(second, -1)
    await form.save({**form.values, "name": "South"}, False)
    await plan.save({}, False)
    assert (plan.problem, await stops_of(container, route)) == ("", [second, first])


async def test_numbers_that_no_record_can_have_do_nothing(container, manager):
    number = await a_delivery(container, manager.fleet_id, due_on=DAY)
    root = await a_screen(container, manager, "/routes/new")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    await plan.pick([2**63, number, -1, 2**70])
    assert ([one["id"] for one in plan.stops], plan.problem) == ([number], "")
    await plan.set_crew("vehicle_id", 2**70)
    assert (plan.crew, plan.problem) == ({}, "")


async def test_planning_has_the_patience_that_long_routes_need(container, manager, monkeypatch):
    given = []
    work = container.work

    def watched(*seconds):
        given.append(seconds)
        return work(*seconds)

    ids = await deliveries(container, manager.fleet_id, 2, due_on=DAY)
    route = (await a_planned(container, manager, ids)).route.id
    plan, _ = await planner_of(container, manager, route)
    monkeypatch.setattr(container, "work", watched)
    await plan.move(ids[1], -1)
    assert (container.patience,) in given
    given.clear()
    await plan.save({}, False)
    assert (container.patience,) in given
