"""OwnTracks over HTTP: its queue is never blocked and nothing it sends is lost unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.location.models import Source
from tests.builders.api import World

PATH = "/api/v1/devices/owntracks"


def message(**changes: Any) -> dict[str, Any]:
    return {
        "_type": "location", "lat": 52.3, "lon": 5.04, "tst": 1_795_342_000, "tid": "v1", **changes
    }  # fmt: skip


async def post(world: World, body: Any, **options: Any) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    auth = options.pop("auth", ("aino", world.device_token))
    return await world.client.post(PATH, content=content, auth=auth, **options)


async def test_a_location_is_stored_and_answered_with_an_empty_list(world: World) -> None:
    headers = {"X-Limit-U": "aino", "X-Limit-D": "phone"}

    answer = await post(world, message(vel=36, _id="r1"), headers=headers)

    assert (answer.status_code, answer.json()) == (200, [])
    (batch,) = await world.stored()
    assert (batch.vehicle_id, batch.source) == (world.vehicle_id, Source.OWNTRACKS)
    (fix,) = batch.fixes
    assert (fix.lat, fix.lon, fix.event_id) == (52.3, 5.04, "r1")
    assert fix.speed == pytest.approx(10)


async def test_an_array_holds_several_messages(world: World) -> None:
    body = [message(), message(tst=1_795_342_004), {"_type": "lwt", "tst": "1"}]

    assert (await post(world, body)).json() == []
    assert len(await world.fixes()) == 2


@pytest.mark.parametrize("body", [b"", {"_type": "status"}, {"_type": "cmd"}, [], {"_type": "x"}])
async def test_what_holds_no_position_is_answered_and_stores_nothing(
    world: World, body: Any
) -> None:
    answer = await post(world, body)

    assert (answer.status_code, answer.json()) == (200, [])
    assert await world.stored() == []
    assert await unreadable(world) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "json"),
        (b"\xff\xfe", "json"),
        ({"_type": "location"}, "coordinates"),
        ({"_type": "location", "lat": 52.0, "lon": 5.0}, "timestamp"),
        ({"_type": "encrypted", "data": "abc"}, "encrypted"),
        ({"some": "invalid message"}, "json"),
        ([3], "json"),
    ],
)
async def test_what_can_never_be_read_is_answered_200_counted_and_shown(
    world: World, body: Any, reason: str
) -> None:
    answer = await post(world, body)

    assert (answer.status_code, answer.json()) == (200, [])
    (payload,) = await unreadable(world)
    assert (payload["reason"], payload["source"]) == (reason, "owntracks")
    stats = await world.client.get(
        "/api/v1/ingest/stats", headers=await world.a(Role.FLEET_MANAGER)
    )
    assert stats.json()["data"]["unreadable"] == {reason: 1}


async def test_a_readable_message_beside_an_unreadable_one_is_kept(world: World) -> None:
    await post(world, [{"_type": "location"}, message()])

    assert len(await world.fixes()) == 1
    assert len(await unreadable(world)) == 1


async def test_wireless_networks_are_kept_nowhere(world: World) -> None:
    await post(world, message(SSID="HomeNet", BSSID="00:13:10:85:fe:01"))
    await post(world, {"_type": "location", "SSID": "HomeNet", "BSSID": "00:13:10:85:fe:01"})
    await post(world, b'{"_type":"location","SSID":"Home\\"Net","BSSID":"00:13:10:85:fe')

    kept = str(await world.fixes()) + str(await unreadable(world))
    assert "Net" not in kept
    assert "00:13" not in kept


@pytest.mark.parametrize(
    "auth", [None, ("aino", "wrong"), ("aino", ""), ("fdt_x", ""), ("aino", "fdt_" + "x" * 32)]
)
async def test_wrong_credentials_get_401(world: World, auth: tuple[str, str] | None) -> None:
    answer = await post(world, message(), auth=auth)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert await world.stored() == []


@pytest.mark.parametrize("value", ["Basic", "Basic !!!", "Basic /w==", "Basic " + "QQ" * 5000])
async def test_a_broken_authorization_header_gets_401(world: World, value: str) -> None:
    answer = await world.client.post(PATH, json=message(), headers={"Authorization": value})

    assert answer.status_code == 401


async def test_implausible_fixes_are_quarantined_with_200(world: World) -> None:
    answer = await post(world, [message(lat=0, lon=0), message(tst=0), message(lon=200)])

    assert answer.status_code == 200
    assert [fix.quarantine for fix in await world.fixes()] == [
        "zero_island", "ancient", "invalid_coordinates",
    ]  # fmt: skip


async def unreadable(world: World) -> list[dict[str, Any]]:
    answer = await world.client.get(
        "/api/v1/quarantine/unreadable", headers=await world.a(Role.DISPATCHER)
    )
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows
