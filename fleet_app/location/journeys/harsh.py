"""Harsh driving: told by the phone's sensors, or worked out from speed and heading without them.

Only fixes a few seconds apart show it: a car brakes from 50 km/h to rest in 3 s, and over longer
intervals the mean says nothing. What is worked out is the mean between two fixes; the true peak
was higher. Once a phone has told of harsh driving itself, nothing is worked out for a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import radians

import msgspec

from fleet_app.location.journeys.detector import Context
from fleet_app.location.journeys.episode import Episode
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sample import Spot
from fleet_app.location.models import Fix

BRAKING, ACCELERATING, CORNERING, IMPACT = "braking", "accelerating", "cornering", "impact"
SORTS = {
    BRAKING: BRAKING,
    ACCELERATING: ACCELERATING,
    CORNERING: CORNERING,
    IMPACT: IMPACT,
    "hardBraking": BRAKING,
    "hardAcceleration": ACCELERATING,
    "hardCornering": CORNERING,
    "accident": IMPACT,
}
"""What phones say in the attributes `harsh` (ours) and `alarm` (Traccar's words)."""
SHORTEST_S, LONGEST_S = 0.5, 4.0
"""Beyond 4 s the mean of a hard braking lies below any sensible threshold."""
SAME_MS = 8_000
"""Harsh moments of one sort closer together are one event."""
LEAST_SPEED_MPS = 4.0
"""Corners taken slower are parking, where headings are noise."""
MOST_MPS2 = 12.0
"""More than tyres hold on a dry road (about 1.1 g): a glitch of the receiver."""
MOST_SENSED_MPS2 = 200.0
"""The sensors of phones end at 16 g, less than this: more is a wrong unit or nonsense."""
SENSED_FOR_MS = 86_400_000


class HarshState(msgspec.Struct, omit_defaults=True):
    """The fix before, the last event of each sort, and when the sensors last told one."""

    before: Spot | None = None
    last: dict[str, Episode] = {}
    sensed_ms: int | None = None


class Harsh:
    """The detector of harsh driving."""

    name = "harsh"

    def start(self) -> HarshState:
        """Nothing yet."""
        return HarshState()

    def hear(self, state: HarshState, fix: Fix, context: Context) -> Iterable[Fact]:
        """The events that begin or grow worse with the fix."""
        found = _sensed(fix) if fix.attributes else ()
        if found:
            state.sensed_ms = fix.recorded_at_ms
        elif not _by_sensors(state, fix):
            found = _worked_out(state, fix, context.parameters)
        state.before = None
        if fix.speed is not None and (fix.accuracy or 0.0) <= context.parameters.max_accuracy_m:
            state.before = Spot(fix.recorded_at_ms, 0.0, 0.0, fix.speed, None, fix.heading)
        return [_event(state, fix, sort, force) for sort, force in found] if found else ()


def _by_sensors(state: HarshState, fix: Fix) -> bool:
    sensed = state.sensed_ms
    return sensed is not None and fix.recorded_at_ms - sensed <= SENSED_FOR_MS


Found = Iterable[tuple[str, float | None]]
"""Sort, and acceleration in m/s² when it is known."""


def _sensed(fix: Fix) -> Found:
    attributes = fix.attributes or {}
    said = attributes.get("harsh") or attributes.get("alarm")
    if not isinstance(said, str):
        return ()
    force = attributes.get("harsh_mps2")
    told = None
    if isinstance(force, int | float) and not isinstance(force, bool):
        told = float(abs(force)) if abs(force) <= MOST_SENSED_MPS2 else None
    sorts = {SORTS[word.strip()] for word in said.split(",") if word.strip() in SORTS}
    return [(sort, told) for sort in sorted(sorts)]


def _worked_out(state: HarshState, fix: Fix, parameters: Parameters) -> Found:
    before = state.before
    if before is None or before.speed is None or fix.speed is None:
        return ()
    seconds = (fix.recorded_at_ms - before.at_ms) / 1000
    if not SHORTEST_S <= seconds <= LONGEST_S:
        return ()
    if (fix.accuracy or 0.0) > parameters.max_accuracy_m:
        return ()
    along = (fix.speed - before.speed) / seconds
    found = [(CORNERING, _sideways(before, fix, seconds))]
    found.append((BRAKING, -along) if along < 0 else (ACCELERATING, along))
    least = {
        BRAKING: -parameters.harsh_brake_mps2,
        ACCELERATING: parameters.harsh_accelerate_mps2,
        CORNERING: parameters.harsh_corner_mps2,
    }
    return [(sort, force) for sort, force in found if least[sort] <= force <= MOST_MPS2]


def _sideways(before: Spot, fix: Fix, seconds: float) -> float:
    """Speed times the rate of turning, with the slower of the two speeds."""
    slower = min(before.speed or 0.0, fix.speed or 0.0)
    if slower < LEAST_SPEED_MPS or before.heading is None or fix.heading is None:
        return 0.0
    turn = abs((fix.heading - before.heading + 180.0) % 360.0 - 180.0)
    return slower * radians(turn) / seconds


def _event(state: HarshState, fix: Fix, sort: str, force: float | None) -> Fact:
    event = state.last.get(sort)
    if event is None or fix.recorded_at_ms - event.last_ms > SAME_MS:
        event = state.last[sort] = Episode.begun(fix, sensed=state.sensed_ms == fix.recorded_at_ms)
        if fix.speed is not None:
            event.values["speed"] = round(fix.speed, 2)
    event.reach(fix)
    if force is not None:
        event.values["mps2"] = max(round(force, 2), event.values.get("mps2", 0.0))
    return event.fact(FactKind.HARSH, ended=True, subject=sort)
