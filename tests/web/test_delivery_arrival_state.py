"""When the delivery on the screen is expected, on real stores."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fleet_app.access.roles import Role
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from fleet_app.web.states.records.arrival import DeliveryArrival
from fleet_app.web.states.records.delivery_life import DeliverySteps
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor
from tests.builders.screens import opened

AT = datetime(2041, 11, 25, 11, 5, tzinfo=ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("risk", "there", "said"),
    [
        (Risk.ON_TIME, False, "Expected {at}, on time"),
        (Risk.LATE, False, "Expected {at}, late"),
        (Risk.AT_RISK, True, "The vehicle is there"),
    ],
)
async def test_a_delivery_says_when_it_is_expected_while_its_route_is_on_its_way(
    container, manager, risk, there, said
):
    first, second = [await a_delivery(container, manager.fleet_id) for _ in range(2)]
    actor = an_actor(Role.DISPATCHER, manager.fleet_id, user_id=None)
    async with container.work() as session:
        plan = RoutePlan(date=utc_now().date(), delivery_ids=[first, second])
        route = (await RouteService(session).create(actor, plan)).route.id or 0
    root, form = await opened(container, manager, f"/deliveries/{second}")
    await (await root.get_state(DeliverySteps)).open()
    shown = await root.get_state(DeliveryArrival)
    assert (shown.route, shown.words) == (route, "")
    stops = (StopEta(1, first, AT, Risk.ON_TIME), StopEta(2, second, AT, risk, there=there))
    state = LiveRouteState(
        route_id=route, vehicle_id=1, updated_at=AT, risk=risk, off_route=False, done=0, total=2,
        delay_s=0, stops=stops,
    )  # fmt: skip
    await container.active_routes.put([state])
    await shown.follow()
    at = f"{AT.astimezone(ZoneInfo(form.zone)):%H:%M}"
    assert (shown.words, shown.risk) == (said.format(at=at), risk.value)
    await container.active_routes.forget([route])
    await (await root.get_state(DeliverySteps)).look_again()
    assert (shown.words, shown.risk) == ("", "")
