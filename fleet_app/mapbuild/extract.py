"""The OSM extract a map is built from: what it covers and which one it is."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import osmium

from fleet_app.mapbuild.box import Box
from fleet_app.mapbuild.errors import ExtractUnreadable

_CHUNK_BYTES = 1 << 20
_LEAST_DEG = 0.001


@dataclass(frozen=True, slots=True)
class Extract:
    """A readable extract."""

    path: Path
    sha256: str
    box: Box
    data_date: str
    """When OpenStreetMap was in this state, as the file tells it; "" if it does not."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what osmium raises on a damaged file into `ExtractUnreadable`."""
    try:
        yield
    except RuntimeError as error:
        raise ExtractUnreadable(path, str(error)) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def check_file(path: Path) -> None:
    """Raises `ExtractUnreadable` unless `path` is a file that can be an `.osm.pbf`."""
    if not path.exists():
        raise ExtractUnreadable(path, "there is no such file")
    if not path.is_file():
        raise ExtractUnreadable(path, "it is not a file")
    if not path.name.endswith(".pbf"):
        raise ExtractUnreadable(path, "the name must end in .osm.pbf")
    if path.stat().st_size == 0:
        raise ExtractUnreadable(path, "the file is empty")


def open_extract(path: Path) -> Extract:
    """Reads the header. Raises `ExtractUnreadable`."""
    check_file(path)
    with reading(path):
        header = osmium.io.Reader(str(path), osmium.osm.NOTHING).header()
        box = _header_box(header) or _box_of_nodes(path)
    if box is None:
        raise ExtractUnreadable(path, "it holds no points")
    date = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return Extract(path, sha256_of(path), box, date)


def _header_box(header: osmium.io.Header) -> Box | None:
    box = header.box()
    if not box.valid() or box.size() <= 0:
        return None
    low, high = box.bottom_left, box.top_right
    return Box(low.lon, low.lat, high.lon, high.lat)


def _box_of_nodes(path: Path) -> Box | None:
    """The smallest box around every node, for files whose header names none."""
    west = south = math.inf
    east = north = -math.inf
    for node in osmium.FileProcessor(str(path), osmium.osm.NODE):
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            west, east = min(west, node.lon), max(east, node.lon)
            south, north = min(south, node.lat), max(north, node.lat)
    if west > east:
        return None
    room = 0.0 if west < east and south < north else _LEAST_DEG
    return Box(west - room, south - room, east + room, north + room)
