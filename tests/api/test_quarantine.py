"""Fixes kept apart are seen by those who run the fleet, and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import to_ms
from fleet_app.location.models import Fix, FixBatch, QuarantineReason, Source
from fleet_app.location.tracking.jump import AGREEING
from tests.builders.api import World
from tests.builders.fixes import a_batch, a_fix

PATH = "/api/v1/quarantine"


@pytest.fixture
async def kept(world: World) -> None:
    """Three odd fixes of the own vehicle, one of another fleet's."""
    now = to_ms(datetime.now(UTC))
    reasons = [
        QuarantineReason.ZERO_ISLAND,
        QuarantineReason.ZERO_ISLAND,
        QuarantineReason.FUTURE,
    ]
    own = [
        Fix(recorded_at_ms=now - i * 1000, lat=0.0, lon=0.0, speed=3.0, quarantine=reason)
        for i, reason in enumerate(reasons)
    ]
    other = [Fix(recorded_at_ms=now, lat=99.0, lon=0.0, quarantine=QuarantineReason.ANCIENT)]
    for vehicle, fleet, fixes in (
        (world.vehicle_id, world.fleet_id, own),
        (world.other_vehicle_id, world.other_fleet_id, other),
    ):
        batch = FixBatch(
            vehicle_id=vehicle, fleet_id=fleet, received_at_ms=now, source=Source.OSMAND,
            fixes=fixes,
        )  # fmt: skip
        await world.container.history.store([batch])


async def rows(world: World, **params: Any) -> list[dict[str, Any]]:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@pytest.mark.usefixtures("kept")
async def test_a_fleets_odd_fixes_are_listed_with_their_reason(world: World) -> None:
    found = await rows(world)

    assert len(found) == 3
    assert {row["vehicle_id"] for row in found} == {world.vehicle_id}
    assert {row["source"] for row in found} == {"osmand"}
    assert sorted(row["reason"] for row in found) == ["future", "zero_island", "zero_island"]


@pytest.mark.usefixtures("kept")
async def test_filters_and_pages(world: World) -> None:
    assert len(await rows(world, reason="future")) == 1
    assert len(await rows(world, vehicle_id=world.vehicle_id, limit=2)) == 2
    assert len(await rows(world, vehicle_id=world.vehicle_id, limit=2, page=2)) == 1
    assert await rows(world, vehicle_id=world.other_vehicle_id) == []


@pytest.mark.usefixtures("kept")
async def test_fixes_of_a_deleted_vehicle_are_shown_only_when_asked_for(world: World) -> None:
    assert {row["vehicle_deleted"] for row in await rows(world)} == {False}
    async with world.container.work() as session:
        vehicle = await session.get_one(Vehicle, world.vehicle_id)
        vehicle.deleted_at = datetime.now(UTC)
        name = vehicle.name

    assert await rows(world) == []
    for asked in ("with", "only"):
        found = await rows(world, deleted=asked)
        assert len(found) == 3
        assert {(row["vehicle"], row["vehicle_deleted"]) for row in found} == {(name, True)}
    headers = await world.a(Role.SYSTEM_ADMIN)
    answer = await world.client.get(PATH, params={"deleted": "with"}, headers=headers)
    told = [row["vehicle_deleted"] for row in answer.json()["data"]]
    assert sorted(told) == [False, True, True, True]


@pytest.mark.usefixtures("kept")
async def test_administrators_see_every_fleets(world: World) -> None:
    headers = await world.a(Role.SYSTEM_ADMIN)
    answer = await world.client.get(PATH, headers=headers)

    assert answer.json()["meta"]["pagination"]["total"] == 4


async def jumps_counted(world: World) -> int:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get("/api/v1/ingest/stats", headers=headers)
    return int(answer.json()["data"]["quarantined"].get("impossible_jump", 0))


async def test_impossible_jumps_are_counted_for_as_long_as_they_are_held(world: World) -> None:
    tracker = world.container.new_tracker()

    async def post(seconds: float, metres: float) -> None:
        batch = a_batch(
            a_fix(seconds, metres), vehicle_id=world.vehicle_id, fleet_id=world.fleet_id
        )
        await tracker.handle([batch])
        await tracker.handle([batch], again=True)  # delivered twice, counted once

    await post(0, 0)
    assert await jumps_counted(world) == 0
    for i in range(1, AGREEING):
        await post(10 * i, 60_000)
    assert await jumps_counted(world) == AGREEING - 1
    assert len(await rows(world, reason="impossible_jump")) == AGREEING - 1
    await post(10 * AGREEING, 60_000)  # and now they are believed
    assert await jumps_counted(world) == 0


async def test_another_fleets_jumps_are_not_counted(world: World) -> None:
    tracker = world.container.new_tracker()
    for fix in (a_fix(0), a_fix(10, 60_000)):
        batch = a_batch(fix, vehicle_id=world.other_vehicle_id, fleet_id=world.other_fleet_id)
        await tracker.handle([batch])

    assert await jumps_counted(world) == 0


async def test_an_unknown_reason_gets_400(world: World) -> None:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params={"reason": "boredom"}, headers=headers)

    assert answer.status_code == 400
