"""Zones as KML, to and from Google Earth and its kin; KMZ is the same in a zip archive.

KML knows no circles and corridors. A circle is written as a polygon of 64 corners and a corridor as
its line; what they are stands in the extended data, from where they come back exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fleet_app.kernel.errors import FleetError, InvalidInput, TooLarge
from fleet_app.location.zones.checking import MAX_READ_CORNERS, checked, refused
from fleet_app.location.zones.drawn import MAX_FILE_BYTES, MAX_ZONES, DrawnZone, Reading
from fleet_app.location.zones.geojson import DEFAULT_RADIUS_M, DEFAULT_WIDTH_M, number_of
from fleet_app.location.zones.kmz import is_kmz, unpacked
from fleet_app.location.zones.outlines import circle_corners
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, Position, Shape
from fleet_app.location.zones.xml_tree import Element, parse

_COMMA = re.compile(r"\s*,\s*")
_SHAPES = ("Polygon", "LineString", "Point", "MultiGeometry")
_OWN = frozenset({"shape", "center", "radius_m", "width_m"})


def read_kml(data: bytes) -> Reading:
    """The zones of a KML or KMZ file. Raises InvalidInput or TooLarge when it is none as a whole.

    A placemark that cannot be a zone is left out, and `Reading.problems` says why.
    """
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB.")
    found, root = Reading(), parse(unpacked(data) if is_kmz(data) else data)
    if root.name != "kml":
        raise InvalidInput("The file is not KML.")
    for number, (placemark, folder) in enumerate(_placemarks(root, ""), 1):
        name = placemark.text_of("name")
        try:
            _add(found, placemark, name, folder)
        except FleetError as error:
            found.problems.append(f"{name or f'Placemark {number}'}: {error.message}")
        if len(found.zones) > MAX_ZONES:
            raise TooLarge(f"The file has more than {MAX_ZONES:,} zones.")
    if not found.zones and not found.problems:
        raise InvalidInput("The file has no zones: no polygon, line or point.")
    return found


def write_kml(zones: Sequence[DrawnZone]) -> bytes:
    """A document with a placemark for each zone."""
    marks = "".join(map(_placemark, zones))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>\n'
    ).encode()


def _placemarks(element: Element, folder: str) -> Iterator[tuple[Element, str]]:
    for child in element.children:
        if child.name == "Placemark":
            yield child, folder
        elif child.name in {"Document", "Folder"}:
            yield from _placemarks(child, child.text_of("name") if child.name == "Folder" else "")


def _add(found: Reading, placemark: Element, name: str, folder: str) -> None:
    said = _extended(placemark)
    own = {key: value for key, value in said.items() if key not in _OWN}
    if folder:
        own.setdefault("group", folder)
    drawn = [child for child in placemark.children if child.name in _SHAPES]
    shapes = [checked(shape) for child in drawn for shape in _shapes(child, said)]
    for number, shape in enumerate(shapes, 1):
        numbered = f"{name} {number}".strip() if len(shapes) > 1 else name
        found.zones.append(DrawnZone(numbered, shape, own))


def _extended(placemark: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for data in placemark.all("Data"):
        found[data.attributes.get("name", "")] = data.text_of("value")
    for data in placemark.all("SimpleData"):
        found[data.attributes.get("name", "")] = data.text.strip()
    found.pop("", None)
    return found


def _shapes(element: Element, said: Mapping[str, str]) -> Iterator[Shape]:
    if element.name == "MultiGeometry":
        for child in element.children:
            yield from _shapes(child, said)
    elif element.name == "Point":
        (center,) = _coordinates(element)[:1] or [None]
        if center is None:
            raise refused("A point has no coordinates.")
        yield Circle(center, number_of(said, ("radius_m", "radius"), DEFAULT_RADIUS_M))
    elif element.name == "LineString":
        width = number_of(said, ("width_m", "width"), DEFAULT_WIDTH_M)
        yield Corridor(_coordinates(element), width)
    elif element.name == "Polygon":
        yield _circle(said) or _polygon(element)


def _circle(said: Mapping[str, str]) -> Circle | None:
    """The circle that a polygon of ours was drawn for."""
    if said.get("shape") != "circle":
        return None
    center = _positions(said.get("center", ""))
    return Circle(center[0], number_of(said, ("radius_m",), 0.0)) if center else None


def _polygon(element: Element) -> Polygon:
    outer = [_coordinates(ring) for ring in element.children if ring.name == "outerBoundaryIs"]
    inner = [
        _positions(coordinates.text)
        for holes in element.children
        if holes.name == "innerBoundaryIs"
        for coordinates in holes.all("coordinates")
    ]
    if not outer:
        raise refused("A polygon has no outline.")
    return Polygon(outer[0], tuple(inner))


def _coordinates(element: Element) -> tuple[Position, ...]:
    return next((_positions(one.text) for one in element.all("coordinates")), ())


def _positions(text: str) -> tuple[Position, ...]:
    words = _COMMA.sub(",", text).split()
    if len(words) > MAX_READ_CORNERS:
        raise refused(f"The shape has {len(words):,} corners; the most is {MAX_READ_CORNERS:,}.")
    return tuple(map(_position, words))


def _position(word: str) -> Position:
    try:
        lon, lat = (float(part) for part in word.split(",")[:2])
    except ValueError as error:
        raise refused(f"{word[:40]!r} is no position: write longitude,latitude.") from error
    return lon, lat


def _placemark(zone: DrawnZone) -> str:
    said: dict[str, Any] = dict(zone.properties)
    match zone.shape:
        case Polygon(outline=outline, holes=holes):
            drawn = _drawn_polygon(outline, holes)
        case Corridor(line=line, width_m=width):
            said |= {"shape": "corridor", "width_m": width}
            drawn = f"<LineString><tessellate>1</tessellate>{_written(line)}</LineString>"
        case Circle(center=center, radius_m=radius):
            said |= {
                "shape": "circle",
                "center": f"{center[0]!r},{center[1]!r}",
                "radius_m": radius,
            }
            drawn = _drawn_polygon(circle_corners(zone.shape), ())
    data = "".join(
        f"<Data name={quoteattr(_plain(key))}><value>{escape(_plain(value))}</value></Data>"
        for key, value in said.items()
    )
    return (
        f"<Placemark><name>{escape(_plain(zone.name))}</name>"
        f"<ExtendedData>{data}</ExtendedData>{drawn}</Placemark>"
    )


_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _plain(value: object) -> str:
    """Without what XML cannot hold."""
    return _FORBIDDEN.sub("", str(value))


def _drawn_polygon(outline: Sequence[Position], holes: Sequence[Sequence[Position]]) -> str:
    inner = "".join(
        f"<innerBoundaryIs><LinearRing>{_written([*hole, hole[0]])}</LinearRing></innerBoundaryIs>"
        for hole in holes
    )
    outer = _written([*outline, outline[0]])
    return (
        "<Polygon><outerBoundaryIs><LinearRing>"
        f"{outer}</LinearRing></outerBoundaryIs>{inner}</Polygon>"
    )


def _written(line: Sequence[Position]) -> str:
    places = ((lon - 360.0 if lon > 180.0 else lon, lat) for lon, lat in line)
    return f"<coordinates>{' '.join(f'{lon!r},{lat!r}' for lon, lat in places)}</coordinates>"
