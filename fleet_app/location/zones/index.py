"""Which zones lie at many places at once, and how deep inside or far outside each place is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from fleet_app.location.zones.edges import Edges, Floats, Ints
from fleet_app.location.zones.hours import WeeklyHours
from fleet_app.location.zones.measures import area_m2, depth_m
from fleet_app.location.zones.outlines import chords, outline_of
from fleet_app.location.zones.shapes import METRES_PER_DEGREE, bounds_of
from fleet_app.location.zones.zone import Zone

_TURNS = (0.0, 360.0, -360.0)
_POLAR_LAT = 89.0
_LEAST_REACH_M = 1e-3
_NONE: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of a place and a zone, ordered by place and then by zone id.

    `place` and `zone` are numbers in the arrays asked for and in `ZoneIndex.zones`; `signed_m` is
    the distance to the zone's edge, below 0 inside.
    """

    place: Ints
    zone: Ints
    signed_m: Floats


class Passed(NamedTuple):
    """Pairs of a line and a zone it leads through, ordered by line and then by zone id.

    `start` and `end` are shares of the line: its longest piece inside. `signed_m` is the distance
    from the middle of that piece to the zone's edge, below 0 inside.
    """

    line: Ints
    zone: Ints
    start: Floats
    end: Floats
    signed_m: Floats


_NO_PASSED = Passed(_NONE, _NONE, np.zeros(0), np.zeros(0), np.zeros(0))


class ZoneIndex:
    """The zones of one fleet, ready to be asked. Never changes; a change makes a new one."""

    def __init__(self, zones: Iterable[Zone], time_zone: str = "UTC") -> None:
        self.zones = sorted(zones, key=lambda zone: zone.id)
        self.number = {zone.id: n for n, zone in enumerate(self.zones)}
        schedules = {zone.hours: WeeklyHours(zone.hours, time_zone) for zone in self.zones}
        self.hours = [schedules[zone.hours] for zone in self.zones]
        self._edges = Edges([zone.shape for zone in self.zones])
        boxes = [bounds_of(zone.shape) for zone in self.zones]
        self._first = min((box.west for box in boxes), default=0.0)
        self._last = max((box.east for box in boxes), default=0.0)
        self._tree = shapely.STRtree(
            [shapely.box(box.west, box.south, box.east, box.north) for box in boxes]
        )
        self._outlines: dict[int, shapely.Geometry] = {}
        self._depths: dict[int, float] = {}
        self._areas: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self.zones)

    def around(self, lon: ArrayLike, lat: ArrayLike, reach_m: ArrayLike = 0.0) -> Found:
        """The zones that each place is inside of, or outside by no more than `reach_m` metres.

        `signed_m` is exact between minus `reach_m` and `reach_m`; deeper is minus `reach_m`.
        """
        lons, lats = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        # A distance of exactly nothing would leave no side to tell inside from outside by.
        asked = np.broadcast_to(np.asarray(reach_m, float), lons.shape)
        reach = np.maximum(asked, _LEAST_REACH_M)
        place, zone, turn = self._candidates(lons, lats, reach)
        signed = self._edges.signed_m(zone, lons[place] + turn, lats[place], reach[place])
        near = np.where(asked[place] > 0, signed < reach[place], signed <= 0)
        place, zone, signed = place[near], zone[near], signed[near]
        order = np.lexsort((zone, place))
        return Found(place[order], zone[order], signed[order])

    def _candidates(self, lon: Floats, lat: Floats, reach: Floats) -> tuple[Ints, Ints, Floats]:
        up = reach / METRES_PER_DEGREE
        along = up / np.cos(np.radians(np.minimum(np.abs(lat) + up, _POLAR_LAT)))
        west, east = lon - along, lon + along
        found = [(_NONE, _NONE, np.zeros(0))]
        for turn in self._turns(west, east):
            boxes = shapely.box(west + turn, lat - up, east + turn, lat + up)
            places, zones = self._tree.query(boxes)
            found.append((places, zones, np.full(len(places), turn)))
        place, zone, turns = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return place, zone, turns

    def _turns(self, west: Floats, east: Floats) -> list[float]:
        """By how much to turn longitudes around the Earth so that they meet any zone."""
        if not self.zones or not west.size:
            return []
        low, high = float(np.min(west)), float(np.max(east))
        return [turn for turn in _TURNS if low + turn <= self._last and high + turn >= self._first]

    def passed(self, lines: Floats, reach_m: Floats) -> Passed:
        """The zones that lines lead through with neither end inside.

        Lines are rows of from-longitude, -latitude, to-longitude and -latitude, longitudes running
        on within a row. `reach_m` as for `around`, for each line.
        """
        found = [_NO_PASSED]
        for turn in self._turns(lines[:, ::2], lines[:, ::2]):
            turned = lines + np.array((turn, 0.0, turn, 0.0))
            drawn = np.asarray(shapely.linestrings(turned.reshape(-1, 2, 2)))
            line, zone = self._tree.query(drawn)
            outlines = np.array([self.outline(int(one)) for one in zone], dtype=object)
            meets = shapely.intersects(outlines, drawn[line])
            meets[meets] = self._outside_at_both_ends(turned[line[meets]], zone[meets])
            line, zone = line[meets], zone[meets]
            which, start, end = chords(turned[line], drawn[line], outlines[meets])
            line, zone = line[which], zone[which]
            middle = turned[line, :2] + (turned[line, 2:] - turned[line, :2]) * (
                (start + end)[:, None] / 2
            )
            signed = self._edges.signed_m(zone, middle[:, 0], middle[:, 1], reach_m[line])
            found.append(Passed(line, zone, start, end, signed))
        line, zone, start, end, signed = (
            np.concatenate(parts) for parts in zip(*found, strict=True)
        )
        order = np.lexsort((zone, line))
        return Passed(line[order], zone[order], start[order], end[order], signed[order])

    def _outside_at_both_ends(self, lines: Floats, zone: Ints) -> NDArray[np.bool_]:
        near = np.full(len(zone), _LEAST_REACH_M)
        first, last = (
            self._edges.signed_m(zone, lines[:, end], lines[:, end + 1], near) for end in (0, 2)
        )
        return np.asarray((first > 0) & (last > 0))

    def depth_m(self, zone: int) -> float:
        """About half of how deep inside the zone one can be."""
        if zone not in self._depths:
            self._depths[zone] = depth_m(self.zones[zone].shape)
        return self._depths[zone]

    def area_m2(self, zone: int) -> float:
        """How much the zone covers."""
        if zone not in self._areas:
            self._areas[zone] = area_m2(self.zones[zone].shape)
        return self._areas[zone]

    def outline(self, zone: int) -> shapely.Geometry:
        """The zone drawn as a polygon in degrees: what a line is held against."""
        if zone not in self._outlines:
            drawn = self._outlines[zone] = outline_of(self.zones[zone].shape)
            shapely.prepare(drawn)
        return self._outlines[zone]
