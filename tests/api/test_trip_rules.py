"""A fleet's rules of trips, stops and limits over the API: who may set them, and to what."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from tests.api.conftest import World


async def patch(world: World, role: Role, **rules: object):
    return await world.client.patch(
        f"/api/v1/fleets/{world.fleet_id}", headers=await world.a(role), json=rules
    )


async def test_the_manager_sets_them_and_the_office_reads_them(world: World) -> None:
    answer = await patch(world, Role.FLEET_MANAGER, stop_after_min=7.5, speed_limit=25)
    assert answer.status_code == 200, answer.text
    read = await world.client.get(
        f"/api/v1/fleets/{world.fleet_id}", headers=await world.a(Role.DISPATCHER)
    )
    told = read.json()["data"]
    assert (told["stop_after_min"], told["speed_limit"]) == (7.5, 25)
    assert told["silent_after_min"] is None
    assert "movement" not in told


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.DRIVER])
async def test_nobody_else_does(world: World, role: Role) -> None:
    assert (await patch(world, role, stop_after_min=7)).status_code in (403, 404)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("stop_after_min", 0.5, "must be at least 1"),
        ("stop_after_min", 61, "must be at most 60"),
        ("speed_limit", 5, "must be at least 5.55"),
        ("speed_limit", 56, "must be at most 55.56"),
        ("low_battery_pct", 51, "must be at most 50"),
        ("silent_after_min", 1, "must be at least 2"),
        ("silent_after_min", 1441, "must be at most 1440"),
        ("max_accuracy_m", 9, "must be at least 10"),
        ("trip_gap_min", "soon", "must be a number"),
    ],
)
async def test_what_nobody_means_is_refused(world: World, field, value, message) -> None:
    answer = await patch(world, Role.FLEET_MANAGER, **{field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == {field: message}


async def test_a_trip_does_not_end_in_what_is_no_gap_yet(world: World) -> None:
    answer = await patch(world, Role.FLEET_MANAGER, gap_after_min=30, trip_gap_min=20)
    assert answer.json()["error"]["fields"] == {"trip_gap_min": "must not be shorter than a gap"}
