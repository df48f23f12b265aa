"""The two basemap styles, one list of layers with two palettes.

`python -m fleet_app.mapbuild.styles` writes `assets/map/style-light.json` and `style-dark.json`.
The map stays pale (or dim) and nearly colourless: colour belongs to the vehicles on it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from fleet_app.mapbuild.style_layers import Json, background, land, labels, lines
from fleet_app.mapbuild.tiles import ATTRIBUTION

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "map"


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of one style."""

    void: str
    earth: str
    sheet_edge: str
    residential: str
    commercial: str
    industrial: str
    green: str
    forest: str
    grass: str
    sand: str
    plaza: str
    pitch: str
    hospital: str
    water: str
    water_line: str
    building: str
    building_edge: str
    path: str
    minor: str
    minor_edge: str
    major: str
    major_edge: str
    highway: str
    highway_edge: str
    tunnel: str
    arrow: str
    rail: str
    tram: str
    boundary: str
    text: str
    text_soft: str
    text_water: str
    text_green: str
    halo: str
    poi: str


LIGHT = Palette(
    void="#e3e5e6", earth="#f1f2f1", sheet_edge="#d0d4d6",
    residential="#eeefee", commercial="#f0eeea", industrial="#e9e9ec",
    green="#dbe7d6", forest="#d0dfcb", grass="#e3ecde", sand="#f2ecdb",
    plaza="#f7f7f5", pitch="#d3e3d1", hospital="#f3e9e9",
    water="#c0d5e2", water_line="#afc8d8",
    building="#e2e3e3", building_edge="#d2d4d5",
    path="#c9cccd", minor="#ffffff", minor_edge="#d9dcdd",
    major="#ffffff", major_edge="#c6cacd", highway="#fdf3dc", highway_edge="#d3c5a4",
    tunnel="#e9ebec", arrow="#a9b0b5", rail="#b4b8bc", tram="#c3c7cb", boundary="#b3a9bd",
    text="#4a5259", text_soft="#7b848b", text_water="#5f86a1", text_green="#6b8a67",
    halo="#ffffffd9", poi="#6b7780",
)

DARK = Palette(
    void="#0e1216", earth="#171c21", sheet_edge="#2a323a",
    residential="#191e23", commercial="#1b1f24", industrial="#1a1e26",
    green="#1a2722", forest="#1b2a23", grass="#1a2421", sand="#26251f",
    plaza="#1d2329", pitch="#1d2d26", hospital="#251f24",
    water="#0f2536", water_line="#183a52",
    building="#20262d", building_edge="#2a3139",
    path="#363f48", minor="#2c343c", minor_edge="#14181c",
    major="#37414b", major_edge="#12161a", highway="#4a4a45", highway_edge="#12161a",
    tunnel="#20262c", arrow="#5d6973", rail="#3b444d", tram="#333b43", boundary="#4c4558",
    text="#a9b4bd", text_soft="#75818b", text_water="#4f7f9f", text_green="#5b8068",
    halo="#12161acc", poi="#82909b",
)


def style(name: str, palette: Palette) -> Json:
    """A MapLibre style document; `{basemap}` stands for the address of the PMTiles file."""
    colours = asdict(palette)
    return {
        "version": 8,
        "name": f"Fleet {name}",
        "metadata": {"fleet:fonts": "no glyphs: text is drawn with the fonts of the page"},
        "sources": {
            "basemap": {
                "type": "vector",
                "url": "pmtiles://{basemap}",
                "attribution": ATTRIBUTION,
            }
        },
        "layers": [
            *background(colours),
            *land(colours),
            *lines(colours),
            *labels(colours),
        ],
    }


def render(name: str) -> str:
    """The text of `style-<name>.json`; `name` is `light` or `dark`."""
    document = style(name, {"light": LIGHT, "dark": DARK}[name])
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Writes both style files."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    for name in ("light", "dark"):
        path = ASSETS / f"style-{name}.json"
        path.write_text(render(name), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ASSETS.parents[1])}\n")


if __name__ == "__main__":
    main()
