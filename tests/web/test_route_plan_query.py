"""What the planner asks the list of deliveries."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import View
from fleet_app.records.listing import Listing
from fleet_app.records.query import parse_query
from fleet_app.web.states.records.free_deliveries import FreeDeliveries
from fleet_app.web.states.records.route_plan import RoutePlanner
from tests.builders.orders import a_delivery
from tests.builders.records import an_actor
from tests.builders.screens import a_screen


def test_free_deliveries_can_be_asked_for_before_the_fleet_is_known():
    plan = RoutePlanner(_reflex_internal_init=True)  # type: ignore[call-arg]  # Reflex's
    assert parse_query(KINDS["deliveries"], parse_qsl(plan.free_query)).fleet_id is None
    plan.fleet = 7
    assert parse_query(KINDS["deliveries"], parse_qsl(plan.free_query)).fleet_id == 7


async def test_free_deliveries_are_looked_through_and_those_without_a_point_not_added(
    container, manager
):
    fleet_id = manager.fleet_id
    placed = await a_delivery(container, fleet_id, contact_name="Liisa Aho", address="Katu 7")
    lost = await a_delivery(container, fleet_id, address="Nowhere 1", lat=None, lon=None)
    root = await a_screen(container, manager, "/routes/new")
    plan = await root.get_state(RoutePlanner)
    await plan.begin()
    await plan.set_every_day(True)
    free = await root.get_state(FreeDeliveries)

    async def offered() -> list[int]:
        query = parse_query(KINDS["deliveries"], parse_qsl(plan.free_query + free.narrower))
        async with container.work() as session:
            listing = Listing(session, KINDS, KINDS["deliveries"], View.at_present())
            rows, _ = await listing.page(office, query)
            return sorted(row["id"] for row in rows)

    office = an_actor(Role.FLEET_MANAGER, fleet_id).principal
    assert await offered() == [placed, lost]
    for text, found in (("liisa", [placed]), ("nowhere", [lost]), ("&status=completed", [])):
        await free.search(text)
        assert await offered() == found
    await free.search("")
    for about, choice, found in (
        ("place", "off", [lost]), ("place", "on", [placed]), ("window", "with", []),
    ):  # fmt: skip
        await free.narrow(about, choice)
        assert await offered() == found
    await free.narrow("window", "'; --")
    assert await offered() == []
    await plan.offer_all()
    assert await offered() == [placed, lost]

    await plan.pick([placed, lost])
    assert plan.chosen == [placed]
    assert "no point on the map" in plan.problem
    await plan.pick([placed])
    assert plan.problem == ""
