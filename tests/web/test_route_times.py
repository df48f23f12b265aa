"""What the page of a route on its way says of its stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import DeliveryStatus, Route, RouteStatus, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from fleet_app.web.states.records.route_plan import RoutePlanner
from tests.builders.orders import a_delivery, stored
from tests.builders.records import an_actor
from tests.builders.screens import opened
from tests.builders.tours import DAY


def at_hour(hour: int) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC)


async def on_its_way(container: Container, fleet_id: int) -> tuple[int, list[int]]:
    """A route of three stops that has left, planned ten minutes apart; the first stop is made."""
    now = utc_now()
    window = {"window_from": now, "window_to": now + timedelta(hours=2)}
    ids = [await a_delivery(container, fleet_id, due_on=DAY, **window) for _ in range(3)]
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=None)
    async with container.work() as session:
        tour = await RouteService(session).create(actor, RoutePlan(date=DAY, delivery_ids=ids))
        number = tour.route.id or 0
    async with container.work() as session:
        route = await session.get_one(Route, number)
        route.status = RouteStatus.STARTED
        stops = (await session.exec(select(RouteStop).order_by(RouteStop.position))).all()
        for place, stop in enumerate(stops):
            stop.planned_arrival = now + timedelta(minutes=10 * place)
        stops[0].actual_arrival = now + timedelta(minutes=2)
        session.add_all([route, *stops])
    await made(container, ids[0])
    return number, ids


async def made(container: Container, delivery_id: int) -> None:
    one = await stored(container, delivery_id)
    async with container.work() as session:
        one.status = DeliveryStatus.COMPLETED
        session.add(await session.merge(one))


async def test_stops_say_when_they_were_made_are_expected_and_were_planned(container, manager):
    number, (first, second, third) = await on_its_way(container, manager.fleet_id)
    async with container.work() as session:
        rows = {one.delivery_id: one for one in await session.exec(select(RouteStop))}
    root, _ = await opened(container, manager, f"/routes/{number}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    zone = ZoneInfo(plan.zone)

    def clock(at) -> str:
        return f"{at.astimezone(zone):%H:%M}"

    done, ahead = plan.times[str(first)], plan.times[str(second)]
    assert done["said"] == f"Arrived {clock(rows[first].actual_arrival)}"
    assert done["planned"] == f"planned {clock(rows[first].planned_arrival)}"
    assert (ahead["said"], ahead["planned"]) == (
        f"Planned {clock(rows[second].planned_arrival)}", "",
    )  # fmt: skip
    assert "\N{EN DASH}" in ahead["window"]
    last = clock(rows[third].planned_arrival)
    assert plan.summary == f"1 of 3 done, last stop planned at {last}"

    at = rows[third].planned_arrival + timedelta(minutes=20)
    live = LiveRouteState(
        route_id=number, vehicle_id=1, updated_at=at, risk=Risk.AT_RISK, off_route=False, done=1,
        total=3, delay_s=1200, stops=(StopEta(1, third, at, Risk.AT_RISK),),
    )  # fmt: skip
    await container.active_routes.put([live])
    await made(container, second)
    await plan.follow()
    told = plan.times[str(third)]
    assert told["said"] == f"Expected {clock(at)}, at risk"
    assert told["planned"] == f"planned {last}"
    assert plan.summary == f"2 of 3 done, last stop about {clock(at)} (planned {last})"
    assert [stop["status"] for stop in plan.stops] == ["completed", "completed", "assigned"]


async def test_only_stops_ahead_can_be_moved_and_only_among_themselves(container, manager):
    number, (first, second, third) = await on_its_way(container, manager.fleet_id)
    root, _ = await opened(container, manager, f"/routes/{number}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    assert [stop["open"] for stop in plan.stops] == [False, True, True]
    await plan.move(second, -1)
    await plan.move(first, 1)
    await plan.move(third, -2)
    assert [stop["id"] for stop in plan.stops] == [first, second, third]
    await plan.move(third, -1)
    assert [stop["id"] for stop in plan.stops] == [first, third, second]


async def test_both_windows_of_a_stop_are_shown(container, manager):
    number, (first, second, _) = await on_its_way(container, manager.fleet_id)
    one = await stored(container, second)
    async with container.work() as session:
        one.window_from, one.window_to = at_hour(9), at_hour(12)
        one.window2_from, one.window2_to = at_hour(14), at_hour(17)
        session.add(await session.merge(one))
    root, _ = await opened(container, manager, f"/routes/{number}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    zone = ZoneInfo(plan.zone)
    hours = [f"{at_hour(hour).astimezone(zone):%H:%M}" for hour in (9, 12, 14, 17)]
    dash = "\N{EN DASH}"
    assert plan.times[str(second)]["window"] == (
        f"{hours[0]}{dash}{hours[1]} or {hours[2]}{dash}{hours[3]}"
    )
    assert " or " not in plan.times[str(first)]["window"]
