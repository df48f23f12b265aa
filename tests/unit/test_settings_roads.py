"""Which road network an installation chose, and mistakes in that choice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import open_matcher, open_roads
from fleet_app.settings import Settings
from tests.unit.mapbuild.town import whole_town

SECRET = "AIza-very-secret"
SERVER = "https://roads.example.com"
HAS_VALHALLA = sys.version_info >= (3, 12)
ESTIMATE = "Straight lines with a guessed detour (estimate)"
OWN = "Valhalla on the roads of the installed map" if HAS_VALHALLA else ESTIMATE


def settings_of(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return map_dir(home)


@pytest.mark.parametrize(
    ("choice", "name", "matches"),
    [
        ("embedded", OWN, HAS_VALHALLA),
        ("estimate", ESTIMATE, False),
        ("valhalla", f"Valhalla on a server; without an answer: {OWN}", True),
        ("osrm", f"OSRM on a server; without an answer: {OWN}", True),
        ("google", f"Google Routes; without an answer: {OWN}", HAS_VALHALLA),
    ],
)
def test_each_choice_has_its_roads(
    monkeypatch: pytest.MonkeyPatch, town: Path, choice: str, name: str, matches: bool
) -> None:
    chosen = settings_of(
        monkeypatch, FLEET_ROADS=choice, FLEET_ROADS_URL=SERVER, FLEET_ROADS_KEY=SECRET
    )
    roads = open_roads(town, chosen.road_source)
    assert roads.name == name
    assert SECRET not in roads.version
    assert roads.is_estimate == (name == ESTIMATE)
    assert roads.knows_traffic == (choice == "google")
    assert (open_matcher(town, chosen.road_source) is not None) == matches


def test_without_a_choice_the_map_is_used_or_straight_lines(
    monkeypatch: pytest.MonkeyPatch, town: Path, tmp_path: Path
) -> None:
    source = settings_of(monkeypatch).road_source
    assert open_roads(town, source).name == OWN
    assert open_roads(tmp_path, source).name == ESTIMATE
    assert open_matcher(tmp_path, source) is None


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"FLEET_ROADS": "google"}, "needs FLEET_ROADS_KEY"),
        ({"FLEET_ROADS": "osrm"}, "needs FLEET_ROADS_URL"),
        ({"FLEET_ROADS": "bing"}, "'embedded', 'valhalla', 'osrm', 'google' or 'estimate'"),
        ({"FLEET_ROADS_URL": "roads.example", "FLEET_ROADS_KEY": SECRET}, "must begin with http"),
    ],
)
def test_a_mistake_is_named_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], message: str
) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        settings_of(monkeypatch, **variables)
    assert SECRET not in str(caught.value)
