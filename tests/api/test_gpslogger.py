"""GPSLogger over HTTP: query, form and JSON, with either way to show the token."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.location.models import Source
from tests.builders.api import World

PATH = "/api/v1/devices/gpslogger"
VALUES = {"lat": "60.5", "lon": "24.5", "timestamp": "1795342530", "spd": "10", "sat": "7"}


@pytest.mark.parametrize("dialect", ["get", "post", "form", "json", "slash"])
@pytest.mark.parametrize("basic", [True, False])
async def test_every_dialect_stores_the_fix(world: World, dialect: str, basic: bool) -> None:
    auth: Any = ("any", world.device_token) if basic else None
    values = VALUES if basic else {**VALUES, "id": world.device_token}
    client = world.client
    answer = await {
        "get": lambda: client.get(PATH, params=values, auth=auth),
        "slash": lambda: client.get(PATH + "/", params=values, auth=auth),
        "post": lambda: client.post(PATH, params=values, auth=auth),
        "form": lambda: client.post(PATH, data=values, auth=auth),
        "json": lambda: client.post(PATH, json=values, auth=auth),
    }[dialect]()

    assert answer.status_code == 200
    (batch,) = await world.stored()
    assert (batch.vehicle_id, batch.source) == (world.vehicle_id, Source.GPSLOGGER)
    (fix,) = batch.fixes
    assert (fix.lat, fix.lon, fix.speed) == (60.5, 24.5, 10)
    assert fix.recorded_at_ms == 1_795_342_530_000
    assert fix.attributes == {"sat": 7.0}


@pytest.mark.parametrize("token", [None, "", "wrong", "fdt_" + "x" * 32])
async def test_wrong_tokens_get_401(world: World, token: str | None) -> None:
    values = VALUES if token is None else {**VALUES, "id": token}

    answer = await world.client.get(PATH, params=values)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert await world.stored() == []


async def test_an_unreadable_place_is_answered_200_and_shown(world: World) -> None:
    answer = await world.client.get(
        PATH, params={"lat": "%LAT", "lon": "24", "id": world.device_token}
    )

    assert answer.status_code == 200
    shown = await world.client.get(
        "/api/v1/quarantine/unreadable", headers=await world.a(Role.DISPATCHER)
    )
    assert [row["reason"] for row in shown.json()["data"]] == ["coordinates"]


async def test_broken_json_of_a_known_device_is_answered_200_and_shown(world: World) -> None:
    answer = await world.client.post(
        PATH,
        content=b"{",
        auth=("any", world.device_token),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 200
    shown = await world.client.get(
        "/api/v1/quarantine/unreadable", headers=await world.a(Role.DISPATCHER)
    )
    assert [row["reason"] for row in shown.json()["data"]] == ["json"]
