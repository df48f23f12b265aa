"""What is remembered of a vehicle inside a zone, and the facts made of it."""

from __future__ import annotations

from typing import Any

import msgspec

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix
from fleet_app.location.zones.zone import Zone


class WatchRules(msgspec.Struct, frozen=True, kw_only=True):
    """When something counts. docs/zones.md says why these are the defaults."""

    hysteresis_m: float = 25.0
    """A visit begins on the line and ends only so far outside of it."""
    max_accuracy_m: float = 1_000.0
    """A fix that may be farther off decides nothing about any zone."""
    crossing_gap_s: float = 120.0
    """Between fixes farther apart than this nobody knows the way."""
    max_speed_mps: float = 70.0
    speeding_over_mps: float = 2.0
    speeding_for_s: float = 10.0
    silence_s: float = 300.0
    """A silence this long before the beginning or the end of a visit is told with it."""
    forget_s: float = 7 * 86_400.0
    """After so long a silence the vehicle is taken to have left when it was last seen."""


class Spot(msgspec.Struct, array_like=True, frozen=True):
    """A moment and a place: epoch milliseconds and degrees."""

    at_ms: int
    lat: float
    lon: float

    def later(self, at_ms: int) -> Spot:
        """The same place at another moment."""
        return Spot(at_ms, self.lat, self.lon)


class Haste(msgspec.Struct):
    """Faster than the zone allows: since when, until when as far as known, and the top speed."""

    since: Spot
    last: Spot
    top_mps: float
    told: bool = False


class Visit(msgspec.Struct, omit_defaults=True):
    """A visit that goes on."""

    since: Spot
    values: dict[str, Any]


class Presence(msgspec.Struct, omit_defaults=True):
    """Inside the zone's edge, whether or not the zone counts at the moment."""

    proven: Spot
    """When and where it was last surely inside."""
    at_ms: int
    """The last fix looked at."""
    visit: Visit | None = None
    haste: Haste | None = None


def spot_of(fix: Fix) -> Spot:
    """When and where the fix was."""
    return Spot(fix.recorded_at_ms, fix.lat, fix.lon)


def begun(zone: Zone, since: Spot, silence_ms: int, rules: WatchRules) -> Visit:
    """A visit from a moment on; `silence_ms`: nobody had heard of the vehicle for so long."""
    values: dict[str, Any] = {"dwelled": False, "crossed": False, **zone.words}
    if zone.dwell_after_s is not None:
        values["dwell_due_ms"] = since.at_ms + round(zone.dwell_after_s * 1000)
    if zone.speed_limit_mps is not None:
        values["limit"] = zone.speed_limit_mps
    if silence_ms > rules.silence_s * 1000:
        values["silence_in_ms"] = silence_ms
    return Visit(since, values)


def visit_fact(zone_subject: str, visit: Visit, ended: Spot | None, known_ms: int) -> Fact:
    """The visit as a fact, over or still going on."""
    return Fact(
        kind=FactKind.VISIT, subject=zone_subject, started_ms=visit.since.at_ms,
        ended_ms=ended.at_ms if ended else None, lat=visit.since.lat, lon=visit.since.lon,
        end_lat=ended.lat if ended else None, end_lon=ended.lon if ended else None,
        values=dict(visit.values), known_ms=known_ms,
    )  # fmt: skip


def haste_fact(zone_subject: str, haste: Haste, limit: float | None, known_ms: int,
               *, over: bool) -> Fact:  # fmt: skip
    """Speeding inside a zone as a fact."""
    return Fact(
        kind=FactKind.SPEEDING, subject=zone_subject, started_ms=haste.since.at_ms,
        ended_ms=haste.last.at_ms if over else None, lat=haste.since.lat, lon=haste.since.lon,
        end_lat=haste.last.lat if over else None, end_lon=haste.last.lon if over else None,
        values={"limit": limit, "max_speed": haste.top_mps}, known_ms=known_ms,
    )  # fmt: skip


def dwells(visit: Visit, until_ms: int) -> bool:
    """Note that the vehicle was inside until then; whether it thereby has stayed too long."""
    due = visit.values.get("dwell_due_ms")
    if due is None or visit.values["dwelled"] or until_ms < due:
        return False
    visit.values["dwelled"] = True
    return True
