"""A zone as the beginning of another one: the same, a little beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians
from typing import Any

LEFT_OUT = frozenset({"external_reference"})
LONGEST_NAME = 120
BESIDE = 0.15
"""By which part of its size the copy stands beside the zone."""
LEAST_DEG = 0.0002


def copied(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a copy of a stored zone, for a form."""
    name = f"Copy of {row['name']}"[:LONGEST_NAME].strip()
    values = {**row, "name": name, **dict.fromkeys(LEFT_OUT)}
    by = _step(row)
    if row.get("lat") is not None:
        narrow = max(0.05, cos(radians(row["lat"])))
        values["lat"], values["lon"] = row["lat"] - by * narrow, _home(row["lon"] + by)
    if row.get("geometry"):
        geometry = row["geometry"]
        values["geometry"] = {**geometry, "coordinates": _moved(geometry["coordinates"], by)}
    return values


def _step(row: Mapping[str, Any]) -> float:
    """How far east the copy stands, degrees."""
    if row.get("geometry"):
        lons = list(_longitudes(row["geometry"]["coordinates"]))
        return max(LEAST_DEG, float(max(lons) - min(lons)) * BESIDE)
    return max(LEAST_DEG, float(row.get("radius_m") or 0) * 2 * BESIDE / 111_000)


def _longitudes(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0]
        return
    for one in coordinates:
        yield from _longitudes(one)


def _moved(coordinates: Any, by: float) -> Any:
    if isinstance(coordinates[0], int | float):
        narrow = max(0.05, cos(radians(coordinates[1])))
        return [coordinates[0] + by, coordinates[1] - by * narrow / 2]
    return [_moved(one, by) for one in coordinates]


def _home(lon: float) -> float:
    return float((lon + 180.0) % 360.0 - 180.0)
