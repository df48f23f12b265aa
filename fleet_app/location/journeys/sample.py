"""A believed fix with what follows from the one before it."""

from __future__ import annotations

from math import sqrt

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.models import Fix

USUAL_SPEED_MPS = 8.0
"""29 km/h, an ordinary speed between two stops in a town, for when nobody said how fast."""
USUAL_ACCELERATION_MPS2 = 1.5
"""How vans usually pull away and brake."""
MOST_ACCELERATION_MPS2 = 5.0
"""No delivery vehicle gains speed faster; hard braking may reach 8, but only loses it."""
UNTOLD_M = 15.0
"""How far off a place may be whose accuracy is not told."""
_MS = 1000.0


class Spot(msgspec.Struct, array_like=True, frozen=True):
    """A place the vehicle was seen at: epoch milliseconds, degrees, m/s, metres."""

    at_ms: int
    lat: float
    lon: float
    speed: float | None = None
    accuracy: float | None = None
    heading: float | None = None


class Sample(msgspec.Struct):
    """One step of the fold. `before` is the believed fix before, None at a beginning.

    `speed` is what the phone said, if it can be believed; `pace` the best guess, from the places
    when it said nothing. `seconds` and `metres` lead here from `before`. `jump`: the place is
    believed, although no vehicle can have come here from there; `leap`: and it is so far away that
    nothing goes on from there.
    """

    at_ms: int
    lat: float
    lon: float
    fix: Fix
    before: Spot | None = None
    seconds: float = 0.0
    metres: float = 0.0
    speed: float | None = None
    pace: float = 0.0
    metres_seen: float = 0.0
    """How far the places that `pace` is worked out from lie apart."""
    slack_m: float = 0.0
    """How far off the place may be, at most `max_accuracy_m`."""
    jump: bool = False
    leap: bool = False

    def spot(self) -> Spot:
        """What the next sample needs to know of this one."""
        fix = self.fix
        return Spot(self.at_ms, self.lat, self.lon, self.speed, fix.accuracy, fix.heading)


def sample_of(
    fix: Fix, before: Spot | None, parameters: Parameters, base: Spot | None = None
) -> Sample:
    """`fix` seen from `before`, which is older; its pace from `base`, which may be older still."""
    slack = min(fix.accuracy or 0.0, parameters.max_accuracy_m)
    sample = Sample(fix.recorded_at_ms, fix.lat, fix.lon, fix, before, slack_m=slack)
    sample.speed = fix.speed
    if before is not None:
        sample.seconds = (fix.recorded_at_ms - before.at_ms) / _MS
        sample.metres = distance_m(before.lat, before.lon, fix.lat, fix.lon)
        if fix.speed is not None and fix.speed > 0:
            sample.speed = _believed(fix.speed, before, sample, parameters)
    elif fix.speed is not None and fix.speed > parameters.max_speed_mps:
        sample.speed = None
    _set_pace(sample, base or before)
    return sample


def _believed(speed: float, before: Spot, sample: Sample, parameters: Parameters) -> float | None:
    """`speed`, unless the way and the speed before rule it out: it is then a glitch."""
    if speed > parameters.max_speed_mps:
        return None
    seconds, gain = sample.seconds, MOST_ACCELERATION_MPS2 * sample.seconds
    errors = (sample.slack_m or UNTOLD_M) + (before.accuracy or UNTOLD_M)
    if speed > (sample.metres + errors) / seconds + gain / 2:
        return None
    if before.speed is not None and speed > before.speed + gain + 3.0:
        return None
    return speed


def _set_pace(sample: Sample, base: Spot | None) -> None:
    if sample.speed is not None:
        sample.pace = sample.speed
    elif base is not None:
        sample.metres_seen = distance_m(base.lat, base.lon, sample.lat, sample.lon)
        sample.pace = sample.metres_seen / ((sample.at_ms - base.at_ms) / _MS)


def drive_ms(metres: float, speed: float | None) -> int:
    """How long it takes to pull away and get `metres` far, or to come to rest over them.

    Halfway between the speed that was seen at the far end and the usual one: the vehicle may have
    just begun to brake, or have turned onto a faster road.
    """
    pace = USUAL_SPEED_MPS if speed is None else (speed + USUAL_SPEED_MPS) / 2
    shortest_m = pace * pace / (2 * USUAL_ACCELERATION_MPS2)
    if metres <= shortest_m:
        return round(_MS * sqrt(2 * metres / USUAL_ACCELERATION_MPS2))
    return round(_MS * (metres / pace + pace / (2 * USUAL_ACCELERATION_MPS2)))
