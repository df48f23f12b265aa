"""Through a zone between two fixes, with neither of them inside."""

from __future__ import annotations

from collections.abc import Iterator

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import Spot, WatchRules
from fleet_app.location.zones.sight import Way


def crossing_fact(
    index: ZoneIndex, way: Way, before: Fix, after: Fix, rules: WatchRules
) -> Iterator[Fact]:
    """A short visit, when the straight way leads so deep through the zone that it cannot be chance.

    A road bends between two fixes, and cutting its corner is no visit: in the middle of its way
    through, the vehicle would have been inside by the hysteresis, or by half of what is possible
    in a smaller zone, and by what the fixes may be off.
    """
    accuracy = max(before.accuracy or 0.0, after.accuracy or 0.0)
    deep_enough = max(min(rules.hysteresis_m, index.depth_m(way.number)), accuracy)
    if way.signed_m > -deep_enough:
        return
    start, end = (_spot(before, after, share) for share in (way.start, way.end))
    if index.hours[way.number].active(start.at_ms):
        yield Fact(
            kind=FactKind.VISIT, subject=index.zones[way.number].subject,
            started_ms=start.at_ms, ended_ms=end.at_ms,
            lat=start.lat, lon=start.lon, end_lat=end.lat, end_lon=end.lon,
            values={"dwelled": False, "crossed": True, **index.zones[way.number].words},
            known_ms=after.recorded_at_ms,
        )  # fmt: skip


def _spot(before: Fix, after: Fix, share: float) -> Spot:
    """Part of the way between two fixes, the short way around the Earth."""
    east = (after.lon - before.lon + 180.0) % 360.0 - 180.0
    length_ms = after.recorded_at_ms - before.recorded_at_ms
    return Spot(
        before.recorded_at_ms + round(length_ms * share),
        before.lat + (after.lat - before.lat) * share,
        (before.lon + east * share + 180.0) % 360.0 - 180.0,
    )
