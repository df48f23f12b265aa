"""The map of this installation as readers find it: `<home>/map`. Light to import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BASEMAP = "basemap.pmtiles"
INFO = "basemap.json"
ROADS = "valhalla"


def map_dir(home: Path) -> Path:
    """Where the current map is; nothing is there before the first build."""
    return home / "map"


def read_info(folder: Path) -> dict[str, Any] | None:
    """What `basemap.json` in `folder` says; None if there is no map or it cannot be read."""
    try:
        info = json.loads((folder / INFO).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return info if isinstance(info, dict) and (folder / BASEMAP).is_file() else None
