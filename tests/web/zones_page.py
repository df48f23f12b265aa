"""The zones page's components on a page of their own, with a test's zones and no server behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from fleet_app.runtime import toolchain
from fleet_app.settings import PROJECT_ROOT
from tests.web.component_page import COMPONENTS, PUBLISHED, Answer, Asked, Site

PACKAGES = ("live", "places", "records", "zones")
STYLES = ("tokens", "shell", "forms", "live", "places", "records", "record-form", "zones")
WORKER = 'import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";'
"""How the product's packager gives the address of a file, which the one used here does not."""
SCRIPT = Path(__file__).with_suffix(".jsx")


def bundle(folder: Path, home: Path) -> None:
    """Make `folder/page.js` and lay the map library's worker beside it."""
    for package in PACKAGES:
        target = folder / PUBLISHED / package / "sources"
        target.mkdir(parents=True)
        for path in (COMPONENTS / package).iterdir():
            if path.suffix in {".js", ".jsx"}:
                shutil.copy(path, target / path.name)
    basemap = folder / PUBLISHED / "live" / "sources" / "basemap.js"
    text = basemap.read_text(encoding="utf-8")
    assert WORKER in text
    basemap.write_text(text.replace(WORKER, 'const workerUrl = "/worker.mjs";'), encoding="utf-8")
    for name in ("package.json", "bun.lock"):
        shutil.copy(PROJECT_ROOT / "reflex.lock" / name, folder / name)
    shutil.copy(SCRIPT, folder / "main.jsx")
    environment = {**os.environ, **toolchain.environment(home)}
    install = ["install", "--frozen-lockfile", "--ignore-scripts", "--no-progress"]
    build = ["build", "main.jsx", "--outdir", ".", "--entry-naming", "page.[ext]", "--production"]
    for arguments in (install, build):
        done = subprocess.run(
            [str(toolchain.bun()), *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


class ZoneSite(Site):
    """The page with a test's zones."""

    zones: list[dict[str, Any]]

    def respond(self, asked: Asked) -> Answer:
        """The page, its files and what the API would say."""
        if asked.path == "/":
            return 200, "text/html; charset=utf-8", _page().encode()
        if asked.path.startswith("/maplibre") or asked.path == "/worker.mjs":
            name = "maplibre-gl-worker.mjs" if asked.path == "/worker.mjs" else asked.path[1:]
            found = self.folder / "node_modules" / "maplibre-gl" / "dist" / name
            return 200, "text/javascript", found.read_bytes()
        if asked.path == "/map/info":
            return 404, "application/json", b"{}"
        if asked.path == "/api/v1/geofences/shapes":
            self.asked.append(asked)
            return 200, "application/json", json.dumps(_collection(self.zones)).encode()
        return super().respond(asked)


def _collection(zones: list[dict[str, Any]]) -> dict[str, Any]:
    features = []
    for zone in zones:
        point = {"type": "Point", "coordinates": [zone.get("lon"), zone.get("lat")]}
        properties = {name: one for name, one in zone.items() if name not in ("lat", "lon")}
        properties["group"] = properties.pop("group_name")
        geometry = properties.pop("geometry", None) or point
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _page() -> str:
    links = "".join(f'<link rel="stylesheet" href="/styles/{name}.css">' for name in STYLES)
    return (
        '<!doctype html><html lang="en"><head><title>Zones</title><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{links}'
        '<link rel="stylesheet" href="/page.css"></head>'
        '<body><main id="root"></main><script type="module" src="/page.js"></script></body></html>'
    )
