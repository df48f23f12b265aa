"""An extract -> the routing tiles of Valhalla, packed in one file."""

from __future__ import annotations

import json
import os
import tarfile
from importlib.util import find_spec
from pathlib import Path

from fleet_app.mapbuild import programs
from fleet_app.mapbuild.errors import ProgramFailed

TILES_FILE = "tiles.tar"


def can_build() -> bool:
    """Whether Valhalla is there for this Python (it comes for 3.12 and newer)."""
    return find_spec("valhalla") is not None


def write_road_data(extract: Path, folder: Path, scratch: Path) -> int:
    """Builds `<folder>/tiles.tar`; the number of tiles. Raises `ProgramFailed`.

    One file is mapped into memory by each process that routes, so a rebuilt map never pulls tiles
    from under a running process.
    """
    tiles = scratch / "valhalla"
    tiles.mkdir()
    config = scratch / "valhalla.json"
    config.write_text(json.dumps(_config(tiles)), encoding="utf-8")
    programs.run([programs.bundled("valhalla", "valhalla_build_tiles"), "-c", config, extract])
    found = sorted(tiles.rglob("*.gph"))
    if not found:
        raise ProgramFailed("valhalla_build_tiles", "found no roads in the extract")
    folder.mkdir()
    with tarfile.open(folder / TILES_FILE, "w", format=tarfile.USTAR_FORMAT) as archive:
        for tile in found:
            archive.add(tile, tile.relative_to(tiles).as_posix())
    return len(found)


def _config(tiles: Path) -> dict[str, object]:
    import valhalla  # noqa: PLC0415 - there is no Valhalla for Python 3.11

    config: dict[str, dict[str, object]] = valhalla.get_config("", str(tiles))
    # Defaults name files of a container that are not here; empty means "none".
    absent = ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir")
    config["mjolnir"].update(dict.fromkeys((*absent, "transit_feeds_dir"), ""))
    config["mjolnir"]["concurrency"] = os.cpu_count() or 1
    config["logging"] = {"type": "std_out", "color": False}
    return dict(config)
