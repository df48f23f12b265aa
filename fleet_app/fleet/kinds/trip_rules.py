"""What a fleet may set about how its movement is read. What is left out is as usual."""

from __future__ import annotations

from typing import Any, Self

from pydantic import model_validator

from fleet_app.records.fields import Fields, FieldType, field
from fleet_app.records.types import Number, require_order

GROUP = "Trips, stops and limits"
_USUAL_GAP_MIN, _USUAL_TRIP_GAP_MIN = 5.0, 60.0


def _rule(title: str, unit: str, low: float, high: float, *, usual: float | None = None,
          example: float | None = None, **details: Any) -> Any:  # fmt: skip
    """A number that is empty while the usual one holds."""
    return field(
        title, FieldType.NUMBER, default=None, ge=low, le=high, unit=unit, usual=usual,
        example=usual if example is None else example, group=GROUP, shown=False, **details,
    )  # fmt: skip


# fmt: off


class TripRules(Fields):
    """`catalogue.trip_rules` tells the fold of them; `Parameters` there has the usual values."""

    stop_after_min: Number = _rule("A stop begins after", "min", 1, 60, usual=3,
                                   help="Standing for less is a part of the trip",
                                   aliases=("stop after",))
    min_trip_m: Number = _rule("Shortest trip", "m", 50, 5_000, usual=200,
                               help="A shorter way is no trip", aliases=("minimum trip",))
    gap_after_min: Number = _rule("A gap begins after", "min", 1, 60, usual=_USUAL_GAP_MIN,
                                  help="Without a position for so long, the way is not known",
                                  aliases=("gap after",))
    trip_gap_min: Number = _rule("A trip is over after a gap of", "min", 5, 1_440,
                                 usual=_USUAL_TRIP_GAP_MIN,
                                 help="It goes on through shorter ones",
                                 aliases=("trip ends after a gap of",))
    max_accuracy_m: Number = _rule("Least accurate position", "m", 10, 1_000, usual=100,
                                   help="Positions that may be further off are not used",
                                   aliases=("accuracy", "max accuracy"))
    idle_after_min: Number = _rule("Idling begins after", "min", 1, 60, usual=5,
                                   help="Standing with the engine on", aliases=("idle after",))
    speed_limit: Number = _rule("Speed limit of the fleet", "m/s", 5.55, 55.56, example=22.2222,
                                help="Beside those of the roads; empty means those only",
                                aliases=("speed limit", "fleet speed limit"))
    speeding_over: Number = _rule("Speeding begins above a limit by", "m/s", 0, 13.9, usual=2,
                                  help="Maps and receivers are not exact",
                                  aliases=("speeding tolerance",))
    harsh_brake: Number = _rule("Harsh braking from", "m/s²", 1.5, 10, usual=3.5,
                                help="How fast the speed falls")
    harsh_accelerate: Number = _rule("Harsh acceleration from", "m/s²", 1.5, 10, usual=3,
                                     help="How fast the speed rises")
    harsh_corner: Number = _rule("Harsh cornering from", "m/s²", 1.5, 10, usual=4,
                                 help="How hard the vehicle is pushed aside in a bend")
    low_battery_pct: Number = _rule("Low battery below", "%", 1, 50, usual=15,
                                    help="Of the phone", aliases=("low battery",))
    silent_after_min: Number = _rule("Silent after", "min", 2, 1_440, usual=10,
                                     help="Nothing was heard of the vehicle for so long",
                                     aliases=("offline after",))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        gap, trip_gap = self.gap_after_min, self.trip_gap_min
        require_order(
            _USUAL_GAP_MIN if gap is None else gap,
            _USUAL_TRIP_GAP_MIN if trip_gap is None else trip_gap,
            "must not be shorter than a gap", field="trip_gap_min",
        )
        return self


# fmt: on
