"""Third step: does the vehicle move, wait, or stand? With hysteresis, so that it does not flicker.

Moving starts at `START_SPEED` and ends below `REST_SPEED`. A vehicle at rest is idle (a traffic
light, a doorstep) and becomes stopped after `STOPPED_AFTER_MS`. When the device reports its
ignition, that decides between idle and stopped.
"""

from __future__ import annotations

from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix, MotionStatus
from fleet_app.location.tracking.state import Sighting, VehicleState, Verdict

START_SPEED = 2.0
"""m/s: faster than a walking driver with the phone in hand (1.4 m/s)."""
REST_SPEED = 1.0
"""m/s: receivers at rest report up to about this from noise."""
STOPPED_AFTER_MS = 180_000
"""Longer than a red light (rarely over two minutes), shorter than a delivery stop."""
ANCHOR_RADIUS_M = 50.0
"""Without a reported speed, leaving this circle is movement: twice a poor urban accuracy."""
ANCHOR_REST_MS = 60_000
"""Without a reported speed, staying in the circle this long is rest (50 m a minute is 0.8 m/s)."""


def follow_motion(state: VehicleState, fix: Fix) -> Verdict:
    """Update the status and the moment the vehicle came to rest."""
    moves = _moves_by_speed(fix.speed) if fix.speed is not None else _moves_by_place(state, fix)
    if moves is None:  # between the thresholds: as before, but a first fix rests
        moves = state.status is MotionStatus.MOVING
    memory = state.memory
    if moves:
        memory.standing_since_ms = None
        state.status = MotionStatus.MOVING
        return Verdict.ON
    if memory.standing_since_ms is None:
        memory.standing_since_ms = fix.recorded_at_ms
    state.status = _at_rest(fix, fix.recorded_at_ms - memory.standing_since_ms)
    return Verdict.ON


def _moves_by_speed(speed: float) -> bool | None:
    if speed >= START_SPEED:
        return True
    return False if speed < REST_SPEED else None


def _moves_by_place(state: VehicleState, fix: Fix) -> bool | None:
    memory, anchor = state.memory, state.memory.anchor
    if anchor is None and state.seen:
        anchor = Sighting(state.recorded_at_ms, state.lat, state.lon)
    if anchor is None or distance_m(anchor.lat, anchor.lon, fix.lat, fix.lon) > ANCHOR_RADIUS_M:
        memory.anchor = Sighting(fix.recorded_at_ms, fix.lat, fix.lon)
        return None if anchor is None else True
    memory.anchor = anchor
    return False if fix.recorded_at_ms - anchor.at_ms >= ANCHOR_REST_MS else None


def _at_rest(fix: Fix, rested_ms: int) -> MotionStatus:
    ignition = fix.attributes.get("ignition") if fix.attributes else None
    if isinstance(ignition, bool):
        return MotionStatus.IDLE if ignition else MotionStatus.STOPPED
    return MotionStatus.STOPPED if rested_ms >= STOPPED_AFTER_MS else MotionStatus.IDLE
