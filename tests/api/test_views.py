"""Saved views over the API: whose they are, who sees them, what they may hold."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.records.views import MOST_VIEWS
from tests.builders.api import World

ADDRESS = "/api/v1/views"
SETTINGS = {
    "words": "van",
    "filters": {"type": "van,truck", "capacity_kg.from": "1000"},
    "sort": "-name",
    "shown": ["name", "status"],
    "layout": {"name": 220},
}


async def saved(world: World, who: dict[str, str], name: str = "Vans", **said: Any) -> Any:
    body = {"name": name, "settings": SETTINGS, **said}
    return await world.client.post(f"{ADDRESS}?kind=vehicles", headers=who, json=body)


async def listed(world: World, who: dict[str, str], kind: str = "vehicles") -> list[Any]:
    answer = await world.client.get(f"{ADDRESS}?kind={kind}", headers=who)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


async def test_a_view_is_kept_as_it_was_saved_and_its_list_accepts_it(world: World):
    who = await world.a(Role.DISPATCHER)
    answer = await saved(world, who)
    assert answer.status_code == 201, answer.text
    (view,) = await listed(world, who)
    assert (view["name"], view["settings"], view["mine"]) == ("Vans", SETTINGS, True)
    query = {"q": view["settings"]["words"], "sort": view["settings"]["sort"]}
    query |= view["settings"]["filters"]
    found = await world.client.get("/api/v1/vehicles", headers=who, params=query)
    assert found.status_code == 200, found.text
    assert await listed(world, who, "deliveries") == []


async def test_only_shared_views_are_seen_by_others_of_the_fleet_and_by_nobody_else(world: World):
    owner, colleague = await world.a(Role.DISPATCHER), await world.a(Role.DISPATCHER)
    stranger = await world.a(Role.DISPATCHER, fleet_id=world.other_fleet_id)
    await saved(world, owner, "Mine")
    shared = (await saved(world, owner, "Ours", shared=True)).json()["data"]
    assert [view["name"] for view in await listed(world, colleague)] == ["Ours"]
    assert await listed(world, stranger) == []
    address = f"{ADDRESS}/{shared['id']}"
    assert (await world.client.get(address, headers=colleague)).status_code == 200
    assert (await world.client.get(address, headers=stranger)).status_code == 404
    assert (await world.client.delete(address, headers=stranger)).status_code == 404


async def test_a_shared_view_is_changed_by_its_owner_or_a_manager_only(world: World):
    owner, colleague = await world.a(Role.DISPATCHER), await world.a(Role.DISPATCHER)
    manager = await world.a(Role.FLEET_MANAGER)
    shared = (await saved(world, owner, shared=True)).json()["data"]
    private = (await saved(world, owner, "Private")).json()["data"]
    body = {"name": "Big vans", "shared": True, "settings": SETTINGS}
    answers = [
        (await world.client.put(f"{ADDRESS}/{view['id']}", headers=who, json=body)).status_code
        for who, view in ((colleague, shared), (manager, private), (manager, shared))
    ]
    assert answers == [403, 404, 200]
    assert (await world.client.delete(f"{ADDRESS}/{shared['id']}", headers=owner)).is_success
    assert [view["name"] for view in await listed(world, owner)] == ["Private"]


@pytest.mark.parametrize(
    ("shown", "field"),
    [
        ({"filters": {"colour": "red"}}, "colour"),
        ({"filters": {"type": "spaceship"}}, "type"),
        ({"filters": {"fleet_id": "2"}}, "fleet_id"),
        ({"sort": "-colour"}, "sort"),
        ({"shown": ["name", "colour"]}, "colour"),
        ({"layout": {"colour": 100}}, "colour"),
    ],
)
async def test_what_the_list_would_refuse_is_refused(
    world: World, shown: dict[str, Any], field: str
):
    who = await world.a(Role.DISPATCHER)
    answer = await saved(world, who, settings=shown)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert await listed(world, who) == []


async def test_names_are_used_once_and_views_are_limited(world: World):
    who = await world.a(Role.DISPATCHER)
    made = [(await saved(world, who, f"View {n}")).status_code for n in range(MOST_VIEWS)]
    assert set(made) == {201}
    assert (await saved(world, who, "One more")).status_code == 409
    first = (await listed(world, who))[0]
    await world.client.delete(f"{ADDRESS}/{first['id']}", headers=who)
    again = await saved(world, who, "View 7")
    assert (again.status_code, list(again.json()["error"]["fields"])) == (409, ["name"])


async def test_drivers_have_no_views_and_nobody_of_lists_they_may_not_see(world: World):
    driver, dispatcher = await world.bearer(world.driver), await world.a(Role.DISPATCHER)
    assert (await saved(world, driver)).status_code == 403
    users = await world.client.post(
        f"{ADDRESS}?kind=users", headers=dispatcher, json={"name": "Users"}
    )
    assert users.status_code == 403
    unknown = await world.client.get(f"{ADDRESS}?kind=ships", headers=dispatcher)
    assert unknown.status_code == 400


async def test_everybody_has_a_view_of_their_own_to_begin_with(world: World):
    owner, colleague = await world.a(Role.DISPATCHER), await world.a(Role.DISPATCHER)
    first, second = [
        (await saved(world, owner, name, shared=True)).json()["data"]["id"] for name in "AB"
    ]

    async def begun(who: dict[str, str]) -> list[str]:
        return [view["name"] for view in await listed(world, who) if view["is_default"]]

    for identifier in (first, second):  # the second one in place of the first
        answer = await world.client.put(f"{ADDRESS}/{identifier}/default", headers=owner)
        assert (answer.status_code, answer.json()["data"]["is_default"]) == (200, True)
    assert (await begun(owner), await begun(colleague)) == (["B"], [])
    await world.client.put(f"{ADDRESS}/{first}/default", headers=colleague)
    other = await world.client.delete(f"{ADDRESS}/{first}/default", headers=owner)
    assert (other.status_code, await begun(owner), await begun(colleague)) == (200, ["B"], ["A"])
    await world.client.delete(f"{ADDRESS}/{second}/default", headers=owner)
    assert await begun(owner) == []


async def test_a_view_that_is_gone_or_not_shared_any_more_begins_no_list(world: World):
    owner, colleague = await world.a(Role.DISPATCHER), await world.a(Role.DISPATCHER)
    shared = (await saved(world, owner, shared=True)).json()["data"]["id"]
    address = f"{ADDRESS}/{shared}"
    for who in (owner, colleague):
        assert (await world.client.put(f"{address}/default", headers=who)).status_code == 200
    await world.client.put(address, headers=owner, json={"name": "Mine", "settings": SETTINGS})
    assert await listed(world, colleague) == []
    assert (await world.client.put(f"{address}/default", headers=colleague)).status_code == 404
    assert (await world.client.delete(address, headers=owner)).status_code == 200
    again = (await saved(world, owner)).json()["data"]
    assert not again["is_default"]


async def test_a_view_that_somebody_else_changed_is_not_overwritten(world: World):
    owner, manager = await world.a(Role.DISPATCHER), await world.a(Role.FLEET_MANAGER)
    made = await saved(world, owner, shared=True)
    address, tag = f"{ADDRESS}/{made.json()['data']['id']}", made.headers["ETag"]
    assert (await world.client.get(address, headers=manager)).headers["ETag"] == tag

    async def put(who: dict[str, str], name: str, tag: str) -> Any:
        body = {"name": name, "shared": True, "settings": SETTINGS}
        return await world.client.put(address, headers=who | {"If-Match": tag}, json=body)

    first = await put(manager, "The manager's", tag)
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    second = await put(owner, "The owner's", tag)
    assert (second.status_code, second.json()["error"]["type"]) == (412, "stale")
    gone = await world.client.delete(address, headers=owner | {"If-Match": tag})
    assert gone.status_code == 412
    assert [view["name"] for view in await listed(world, owner)] == ["The manager's"]
    third = await put(owner, "The owner's", first.headers["ETag"])
    assert (third.status_code, third.json()["data"]["version"]) == (200, 3)
    same = await put(owner, "The owner's", third.headers["ETag"])
    assert same.headers["ETag"] == '"3"'  # nothing was different
    assert (await put(owner, "X", "nonsense")).status_code == 400
