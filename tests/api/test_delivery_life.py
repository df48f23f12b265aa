"""What happens to deliveries, over the API: who may say so, what is refused, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from tests.builders.api import World
from tests.builders.orders import a_delivery, an_order, events_of, stored
from tests.builders.people import a_driver, a_person
from tests.builders.reports import announced, done
from tests.builders.tours import API, Depot, a_depot, data, ids_of, refused


@pytest.fixture
async def depot(world: World) -> Depot:
    return await a_depot(world)


async def test_a_delivery_lives_and_everybody_hears_of_it(world: World, depot: Depot) -> None:
    route = await depot.route(1, steps=("publish", "start"))
    (delivery,) = ids_of(route)

    arrived = data(
        await depot.set_status(
            delivery, "arrived", depot.driver, latitude=60.1, longitude=24.9, event_id="a-1"
        )
    )
    assert arrived["legal_next"] == ["completed", "failed"]
    answer = await depot.set_status(delivery, "completed", depot.driver, note="Left at the door")
    done = data(answer)
    assert (done["status"], done["late"], done["repeated"]) == ("completed", False, False)
    assert answer.headers["etag"] == f'"{done["version"]}"'

    history = await depot.history(delivery)
    assert [event["to_status"] for event in history] == [
        "created", "assigned", "out_for_delivery", "arrived", "completed",
    ]  # fmt: skip
    there = history[3]
    assert there["by"]["id"] == world.driver.id
    assert there["by"]["role"] == "driver"
    assert (there["latitude"], there["longitude"], there["event_id"]) == (60.1, 24.9, "a-1")
    assert history[4]["note"] == "Left at the door"
    assert await announced(world, delivery) == [
        "delivery.created", "delivery.assigned", "delivery.out_for_delivery", "delivery.arrived",
        "delivery.completed",
    ]  # fmt: skip
    async with world.container.work() as session:
        entries = list(await session.exec(select(AuditEntry).where(AuditEntry.kind == "delivery")))
    assert [entry.changes["status"][1] for entry in entries] == [
        "assigned", "out_for_delivery", "arrived", "completed",
    ]  # fmt: skip


async def test_an_illegal_change_is_409_with_the_legal_ones_and_changes_nothing(
    world: World, depot: Depot
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)

    error = refused(await depot.set_status(delivery, "completed"), 409)

    assert error["type"] == "illegal_change"
    assert error["fields"]["legal_next"] == "assigned, cancelled"
    assert "created" in error["message"]
    assert (await stored(world.container, delivery)).version == 1
    assert len(await events_of(world.container, delivery)) == 1
    assert await announced(world, delivery) == ["delivery.created"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "flying"}, "status"),
        ({}, "status"),
        ({"status": "cancelled"}, "reason"),
        ({"status": "cancelled", "reason": "because"}, "reason"),
        ({"status": "cancelled", "reason": "nobody_home"}, "reason"),
        ({"status": "cancelled", "reason": "other"}, "note"),
        ({"status": "cancelled", "reason": "other", "note": "x" * 501}, "note"),
        ({"status": "cancelled", "reason": "other", "note": "a\0b"}, "note"),
        ({"status": "assigned"}, "status"),
        ({"status": "assigned", "event_id": "x" * 65}, "event_id"),
        ({"status": "assigned", "latitude": 91, "longitude": 0}, "latitude"),
        ({"status": "assigned", "occurred_at": "2026-11-22T10:00:00"}, "occurred_at"),
        ({"status": "assigned", "occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"status": "cancelled", "occurred_at": "2020-01-01T00:00:00Z"}, "occurred_at"),
        ({"status": "cancelled", "occurred_at": "2099-01-01T00:00:00Z"}, "occurred_at"),
        ({"status": "assigned", "colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named(
    world: World, depot: Depot, body: dict[str, Any], field: str
) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    answer = await world.client.put(
        f"{API}/deliveries/{delivery}/status", json=body, headers=depot.office
    )
    assert list(refused(answer, 400)["fields"]) == [field]
    assert (await stored(world.container, delivery)).version == 1


async def test_half_a_place_is_no_place(world: World, depot: Depot) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    problem = refused(await depot.set_status(delivery, "assigned", latitude=60.0), 400)
    assert list(problem["fields"]) == ["longitude"]


async def test_the_same_event_again_changes_nothing(world: World, depot: Depot) -> None:
    (delivery,) = ids_of(await depot.route(1, steps=("publish", "start")))
    first = data(await depot.set_status(delivery, "arriving", depot.driver, event_id="e1"))

    again = data(await depot.set_status(delivery, "arriving", depot.driver, event_id="e1"))
    other = refused(await depot.set_status(delivery, "arrived", depot.driver, event_id="e1"), 409)

    assert again["repeated"]
    assert again["event"]["id"] == first["event"]["id"]
    assert again["version"] == first["version"]
    assert other["type"] == "event_id_reused"
    assert len(await events_of(world.container, delivery)) == 4


async def test_drivers_speak_only_for_their_own_published_route(world: World, depot: Depot) -> None:
    colleague = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, colleague)
    other = await world.bearer(colleague)
    route = await depot.route(1)
    (delivery,) = ids_of(route)

    refused(await depot.set_status(delivery, "out_for_delivery", depot.driver), 404)  # a draft
    data(await depot.step(route["id"], "publish"))
    refused(await depot.set_status(delivery, "out_for_delivery", other), 404)
    data(await depot.set_status(delivery, "out_for_delivery", depot.driver))

    forbidden = {"reason": "customer_request"}
    refused(await depot.set_status(delivery, "assigned", depot.driver), 403)
    refused(await depot.set_status(delivery, "rescheduled", depot.driver, **forbidden), 403)
    failed = data(await depot.set_status(delivery, "failed", depot.driver, reason="nobody_home"))
    assert failed["legal_next"] == ["out_for_delivery"]

    events = f"{API}/deliveries/{delivery}/events"
    assert (await world.client.get(events, headers=depot.driver)).status_code == 200
    assert (await world.client.get(events, headers=other)).status_code == 404


@pytest.mark.parametrize("role", list(Role))
async def test_roles_and_other_fleets(world: World, depot: Depot, role: Role) -> None:
    ours = await a_delivery(world.container, world.fleet_id)
    theirs = await a_delivery(world.container, world.other_fleet_id)
    headers = await world.a(role)
    cancel: dict[str, Any] = {"reason": "duplicate"}
    expected = {
        Role.SYSTEM_ADMIN: (200, 200),
        Role.FLEET_MANAGER: (200, 404),
        Role.DISPATCHER: (200, 404),
        Role.DRIVER: (404, 404),
        Role.CUSTOMER: (403, 403),
    }[role]

    for delivery, status in zip((ours, theirs), expected, strict=True):
        events = await world.client.get(f"{API}/deliveries/{delivery}/events", headers=headers)
        assert events.status_code == status
        answer = await depot.set_status(delivery, "cancelled", headers, **cancel)
        assert answer.status_code == status, answer.text
        assert ((await stored(world.container, delivery)).status == "cancelled") == (status == 200)


async def test_unknown_deleted_and_nobody(world: World, depot: Depot) -> None:
    order = an_order(world.fleet_id, deleted_at=datetime.now(UTC))
    async with world.container.work() as session:
        session.add(order)
    for delivery in (2**62, order.id):
        refused(await depot.set_status(delivery or 0, "cancelled", reason="duplicate"), 404)
    answer = await world.client.put(f"{API}/deliveries/1/status", json={"status": "failed"})
    refused(answer, 401)


async def test_a_delivery_from_before_its_history_gets_a_beginning(
    world: World, depot: Depot
) -> None:
    order = an_order(world.fleet_id, status="rescheduled")
    async with world.container.work() as session:
        session.add(order)

    data(await depot.set_status(order.id or 0, "cancelled", reason="sender_request"))

    history = await depot.history(order.id or 0)
    assert [event["to_status"] for event in history] == ["rescheduled", "cancelled"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"status": null}',
        b'{"status": "cancelled", "reason": "other", "note": "\\ud800"}',
        b'{"status": "cancelled", "reason": "other", "note": "\\u0000"}',
        b'{"status": "cancelled", "reason": "duplicate", "latitude": NaN, "longitude": 1}',
        b'{"status": "cancelled", "reason": "duplicate", "latitude": 1e999, "longitude": 1}',
        b'{"status": "cancelled", "reason": "duplicate", "occurred_at": 1e300}',
        b'{"status": "cancelled", "reason": "damaged", "occurred_at": "9999-12-31T23:59:59-12:00"}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
async def test_bodies_that_are_no_report(world: World, depot: Depot, body: bytes) -> None:
    delivery = await a_delivery(world.container, world.fleet_id)
    headers = depot.office | {"Content-Type": "application/json"}
    for method, address, content in (
        ("PUT", f"{API}/deliveries/{delivery}/status", body),
        ("POST", f"{API}/routes", body),
        ("PUT", f"{API}/routes/{delivery}/stops", body),
    ):
        answer = await world.client.request(method, address, content=content, headers=headers)
        assert answer.status_code == 400, answer.text
    many = b'{"changes": [' + body + b"]}"
    answer = await world.client.post(f"{API}/deliveries/status", content=many, headers=headers)
    assert answer.status_code == 400 or done(data(answer)) == [], answer.text
    assert (await stored(world.container, delivery)).status == "created"


async def test_the_description_names_every_answer(world: World) -> None:
    paths = (await world.client.get("/api/openapi.json")).json()["paths"]
    expected = {
        (f"{API}/deliveries/{{delivery_id}}/status", "put"): {"200", "403", "404", "409", "412"},
        (f"{API}/deliveries/status", "post"): {"200", "403", "409"},
        (f"{API}/deliveries/{{delivery_id}}/events", "get"): {"200", "403", "404"},
        (f"{API}/routes", "post"): {"201", "403", "404", "409"},
        (f"{API}/routes/{{route_id}}/stops", "get"): {"200", "403", "404"},
        (f"{API}/routes/{{route_id}}/stops", "put"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/publish", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/recall", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/start", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/routes/{{route_id}}/complete", "post"): {"200", "403", "404", "409", "412"},
        (f"{API}/drivers/{{driver_id}}/assignments", "get"): {"200", "403", "404"},
    }
    for (path, method), statuses in expected.items():
        documented = paths[path][method]["responses"]
        assert statuses | {"400", "401", "413", "429", "503"} == set(documented), path
        success = documented[min(documented)]["content"]["application/json"]
        assert success["example"]["data"], path
