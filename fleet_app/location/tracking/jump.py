"""Second step: hold back fixes that no road vehicle can have reached in the time.

Receivers report such places after a cold start, in urban canyons, or from a cell tower when the
satellites are lost. But a held fix may also be right and the marker wrong (the first fix after a
ferry, or a first fix that was itself off), so fixes that agree with each other win in the end.
"""

from __future__ import annotations

from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix
from fleet_app.location.tracking.state import Sighting, VehicleState, Verdict

MAX_SPEED = 70.0
"""m/s (252 km/h): above the 250 km/h at which the fastest production cars are limited by their
makers' agreement, and nearly three times the 90 km/h of heavy goods vehicles (EU 2002/85/EC)."""
TOLERANCE_M = 300.0
"""Errors of this size are normal between high buildings: too small to be worth a verdict."""
MAX_ACCURACY_M = 1_000.0
"""A reported accuracy excuses at most this much: a bad phone must not switch the check off."""
AGREEING = 3
"""So many held fixes in a row that agree with each other are believed. Two can be two reports of
the same wrong cell tower; three 10-second fixes cost half a minute of marker."""
_NEAR_DEGREES = 0.001
"""At most 157 m apart when both coordinates differ by less: no need to measure."""


def hold_impossible_jump(state: VehicleState, fix: Fix) -> Verdict:
    """Hold `fix` when it is out of reach, until `AGREEING` of them tell the same story."""
    memory = state.memory
    if not state.seen or _reachable(
        Sighting(state.recorded_at_ms, state.lat, state.lon, state.accuracy), fix
    ):
        memory.held = ()
        return Verdict.ON
    memory.held = _held_with(memory.held, fix)
    if len(memory.held) < AGREEING:
        return Verdict.JUMP
    state.redeemed_ms += tuple(sighting.at_ms for sighting in memory.held[:-1])
    return Verdict.ON


def _held_with(held: tuple[Sighting, ...], fix: Fix) -> tuple[Sighting, ...]:
    seen = Sighting(fix.recorded_at_ms, fix.lat, fix.lon, fix.accuracy)
    if not held or held[-1].at_ms >= fix.recorded_at_ms:
        return held or (seen,)  # an older or repeated one proves nothing new
    return (*held, seen) if _reachable(held[-1], fix) else (seen,)


def _reachable(before: Sighting, fix: Fix) -> bool:
    if abs(fix.lat - before.lat) < _NEAR_DEGREES and abs(fix.lon - before.lon) < _NEAR_DEGREES:
        return True
    seconds = max(1.0, (fix.recorded_at_ms - before.at_ms) / 1000)
    excused = TOLERANCE_M + _slack(before.accuracy) + _slack(fix.accuracy)
    return distance_m(before.lat, before.lon, fix.lat, fix.lon) - excused <= MAX_SPEED * seconds


def _slack(accuracy: float | None) -> float:
    return 0.0 if accuracy is None else min(max(accuracy, 0.0), MAX_ACCURACY_M)
