"""What a plan says of its routes while they are driven, and of those of which nothing is heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.bootstrap import Container
from fleet_app.delivery.routes import RouteService
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from tests.builders.plans import Office, an_office, row, stop

NOW = utc_now().replace(microsecond=0)
SEEN = NOW - timedelta(hours=1)


@pytest.fixture
async def office(container: Container) -> Office:
    """An office with one van."""
    return await an_office(container, vans=1, orders=2)


async def test_arrivals_are_shown_until_nothing_is_heard_of_the_vehicle(office: Office) -> None:
    one, two = office.orders
    board = await office.plan()
    board = await office.found(board, {"1": [str(one), str(two)]})
    board, _ = await office.plans.publish(office.actor, board.id, board.version)
    route_id = row(board, "1").route_id or 0
    async with office.container.work() as session:
        await RouteService(session).start(office.actor, route_id)

    async def shown(*, stale: bool) -> list[tuple[object, str]]:
        stops = StopEta(1, one, NOW, Risk.ON_TIME), StopEta(2, two, NOW, Risk.LATE)
        state = LiveRouteState(
            route_id=route_id, vehicle_id=office.vehicles[0], updated_at=NOW, stops=stops,
            risk=Risk.LATE, off_route=False, done=0, total=2, delay_s=0, seen_at=SEEN, stale=stale,
        )  # fmt: skip
        await office.container.active_routes.put([state])
        seen = await office.plans.board(office.actor, board.id)
        assert row(seen, "1").silent_since == (SEEN if stale else None)
        return [(stop(seen, id_).eta, stop(seen, id_).risk) for id_ in (one, two)]

    assert await shown(stale=False) == [(NOW, "on_time"), (NOW, "late")]
    assert await shown(stale=True) == [(None, ""), (None, "late")]
