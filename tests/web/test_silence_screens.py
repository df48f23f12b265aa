"""What pages say of a route of which nothing has been heard for too long."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Route, RouteStatus, RouteStop
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from fleet_app.web.states.records.arrival import DeliveryArrival
from fleet_app.web.states.records.delivery_life import DeliverySteps
from fleet_app.web.states.records.route_plan import RoutePlanner
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor
from tests.builders.screens import opened
from tests.builders.tours import DAY

NOW = utc_now().replace(microsecond=0)
SEEN = NOW - timedelta(hours=1)


async def on_its_way(container: Container, fleet_id: int) -> tuple[int, list[int]]:
    """A route that has left, planned for an hour from now; its second stop will be late."""
    ids = [await a_delivery(container, fleet_id, due_on=DAY) for _ in range(2)]
    actor = an_actor(Role.DISPATCHER, fleet_id, user_id=None)
    async with container.work() as session:
        tour = await RouteService(session).create(actor, RoutePlan(date=DAY, delivery_ids=ids))
        number = tour.route.id or 0
    async with container.work() as session:
        (await session.get_one(Route, number)).status = RouteStatus.STARTED
        for stop in await session.exec(select(RouteStop)):
            stop.planned_arrival = NOW + timedelta(hours=1)
    stops = tuple(
        StopEta(place, id_, NOW + timedelta(minutes=5), risk)
        for place, id_, risk in zip((1, 2), ids, (Risk.ON_TIME, Risk.LATE), strict=True)
    )
    state = LiveRouteState(
        route_id=number, vehicle_id=1, updated_at=NOW, stops=stops, risk=Risk.LATE,
        off_route=False, done=0, total=2, delay_s=0, seen_at=SEEN, stale=True,
    )  # fmt: skip
    await container.active_routes.put([state])
    return number, ids


async def test_a_routes_page_says_when_it_was_heard_and_the_plan(container, manager):
    number, ids = await on_its_way(container, manager.fleet_id)
    root, _ = await opened(container, manager, f"/routes/{number}")
    plan = await root.get_state(RoutePlanner)
    await plan.open()
    zone = ZoneInfo(plan.zone)
    planned, heard = (f"{at.astimezone(zone):%H:%M}" for at in (NOW + timedelta(hours=1), SEEN))
    told = [(plan.times[str(id_)]["said"], plan.times[str(id_)]["risk"]) for id_ in ids]
    assert told == [(f"Planned {planned}", ""), (f"Planned {planned}", "late")]
    assert plan.summary == f"0 of 2 done, last stop planned at {planned}, last heard at {heard}"


async def test_a_deliverys_page_says_when_its_vehicle_was_heard(container, manager):
    _, ids = await on_its_way(container, manager.fleet_id)
    for id_, risk, more in zip(ids, ("", "late"), ("", ", late"), strict=True):
        root, form = await opened(container, manager, f"/deliveries/{id_}")
        await (await root.get_state(DeliverySteps)).open()
        shown = await root.get_state(DeliveryArrival)
        heard = f"{SEEN.astimezone(ZoneInfo(form.zone)):%H:%M}"
        assert (shown.words, shown.risk) == (f"Last heard at {heard}{more}", risk)
