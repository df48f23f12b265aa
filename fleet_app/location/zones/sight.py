"""What is seen of the zones from fixes and between them, for many fixes in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor
from typing import NamedTuple

import numpy as np

from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import WatchRules

_Line = tuple[float, float, float, float, float]
"""From-longitude, -latitude, to-longitude, -latitude; longitudes run on; reach."""
_Place = tuple[float, float, float]
"""Longitude, latitude, reach."""


class Way(NamedTuple):
    """The longest piece of a straight way inside a zone: from and to as shares of the way, and the
    signed distance of its middle from the zone's edge."""

    number: int
    start: float
    end: float
    signed_m: float


class Sights:
    """Asks the index, and keeps the answers for what was looked at ahead."""

    def __init__(self, index: ZoneIndex, rules: WatchRules) -> None:
        self._index = index
        self._rules = rules
        self._places: dict[_Place, dict[int, float]] = {}
        self._lines: dict[_Line, list[Way]] = {}

    def ahead(self, tracks: Iterable[Sequence[Fix]]) -> None:
        """Forget what was seen before and look at these."""
        all_tracks = [list(track) for track in tracks]
        places = {self._place(fix) for track in all_tracks for fix in track}
        lines = {
            self._line(before, after)
            for track in all_tracks
            for before, after in pairwise(track)
            if self._way_known(before, after)
        }
        self._places = self._look(sorted(places))
        self._lines = self._look_along(sorted(lines))

    def of(self, fix: Fix) -> dict[int, float]:
        """Signed distances by the number of the zone, of all in reach of the fix."""
        place = self._place(fix)
        found = self._places.get(place)
        return self._look([place])[place] if found is None else found

    def between(self, before: Fix, after: Fix) -> list[Way]:
        """The zones on the straight way from one fix to the next; none if the way is unknown."""
        if not self._way_known(before, after):
            return []
        line = self._line(before, after)
        found = self._lines.get(line)
        return self._look_along([line])[line] if found is None else found

    def _place(self, fix: Fix) -> _Place:
        accuracy = min(fix.accuracy or 0.0, self._rules.max_accuracy_m)
        return fix.lon, fix.lat, max(self._rules.hysteresis_m, accuracy)

    def _line(self, before: Fix, after: Fix) -> _Line:
        """The straight way, the short way around the Earth."""
        turns = floor((after.lon - before.lon + 180.0) / 360.0)
        reach = self._doubt(before, after)
        return before.lon, before.lat, after.lon - 360.0 * turns, after.lat, reach

    def _way_known(self, before: Fix, after: Fix) -> bool:
        seconds = (after.recorded_at_ms - before.recorded_at_ms) / 1000
        if not 0 < seconds <= self._rules.crossing_gap_s:
            return False
        metres = distance_m(before.lat, before.lon, after.lat, after.lon)
        # A shorter way may be no way at all: a parked van seen now on this side, now on that.
        return 2 * self._doubt(before, after) <= metres <= self._rules.max_speed_mps * seconds

    def _doubt(self, before: Fix, after: Fix) -> float:
        accuracy = max(before.accuracy or 0.0, after.accuracy or 0.0)
        return max(self._rules.hysteresis_m, min(accuracy, self._rules.max_accuracy_m))

    def _look(self, places: list[_Place]) -> dict[_Place, dict[int, float]]:
        seen: dict[_Place, dict[int, float]] = {place: {} for place in places}
        if places:
            lon, lat, reach = np.array(places).T
            found = self._index.around(lon, lat, reach)
            for place, zone, signed in zip(found.place.tolist(), found.zone.tolist(),
                                           found.signed_m.tolist(), strict=True):  # fmt: skip
                seen[places[place]][zone] = signed
        return seen

    def _look_along(self, lines: list[_Line]) -> dict[_Line, list[Way]]:
        seen: dict[_Line, list[Way]] = {line: [] for line in lines}
        if lines:
            table = np.array(lines)
            passed = self._index.passed(table[:, :4], table[:, 4])
            for line, *way in zip(*(column.tolist() for column in passed), strict=True):
                seen[lines[line]].append(Way(*way))
        return seen
