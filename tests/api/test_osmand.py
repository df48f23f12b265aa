"""OsmAnd and Traccar Client over HTTP: dialects, identifiers and status codes."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.identity.models import SpeedUnit
from fleet_app.location.models import Source
from tests.builders.api import World, a_device
from tests.builders.people import a_vehicle

PATH = "/api/v1/devices/osmand"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def in_json(token: str | None, **changes: Any) -> dict[str, Any]:
    coords = {"latitude": 60.5, "longitude": 24.5, "speed": 10, "heading": -1}
    location = {"timestamp": "2026-11-22T10:15:30Z", "coords": coords, **changes}
    return {"location": location} if token is None else {"location": location, "device_id": token}


@pytest.mark.parametrize("path", [PATH, PATH + "/"])
@pytest.mark.parametrize("dialect", ["get", "post", "form", "json", "array"])
async def test_every_dialect_stores_the_fix(world: World, path: str, dialect: str) -> None:
    token = world.device_token
    query = {"id": token, "lat": "60.5", "lon": "24.5", "timestamp": "1795342530", "speed": "10"}
    client = world.client
    answer = await {
        "get": lambda: client.get(path, params=query),
        "post": lambda: client.post(path, params=query),
        "form": lambda: client.post(path, data=query),
        "json": lambda: client.post(path, json=in_json(token)),
        "array": lambda: client.post(path, json=[query, {**query, "timestamp": 1795342531}]),
    }[dialect]()

    assert answer.status_code == 200
    assert answer.content == b""
    (batch,) = await world.stored()
    assert (batch.vehicle_id, batch.source) == (world.vehicle_id, Source.OSMAND)
    fix = batch.fixes[0]
    assert (fix.lat, fix.lon, fix.recorded_at_ms) == (60.5, 24.5, 1_795_342_530_000)
    assert fix.speed == pytest.approx(10 if dialect == "json" else 5.1444, abs=1e-4)
    assert len(batch.fixes) == (2 if dialect == "array" else 1)


async def test_a_devices_own_speed_unit_counts(world: World) -> None:
    token = await a_device(world.container, world.vehicle_id, SpeedUnit.KILOMETRES_PER_HOUR)

    await world.client.get(PATH, params={"id": token, "lat": 60, "lon": 24, "speed": 36})

    (fix,) = await world.fixes()
    assert fix.speed == pytest.approx(10)


async def test_query_beats_form(world: World) -> None:
    form = "id=fdt_wrong&lat=1.5&lon=1.5&batt=50"
    query = {"id": world.device_token, "lat": 60.5}

    answer = await world.client.post(PATH, params=query, content=form, headers=FORM)

    assert answer.status_code == 200
    (fix,) = await world.fixes()
    assert (fix.lat, fix.lon, fix.battery) == (60.5, 1.5, 50)


async def test_the_token_may_stand_in_the_query_of_a_json_post(world: World) -> None:
    answer = await world.client.post(
        PATH, params={"id": world.device_token}, json=in_json("48241179")
    )

    assert answer.status_code == 200
    assert len(await world.fixes()) == 1


@pytest.mark.parametrize(
    "params",
    [
        {"timestamp": "1795342530", "cell": "257,02,16,2224", "wifi": "00-14-22-01-23-45,-80"},
        {"notificationToken": "abc"},
        {"batt": "50"},
    ],
)
async def test_messages_without_a_place_are_answered_and_store_nothing(
    world: World, params: dict[str, str]
) -> None:
    answer = await world.client.post(PATH, params={"id": world.device_token, **params})

    assert answer.status_code == 200
    assert await world.stored() == []


async def test_a_heartbeat_in_json_is_answered_and_stores_nothing(world: World) -> None:
    body = {"device_id": world.device_token, "location": {"timestamp": "2026-11-22T10:15:30Z"}}

    assert (await world.client.post(PATH, json=body)).status_code == 200
    assert await world.stored() == []


@pytest.mark.parametrize("token", ["48241179", "fdt_" + "x" * 32, "x" * 5000])
async def test_an_unknown_device_gets_400_in_query_and_form_and_404_in_json(
    world: World, token: str
) -> None:
    flat = {"id": token, "lat": "60", "lon": "24"}

    assert (await world.client.get(PATH, params=flat)).status_code == 400
    assert (await world.client.post(PATH, data=flat)).status_code == 400
    assert (await world.client.post(PATH, json=in_json(token))).status_code == 404
    assert (await world.client.post(PATH, json=[flat])).status_code == 404
    assert await world.stored() == []


async def test_a_missing_identifier_gets_400_in_every_dialect(world: World) -> None:
    flat = {"lat": "60", "lon": "24"}
    answers = [
        await world.client.get(PATH),
        await world.client.get(PATH, params=flat),
        await world.client.post(PATH, data=flat),
        await world.client.post(PATH, json=in_json(None)),
        await world.client.post(PATH, json=[flat]),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert answers[1].json()["error"]["fields"] == {"id": "is missing"}


async def test_one_unknown_device_in_an_array_stores_nothing_of_it(world: World) -> None:
    flat = {"lat": "60", "lon": "24"}
    body = [{**flat, "id": world.device_token}, {**flat, "id": "fdt_" + "x" * 32}]

    assert (await world.client.post(PATH, json=body)).status_code == 404
    assert await world.stored() == []


async def test_broken_json_gets_400(world: World) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await world.client.post(PATH, content=b"{", headers=headers)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "params",
    [{"lat": "abc", "lon": "24"}, {"lat": "60"}, {"lat": "60", "lon": "24", "timestamp": "noon"}],
)
async def test_what_can_never_be_read_does_not_block_the_phones_queue_and_is_shown(
    world: World, params: dict[str, str]
) -> None:
    answer = await world.client.get(PATH, params={"id": world.device_token, **params})

    assert answer.status_code == 200
    assert await world.stored() == []
    shown = await world.client.get(
        "/api/v1/quarantine/unreadable", headers=await world.a(Role.DISPATCHER)
    )
    (payload,) = shown.json()["data"]
    assert (payload["vehicle_id"], payload["source"]) == (world.vehicle_id, "osmand")
    assert payload["reason"] in ("coordinates", "timestamp")
    assert world.device_token not in payload["text"]
    for value in params.values():
        assert value in payload["text"]


async def test_an_implausible_fix_is_quarantined_with_200(world: World) -> None:
    for lat, lon in (("95", "24"), ("0", "0")):
        params = {"id": world.device_token, "lat": lat, "lon": lon}
        assert (await world.client.get(PATH, params=params)).status_code == 200

    assert {fix.quarantine for fix in await world.fixes()} == {"invalid_coordinates", "zero_island"}


async def test_an_array_may_hold_several_devices(world: World) -> None:
    colleague = await a_vehicle(world.container, world.fleet_id)
    other = await a_device(world.container, colleague)
    flat = {"lat": "60", "lon": "24"}

    await world.client.post(PATH, json=[{**flat, "id": world.device_token}, {**flat, "id": other}])

    assert {b.vehicle_id for b in await world.stored()} == {world.vehicle_id, colleague}


async def test_other_methods_get_405(world: World) -> None:
    answer = await world.client.put(PATH)

    assert answer.status_code == 405
    assert "GET, POST" in answer.headers["Allow"]


async def test_absurdly_many_parameters_get_400(world: World) -> None:
    answer = await world.client.get(PATH + "?" + "&".join(f"a{i}=1" for i in range(500)))

    assert answer.status_code == 400
