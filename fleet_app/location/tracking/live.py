"""Last step: the fix is the present position."""

from __future__ import annotations

from fleet_app.location.frames import LivePosition
from fleet_app.location.models import Fix
from fleet_app.location.tracking.state import VehicleState, Verdict


def move_marker(state: VehicleState, fix: Fix) -> Verdict:
    """Take over what the phone says; what it leaves out is unknown, except the battery."""
    state.recorded_at_ms = fix.recorded_at_ms
    state.lat = fix.lat
    state.lon = fix.lon
    state.speed = fix.speed
    if fix.heading is not None or fix.speed is None or fix.speed > 0:
        state.heading = fix.heading  # a standing vehicle keeps looking where it came to rest
    state.accuracy = fix.accuracy
    if fix.battery is not None:  # many clients send it only now and then
        state.battery = fix.battery
    state.memory.held = ()
    return Verdict.ON


def live_position(state: VehicleState) -> LivePosition:
    """The state as others see it."""
    return LivePosition(
        vehicle_id=state.vehicle_id,
        lat=state.lat,
        lon=state.lon,
        recorded_at=state.recorded_at_ms / 1000,
        status=state.status,
        heading=state.heading,
        speed=state.speed,
        battery=state.battery,
    )
