"""Bodies that cannot be decoded: a tracker that is known hears 200, and people see them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from fleet_app.access.roles import Role
from tests.builders.api import World

WHOLE = gzip.compress(b"[]", mtime=0)
BROKEN = [b"not gzip", WHOLE[:-4], WHOLE + b"x"]
NAMES = ["osmand", "owntracks", "gpslogger"]


async def post(world: World, name: str, body: bytes, encoding: str = "gzip", **query: Any) -> Any:
    return await world.client.post(
        f"/api/v1/devices/{name}",
        content=body,
        params={} if name == "owntracks" else {"id": world.device_token, **query},
        headers={"Content-Encoding": encoding, "Content-Type": "application/json"},
        auth=("any", world.device_token) if name == "owntracks" else None,
    )


async def unreadable(world: World) -> list[dict[str, Any]]:
    answer = await world.client.get(
        "/api/v1/quarantine/unreadable", headers=await world.a(Role.DISPATCHER)
    )
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", BROKEN)
async def test_broken_gzip_is_answered_200_and_shown(world: World, name: str, body: bytes) -> None:
    answer = await post(world, name, body)

    assert answer.status_code == 200
    (payload,) = await unreadable(world)
    assert (payload["source"], payload["reason"]) == (name, "encoding")
    assert await world.stored() == []


@pytest.mark.parametrize("name", NAMES)
async def test_an_encoding_we_do_not_know_is_answered_200_and_shown(
    world: World, name: str
) -> None:
    assert (await post(world, name, b"x", "br")).status_code == 200
    assert [payload["reason"] for payload in await unreadable(world)] == ["encoding"]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_an_empty_body_needs_no_decoding(world: World, encoding: str) -> None:
    answer = await post(world, "osmand", b"", encoding, lat=60.0, lon=24.0)

    assert answer.status_code == 200
    assert len(await world.fixes()) == 1


async def test_unreadable_json_of_a_known_phone_does_not_block_its_queue(world: World) -> None:
    answer = await post(world, "osmand", b"{", "identity")

    assert answer.status_code == 200
    assert [payload["reason"] for payload in await unreadable(world)] == ["json"]


@pytest.mark.parametrize("name", ["osmand", "gpslogger"])
async def test_a_form_of_too_many_fields_does_not_block_a_queue(world: World, name: str) -> None:
    body = "&".join(f"a{n}=1" for n in range(201)).encode()
    answer = await world.client.post(
        f"/api/v1/devices/{name}",
        content=body,
        params={"id": world.device_token},
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 200
    assert [payload["reason"] for payload in await unreadable(world)] == ["parameters"]


async def test_a_body_that_nobody_can_tell_whose_it_is_gets_400(world: World) -> None:
    headers = {"Content-Encoding": "gzip"}
    answer = await world.client.post("/api/v1/devices/osmand", content=b"x", headers=headers)

    assert answer.status_code == 400


async def test_readable_gzip_is_taken(world: World) -> None:
    message = {"_type": "location", "lat": 60.0, "lon": 24.0, "tst": 1_795_342_000}

    answer = await post(world, "owntracks", gzip.compress(json.dumps(message).encode()))

    assert answer.status_code == 200
    assert len(await world.fixes()) == 1
