"""The styles in `assets/map` are what the palettes say, and draw only what the tiles hold."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fleet_app.mapbuild import styles
from fleet_app.mapbuild.layers import LAYERS

NAMES = ["light", "dark"]


def style(name: str) -> Any:
    return json.loads((styles.ASSETS / f"style-{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_style_is_the_generated_one(name: str) -> None:
    committed = (styles.ASSETS / f"style-{name}.json").read_text(encoding="utf-8")
    assert committed == styles.render(name), "run python -m fleet_app.mapbuild.styles"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    document = style(name)
    assert "glyphs" not in document
    assert "sprite" not in document
    assert "http" not in json.dumps(document)
    assert document["sources"]["basemap"]["url"] == "pmtiles://{basemap}"
    assert document["sources"]["basemap"]["attribution"] == "© OpenStreetMap contributors"


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_draws_a_layer_of_the_tiles_once(name: str) -> None:
    layers = style(name)["layers"]
    identifiers = [layer["id"] for layer in layers]
    assert len(set(identifiers)) == len(identifiers)
    assert {layer["source-layer"] for layer in layers if "source" in layer} == set(LAYERS)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("palette", [styles.LIGHT, styles.DARK], ids=NAMES)
def test_street_names_are_readable_and_the_ground_is_quiet(palette: styles.Palette) -> None:
    for ground in (palette.earth, palette.minor, palette.major, palette.building):
        assert contrast(palette.text, ground) >= 3.0
    assert contrast(palette.text, palette.earth) >= 4.5
    for area in (palette.green, palette.water, palette.building, palette.plaza):
        assert contrast(area, palette.earth) < 1.6


@pytest.mark.parametrize("name", NAMES)
def test_every_colour_is_a_colour(name: str) -> None:
    colours = re.findall(r'"(#[^"]*)"', json.dumps(style(name)))
    assert colours
    assert all(re.fullmatch(r"#[0-9a-f]{6}([0-9a-f]{2})?", colour) for colour in colours)
