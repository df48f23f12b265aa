"""Fixes and posts with everything a test does not care about filled in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from fleet_app.bootstrap import Container
from fleet_app.location.models import Fix, FixBatch, MotionStatus, Source, VehicleLive

NOON_MS = (time.time_ns() // 1_000_000 // 86_400_000 - 10) * 86_400_000 + 43_200_000
"""Noon (UTC), ten days ago."""
LAT, LON = 60.17, 24.94
METRES_NORTH = 1 / 111_195
"""Degrees of latitude in a metre."""


def a_fix(seconds: float = 0.0, metres_north: float = 0.0, **said: Any) -> Fix:
    """A fix so many seconds after noon, so many metres north of the centre."""
    return Fix(
        recorded_at_ms=NOON_MS + round(seconds * 1000),
        lat=said.pop("lat", LAT + metres_north * METRES_NORTH),
        lon=said.pop("lon", LON),
        **said,
    )


def a_batch(
    *fixes: Fix, vehicle_id: int = 1, fleet_id: int = 1, received_at_ms: int | None = None
) -> FixBatch:
    """One post of one vehicle."""
    return FixBatch(
        vehicle_id=vehicle_id,
        fleet_id=fleet_id,
        received_at_ms=received_at_ms or round(time.time() * 1000),
        source=Source.API,
        fixes=list(fixes),
    )


async def seen(
    container: Container,
    vehicle_id: int,
    fleet_id: int,
    status: MotionStatus = MotionStatus.MOVING,
    *,
    ago: timedelta = timedelta(seconds=5),
    speed: float | None = 8.0,
    battery: float | None = 80.0,
) -> None:
    """Remember a last position of a vehicle."""
    live = VehicleLive(
        vehicle_id=vehicle_id, fleet_id=fleet_id, recorded_at=datetime.now(UTC) - ago,
        received_at=datetime.now(UTC), lat=60.17, lon=24.94, speed=speed, heading=90.0,
        battery=battery, status=status, tracker={},
    )  # fmt: skip
    async with container.work() as session:
        session.add(live)
