"""A request whose answer was lost can be sent again: it is done once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlmodel import select

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Vehicle
from fleet_app.identity.models import DeviceToken
from fleet_app.kernel.errors import StoreUnavailable
from mobile_api.idempotency import covers
from tests.builders.api import ORIGIN, World, an_api

PATH = "/api/v1/vehicles"
VAN = {"name": "Van 12", "registration_number": "ABC-123"}


@pytest.fixture
async def manager(world: World) -> dict[str, str]:
    return await world.a(Role.FLEET_MANAGER)


async def post(
    world: World, headers: dict[str, str], key: str = "k1", body: Any = VAN, path: str = PATH
) -> httpx.Response:
    return await world.client.post(path, json=body, headers={**headers, "Idempotency-Key": key})


async def vans(world: World) -> int:
    async with world.container.work() as session:
        query = select(Vehicle).where(Vehicle.registration_number == "ABC-123")
        return len((await session.exec(query)).all())


async def test_the_second_time_the_first_answer_comes_again(
    world: World, manager: dict[str, str]
) -> None:
    first, second = await post(world, manager), await post(world, manager)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert await vans(world) == 1


async def test_another_process_knows_the_answer(world: World, manager: dict[str, str]) -> None:
    first = await post(world, manager)
    transport = httpx.ASGITransport(an_api(world.container))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as elsewhere:
        second = await elsewhere.post(PATH, json=VAN, headers={**manager, "Idempotency-Key": "k1"})

    assert second.content == first.content


async def test_without_the_header_nothing_is_remembered(
    world: World, manager: dict[str, str]
) -> None:
    assert (await world.client.post(PATH, json=VAN, headers=manager)).status_code == 201
    assert (await world.client.post(PATH, json=VAN, headers=manager)).status_code == 409
    assert await world.container.redis.keys("idempotency:*") == []


async def test_a_device_is_made_once_and_its_token_is_not_readable_in_the_store(
    world: World, manager: dict[str, str]
) -> None:
    body = {"vehicle_id": world.vehicle_id, "name": "Phone 7"}
    answers = [await post(world, manager, body=body, path="/api/v1/devices") for _ in range(2)]

    token = answers[0].json()["data"]["token"]
    assert answers[1].json()["data"]["token"] == token
    async with world.container.work() as session:
        made = (await session.exec(select(DeviceToken).where(DeviceToken.name == "Phone 7"))).all()
    assert len(made) == 1
    (key,) = await world.container.redis.keys("idempotency:*")
    assert token.encode() not in await world.container.redis.get(key)
    assert 86_000 < await world.container.redis.ttl(key) <= 86_400


async def test_the_same_key_for_another_request_is_refused(
    world: World, manager: dict[str, str]
) -> None:
    await post(world, manager)
    answer = await post(world, manager, body={**VAN, "name": "Other"})

    assert answer.status_code == 409
    assert answer.json()["error"]["type"] == "idempotency_key_reused"


async def test_a_key_belongs_to_one_caller_and_one_address(
    world: World, manager: dict[str, str]
) -> None:
    await post(world, manager)
    other = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    theirs = await post(world, other, body={**VAN, "registration_number": "OTH-1"})
    device = await post(
        world, manager, body={"vehicle_id": world.vehicle_id, "name": "P"}, path="/api/v1/devices"
    )

    assert (theirs.status_code, device.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in theirs.headers


async def test_of_many_at_the_same_moment_one_is_done(
    world: World, manager: dict[str, str]
) -> None:
    answers = await asyncio.gather(*(post(world, manager) for _ in range(8)))

    assert await vans(world) == 1
    bodies = {answer.content for answer in answers if answer.status_code == 201}
    assert len(bodies) == 1
    for refused in (answer for answer in answers if answer.status_code != 201):
        assert refused.status_code == 409
        assert refused.json()["error"]["type"] == "request_under_way"
        assert int(refused.headers["Retry-After"]) > 0
    assert any(answer.status_code == 409 for answer in answers)


@pytest.mark.parametrize(
    ("body", "status"), [({"name": ""}, 400), ({**VAN, "registration_number": "TAKEN"}, 409)]
)
async def test_an_error_is_not_remembered(
    world: World, manager: dict[str, str], body: Any, status: int
) -> None:
    taken = {**VAN, "registration_number": "TAKEN"}
    assert (await world.client.post(PATH, json=taken, headers=manager)).status_code == 201
    assert (await post(world, manager, body=body)).status_code == status
    assert (await post(world, manager)).status_code == 201


async def test_a_defect_of_ours_frees_the_key(
    world: World, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("fleet_app.records.service.Records.create", None)
        assert (await post(world, manager)).status_code == 500
    assert (await post(world, manager)).status_code == 201


async def test_who_may_not_is_told_so_every_time(world: World) -> None:
    dispatcher = await world.a(Role.DISPATCHER)
    for _ in range(2):
        assert (await post(world, dispatcher)).status_code == 403
    assert (await post(world, {})).status_code == 401
    assert await world.container.redis.keys("idempotency:*") == []


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_an_unfit_key_gets_400(world: World, manager: dict[str, str], key: str) -> None:
    answer = await post(world, manager, key)

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]["fields"]


async def test_what_is_done_is_answered_even_when_it_cannot_be_remembered(
    world: World, manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any) -> None:
        raise StoreUnavailable("The live store")

    monkeypatch.setattr(world.container.answers, "put", down)
    assert (await post(world, manager)).status_code == 201
    again = await post(world, manager)
    assert (again.status_code, again.json()["error"]["type"]) == (409, "request_under_way")


async def test_where_the_header_counts_it_is_described(world: World) -> None:
    paths = (await world.client.get("/api/openapi.json")).json()["paths"]
    described = {
        path
        for path, operations in paths.items()
        for parameter in operations.get("post", {}).get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }

    covered = {
        path
        for path, operations in paths.items()
        if "post" in operations and covers({"type": "http", "method": "POST", "path": path})
    }
    assert described == covered
    assert {"/api/v1/vehicles", "/api/v1/vehicles/bulk", "/api/v1/devices"} <= described
    assert not described & {"/api/v1/locations", "/api/v1/files", "/api/v1/auth/token"}
    assert "409" in paths["/api/v1/devices"]["post"]["responses"]
