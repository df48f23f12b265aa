"""`build_map`: from an OSM extract to `<home>/map`, in one step that either happens or does not.

`<home>/map` is a link to a folder under `<home>/maps`. A new map is built beside the old one and
the link is replaced at the end, so readers see the old map or the new one, never half of one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fleet_app.mapbuild import road_data
from fleet_app.mapbuild.addresses import write_addresses
from fleet_app.mapbuild.errors import BuildInProgress, MapBuildError
from fleet_app.mapbuild.extract import Extract, open_extract, sha256_of
from fleet_app.mapbuild.features import Progress, write_features
from fleet_app.mapbuild.installed import BASEMAP, INFO, ROADS, map_dir, read_info
from fleet_app.mapbuild.layers import LAYERS, MAX_ZOOM
from fleet_app.mapbuild.tiles import ATTRIBUTION, write_tiles
from fleet_app.routing.geocoding import store

RECIPE = 1
"""Counts up when the same extract would give another map, so that it is built again."""


def build_map(extract: Path, home: Path, progress: Progress, *, force: bool = False) -> bool:
    """Builds `<home>/map` from `extract`, an `.osm.pbf` file; False if it is already that map.

    A map of this extract that only lacks addresses gets those and is otherwise left as it is.

    `progress` gets one line at a time. Raises `ExtractUnreadable`, `ProgramFailed`,
    `BuildInProgress`; the map built before stays in place then.
    """
    home = home.resolve()
    progress(f"Reading {extract.name}")
    source = open_extract(extract)
    with _only_builder(home):
        if not force and is_current(map_dir(home), source):
            progress("The map is already built from this extract")
            return _add_addresses(map_dir(home).resolve(), source, progress)
        folder = Path(tempfile.mkdtemp(prefix="map-", dir=_maps(home)))
        folder.chmod(0o755)
        try:
            _build_into(folder, source, progress)
            _publish(folder, home)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _remove_others(home, folder)
    progress(f"Map ready in {map_dir(home)}")
    return True


def is_current(folder: Path, source: Extract) -> bool:
    """Whether the map in `folder` is what `source` would give here and now."""
    info = read_info(folder) or {}
    same = info.get("sha256") == source.sha256 and info.get("recipe") == RECIPE
    return same and (info.get("roads") is True or not road_data.can_build())


def complete_map(home: Path, progress: Progress) -> bool:
    """Gives an installed map the addresses it lacks, if its extract is still there.

    False when there is nothing to do or nothing to do it from. Raises as `build_map` does.
    """
    home = home.resolve()
    folder = map_dir(home).resolve()
    info = read_info(folder)
    if info is None or store.is_current(folder / store.ADDRESSES):
        return False
    with _only_builder(home):
        source = _extract_of(info, home)
        return source is not None and _add_addresses(folder, source, progress)


def _extract_of(info: dict[str, object], home: Path) -> Extract | None:
    """The very extract that a map was built from: where it was then, or in the cache."""
    name = Path(str(info.get("extract", ""))).name
    for path in (Path(str(info.get("path", ""))), home / "cache" / name):
        if path.is_file() and sha256_of(path) == info.get("sha256"):
            return open_extract(path)
    return None


def _add_addresses(folder: Path, source: Extract, progress: Progress) -> bool:
    target = folder / store.ADDRESSES
    if store.is_current(target):
        return False
    with tempfile.TemporaryDirectory(prefix=".addresses-", dir=folder) as scratch:
        _build_addresses(target, source, Path(scratch), progress)
    return True


def _build_addresses(target: Path, source: Extract, scratch: Path, progress: Progress) -> None:
    progress("Collecting addresses")
    counts = write_addresses(source, target, scratch)
    progress(f"  {counts['address']:,} addresses, {counts['street']:,} streets")


def _maps(home: Path) -> Path:
    folder = home / "maps"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _only_builder(home: Path) -> Iterator[None]:
    with (_maps(home) / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildInProgress(home) from None
        yield


def _build_into(folder: Path, source: Extract, progress: Progress) -> None:
    scratch = folder / "scratch"
    scratch.mkdir()
    progress("Collecting map features")
    counts = write_features(source, scratch, progress)
    if counts.total() <= 1:  # the sheet itself
        raise MapBuildError(f"{source.path} holds nothing to draw")
    progress("  " + ", ".join(f"{layer} {counts[layer]:,}" for layer in LAYERS if counts[layer]))
    progress(f"Drawing tiles for zooms 0 to {MAX_ZOOM}")
    write_tiles(scratch, folder / BASEMAP, source.path.name, progress)
    progress(f"  {(folder / BASEMAP).stat().st_size / 1e6:.1f} MB in {BASEMAP}")
    _build_addresses(folder / store.ADDRESSES, source, scratch, progress)
    roads = _build_roads(folder, source, scratch, counts, progress)
    about = {"version": sha256_of(folder / BASEMAP)[:16], **_info(source, counts, roads=roads)}
    info = json.dumps(about, indent=2, ensure_ascii=False)
    (folder / INFO).write_text(info + "\n", encoding="utf-8")
    shutil.rmtree(scratch)


def _build_roads(
    folder: Path, source: Extract, scratch: Path, counts: Counter[str], progress: Progress
) -> bool:
    if not road_data.can_build():
        progress("Road data skipped: Valhalla needs Python 3.12 or newer; routes are estimates")
        return False
    if not counts["road"]:
        progress("Road data skipped: the extract has no roads; routes are estimates")
        return False
    progress("Building road data for routing")
    tiles = road_data.write_road_data(source.path, folder / ROADS, scratch)
    size = (folder / ROADS / road_data.TILES_FILE).stat().st_size
    progress(f"  {tiles:,} routing tiles, {size / 1e6:.1f} MB")
    return True


def _info(source: Extract, counts: Counter[str], *, roads: bool) -> dict[str, object]:
    """What `basemap.json` holds: degrees as [west, south, east, north] and [lon, lat]."""
    return {
        "recipe": RECIPE,
        "extract": source.path.name,
        "path": str(source.path.resolve()),
        "sha256": source.sha256,
        "data_date": source.data_date or None,
        "built_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "bounds": source.box.as_list(),
        "center": list(source.box.centre),
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "attribution": ATTRIBUTION,
        "roads": roads,
        "features": {layer: counts[layer] for layer in LAYERS},
    }


def _publish(folder: Path, home: Path) -> None:
    """Makes `<home>/map` point to `folder`, atomically."""
    link = map_dir(home)
    if link.is_dir() and not link.is_symlink():
        raise MapBuildError(f"{link} is a folder made by something else; move it away")
    fresh = home / f".map-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("maps") / folder.name, target_is_directory=True)
    fresh.replace(link)


def _remove_others(home: Path, current: Path) -> None:
    for folder in _maps(home).glob("map-*"):
        if folder.name != current.name:
            shutil.rmtree(folder, ignore_errors=True)
