"""`If-Match` is never passed over: it is heeded, or refused where there is no version to match."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from mobile_api.app import BUSIEST
from tests.builders.alerts import an_alert
from tests.builders.api import World
from tests.builders.api_routes import ApiRoute, api_routes, example_body
from tests.builders.plans import a_plan
from tests.builders.records import a_record
from tests.builders.tours import Depot, data

API = "/api/v1"
WRITING = ("POST", "PUT", "PATCH", "DELETE")
_UNVERSIONED = "an import has no version: its steps follow from its state, and others are refused"
_ADDED = "a comment changes nothing that somebody may have read before"
_OWN = "only the person's own list changes, not the view"
_RECEIVER = "a browser or phone of the person's own has no version: it is only ever taken off"
_WHOLE = "a webhook has no parts that two people could mix: it is set or taken away as a whole"
_BESIDE = "what it finds is kept beside the plan when that has changed meanwhile"
_OFFER = "it holds only while the routes are as it was made for, and is refused after that"
EXEMPT = {
    f"POST {API}/suggestions/{{suggestion_id}}/accept": _OFFER,
    f"POST {API}/suggestions/{{suggestion_id}}/dismiss": _OFFER,
    f"POST {API}/suggestions/{{suggestion_id}}/undo": _OFFER,
    f"POST {API}/plans/{{plan_id}}/optimise": _BESIDE,
    f"POST {API}/plan_jobs/{{job_id}}/stop": "a run has no version: it is only ever stopped",
    f"POST {API}/route_templates/{{identifier}}/use": "the template itself stays as it is",
    f"PUT {API}/imports/{{identifier}}/mapping": _UNVERSIONED,
    f"POST {API}/imports/{{identifier}}/check": _UNVERSIONED,
    f"POST {API}/imports/{{identifier}}/run": _UNVERSIONED,
    f"POST {API}/imports/{{identifier}}/cancel": _UNVERSIONED,
    f"POST {API}/imports/{{identifier}}/undo": _UNVERSIONED,
    f"PUT {API}/views/{{identifier}}/default": _OWN,
    f"DELETE {API}/views/{{identifier}}/default": _OWN,
    f"POST {API}/alerts/{{alert_id}}/comments": _ADDED,
    f"POST {API}/notifications/{{notification_id}}/retry": "only what was not sent is sent again",
    f"DELETE {API}/account/push-subscriptions/{{subscription_id}}": _RECEIVER,
    f"DELETE {API}/account/push-tokens/{{token_id}}": _RECEIVER,
    f"PUT {API}/fleets/{{identifier}}/webhook": _WHOLE,
    f"DELETE {API}/fleets/{{identifier}}/webhook": _WHOLE,
    f"DELETE {API}/devices/{{device_id}}": "a device has no version: it is only ever revoked",
}
"""What writes to one object without heeding a version, and why."""


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


def writing(world: World) -> list[ApiRoute]:
    routes = api_routes(world.app)
    return [one for one in routes if one.method in WRITING and one.path.startswith(f"{API}/")]


def heeded(world: World) -> set[str]:
    paths = world.app.openapi()["paths"]
    return {
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
    }


async def test_whatever_writes_to_one_object_heeds_a_version_or_has_a_reason(world: World) -> None:
    of_one = {str(route) for route in writing(world) if route.parameters}
    assert of_one - heeded(world) == set(EXEMPT)
    assert heeded(world) <= of_one


async def test_where_it_is_not_heeded_it_is_refused(world: World, manager: dict[str, str]) -> None:
    refusing = [
        route for route in writing(world)
        if str(route) not in heeded(world) and (route.method, route.path) not in BUSIEST
        and not route.path.startswith(f"{API}/devices/o")
    ]  # fmt: skip
    assert len(refusing) > len(EXEMPT)
    for route in refusing:
        path = route.path
        for name in route.parameters:
            path = path.replace(f"{{{name}}}", "1")
        answer = await world.client.request(
            route.method, path, headers={**manager, "If-Match": '"999"'},
            json=example_body(world.app, route),
        )  # fmt: skip
        assert answer.status_code == 400, f"{route}: {answer.text}"
        assert "If-Match" in answer.json()["error"]["fields"], str(route)


async def an_object(world: World, depot: Depot, manager: dict[str, str], route: ApiRoute) -> Any:
    """The number of something that the route can be asked about, in any state."""
    plural = route.path.removeprefix(f"{API}/").partition("/")[0]
    if plural == "views":
        body = example_body(world.app, ApiRoute("POST", f"{API}/views", None))
        body["name"] = str(route)[:40]
        made = await world.client.post(f"{API}/views?kind=vehicles", json=body, headers=manager)
        return data(made, 201)["id"]
    if plural == "routes":
        return (await depot.route(1))["id"]
    if plural == "plans":
        return await a_plan(world.container, world.fleet_id)
    if plural == "fleets":
        return world.fleet_id
    if plural == "alerts":
        return await an_alert(world.container, world.fleet_id)
    made_id = await a_record(world.container, plural if plural in _PLURALS else "customers",
                             world.fleet_id)  # fmt: skip
    if plural != "audit":
        return made_id
    body = {"name": "Renamed"}
    await world.client.patch(f"{API}/customers/{made_id}", json=body, headers=manager)
    history = await world.client.get(f"{API}/customers/{made_id}/history", headers=manager)
    return history.json()["data"][0]["id"]


_PLURALS = {kind.plural for kind in KINDS}


async def test_where_it_is_heeded_an_old_version_changes_nothing(
    world: World, depot: Depot, manager: dict[str, str]
) -> None:
    admin = await world.a(Role.SYSTEM_ADMIN)
    routes = [route for route in writing(world) if str(route) in heeded(world)]
    assert len(routes) > 3 * len(_PLURALS)
    for route in routes:
        number = await an_object(world, depot, manager, route)
        path = route.path.replace(f"{{{route.parameters[0]}}}", str(number))
        of_fleets = path.startswith(f"{API}/fleets")
        answer = await world.client.request(
            route.method, path, json=example_body(world.app, route),
            headers={**(admin if of_fleets else manager), "If-Match": '"999"'},
        )  # fmt: skip
        assert answer.status_code == 412, f"{route}: {answer.text}"
        assert answer.headers["ETag"] != '"999"'


async def test_the_version_that_was_read_restores_undoes_and_sets_the_reading(
    world: World, manager: dict[str, str]
) -> None:
    vehicle = f"{API}/vehicles/{world.vehicle_id}"

    async def ask(method: str, path: str, tag: str, body: Any = None) -> str:
        answer = await world.client.request(
            method, path, json=body, headers={**manager, "If-Match": tag}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.headers["ETag"])

    tag = (await world.client.get(vehicle, headers=manager)).headers["ETag"]
    read = await ask("PUT", f"{vehicle}/odometer", tag, {"odometer_km": 12})
    gone = await ask("DELETE", vehicle, read)
    back = await ask("POST", f"{vehicle}/restore", gone)
    history = await world.client.get(f"{vehicle}/history", headers=manager)
    undone = await ask("POST", f"{API}/audit/{history.json()['data'][0]['id']}/undo", back)

    assert [tag, read, gone, back, undone] == ['"1"', '"2"', '"3"', '"4"', '"5"']
