"""The two basemap styles, one list of layers with two palettes.

`python -m fleet_app.mapbuild.styles` writes `assets/map/style-light.json` and `style-dark.json`.
The map stays pale (or dim) and nearly colourless: colour belongs to the vehicles on it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from fleet_app.mapbuild.style_ground import background, land
from fleet_app.mapbuild.style_labels import labels
from fleet_app.mapbuild.style_lines import lines
from fleet_app.mapbuild.style_parts import Json
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
    campus: str
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
    void="#e6e9e9",
    earth="#eceeed",
    sheet_edge="#d9dddf",
    residential="#e9ebea",
    commercial="#edebe7",
    industrial="#e5e6ea",
    green="#d3e3cd",
    forest="#c7dac1",
    grass="#dbe7d5",
    sand="#efe8d4",
    plaza="#f5f5f2",
    pitch="#cadfc8",
    campus="#ebe8ea",
    hospital="#f2e3e3",
    water="#b5cfdf",
    water_line="#9fc0d3",
    building="#dcdedd",
    building_edge="#c8cccd",
    path="#b4babe",
    minor="#ffffff",
    minor_edge="#cdd2d4",
    major="#ffffff",
    major_edge="#b3babf",
    highway="#fbecc6",
    highway_edge="#c8b27e",
    tunnel="#e3e6e7",
    arrow="#8d969c",
    rail="#b6babe",
    tram="#bfc4c8",
    boundary="#a99db5",
    text="#3f484f",
    text_soft="#737d84",
    text_water="#4c7896",
    text_green="#55794f",
    halo="#ffffffd9",
    poi="#5d6a73",
)

DARK = Palette(
    void="#161b22",
    earth="#1a2027",
    sheet_edge="#323b44",
    residential="#1c2229",
    commercial="#20242a",
    industrial="#1d222b",
    green="#1b2f27",
    forest="#1a3327",
    grass="#1c2b26",
    sand="#2b2a23",
    plaza="#222930",
    pitch="#1f3a2d",
    campus="#21252d",
    hospital="#2e2328",
    water="#102d43",
    water_line="#1f4a66",
    building="#272e36",
    building_edge="#353e47",
    path="#46515b",
    minor="#3a444e",
    minor_edge="#141a1f",
    major="#4b5763",
    major_edge="#11161b",
    highway="#6a6456",
    highway_edge="#11161b",
    tunnel="#262d34",
    arrow="#8b98a3",
    rail="#434d57",
    tram="#3c4650",
    boundary="#5b5269",
    text="#b3bec7",
    text_soft="#7d8993",
    text_water="#5b8cac",
    text_green="#66906f",
    halo="#11161bcc",
    poi="#8b99a4",
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
