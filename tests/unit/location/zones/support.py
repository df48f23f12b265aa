"""Zones and fixes to test with."""

from __future__ import annotations

from datetime import datetime
from math import cos, radians

import shapely
from hypothesis import strategies as st

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.location.models import Fix
from fleet_app.location.zones.shapes import METRES_PER_DEGREE, Circle, Corridor, Polygon, Shape

NOON = 1_700_000_000_000
SQUARE = Polygon(((24.0, 60.0), (24.01, 60.0), (24.01, 60.01), (24.0, 60.01)))
"""About 557 m from west to east and 1112 m from south to north."""


def fix(lat: float, lon: float, after_s: float = 0.0, **said: float | None) -> Fix:
    """A fix so many seconds after `NOON`."""
    return Fix(recorded_at_ms=NOON + round(after_s * 1000), lat=lat, lon=lon, **said)


def at(moment: str, lat: float, lon: float, **said: float | None) -> Fix:
    """A fix at a moment written with its offset."""
    ms = round(datetime.fromisoformat(moment).timestamp() * 1000)
    return Fix(recorded_at_ms=ms, lat=lat, lon=lon, **said)


def plain_signed_m(shape: Shape, lon: float, lat: float) -> float:
    """The same distance as the engine's, without any index: shapely in a plane of metres."""
    if isinstance(shape, Circle):
        return distance_m(lat, lon, shape.center[1], shape.center[0]) - shape.radius_m
    narrow = cos(radians(lat))

    def plane(corners):
        turned = corners.copy()
        turned[:, 0] = (corners[:, 0] - lon) * narrow * METRES_PER_DEGREE
        turned[:, 1] = (corners[:, 1] - lat) * METRES_PER_DEGREE
        return turned

    here = shapely.Point(0.0, 0.0)
    if isinstance(shape, Corridor):
        line = shapely.transform(shapely.LineString(shape.line), plane)
        return line.distance(here) - shape.width_m / 2
    area = shapely.transform(shapely.Polygon(shape.outline, shape.holes), plane)
    away = area.boundary.distance(here)
    return -away if area.covers(here) else away


@st.composite
def polygons(draw: st.DrawFn, west: float = 24.0, south: float = 60.0) -> Polygon:
    """Star-shaped around a middle, which is never self-crossing; sometimes with a hole."""
    lon = west + draw(st.floats(0, 0.05))
    lat = south + draw(st.floats(0, 0.05))
    reaches = draw(st.lists(st.floats(120.0, 900.0), min_size=3, max_size=90))
    ring = tuple(
        destination(lat, lon, 360.0 * n / len(reaches), reach)[::-1]
        for n, reach in enumerate(reaches)
    )
    hole = tuple(destination(lat, lon, bearing, 20.0)[::-1] for bearing in (0, 120, 240))
    return Polygon(ring, (hole,) if draw(st.booleans()) and len(reaches) > 5 else ())


@st.composite
def circles(draw: st.DrawFn, west: float = 24.0, south: float = 60.0) -> Circle:
    center = (west + draw(st.floats(0, 0.05)), south + draw(st.floats(0, 0.05)))
    return Circle(center, draw(st.floats(5.0, 2_000.0)))


@st.composite
def corridors(draw: st.DrawFn, west: float = 24.0, south: float = 60.0) -> Corridor:
    point = st.tuples(
        st.integers(0, 500).map(lambda n: west + n / 1e4),
        st.integers(0, 500).map(lambda n: south + n / 1e4),
    )
    return Corridor(
        tuple(draw(st.lists(point, min_size=2, max_size=30, unique=True))),
        draw(st.floats(5.0, 400.0)),
    )


def shapes(west: float = 24.0, south: float = 60.0) -> st.SearchStrategy[Shape]:
    """Any shape within about five kilometres."""
    return st.one_of(polygons(west, south), circles(west, south), corridors(west, south))
