"""Zones as GeoJSON (RFC 7946), to and from any map program.

GeoJSON knows no circles and corridors: a circle is a Point with `radius_m` among its properties, a
corridor a LineString with `width_m`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fleet_app.kernel.errors import FleetError, InvalidInput, TooLarge
from fleet_app.location.zones.checking import MAX_READ_CORNERS, checked, refused
from fleet_app.location.zones.drawn import MAX_FILE_BYTES, MAX_ZONES, DrawnZone, Reading
from fleet_app.location.zones.joining import cut_line, cut_polygon, joined_lines, joined_polygons
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Position, Shape

DEFAULT_RADIUS_M = DEFAULT_WIDTH_M = 100.0
_RADIUS_NAMES = ("radius_m", "radius", "buffer")
_WIDTH_NAMES = ("width_m", "width", "buffer")
_DEPTH = 20


def read_geojson(data: bytes) -> Reading:
    """The zones of a file. Raises InvalidInput or TooLarge when it is none as a whole.

    A feature that cannot be a zone is left out, and `Reading.problems` says why.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB.")
    try:
        root = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("The file is not valid GeoJSON: it cannot be read as JSON.") from error
    found = Reading()
    for number, (geometry, properties) in enumerate(_features(root), 1):
        name = properties.get("name") or properties.get("title")
        name = str(name).strip() if isinstance(name, str | int | float) else ""
        try:
            shapes = list(_shapes(geometry, properties))
            _add(found, [checked(shape) for shape in shapes], name, properties)
        except FleetError as error:
            found.problems.append(f"{name or f'Feature {number}'}: {error.message}")
        if len(found.zones) > MAX_ZONES:
            raise TooLarge(f"The file has more than {MAX_ZONES:,} zones.")
    if not found.zones and not found.problems:
        raise InvalidInput("The file has no zones: no polygon, line or point.")
    return found


def one_shape(value: Any) -> Shape:
    """The only shape of a geometry, a feature or a collection, unchecked. Raises InvalidInput."""
    shapes: list[Shape] = []
    for geometry, properties in _features(value):
        shapes += _shapes(geometry, properties)
    if len(shapes) != 1:
        raise refused(f"One polygon, line or point is expected; there are {len(shapes)}.")
    return shapes[0]


def write_geojson(zones: Sequence[DrawnZone]) -> bytes:
    """A FeatureCollection. Polygons across the antimeridian are cut there, as RFC 7946 asks."""
    features = [
        {"type": "Feature", "properties": _properties(zone), "geometry": geometry_of(zone.shape)}
        for zone in zones
    ]
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def geometry_of(shape: Shape) -> dict[str, Any]:
    """The GeoJSON geometry of a shape."""
    match shape:
        case Circle(center=center):
            return {"type": "Point", "coordinates": center}
        case Corridor(line=line):
            return _one_or_many("LineString", cut_line(line))
        case Polygon():
            pieces = [[[*r, r[0]] for r in piece.rings] for piece in cut_polygon(shape)]
            return _one_or_many("Polygon", pieces)


def _one_or_many(kind: str, pieces: list[Any]) -> dict[str, Any]:
    if len(pieces) == 1:
        return {"type": kind, "coordinates": pieces[0]}
    return {"type": f"Multi{kind}", "coordinates": pieces}


def _properties(zone: DrawnZone) -> dict[str, Any]:
    said: dict[str, Any] = {"name": zone.name, **zone.properties}
    if isinstance(zone.shape, Circle):
        said["radius_m"] = zone.shape.radius_m
    elif isinstance(zone.shape, Corridor):
        said["width_m"] = zone.shape.width_m
    return said


def _add(found: Reading, shapes: Sequence[Shape], name: str, properties: Mapping[str, Any]) -> None:
    own = {key: value for key, value in properties.items() if key not in _OWN}
    for number, shape in enumerate(shapes, 1):
        numbered = f"{name} {number}".strip() if len(shapes) > 1 else name
        found.zones.append(DrawnZone(numbered, shape, own))


_OWN = {"name", "radius_m", "width_m"}


