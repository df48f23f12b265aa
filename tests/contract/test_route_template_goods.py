"""What a tour carries comes again with it, however its stops are edited."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlmodel import col

from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.delivery.routes import RoutePlan, RouteService
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.templates.kinds import ROUTE_TEMPLATES
from fleet_app.planning.templates.models import RouteTemplate
from fleet_app.planning.templates.stops import SAME, line_of
from fleet_app.web.states.records.texts import value_of
from tests.builders.people import a_fleet
from tests.builders.records import a_record, records
from tests.builders.route_templates import STOPS, Fleetful

GOODS: dict[str, Any] = {
    "weight_kg": 900.0, "volume_m3": 4.5, "parcels": 12, "length_cm": 120.0, "width_cm": 80.0,
    "height_cm": 150.0, "required_skills": ["cooled"], "required_proof": ["photo"],
    "priority": "high", "contact_name": "Liisa Aho", "contact_phone": "+358 40 123 4567",
    "contact_email": "liisa@example.com", "pickup_address": "Satamakatu 2, Helsinki",
    "pickup_lat": 60.165, "pickup_lon": 24.965,
}  # fmt: skip
FIRST, LATER = dt.date(2027, 3, 1), dt.date(2027, 3, 8)
BARE = {"weight_kg": None, "parcels": 1, "required_skills": [], "priority": "normal"}


@pytest.fixture
async def fleet(container: Container) -> Fleetful:
    return await Fleetful(container).begin()


def told(one: Any) -> dict[str, Any]:
    """What a stop or a delivery says of its goods."""
    return {name: one[name] if isinstance(one, dict) else getattr(one, name) for name in GOODS}


async def stops_of(fleet: Fleetful, template: int) -> list[dict[str, Any]]:
    async with fleet.container.work() as session:
        return list((await session.get_one(RouteTemplate, template)).stops)


async def edit(fleet: Fleetful, template: int, stops: Any) -> list[dict[str, Any]]:
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        await of.update(template, {"stops": stops})
    return await stops_of(fleet, template)


async def of_a_route(fleet: Fleetful, ids: list[int]) -> dict[str, Any]:
    async with fleet.container.work() as session:
        plan = RoutePlan(date=FIRST, delivery_ids=ids)
        tour = await RouteService(session).create(fleet.actor, plan)
    return await fleet.container.route_templates.of_route(fleet.actor, tour.route.id or 0)


async def of_a_row(fleet: Fleetful, ids: list[int]) -> dict[str, Any]:
    board = await fleet.container.plans.create(fleet.actor, FIRST)
    (row,) = [one for one in board.rows if one.stops]
    assert [one.is_pickup for one in row.stops] == [True, False, False], "the depot is on the way"
    return await fleet.container.route_templates.of_row(fleet.actor, board.id, row.key)


def test_a_stop_has_all_that_a_delivery_has() -> None:
    assert set(GOODS) <= set(SAME) <= set(Delivery.model_fields)


@pytest.mark.parametrize("is_route", [True, False], ids=["route", "row"])
async def test_goods_go_from_a_tour_into_a_template_and_into_what_it_makes(
    fleet: Fleetful, is_route: bool
) -> None:
    depot = await a_record(fleet.container, "depots", fleet.fleet_id)
    fetched = {"address": "Katu 2", "lat": 60.25, "lon": 24.99, "pickup_depot_id": depot}
    first = await fleet.template(stops=[STOPS[0] | GOODS, fetched])
    used = await fleet.use(first, FIRST)
    values = await (of_a_route if is_route else of_a_row)(fleet, list(used.delivery_ids))
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        copy = int((await of.create(values))["id"])
    await fleet.use(copy, LATER)

    one, two = await fleet.deliveries(LATER)
    assert told(one) == GOODS
    assert (two.pickup_depot_id, two.parcels, two.weight_kg) == (depot, 1, None)


async def test_lines_keep_what_they_do_not_tell(fleet: Fleetful) -> None:
    other = GOODS | {"weight_kg": 30.0}
    template = await fleet.template(stops=[STOPS[0] | GOODS, STOPS[1], STOPS[2] | other])
    one, two, three = (line_of(stop) for stop in await stops_of(fleet, template))

    found = await edit(fleet, template, f"{three}\n{one} | Ring\nKatu 9\n{two}")
    assert [told(stop) for stop in found[:2]] == [other, GOODS]
    assert (found[1]["lat"], found[1]["instructions"]) == (STOPS[0]["lat"], "Ring")
    assert {name: found[2][name] for name in BARE} == BARE, "another address is another stop"
    assert found[2]["lat"] is None
    found = await edit(fleet, template, [{"address": "Katu 1"}])
    assert {name: found[0][name] for name in BARE} == BARE, "told in full, it is as told"


async def test_the_form_keeps_the_goods_of_each_of_two_equal_lines(fleet: Fleetful) -> None:
    other = GOODS | {"weight_kg": 30.0}
    template = await fleet.template(stops=[STOPS[0] | GOODS, STOPS[0] | other, STOPS[1] | GOODS])
    before = await stops_of(fleet, template)
    lines = [line_of(stop) for stop in before]
    text = "\n".join([lines[0], lines[1], f"{lines[2]} | Ring"])
    spec = ROUTE_TEMPLATES.by_name["stops"]
    sent = value_of(ROUTE_TEMPLATES, spec, text, ZoneInfo("UTC"), before=before)

    found = await edit(fleet, template, sent)
    assert [told(stop) for stop in found] == [GOODS, other, GOODS]
    assert (found[2]["instructions"], found[2]["service_minutes"]) == ("Ring", 12)


async def test_templates_of_before_are_read_used_and_edited(fleet: Fleetful) -> None:
    template = await fleet.template()
    async with fleet.container.work() as session:
        await session.exec(
            update(RouteTemplate).where(col(RouteTemplate.id) == template).values(stops=STOPS)
        )
    await fleet.use(template, FIRST)
    made = await fleet.deliveries(FIRST)
    assert [(one.address, one.parcels, one.weight_kg) for one in made] == [
        (stop["address"], 1, None) for stop in STOPS
    ]
    found = await edit(fleet, template, "\n".join(line_of(stop) for stop in STOPS))
    assert [stop["lat"] for stop in found] == [stop["lat"] for stop in STOPS]


@pytest.mark.parametrize(
    "said",
    [
        {"weight_kg": -1}, {"parcels": 0}, {"contact_email": "liisa"}, {"pickup_lat": 60.0},
        {"required_proof": ["song"]}, {"priority": "soon"},
    ],
)  # fmt: skip
async def test_goods_that_no_delivery_can_have_are_refused(
    fleet: Fleetful, said: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await fleet.template(stops=[STOPS[0] | said])
    assert [name.partition(".")[0].partition("[")[0] for name in refused.value.fields] == ["stops"]


async def test_another_fleets_depot_does_not_exist(fleet: Fleetful) -> None:
    depot = await a_record(fleet.container, "depots", await a_fleet(fleet.container))
    with pytest.raises(InvalidInput) as refused:
        await fleet.template(stops=[STOPS[0] | {"pickup_depot_id": depot}])
    assert refused.value.fields == {"stops[0].pickup_depot_id": "does not exist"}


async def test_of_two_equal_lines_the_one_that_is_edited_keeps_its_own_goods(
    fleet: Fleetful,
) -> None:
    stops = [{"address": "Katu 1", "weight_kg": kilos} for kilos in (1.0, 2.0)]
    template = await fleet.template(stops=stops)
    async with records(fleet.container, "route_templates", fleet.actor) as of:
        version = (await of.get(template))["version"]
        lines = ["Katu 1 | 5 min", "Katu 1"]
        changed = await of.update(template, {"stops": lines}, version=version)
    assert [one["weight_kg"] for one in changed["stops"]] == [1.0, 2.0]
