"""Which of a fleet's zones a place is called by. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import WatchRules
from fleet_app.location.zones.shapes import Corridor

MOST_M2 = 100_000.0
"""A terminal or a large yard, 316 by 316 m: a zone that covers more is no address."""
MARGIN_M = WatchRules().hysteresis_m
"""So far outside of a zone one may seem to be while standing in it, as for a visit."""
Point = tuple[float, float]
"""Latitude and longitude."""
_Rank = tuple[bool, float, str]


class ZoneName(msgspec.Struct, frozen=True):
    """What zones call a point: `place` says where it is, `area` only in which part of the world."""

    place: str | None = None
    area: str | None = None


def zone_names(index: ZoneIndex, points: Sequence[Point]) -> list[ZoneName]:
    """For each point the smallest zones that it is in, rather than beside by less than the margin.

    A corridor, or a zone larger than `MOST_M2`, is an area.
    """
    if not points or not len(index):
        return [ZoneName()] * len(points)
    lats, lons = zip(*points, strict=True)
    found = index.around(lons, lats, MARGIN_M)
    places: dict[int, _Rank] = {}
    areas: dict[int, _Rank] = {}
    for point, zone, signed in zip(
        found.place.tolist(), found.zone.tolist(), found.signed_m.tolist(), strict=True
    ):
        rank = signed > 0, index.area_m2(zone), index.zones[zone].name
        best = places if _is_place(index, zone) else areas
        best[point] = min(rank, best.get(point, rank))
    return [ZoneName(_name(places, n), _name(areas, n)) for n in range(len(points))]


def _is_place(index: ZoneIndex, zone: int) -> bool:
    is_line = isinstance(index.zones[zone].shape, Corridor)
    return not is_line and index.area_m2(zone) <= MOST_M2


def _name(best: dict[int, _Rank], point: int) -> str | None:
    return best[point][2] if point in best else None
