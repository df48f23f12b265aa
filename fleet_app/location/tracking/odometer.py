"""Fourth step: how far the vehicle has been driven, and how long its engine has run.

Distance is counted from one place to the next that is too far away to be noise. Until then the
place counted last stays, so that slow driving adds up and the wandering of a receiver at rest
does not. The way through a gap is the straight line across it.
"""

from __future__ import annotations

from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix, MotionStatus
from fleet_app.location.tracking.jump import MAX_ACCURACY_M, MAX_SPEED
from fleet_app.location.tracking.state import Sighting, VehicleState, Verdict

MOVING_STEP_M = 25.0
"""The shortest step counted while moving. Sideways noise of 3 m lengthens it by 1.5 percent; a
bend is cut by less than a phone that reports every few seconds cuts it anyway."""
RESTING_STEP_M = 100.0
"""The same at rest: receivers under a roof wander by tens of metres, but a vehicle may well be
seen at rest twice with a drive in between."""
ERROR_STEPS = 4.0
"""A step is at least so many times the reported accuracy: the noise then adds a few percent."""
ENGINE_GAP_MS = 300_000
"""Nobody knows what the engine did during a longer silence; shorter ones count as before them."""
_RUNNING = (MotionStatus.MOVING, MotionStatus.IDLE)


def count_way(state: VehicleState, fix: Fix) -> Verdict:
    """Add what has happened since the last believed fix. The totals never shrink."""
    _count_engine(state, fix)
    _count_distance(state, fix)
    return Verdict.ON


def _count_engine(state: VehicleState, fix: Fix) -> None:
    """The engine ran until now if the fix before said so."""
    silent_ms = fix.recorded_at_ms - state.recorded_at_ms
    if state.memory.engine_on and silent_ms <= ENGINE_GAP_MS:
        state.engine_s += silent_ms / 1000
    ignition = fix.attributes.get("ignition") if fix.attributes else None
    told = isinstance(ignition, bool)
    state.memory.engine_on = bool(ignition) if told else state.status in _RUNNING


def _count_distance(state: VehicleState, fix: Fix) -> None:
    start = _counted_last(state)
    if start is None:
        state.memory.counted = _sighting(fix)
        return
    metres = distance_m(start.lat, start.lon, fix.lat, fix.lon)
    possible_m = MAX_SPEED * (fix.recorded_at_ms - start.at_ms) / 1000
    if _shortest_step(state.status, start, fix) < metres <= possible_m:
        state.distance_m += metres
        state.memory.counted = _sighting(fix)
    else:
        state.memory.counted = start


def _counted_last(state: VehicleState) -> Sighting | None:
    """Where counting goes on; a leap that was believed in the end is not a way driven."""
    if state.memory.held:
        return state.memory.held[0]
    if state.memory.counted is None and state.seen:
        return Sighting(state.recorded_at_ms, state.lat, state.lon, state.accuracy)
    return state.memory.counted


def _shortest_step(status: MotionStatus, start: Sighting, fix: Fix) -> float:
    error = ERROR_STEPS * max(start.accuracy or 0.0, fix.accuracy or 0.0)
    least = MOVING_STEP_M if status is MotionStatus.MOVING else RESTING_STEP_M
    return max(least, min(error, MAX_ACCURACY_M))


def _sighting(fix: Fix) -> Sighting:
    return Sighting(fix.recorded_at_ms, fix.lat, fix.lon, fix.accuracy)
