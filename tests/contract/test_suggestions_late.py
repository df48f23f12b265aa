"""Offers where somebody is late already, or may be at a cost: who drives is not made later, and
what is late stays on its route, sooner where that goes."""

from __future__ import annotations

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Priority
from fleet_app.fleet.models import LateDeliveries
from fleet_app.planning.live.offers import Disruption, Kind
from fleet_app.planning.live.suggesting import LEAST_GAIN_S
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor, records
from tests.builders.rounds import on_street
from tests.builders.suggestions import Running, running_routes

SPARE_MIN = 2.5
"""Less than an urgent order takes at the door."""


async def may_be_late(container: Container, fleet_id: int) -> None:
    manager = an_actor(Role.FLEET_MANAGER, fleet_id)
    async with records(container, "fleets", manager) as fleets:
        await fleets.update(fleet_id, {"late_deliveries": LateDeliveries.AT_A_COST})


async def a_tight_route(container: Container, fleet_id: int) -> Running:
    """Three stops in a row, of which the last is not to be later than it is by a few minutes."""
    running = await running_routes(container, fleet_id, (3,), priority=Priority.LOW)
    last = running.orders[0][-1]
    await running.promise(last, 0)
    arrival_s = (await running.lateness(0))[str(last)]
    await running.promise(last, arrival_s / 60 + SPARE_MIN)
    return running


async def test_an_urgent_order_goes_where_nobody_becomes_late_though_that_is_dearer(
    container: Container, fleet_id: int
) -> None:
    await may_be_late(container, fleet_id)
    running = await a_tight_route(container, fleet_id)
    place = on_street(1_500)
    order = await a_delivery(
        container, fleet_id, lat=place[0], lon=place[1], priority=Priority.URGENT
    )
    made = await running.make(Disruption(fleet_id, Kind.URGENT_ORDER, order))
    assert made.after[str(running.routes[0])] == [*running.orders[0], order]
    assert made.effect["late_s"] == 0


async def test_a_stop_that_is_late_keeps_its_place_and_its_time_when_another_vehicle_is_out(
    container: Container, fleet_id: int
) -> None:
    running = await running_routes(container, fleet_id, (3, 4))
    for number in (0, 1):
        await running.seen_at(number, on_street(0, 100 * number))
    late, homeless = running.orders[1][0], running.orders[0][2]
    await running.promise(late, 1)
    before = (await running.lateness(1))[str(late)]
    assert before > 0
    await running.promise(homeless, 2)  # so late that nobody has room for it without planning anew
    made = await running.down()
    mine = str(running.routes[1])
    assert made.effect["left_out"] == 1
    assert made.effect["late_s"] == 0, "leaving one out saves nobody lateness"
    assert set(running.orders[1]) < set(made.after[mine])
    assert set(made.after[mine]) == {int(one) for one in made.times[mine]["stops"]}
    assert made.after[mine][0] == late


async def test_a_route_that_is_behind_is_offered_to_be_less_late(
    container: Container, fleet_id: int
) -> None:
    running = await running_routes(container, fleet_id, (6,))
    await running.seen_at(0, on_street(0))
    last = running.orders[0][-1]
    await running.promise(last, 5)
    before = (await running.lateness(0))[str(last)]
    made = await running.make(Disruption(fleet_id, Kind.BIG_DELAY, running.routes[0]))
    (order,) = made.after.values()
    assert sorted(order) == sorted(running.orders[0])
    assert order[0] == last
    assert -before < made.effect["late_s"] <= -LEAST_GAIN_S
    assert made.effect["left_out"] == 0
