"""The Reflex side of the address field: what it publishes, imports and raises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reflex as rx

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.live.fleet_map import fleet_map
from fleet_app.web.components.places import sources
from fleet_app.web.components.places.address_field import address_field

PLACES = Path(sources.__file__).parent
SCRIPTS = sorted(path for path in PLACES.iterdir() if path.suffix in {".js", ".jsx"})


def test_every_script_is_published_and_nothing_else() -> None:
    assert {path.name for path in SCRIPTS} == {*sources.LIBRARIES, "AddressField.jsx"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_only_published_scripts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r'from "\./([^"]+)"', text)) <= set(sources.LIBRARIES)
    assert set(re.findall(r'from "\.\./\.\./live/sources/([^"]+)"', text)) <= set(sources.FROM_LIVE)


def test_the_live_scripts_are_where_the_field_looks_for_them() -> None:
    here = Path(sources.ADDRESS_FIELD.importable_path).parent
    there = Path(live.FLEET_MAP.importable_path).parent
    assert here.parent.parent / "live" / "sources" == there


def test_both_maps_use_one_release_of_the_map_library() -> None:
    assert address_field().lib_dependencies == fleet_map().lib_dependencies


class Watcher(rx.State):
    """Hears the field."""

    address: str = ""
    lat: float | None = None

    @rx.event
    def placed(self, address: str, lat: float | None, lon: float | None) -> None:
        self.address, self.lat = address, lat


def test_the_field_passes_its_properties_and_events() -> None:
    rendered = str(
        address_field(
            prefix="home_", label="Home", placeholder="x", input_id="home", required=True,
            address=Watcher.address, lat=Watcher.lat, lon=24.9, read_only=False,
            theme=rx.color_mode, on_place=Watcher.placed,
        )
    )  # fmt: skip
    for name in ("prefix", "label", "placeholder", "inputId", "required", "address", "lat", "lon",
                 "readOnly", "theme", "onPlace"):  # fmt: skip
        assert re.search(rf"\b{name}\b", rendered), name
