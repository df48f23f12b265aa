"""Shapes as records keep them: GeoJSON geometries beside a radius or a width. Pure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, BeforeValidator

from fleet_app.kernel.errors import FleetError
from fleet_app.location.geofences.models import Geofence, GeofenceKind
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.geojson import one_shape
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Position, Shape

COLUMNS = ("kind", "lat", "lon", "radius_m", "width_m", "geometry")
"""What says the shape of a zone."""
KIND_OF = {
    "Point": GeofenceKind.CIRCLE,
    "LineString": GeofenceKind.CORRIDOR,
    "Polygon": GeofenceKind.POLYGON,
}
"""What a geometry of the record draws."""
MOST_REMEMBERED = 32
LONG_TEXT = 50_000
"""Bytes of a drawing, some 1,500 corners, that are not looked at while others wait."""
MOST_NAMED = 500
"""Vehicles or drivers that one zone is for."""
_NO_GEOJSON = "must be GeoJSON with one polygon or line"


def geometry_of(shape: Shape) -> dict[str, Any]:
    """The geometry as a record keeps it: in one piece, also across the antimeridian."""
    match shape:
        case Circle(center=center):
            return {"type": "Point", "coordinates": list(center)}
        case Corridor(line=line):
            return {"type": "LineString", "coordinates": [list(at) for at in line]}
        case Polygon():
            rings = [[list(at) for at in (*ring, ring[0])] for ring in shape.rings]
            return {"type": "Polygon", "coordinates": rings}


def shape_of(row: Geofence) -> Shape:
    """The shape of a stored zone."""
    return shape_from({name: getattr(row, name) for name in COLUMNS})


def shape_from(row: Mapping[str, Any]) -> Shape:
    """The shape of a zone from its columns."""
    coordinates, kind = (row["geometry"] or {}).get("coordinates", []), GeofenceKind(row["kind"])
    if kind is GeofenceKind.CIRCLE:
        return Circle((row["lon"], row["lat"]), row["radius_m"])
    if kind is GeofenceKind.CORRIDOR:
        return Corridor(_line(coordinates), row["width_m"])
    outline, *holes = (_line(ring)[:-1] for ring in coordinates)
    return Polygon(outline, tuple(holes))


def _line(positions: list[list[float]]) -> tuple[Position, ...]:
    return tuple((lon, lat) for lon, lat in positions)


def _geometry(value: Any) -> Any:
    """A GeoJSON object or its text in the one spelling of records. Raises ValueError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str | dict):
        raise ValueError(_NO_GEOJSON)
    try:
        spelled, problem = _spelled(_text_of(value))
        if problem:
            raise ValueError(problem)
        return msgspec.json.decode(spelled)
    except (UnicodeEncodeError, msgspec.DecodeError, TypeError, RecursionError) as error:
        raise ValueError(_NO_GEOJSON) from error


def _text_of(value: str | dict[str, Any]) -> bytes:
    return value.strip().encode() if isinstance(value, str) else msgspec.json.encode(value)


@lru_cache(maxsize=MOST_REMEMBERED)
def _spelled(text: bytes) -> tuple[bytes, str]:
    """The geometry, or what is wrong with it. Remembered, because a stored shape is looked at again
    whenever its record changes."""
    try:
        return msgspec.json.encode(geometry_of(checked(one_shape(msgspec.json.decode(text))))), ""
    except FleetError as error:
        return b"", error.message


async def look_at_shapes(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Check what takes long beside the other requests, and remember it for when it is stored."""
    drawn = [row.get("geometry") for row in rows[:MOST_REMEMBERED]]
    for one in drawn:
        if isinstance(one, str | dict):
            with suppress(ValueError, TypeError, RecursionError):  # said when it is stored
                text = _text_of(one)
                if len(text) > LONG_TEXT:
                    await asyncio.to_thread(_spelled, text)
    return {}


def _ids(value: Any) -> Any:
    if value is None or value == "":
        return []
    if isinstance(value, str):
        value = [part for part in value.replace(";", ",").split(",") if part.strip()]
    if isinstance(value, list):
        return [_id(one["id"] if isinstance(one, dict) and "id" in one else one) for one in value]
    return value


def _id(value: Any) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError("must be a list of ids")
    return int(text)


def _once(values: list[int]) -> list[int]:
    if len(values) > MOST_NAMED or any(one < 1 for one in values):
        raise ValueError(f"must be a list of at most {MOST_NAMED} ids")
    return sorted(set(values))


Geometry = Annotated[dict[str, Any] | None, BeforeValidator(_geometry)]
"""A polygon, line or point as GeoJSON, or as its text; in the one spelling of records."""
Ids = Annotated[list[int], BeforeValidator(_ids), AfterValidator(_once)]
"""Which records, by their ids; none means all."""
