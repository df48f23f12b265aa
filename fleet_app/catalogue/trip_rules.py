"""What a fleet has set about trips, stops and limits, as the fold of its movement reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fleet_app.records.kinds import Write

FOLDED: Mapping[str, tuple[str, float]] = {
    "stop_after_min": ("stop_after_s", 60.0),
    "min_trip_m": ("min_trip_m", 1.0),
    "gap_after_min": ("gap_after_s", 60.0),
    "trip_gap_min": ("trip_gap_s", 60.0),
    "max_accuracy_m": ("max_accuracy_m", 1.0),
    "idle_after_min": ("idle_after_s", 60.0),
    "speed_limit": ("speed_limit_mps", 1.0),
    "speeding_over": ("speeding_over_mps", 1.0),
    "harsh_brake": ("harsh_brake_mps2", -1.0),
    "harsh_accelerate": ("harsh_accelerate_mps2", 1.0),
    "harsh_corner": ("harsh_corner_mps2", 1.0),
    "low_battery_pct": ("low_battery_pct", 1.0),
    "silent_after_min": ("silent_after_s", 60.0),
}
"""Field of a fleet -> field of `location.journeys.parameters.Parameters`, and one in the other."""


def movement_of(fields: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the usual; of `before`, what is no field of a fleet stays."""
    ours = {name for name, _ in FOLDED.values()}
    kept = {name: value for name, value in before.items() if name not in ours}
    told = {
        name: factor * fields[field]
        for field, (name, factor) in FOLDED.items()
        if fields.get(field) is not None
    }
    return kept | told


async def keep_trip_rules(write: Write) -> None:
    """Before a fleet is stored: the fold's own spelling goes with the fields it is made of."""
    write.row.movement = movement_of(write.fields, write.row.movement or {})
