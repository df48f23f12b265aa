"""Zones on the map, as people draw and send them."""

from __future__ import annotations

import itertools
from math import cos, pi, sin
from typing import Any

LON, LAT = 24.94, 60.17
"""The middle of a town."""
_numbers = itertools.count(1)


def a_circle(**said: Any) -> dict[str, Any]:
    """A circle around the middle of the town."""
    place = {"kind": "circle", "lat": LAT, "lon": LON, "radius_m": 200.0}
    return {"name": f"Zone {next(_numbers)}", **place, **said}


def a_square(half: float = 0.01, lon: float = LON, lat: float = LAT) -> dict[str, Any]:
    """A GeoJSON polygon of four corners."""
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    ring = [[lon + east, lat + north] for east, north in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def a_ring(corners: int, radius: float = 0.05) -> dict[str, Any]:
    """A round polygon of many corners."""
    ring = [
        [LON + radius * cos(2 * pi * n / corners), LAT + radius * sin(2 * pi * n / corners)]
        for n in range(corners)
    ]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def a_polygon(geometry: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    """A polygon as a record."""
    drawn = {"kind": "polygon", "geometry": geometry or a_square()}
    return {"name": f"Zone {next(_numbers)}", **drawn, **said}


def a_feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A feature of a GeoJSON file."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def a_collection(*features: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON file."""
    return {"type": "FeatureCollection", "features": list(features)}
