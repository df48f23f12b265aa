"""What one would write first: the baseline that every figure is held against.

It gets the same fixes in order, each moment once, and the same definitions (a stop is 180 s long,
a trip 200 m and a minute). Everything else is the plain reading: a fix faster than a walk moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bench._truth.world import STOP_S, Span
from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex

MOVING_MPS = 1.4
LEAST_M, LEAST_S = 200.0, 60.0


def seconds(fix: Fix) -> float:
    """Its moment, epoch seconds."""
    return fix.recorded_at_ms / 1000


def metres(fixes: Sequence[Fix]) -> float:
    """From fix to fix, all of it."""
    return sum(distance_m(a.lat, a.lon, b.lat, b.lon) for a, b in pairwise(fixes))


def within(fixes: Sequence[Fix], span: Span) -> list[Fix]:
    """The fixes of that time."""
    return [fix for fix in fixes if span.start <= seconds(fix) <= span.end]


def stops(fixes: Sequence[Fix]) -> list[Span]:
    """Fixes in a row slower than a walk, for long enough."""
    found: list[Span] = []
    since: float | None = None
    for before, fix in pairwise([None, *fixes]):
        assert fix is not None
        if _moves(before, fix):
            since = None
        elif since is None:
            since = seconds(fix)
        elif seconds(fix) - since >= STOP_S:
            if found and found[-1].start == since:
                found.pop()
            found.append(Span(since, seconds(fix)))
    return found


def trips(fixes: Sequence[Fix]) -> list[Span]:
    """What lies between the stops, if it is long and far enough."""
    if not fixes:
        return []
    edges = [seconds(fixes[0]), *(edge for stop in stops(fixes) for edge in stop),
             seconds(fixes[-1])]  # fmt: skip
    spans = [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    return [
        span
        for span in spans
        if span.end - span.start >= LEAST_S and metres(within(fixes, span)) >= LEAST_M
    ]


def gaps(fixes: Sequence[Fix], longest_s: float) -> list[Span]:
    """Fixes far apart."""
    moments = [seconds(fix) for fix in fixes]
    return [Span(a, b) for a, b in pairwise(moments) if b - a > longest_s]


def visits(fixes: Sequence[Fix], index: ZoneIndex) -> dict[int, list[Span]]:
    """By zone id: from each first fix inside to the next one outside."""
    inside: dict[int, set[int]] = {zone.id: set() for zone in index.zones}
    if fixes:
        found = index.around([fix.lon for fix in fixes], [fix.lat for fix in fixes])
        for place, zone in zip(found.place.tolist(), found.zone.tolist(), strict=True):
            inside[index.zones[zone].id].add(place)
    return {id_: _runs(fixes, places) for id_, places in inside.items()}


def _runs(fixes: Sequence[Fix], places: set[int]) -> list[Span]:
    found: list[Span] = []
    for place in sorted(places):
        until = seconds(fixes[min(place + 1, len(fixes) - 1)])
        if place - 1 in places:
            found[-1] = Span(found[-1].start, until)
        else:
            found.append(Span(seconds(fixes[place]), until))
    return found


def _moves(before: Fix | None, fix: Fix) -> bool:
    if fix.speed is not None:
        return fix.speed > MOVING_MPS
    if before is None:
        return False
    return metres([before, fix]) / (seconds(fix) - seconds(before)) > MOVING_MPS
