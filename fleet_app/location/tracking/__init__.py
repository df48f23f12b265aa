"""What happens to every position, in order. Each step is one file and touches nothing outside.

A step gets the vehicle's state, which it may change, and the fix, which it may not; it answers
whether the fix goes on to the next step.
"""

from __future__ import annotations

from collections.abc import Callable

from fleet_app.location.models import Fix
from fleet_app.location.tracking.jump import hold_impossible_jump
from fleet_app.location.tracking.live import move_marker
from fleet_app.location.tracking.motion import follow_motion
from fleet_app.location.tracking.order import stop_late_fix
from fleet_app.location.tracking.state import VehicleState, Verdict

Step = Callable[[VehicleState, Fix], Verdict]

STEPS: tuple[Step, ...] = (
    stop_late_fix,
    hold_impossible_jump,
    follow_motion,
    move_marker,
)
"""The realtime path of one fix."""


def track(state: VehicleState, fix: Fix) -> Verdict:
    """Take one fix through the steps; returns the verdict that ended its way."""
    for step in STEPS:
        verdict = step(state, fix)
        if verdict is not Verdict.ON:
            return verdict
    return Verdict.ON
