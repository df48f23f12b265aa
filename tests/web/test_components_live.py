"""The Reflex side of the live components: what they publish, import and raise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import reflex as rx

from fleet_app.web.components.live import sources
from fleet_app.web.components.live.fleet_map import fleet_map
from fleet_app.web.components.live.live_text import live_age, live_count, live_text
from fleet_app.web.components.live.vehicle_grid import vehicle_grid

LIVE = Path(sources.__file__).parent
SCRIPTS = sorted(path for path in LIVE.iterdir() if path.suffix in {".js", ".jsx"})
COMPONENTS = {"FleetMap.jsx", "VehicleGrid.jsx", "LiveText.jsx"}


def test_every_script_is_published_and_nothing_else() -> None:
    assert {path.name for path in SCRIPTS} == {*sources.LIBRARIES, *COMPONENTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_imports_only_published_scripts(path: Path) -> None:
    imported = re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8"))
    assert set(imported) <= set(sources.LIBRARIES)


def test_the_three_components_share_one_folder_and_so_one_store() -> None:
    assets = (sources.FLEET_MAP, sources.VEHICLE_GRID, sources.LIVE_TEXT)
    assert len({Path(asset.importable_path).parent for asset in assets}) == 1


def test_packages_are_pinned_exactly() -> None:
    for component in (fleet_map(), vehicle_grid()):
        for package in component.lib_dependencies:
            assert re.fullmatch(r"[a-z-]+@\d+\.\d+\.\d+", package)


class Watcher(rx.State):
    """Hears every event of the live components."""

    chosen: int = 0
    following: bool = False

    @rx.event
    def choose(self, vehicle_id: int) -> None:
        self.chosen = vehicle_id

    @rx.event
    def follow(self, value: bool) -> None:
        self.following = value

    @rx.event
    def plain(self) -> None:
        self.chosen = 0


def test_the_map_passes_its_properties_and_events() -> None:
    rendered = str(
        fleet_map(
            frame="",
            theme=rx.color_mode,
            selected=Watcher.chosen,
            follow=Watcher.following,
            status_filter=["moving"],
            search="van",
            fit=1,
            padding={"right": 320},
            on_vehicle_click=Watcher.choose,
            on_map_click=Watcher.plain,
            on_user_pan=Watcher.plain,
            on_follow_change=Watcher.follow,
            on_ready=Watcher.plain,
            on_resync=Watcher.plain,
        )
    )
    for name in ("frame", "theme", "selected", "follow", "statusFilter", "search", "fit", "padding",
                 "onVehicleClick", "onMapClick", "onUserPan", "onFollowChange", "onReady",
                 "onResync"):  # fmt: skip
        assert re.search(rf"\b{name}\b", rendered), name


def test_the_grid_passes_its_properties_and_events() -> None:
    rendered = str(
        vehicle_grid(
            selected=Watcher.chosen, version=2, empty_text="x", on_row_select=Watcher.choose
        )
    )
    for name in ("selected", "version", "emptyText", "onRowSelect"):
        assert re.search(rf"\b{name}\b", rendered), name


def test_live_texts_render_as_components() -> None:
    assert "LiveAge" in str(live_age())
    assert "LiveText" in str(live_text(Watcher.chosen, "speed"))
    assert "LiveCount" in str(live_count(status="online", noun="vehicle"))
