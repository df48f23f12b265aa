"""Plans over the API: from a day's orders to what a driver is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Depot, Driver
from tests.builders.api import World
from tests.builders.orders import a_delivery, driver_of
from tests.builders.plans import at, tomorrow
from tests.builders.tours import API, change, data, refused


@pytest.fixture
async def office(world: World) -> dict[str, str]:
    """A dispatcher of a fleet whose driver works tomorrow."""
    driver_id = await driver_of(world.container, world.driver.id)
    await change(world, Driver, driver_id, shift="Mon-Sun 07:00-16:00")
    async with world.container.work() as session:
        session.add(Depot(fleet_id=world.fleet_id, name="North", address="x", lat=60.2, lon=24.9))
    return await world.a(Role.DISPATCHER)


async def orders(world: World, count: int, **said: Any) -> list[int]:
    return [
        await a_delivery(
            world.container,
            world.fleet_id,
            lat=60.15,
            lon=24.9 + n / 100,
            due_on=tomorrow(),
            **said,
        )
        for n in range(count)
    ]


class Desk:
    """Asks for plans as one person."""

    def __init__(self, world: World, headers: dict[str, str]) -> None:
        self.world, self.headers = world, headers

    async def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.world.client.request(
            method, f"{API}{path}", json=body, headers=self.headers | named
        )


async def test_a_plan_goes_from_orders_to_the_drivers_phone(
    world: World, office: dict[str, str]
) -> None:
    ask, ids = Desk(world, office), await orders(world, 3)
    made = await ask("POST", "/plans", {"date": tomorrow().isoformat(), "name": "Tuesday"})
    plan = data(made, 201)
    assert made.headers["location"] == f"{API}/plans/{plan['id']}"
    address = f"/plans/{plan['id']}"
    assert [one["order"]["delivery_id"] for one in plan["tray"]] == ids
    move = {"edit": {"do": "move", "deliveries": ids, "to": "1", "place": 0}, "version": 1}

    moved = await ask("POST", f"{address}/edits", move, Idempotency_Key="move-1")
    assert moved.headers["etag"] == '"2"'
    again = await ask("POST", f"{address}/edits", move, Idempotency_Key="move-1")
    assert again.json() == moved.json()
    assert refused(await ask("POST", f"{address}/edits", move), 412)["type"] == "stale"
    (row,) = data(moved)["rows"]
    assert [one["order"]["delivery_id"] for one in row["stops"]] == ids
    shapes = data(await ask("GET", f"{address}/shapes"))
    assert list(shapes) == ["1"]

    undone = data(await ask("POST", f"{address}/undo", None, If_Match='"2"'))
    assert undone["redo"] == "Move 3 stops to " + row["driver"]
    data(await ask("POST", f"{address}/redo"))
    published = data(await ask("POST", f"{address}/publish"))

    assert [one["what"] for one in published["rows"]] == ["published"]
    phone = await world.bearer(world.driver)
    driver_id = await driver_of(world.container, world.driver.id)
    told = data(
        await world.client.get(
            f"{API}/drivers/{driver_id}/assignments?date={tomorrow()}", headers=phone
        )
    )
    (route,) = told["routes"]
    assert [stop["delivery"]["id"] for stop in route["stops"]] == ids
    stops = published["plan"]["rows"][0]["stops"]
    assert [one["planned"]["arrival"] for one in route["stops"]] == [
        one["arrives_at"] for one in stops
    ]
    listed = data(await ask("GET", f"/plans?date={tomorrow()}"))
    assert [(one["name"], one["rows"], one["stops"]) for one in listed] == [("Tuesday", 1, 3)]
    assert listed[0]["published_at"] is not None
    recalled = data(await ask("POST", f"{address}/recall"))
    assert [one["what"] for one in recalled["rows"]] == ["recalled"]
    renamed = data(await ask("PATCH", address, {"name": "Quiet"}))
    assert renamed["name"] == "Quiet"
    assert data(await ask("DELETE", address)) is None
    refused(await ask("GET", address), 404)


async def test_an_edit_says_what_is_wrong_with_it(world: World, office: dict[str, str]) -> None:
    ask = Desk(world, office)
    plan = data(await ask("POST", "/plans", {"date": tomorrow().isoformat()}), 201)
    edits = f"/plans/{plan['id']}/edits"
    for edit, field in (
        ({"do": "fly"}, "edit"),
        ({"do": "turn", "row": "77"}, "row"),
        ({"do": "move", "deliveries": []}, "edit.move.deliveries"),
        ({"do": "depart", "row": "1", "at": "2026-11-24T08:00"}, "edit.depart.at"),
        ({"do": "depart", "row": "1", "at": "2031-01-01T08:00:00Z"}, "at"),
    ):
        error = refused(await ask("POST", edits, {"edit": edit}), 400)
        assert list(error["fields"]) == [field], error
    assert data(await ask("GET", f"/plans/{plan['id']}"))["version"] == 1


async def test_one_route_is_put_into_its_best_order(world: World, office: dict[str, str]) -> None:
    ask, ids = Desk(world, office), await orders(world, 4)
    mixed = [ids[2], ids[0], ids[3], ids[1]]
    driver_id = await driver_of(world.container, world.driver.id)
    body = {
        "date": tomorrow().isoformat(), "vehicle_id": world.vehicle_id, "driver_id": driver_id,
        "delivery_ids": mixed, "starts_at": at(tomorrow(), 8).isoformat(),
    }  # fmt: skip
    route = data(await ask("POST", "/routes", body), 201)
    assert route["stops"][0]["planned"] is None

    best = await ask("POST", f"/routes/{route['id']}/optimise", None, If_Match='"1"')

    found = [stop["delivery"]["id"] for stop in data(best)["stops"]]
    assert found in (ids, ids[::-1])
    assert all(stop["planned"]["drive_s"] > 0 for stop in data(best)["stops"])
    stale = await ask("POST", f"/routes/{route['id']}/optimise", None, If_Match='"1"')
    assert refused(stale, 412)["type"] == "stale"


async def test_what_publishing_would_do_is_said_before_and_not_done(
    world: World, office: dict[str, str]
) -> None:
    ask, ids = Desk(world, office), await orders(world, 3)
    plan = data(await ask("POST", "/plans", {"date": tomorrow().isoformat()}), 201)
    address = f"/plans/{plan['id']}"
    for one in ids[:2]:
        move = {"do": "move", "deliveries": [one], "to": "1"}
        data(await ask("POST", f"{address}/edits", {"edit": move}))
    foreseen = await ask("GET", f"{address}/publication")

    assert foreseen.headers["etag"] == '"3"'
    (row,) = data(foreseen)["rows"]
    assert (row["key"], row["what"], row["route_id"], row["tells"]) == (
        "1",
        "published",
        None,
        True,
    )
    assert data(await ask("GET", address))["rows"][0]["route_id"] is None
    (done,) = data(await ask("POST", f"{address}/publish"))["rows"]
    assert done | {"route_id": None} == row
    (same,) = data(await ask("GET", f"{address}/publication"))["rows"]
    assert (same["what"], same["words"], same["tells"]) == ("unchanged", "", False)
    assert same["route_id"] == done["route_id"]
    driver = await world.bearer(world.driver)
    refused(await Desk(world, driver)("GET", f"{address}/publication"), 403)
    refused(await ask("GET", f"/plans/{plan['id'] + 99}/publication"), 404)


async def test_a_stop_without_a_point_stays_on_a_route_that_is_put_in_order(
    world: World, office: dict[str, str]
) -> None:
    ask, ids = Desk(world, office), await orders(world, 4)
    driver_id = await driver_of(world.container, world.driver.id)
    body = {
        "date": tomorrow().isoformat(), "vehicle_id": world.vehicle_id, "driver_id": driver_id,
        "delivery_ids": [ids[2], ids[0], ids[3], ids[1]],
    }  # fmt: skip
    route = data(await ask("POST", "/routes", body), 201)
    await change(world, Delivery, ids[0], lat=None, lon=None)

    best = data(await ask("POST", f"/routes/{route['id']}/optimise"))

    found = [stop["delivery"]["id"] for stop in best["stops"]]
    assert found in ([ids[1], ids[2], ids[3], ids[0]], [ids[3], ids[2], ids[1], ids[0]])
    assert best["stops"][-1]["delivery"]["status"] == "assigned"


async def test_a_stop_that_is_put_on_a_planned_route_by_hand_has_times_at_once(
    world: World, office: dict[str, str]
) -> None:
    ask, ids = Desk(world, office), await orders(world, 3)
    plan = data(await ask("POST", "/plans", {"date": tomorrow().isoformat()}), 201)
    for one in ids[:2]:
        move = {"do": "move", "deliveries": [one], "to": "1", "place": 9}
        data(await ask("POST", f"/plans/{plan['id']}/edits", {"edit": move}))
    (row,) = data(await ask("POST", f"/plans/{plan['id']}/publish"))["rows"]
    stops = f"/routes/{row['route_id']}/stops"

    changed = await ask("PUT", stops, {"delivery_ids": ids})

    times = [stop["planned"]["arrival"] for stop in data(changed)["stops"]]
    assert times == sorted(times)
    again = await ask("PUT", stops, {"delivery_ids": ids}, If_Match=changed.headers["etag"])
    assert [stop["planned"]["arrival"] for stop in data(again)["stops"]] == times
