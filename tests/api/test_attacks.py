"""Requests with keys, headers and paging that no honest client sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.orders import a_delivery, stored

API = "/api/v1"


@pytest.fixture
async def office(world: World) -> dict[str, str]:
    return await world.a(Role.DISPATCHER)


@pytest.mark.parametrize("name", ["\ud800", "a\0b", "\u202e", "x" * 10_000, ""])
async def test_a_made_up_field_name_comes_back_without_harm(
    world: World, office: dict[str, str], name: str
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    typed = {**office, "Content-Type": "application/json"}
    change = {"delivery_id": delivery, "status": "cancelled", "reason": "duplicate", name: 1}
    for method, path, body in (
        ("POST", "deliveries/status", {"changes": [change]}),
        ("POST", "deliveries/status", {"changes": [change], name: 1}),
        ("PUT", f"deliveries/{delivery}/status", {"status": "assigned", name: 1}),
        ("POST", "routes", {"date": "2041-11-25", "delivery_ids": [], name: 1}),
        ("POST", "views", {"kind": "vehicles", "name": "x", "settings": {name: 1}}),
        ("POST", "views", {"kind": "vehicles", "name": "x", "settings": {"filters": {name: "1"}}}),
        ("POST", "views", {"kind": "vehicles", "name": "x", "settings": {"layout": {name: 100}}}),
        ("POST", "devices", {"vehicle_id": world.vehicle_id, "name": name}),
        ("POST", "customers", {"name": "A", name: 1}),
    ):
        content = json.dumps(body).encode()
        answer = await world.client.request(method, f"{API}/{path}", content=content, headers=typed)
        assert answer.status_code in (200, 400, 403), (path, answer.text[:300])
        assert len(answer.content) < 3000, (path, answer.text[:300])
    assert (await stored(world.container, delivery)).status == "created"


@pytest.mark.parametrize(
    "tag",
    ['"', '""', "W/", '"-1"', '"1.0"', '"1","2"', "1" * 30, "\u0663", '"0x1"', "abc", "*, *"],
)
async def test_an_if_match_that_is_no_version_changes_nothing(
    world: World, office: dict[str, str], tag: str
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    for method, path in (("PATCH", "deliveries"), ("DELETE", "deliveries")):
        answer = await world.client.request(
            method,
            f"{API}/{path}/{delivery}",
            json={"parcels": 3} if method == "PATCH" else None,
            headers={**office, "If-Match": tag.encode("utf-8")},  # type: ignore[dict-item]
        )
        assert answer.status_code in (400, 412), (tag, answer.text)
    assert (await stored(world.container, delivery)).version == 1


LISTS = ("deliveries", "vehicles", "audit", "quarantine", "devices", "imports", "maintenance/due")
ODD = (
    "page=-1", "page=0", "limit=-1", "limit=0", "limit=501", f"page={10**30}", "page=1e3",
    f"fleet_id={2**63}", "fleet_id=-1", "page=%00", "limit=NaN", "page=1000000&limit=500",
    "sort=id;drop%20table%20vehicles", "sort=(select%201)", "sort=%00", "sort=password_hash",
    "q=%00", "q=%ED%A0%80", "%00=1", "page=1&page=2", "vehicle_id=%00", "from=0001-01-01T00:00Z",
    "from=9999-12-31T23:59:59-14:00", "deleted=perhaps",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_odd_paging_and_orders_are_told_or_harmless(world: World, path: str) -> None:
    headers = await world.a(Role.FLEET_MANAGER)
    wrong = []
    for query in ODD:
        answer = await world.client.get(f"{API}/{path}?{query}", headers=headers)
        if answer.status_code not in (200, 400, 404):
            wrong.append((query, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_a_key_stands_for_one_request(world: World, office: dict[str, str]) -> None:
    ids = [await a_delivery(world.container, world.fleet_id) for _ in range(2)]
    keyed = {**office, "Idempotency-Key": "phone-7"}

    async def cancel(one: int) -> Any:
        change = {"delivery_id": one, "status": "cancelled", "reason": "duplicate"}
        return await world.client.post(
            f"{API}/deliveries/status", json={"changes": [change]}, headers=keyed
        )

    first, other, again = await cancel(ids[0]), await cancel(ids[1]), await cancel(ids[0])
    assert (first.status_code, other.status_code) == (200, 409)
    assert again.json()["data"] == first.json()["data"]
    assert (await stored(world.container, ids[1])).status == "created"


async def test_ids_of_another_fleet_are_nobodys_in_nested_places(
    world: World, office: dict[str, str]
) -> None:
    theirs = await a_delivery(world.container, world.other_fleet_id)
    mine = await a_delivery(world.container, world.fleet_id)
    day = {"date": "2041-11-25"}
    for body in (
        {**day, "delivery_ids": [mine, theirs]},
        {**day, "delivery_ids": [mine], "vehicle_id": world.other_vehicle_id},
        {**day, "delivery_ids": [mine], "fleet_id": world.other_fleet_id},
    ):
        answer = await world.client.post(f"{API}/routes", json=body, headers=office)
        assert answer.status_code in (400, 404), answer.text
    unknown = await world.client.post(
        f"{API}/routes", json={**day, "delivery_ids": [mine, 2**62]}, headers=office
    )
    foreign = await world.client.post(
        f"{API}/routes", json={**day, "delivery_ids": [mine, theirs]}, headers=office
    )
    assert unknown.json()["error"]["message"] == foreign.json()["error"]["message"]
    assert (await stored(world.container, mine)).status == "created"
    assert (await stored(world.container, theirs)).version == 1