def _features(root: Any, depth: int = 0) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    if not isinstance(root, dict) or depth > _DEPTH:
        raise InvalidInput("The file is not valid GeoJSON: an object is expected.")
    kind = root.get("type")
    if kind == "FeatureCollection":
        features = root.get("features")
        if not isinstance(features, list):
            raise InvalidInput("The file is not valid GeoJSON: it has no list of features.")
        for feature in features:
            yield from _features(feature, depth + 1)
    elif kind == "Feature":
        geometry, properties = root.get("geometry"), root.get("properties")
        if geometry is not None:
            yield geometry, properties if isinstance(properties, dict) else {}
    elif isinstance(kind, str) and (kind in _READERS or kind == "GeometryCollection"):
        yield root, {}
    else:
        raise InvalidInput(f"The file is not valid GeoJSON: {str(kind)[:40]!r} is no type of it.")


def _shapes(geometry: Any, properties: Mapping[str, Any], depth: int = 0) -> Iterator[Shape]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind == "GeometryCollection" and depth < _DEPTH:
        parts = geometry.get("geometries")
        for part in parts if isinstance(parts, list) else []:
            yield from _shapes(part, properties, depth + 1)
        return
    if not isinstance(kind, str) or kind not in _READERS:
        raise refused(f"A zone is drawn as a polygon, a line or a point; this is {str(kind)[:40]}.")
    yield from _READERS[kind](geometry.get("coordinates"), properties)


def _points(value: Any, properties: Mapping[str, Any]) -> Iterator[Shape]:
    radius = number_of(properties, _RADIUS_NAMES, DEFAULT_RADIUS_M)
    for at in _list(value) if _deep(value) == 2 else [value]:
        yield Circle(_position(at), radius)


def _lines(value: Any, properties: Mapping[str, Any]) -> Iterator[Shape]:
    lines = [_line(value)] if _deep(value) == 2 else [_line(line) for line in _list(value)]
    width = number_of(properties, _WIDTH_NAMES, DEFAULT_WIDTH_M)
    for line in joined_lines(lines):
        yield Corridor(line, width)


def _polygon(value: Any, _: Mapping[str, Any]) -> Iterator[Shape]:
    yield _rings(value)


def _polygons(value: Any, _: Mapping[str, Any]) -> Iterator[Shape]:
    parts = [checked(_rings(rings)) for rings in _list(value)]
    yield from joined_polygons([part for part in parts if isinstance(part, Polygon)])


def _rings(value: Any) -> Polygon:
    rings = [_line(ring) for ring in _list(value)]
    if not rings:
        raise refused("A polygon has no outline.")
    return Polygon(rings[0], tuple(rings[1:]))


def _line(value: Any) -> tuple[Position, ...]:
    line = _list(value)
    if len(line) > MAX_READ_CORNERS:
        raise refused(f"The shape has {len(line):,} corners; the most is {MAX_READ_CORNERS:,}.")
    return tuple(_position(at) for at in line)


def _position(value: Any) -> Position:
    numbers = value[:2] if isinstance(value, list) else []
    if [type(number) in (int, float) for number in numbers] != [True, True]:
        raise refused("A corner has no position: longitude and latitude are expected.")
    try:
        return float(numbers[0]), float(numbers[1])
    except OverflowError as error:
        raise refused("A corner has no position: its number is too large.") from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise refused("The coordinates are not what GeoJSON says for this type.")
    return value


def _deep(value: Any) -> int:
    deep = 0
    while isinstance(value, list) and value:
        deep, value = deep + 1, value[0]
    return deep


def number_of(properties: Mapping[str, Any], names: Sequence[str], default: float) -> float:
    """The first of these properties that is a number."""
    for name in names:
        value = properties.get(name)
        try:
            if value is not None and not isinstance(value, bool):
                return float(value)
        except (TypeError, ValueError, OverflowError):
            continue
    return default


_READERS = {
    "Point": _points, "MultiPoint": _points, "LineString": _lines, "MultiLineString": _lines,
    "Polygon": _polygon, "MultiPolygon": _polygons,
}  # fmt: skip
