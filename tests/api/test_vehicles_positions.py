"""Where vehicles are, and where they have been."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fleet_app.access.roles import Role
from fleet_app.kernel.clock import to_ms
from fleet_app.location.frames import LivePosition
from fleet_app.location.models import Fix, FixBatch, MotionStatus, Source
from tests.builders.api import World
from tests.builders.fixes import seen

PATH = "/api/v1/vehicles"


async def test_where_a_vehicle_is_right_now(world: World) -> None:
    recorded = datetime.now(UTC).timestamp()
    position = LivePosition(
        vehicle_id=world.vehicle_id, lat=60.2, lon=24.9, recorded_at=recorded,
        status=MotionStatus.MOVING, heading=12.5, speed=9.5, battery=66.0,
    )  # fmt: skip
    await world.container.live.publish(world.fleet_id, [position])

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    when = datetime.fromisoformat(data.pop("recorded_at")).timestamp()
    assert when == pytest.approx(recorded, abs=1.1)
    assert data == {
        "vehicle_id": world.vehicle_id, "latitude": 60.2, "longitude": 24.9, "speed": 9.5,
        "heading": 12.5, "battery": 66.0, "status": "moving", "stale": False,
    }  # fmt: skip


async def test_where_a_vehicle_was_is_marked_as_stale(world: World) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id, ago=timedelta(hours=2))

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.bearer(world.driver)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"], data["latitude"]) == (True, "offline", 60.17)


@pytest.mark.parametrize(
    ("age", "stale", "status"), [(90, False, "moving"), (3 * 3600, True, "offline")]
)
async def test_an_old_fix_that_has_just_been_uploaded_is_as_old_as_it_is(
    world: World, age: float, stale: bool, status: str
) -> None:
    position = LivePosition(
        vehicle_id=world.vehicle_id, lat=60.2, lon=24.9, status=MotionStatus.MOVING, speed=9.5,
        recorded_at=datetime.now(UTC).timestamp() - age,
    )  # fmt: skip
    await world.container.live.publish(world.fleet_id, [position])

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"], data["latitude"]) == (stale, status, 60.2)


async def test_without_the_live_store_a_recent_position_is_not_stale(world: World) -> None:
    await seen(world.container, world.vehicle_id, world.fleet_id, ago=timedelta(seconds=90))

    answer = await world.client.get(
        f"{PATH}/{world.vehicle_id}/location", headers=await world.a(Role.DISPATCHER)
    )

    data = answer.json()["data"]
    assert (data["stale"], data["status"]) == (False, "moving")


async def test_a_vehicle_never_seen_has_no_position(world: World) -> None:
    headers = await world.a(Role.DISPATCHER)

    for vehicle_id in (world.vehicle_id, world.other_vehicle_id, 999_999):
        answer = await world.client.get(f"{PATH}/{vehicle_id}/location", headers=headers)
        assert answer.status_code == 404


async def test_a_trail_is_the_newest_points_oldest_first(world: World) -> None:
    now = to_ms(datetime.now(UTC).replace(microsecond=0))
    start = now - 3000 * 1000
    fixes = [
        Fix(recorded_at_ms=start + i * 1000, lat=60 + i / 1e5, lon=24.0, speed=float(i % 30))
        for i in range(2500)
    ]
    batch = FixBatch(
        vehicle_id=world.vehicle_id, fleet_id=world.fleet_id, received_at_ms=now,
        source=Source.API, fixes=fixes,
    )  # fmt: skip
    await world.container.history.store([batch])
    headers = await world.a(Role.DISPATCHER)

    hour = await world.client.get(f"{PATH}/{world.vehicle_id}/trail", headers=headers)
    short = await world.client.get(
        f"{PATH}/{world.vehicle_id}/trail", params={"minutes": 10}, headers=headers
    )

    points = hour.json()["data"]["points"]
    assert len(points) == 2000
    assert points == sorted(points, key=lambda point: point[2])
    last = fixes[-1]
    assert points[-1] == [24.0, pytest.approx(last.lat), last.recorded_at_ms / 1000, last.speed]
    assert 90 < len(short.json()["data"]["points"]) < 110
