"""First step: a fix older than the marker, or as old, says nothing about the present."""

from __future__ import annotations

from fleet_app.location.models import Fix
from fleet_app.location.tracking.state import VehicleState, Verdict


def stop_late_fix(state: VehicleState, fix: Fix) -> Verdict:
    """Late fixes (and repeated ones) belong to history only."""
    return Verdict.LATE if fix.recorded_at_ms <= state.recorded_at_ms else Verdict.ON
