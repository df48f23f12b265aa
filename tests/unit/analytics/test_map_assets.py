"""What map files carry with them is what its makers released, and asks for nothing."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

from fleet_app.analytics.map_files import assets

LEAFLET = files("fleet_app.analytics.map_files") / "leaflet"
RELEASED = {
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
}
"""SHA-256 of the files in the npm package leaflet 1.9.4."""
LEAVES = re.compile(r"@import|sourceMappingURL|<script|</script|</style|<!--")


def test_leaflet_is_the_release_that_is_named():
    found = {name: hashlib.sha256((LEAFLET / name).read_bytes()).hexdigest() for name in RELEASED}
    assert found == RELEASED
    assert "Redistribution and use" in (LEAFLET / "LICENSE").read_text("utf-8")


def test_assets_stay_in_their_tags_and_load_nothing():
    styles = [assets.leaflet_style(), assets.page_style()]
    scripts = [assets.leaflet_script(), assets.heat_script(), assets.elements_script()]
    assert [LEAVES.findall(text) for text in (*styles, *scripts)] == [[]] * 5
    assert ["url(" in text for text in styles] == [False, False]


def test_licences_travel_with_the_code():
    assert "THIS SOFTWARE IS PROVIDED" in assets.leaflet_script()
    assert "Vladimir Agafonkin" in assets.heat_script()
