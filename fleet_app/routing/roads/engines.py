"""Valhalla inside this process: a few engines on one file of tiles, handed to whoever asks."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TILES = Path("valhalla") / "tiles.tar"
"""Where a built map keeps its routing tiles, below the map's folder."""

_ABSENT = ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir", "transit_feeds_dir")

Json = dict[str, Any]


def is_available() -> bool:
    """Whether Valhalla is installed for this Python (its wheels begin at 3.12)."""
    return find_spec("valhalla") is not None


def tiles_in(map_dir: Path) -> Path | None:
    """The tiles of the map in `map_dir`; None where there are none, or nothing to read them."""
    tiles = map_dir / TILES
    return tiles.resolve() if tiles.is_file() and is_available() else None


class Engines:
    """Each engine serves one call at a time, so a few are kept, made when first needed; further
    callers wait. The tiles are mapped into memory once for all of them."""

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


def _open(tiles: Path) -> Any:
    import valhalla  # noqa: PLC0415 - absent on Python 3.11

    config: dict[str, Json] = valhalla.get_config(str(tiles), "")
    config["mjolnir"].update(dict.fromkeys(_ABSENT, ""))
    return valhalla.Actor(config)
