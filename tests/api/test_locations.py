"""POST /api/v1/locations: what is taken over, what is refused, and what is left behind."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.location.models import QuarantineReason, Source
from tests.builders.api import World, a_device, a_fix
from tests.builders.people import a_driver, a_person, a_vehicle

PATH = "/api/v1/locations"


async def test_one_fix_of_a_device_is_in_the_log_when_the_answer_comes(world: World) -> None:
    fix = a_fix(speed=8.5, heading=360, accuracy=4, altitude=12, battery=80, event_id="e-1")

    answer = await world.client.post(PATH, json=fix, headers=world.device)

    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["accepted"] == 1
    assert data["quarantined"] == []
    assert datetime.fromisoformat(data["received_at"]).tzinfo is not None
    (batch,) = await world.stored()
    assert (batch.vehicle_id, batch.fleet_id) == (world.vehicle_id, world.fleet_id)
    assert batch.source is Source.API
    (stored,) = batch.fixes
    assert (stored.lat, stored.lon, stored.speed, stored.heading) == (60.17, 24.94, 8.5, 0.0)
    assert (stored.accuracy, stored.altitude, stored.battery) == (4, 12, 80)
    assert stored.event_id == "e-1"
    assert stored.quarantine is None


@pytest.mark.parametrize("shape", ["object", "list", "wrapped"])
async def test_every_shape_of_body_is_taken(world: World, shape: str) -> None:
    fix = a_fix()
    body: Any = {"object": fix, "list": [fix], "wrapped": {"fixes": [fix]}}[shape]

    answer = await world.client.post(PATH, json=body, headers=world.device)

    assert answer.status_code == 200
    assert len(await world.fixes()) == 1


@pytest.mark.parametrize(
    "recorded_at",
    ["2026-01-02T03:04:05.678Z", "2026-01-02T05:04:05.678+02:00", 1767323045.678, 1767323045678],
)
async def test_times_come_with_a_zone_or_as_epoch_numbers(
    world: World, recorded_at: str | float
) -> None:
    await world.client.post(PATH, json=a_fix(recorded_at=recorded_at), headers=world.device)

    (fix,) = await world.fixes()
    assert fix.recorded_at_ms == 1767323045678


async def test_a_driver_speaks_for_the_vehicle_he_drives_now(world: World) -> None:
    answer = await world.client.post(PATH, json=a_fix(), headers=await world.bearer(world.driver))

    assert answer.status_code == 200
    (batch,) = await world.stored()
    assert batch.vehicle_id == world.vehicle_id


async def test_naming_the_own_vehicle_is_fine(world: World) -> None:
    body = {"vehicle_id": world.vehicle_id, "fixes": [a_fix(vehicle_id=world.vehicle_id)]}

    assert (await world.client.post(PATH, json=body, headers=world.device)).status_code == 200


@pytest.mark.parametrize("place", ["post", "fix"])
async def test_another_fleets_vehicle_does_not_exist(world: World, place: str) -> None:
    other = {"vehicle_id": world.other_vehicle_id}
    body = {"fixes": [a_fix()], **other} if place == "post" else [a_fix(), a_fix(**other)]

    answer = await world.client.post(PATH, json=body, headers=world.device)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "not_found"
    assert await world.stored() == []


async def test_a_vehicle_of_the_same_fleet_that_is_not_the_senders_does_not_exist(
    world: World,
) -> None:
    colleague = await a_vehicle(world.container, world.fleet_id)

    answer = await world.client.post(PATH, json=a_fix(vehicle_id=colleague), headers=world.device)

    assert answer.status_code == 404


async def test_a_driver_without_a_vehicle_gets_404(world: World) -> None:
    walker = await a_person(world.container, Role.DRIVER, world.fleet_id)
    await a_driver(world.container, walker)

    answer = await world.client.post(PATH, json=a_fix(), headers=await world.bearer(walker))

    assert answer.status_code == 404


async def test_a_dispatcher_sends_no_positions(world: World) -> None:
    answer = await world.client.post(PATH, json=a_fix(), headers=await world.a(Role.DISPATCHER))

    assert answer.status_code == 403
    assert await world.stored() == []


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer ", "Bearer nonsense", "Bearer fdt_" + "x" * 32, "Basic Zm9vOmJhcg==", "fdt_x"],
)
async def test_wrong_tokens_get_401(world: World, authorization: str) -> None:
    answer = await world.client.post(PATH, json=a_fix(), headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer.json()["status"] == "error"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert await world.stored() == []


async def test_a_session_cookie_is_no_way_to_send_positions(world: World) -> None:
    headers = {"Cookie": "fleet_session=" + "x" * 43}

    assert (await world.client.post(PATH, json=a_fix(), headers=headers)).status_code == 401


async def test_every_wrong_value_is_named_and_nothing_is_stored(world: World) -> None:
    fixes = [a_fix() for _ in range(6)]
    fixes[1]["latitude"] = 95
    fixes[2]["heading"] = 700
    fixes[3]["speed"] = -5
    fixes[3]["battery"] = 250
    del fixes[4]["longitude"]
    fixes[5]["recorded_at"] = "2026-01-02T03:04:05"

    answer = await world.client.post(PATH, json={"fixes": fixes}, headers=world.device)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["type"] == "invalid_input"
    assert set(error["fields"]) == {
        "fixes[1].latitude",
        "fixes[2].heading",
        "fixes[3].speed",
        "fixes[3].battery",
        "fixes[4].longitude",
        "fixes[5].recorded_at",
    }
    assert "90" in error["fields"]["fixes[1].latitude"]
    assert "zone" in error["fields"]["fixes[5].recorded_at"]
    assert await world.stored() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latitude": "60.1"}, "latitude"),
        ({"latitude": None}, "latitude"),
        ({"longitude": -180.5}, "longitude"),
        ({"recorded_at": "yesterday"}, "recorded_at"),
        ({"recorded_at": True}, "recorded_at"),
        ({"recorded_at": -1}, "recorded_at"),
        ({"recorded_at": 1e17}, "recorded_at"),
        ({"speed": 3.6e2}, "speed"),
        ({"event_id": "x" * 65}, "event_id"),
        ({"event_id": ""}, "event_id"),
        ({"event_id": "a\0b"}, "event_id"),
        ({"attributes": {"a": {"b": 1}}}, "attributes"),
        ({"attributes": {"a": "x" * 257}}, "attributes"),
        ({"attributes": {"a": "\0"}}, "attributes"),
        ({"attributes": {"a": 2**70}}, "attributes"),
        ({"attributes": {f"k{i}": i for i in range(33)}}, "attributes"),
        ({"attributes": []}, "attributes"),
        ({"vehicle_id": "1"}, "vehicle_id"),
    ],
)
async def test_a_wrong_value_is_named(world: World, changes: dict[str, Any], field: str) -> None:
    answer = await world.client.post(PATH, json=a_fix(**changes), headers=world.device)

    assert answer.status_code == 400
    fields = answer.json()["error"]["fields"] or {}
    assert field in fields
    assert await world.stored() == []


async def test_implausible_fixes_are_taken_over_and_named(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=11)).isoformat()
    fixes = [
        a_fix(),
        a_fix(latitude=0, longitude=0),
        a_fix(recorded_at=soon),
        a_fix(recorded_at="1999-12-31T23:59:59Z"),
    ]

    answer = await world.client.post(PATH, json=fixes, headers=world.device)

    assert answer.status_code == 200
    assert answer.json()["data"]["accepted"] == 4
    assert answer.json()["data"]["quarantined"] == [
        {"index": 1, "reason": "zero_island"},
        {"index": 2, "reason": "future"},
        {"index": 3, "reason": "ancient"},
    ]
    assert [fix.quarantine for fix in await world.fixes()] == [
        None,
        QuarantineReason.ZERO_ISLAND,
        QuarantineReason.FUTURE,
        QuarantineReason.ANCIENT,
    ]


async def test_exact_repetitions_in_a_post_are_stored_once(world: World) -> None:
    fix, other = a_fix(recorded_at=1_790_000_000), a_fix(recorded_at=1_790_000_000, speed=1)

    answer = await world.client.post(PATH, json=[fix, other, fix], headers=world.device)

    assert answer.json()["data"]["accepted"] == 3
    assert answer.json()["data"]["duplicates"] == 1
    assert [f.speed for f in await world.fixes()] == [None, 1]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_post_holds_1_to_500_fixes(world: World, count: int) -> None:
    for body in ([a_fix()] * count, {"fixes": [a_fix()] * count}):
        answer = await world.client.post(PATH, json=body, headers=world.device)

        assert answer.status_code == 400
        assert "fixes" in answer.json()["error"]["fields"]
    assert await world.stored() == []


async def test_500_fixes_are_taken_in_one_post(world: World) -> None:
    fixes = [a_fix(recorded_at=1_790_000_000 + i) for i in range(500)]

    answer = await world.client.post(PATH, json={"fixes": fixes}, headers=world.device)

    assert answer.json()["data"]["accepted"] == 500
    assert len(await world.fixes()) == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"text"',
        b"[1, 2]",
        b"[[]]",
        b"\xff\xfe",
        b'{"fixes": 3}',
        b'{"fixes": {"latitude": 1}}',
        b'{"recorded_at": NaN}',
        b'{"recorded_at": 1, "latitude": 1e999, "longitude": 1}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"recorded_at=1&latitude=2",
    ],
)
async def test_malformed_bodies_get_400_in_the_envelope(world: World, body: bytes) -> None:
    answer = await world.client.post(PATH, content=body, headers=world.device)

    assert answer.status_code == 400
    envelope = answer.json()
    assert (envelope["status"], envelope["code"], envelope["data"]) == ("error", 400, None)
    assert "Traceback" not in answer.text
    assert await world.stored() == []


async def test_a_gzip_body_is_unpacked(world: World) -> None:
    body = gzip.compress(json.dumps([a_fix()]).encode())
    headers = {**world.device, "Content-Encoding": "gzip"}

    answer = await world.client.post(PATH, content=body, headers=headers)

    assert answer.status_code == 200
    assert len(await world.fixes()) == 1


async def test_a_gzip_bomb_gets_413(world: World) -> None:
    bomb = gzip.compress(b" " * 300_000_000)
    assert len(bomb) < world.container.settings.ingest_max_bytes
    headers = {**world.device, "Content-Encoding": "gzip"}

    answer = await world.client.post(PATH, content=bomb, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "too_large"


@pytest.mark.parametrize(
    "body",
    [b"not gzip", gzip.compress(b"[]")[:-4], gzip.compress(b"[]") + b"x", b""],
    ids=["no gzip", "cut", "more behind it", "empty"],
)
async def test_broken_gzip_gets_400(world: World, body: bytes) -> None:
    headers = {**world.device, "Content-Encoding": "gzip"}

    assert (await world.client.post(PATH, content=body, headers=headers)).status_code == 400


async def test_an_unknown_encoding_gets_400(world: World) -> None:
    headers = {**world.device, "Content-Encoding": "br"}

    assert (await world.client.post(PATH, content=b"x", headers=headers)).status_code == 400


async def test_a_body_beyond_the_limit_is_refused_by_its_length(world: World) -> None:
    body = b" " * (world.container.settings.ingest_max_bytes + 1)

    answer = await world.client.post(PATH, content=body, headers=world.device)

    assert answer.status_code == 413


async def test_an_endless_body_is_cut_off_while_it_arrives(world: World) -> None:
    """No length is declared, and reading stops at the limit rather than at the end."""
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 10 * world.container.settings.ingest_max_bytes:
            sent += 65_536
            yield b" " * 65_536

    answer = await world.client.post(PATH, content=endless(), headers=world.device)

    assert answer.status_code == 413
    assert sent <= world.container.settings.ingest_max_bytes + 2 * 65_536


async def test_a_revoked_device_token_stops_working(world: World) -> None:
    token = await a_device(world.container, world.vehicle_id)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await world.client.post(PATH, json=a_fix(), headers=headers)).status_code == 200
    manager = await world.a(Role.FLEET_MANAGER)
    newest = (await world.client.get("/api/v1/devices", headers=manager)).json()["data"][0]

    await world.client.delete(f"/api/v1/devices/{newest['id']}", headers=manager)

    assert (await world.client.post(PATH, json=a_fix(), headers=headers)).status_code == 401
