"""Valhalla inside this process: a few engines on one file of tiles, handed to whoever asks."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fleet_app.routing.roads.errors import Refused

TILES = Path("valhalla") / "tiles.tar"
"""Where a built map keeps its routing tiles, below the map's folder."""

_ABSENT = ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir", "transit_feeds_dir")
_NO_BOUND = 100_000_000
MATRIX_BOUND_M = 1_000_000
"""No leg of a tour is longer. For each search Valhalla lays out its queue for the whole bound: with
none it takes 150 MB and twenty times as long in a city."""
_MODES = ("auto", "truck", "bicycle", "motor_scooter")

Json = dict[str, Any]


def is_available() -> bool:
    """Whether Valhalla is installed for this Python (its wheels begin at 3.12)."""
    return find_spec("valhalla") is not None


def tiles_in(map_dir: Path) -> Path | None:
    """The tiles of the map in `map_dir`; None where there are none, or nothing to read them."""
    tiles = map_dir / TILES
    return tiles.resolve() if tiles.is_file() and is_available() else None


def version_of(tiles: Path) -> str:
    """Differs between maps: where the file is (each build has its folder), and what it is."""
    about = tiles.resolve(strict=True).stat()
    return f"{tiles.resolve()} {about.st_size} {about.st_mtime_ns}"


class Engines:
    """Each engine serves one call at a time, so a few are kept, made when first needed; further
    callers wait. The tiles are mapped into memory once for all of them. Engines work side by side:
    other threads go on while one computes."""

    def __init__(self, tiles: Path, count: int | None = None) -> None:
        """Raises `FileNotFoundError` if `tiles` is not there; opens nothing else yet."""
        self._tiles = tiles.resolve(strict=True)
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(count or min(4, os.cpu_count() or 1)):
            self._idle.put(None)

    @contextmanager
    def one(self) -> Iterator[Any]:
        """An engine, for as long as the block lasts."""
        engine = self._idle.get()
        try:
            engine = engine or _open(self._tiles)
            yield engine
        finally:
            self._idle.put(engine)

    def ask(self, action: str, question: bytes) -> bytes:
        """The answer to one question, as Valhalla's HTTP server takes and gives it. `Refused`."""
        from valhalla import ValhallaError  # noqa: PLC0415 - absent on Python 3.11

        with self.one() as engine:
            try:
                answer: str = getattr(engine, action)(question.decode())
            except ValhallaError as error:
                raise Refused(str(error)) from error
        return answer.encode()


def _open(tiles: Path) -> Any:
    import valhalla  # noqa: PLC0415 - absent on Python 3.11

    return valhalla.Actor(_config(valhalla.get_config(str(tiles), "")))


def _config(config: dict[str, Any]) -> dict[str, Any]:
    """Without files that we do not have, and without bounds that are there for strangers."""
    config["mjolnir"].update(dict.fromkeys(_ABSENT, ""))
    # Otherwise one place on an island has no matrix at all, instead of one empty row.
    config["loki"]["use_connectivity"] = False
    # A search from each source until all targets are found: three times as fast in a city as the
    # search from both ends, and the same to the second.
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    limits = config["service_limits"]
    for mode in _MODES:
        limits[mode].update(
            max_locations=10_000,
            max_distance=float(_NO_BOUND),
            max_matrix_distance=float(MATRIX_BOUND_M),
            max_matrix_location_pairs=_NO_BOUND,
        )
    limits["isochrone"].update(max_contours=10, max_time_contour=600)
    return config
