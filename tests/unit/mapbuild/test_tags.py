"""Tag values are typed by hand: whatever stands there, a reading is bounded or absent."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.mapbuild import layers, tags

WORDS = st.sampled_from(["12", "12,5", "3 m", "40'", "7'6\"", "-5", "1e9", "yes", "ft", "inf", ";"])
VALUES = st.one_of(st.text(max_size=12), WORDS, st.floats().map(str), st.integers().map(str))
KEYS = st.sampled_from(
    [
        "height",
        "building:levels",
        "building",
        "highway",
        "oneway",
        "layer",
        "tunnel",
        "bridge",
        "name",
        "ref",
        "natural",
        "place",
        "amenity",
        "addr:housenumber",
        "railway",
        "service",
    ]
)
KINDS = st.sampled_from([*layers.ROADS, *layers.RAILS, *layers.PLACES, "water", "yes", "parking"])
TAGS = st.dictionaries(KEYS, VALUES | KINDS)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12.0),
        ("12.5 m", 12.5),
        ("12,5", 12.5),
        (" 8 metres ", 8.0),
        ("40 ft", 12.192),
        ("40'", 12.192),
        ("10'6\"", 3.2004),
        ("~12", None),
        ("-3", None),
        ("12 m high", None),
        ("", None),
        ("nan", None),
    ],
)
def test_lengths_are_read_in_the_units_people_write(text: str, metres: float | None) -> None:
    assert tags.length_m(text) == (None if metres is None else pytest.approx(metres))


@pytest.mark.parametrize(
    ("text", "count"),
    [("5", 5), ("5.5", 5.5), ("3;4", 3), ("2-3", 2), ("0", None), ("999", None), ("many", None)],
)
def test_storeys_are_the_first_number(text: str, count: float | None) -> None:
    assert tags.levels(text) == count


def test_a_tagged_height_goes_before_storeys() -> None:
    assert tags.building_height_m({"height": "20", "building:levels": "3"}) == 20.0
    assert tags.building_height_m({"height": "tall", "building:levels": "3"}) == 9.6
    assert tags.building_height_m({}) is None


@pytest.mark.parametrize(
    ("given", "direction"),
    [
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no", "highway": "motorway"}, 0),
        ({"highway": "motorway_link"}, 1),
        ({"junction": "roundabout"}, 1),
        ({"highway": "residential"}, 0),
    ],
)
def test_direction_of_traffic(given: dict[str, str], direction: int) -> None:
    assert tags.oneway(given) == direction


@given(VALUES)
def test_any_text_is_a_length_or_none(text: str) -> None:
    value = tags.length_m(text)
    assert value is None or (math.isfinite(value) and 0 <= value < 1_100_000)


@given(st.floats(0.1, 999), st.sampled_from(["", " m", "m", " meters"]))
def test_every_metric_height_comes_back(metres: float, unit: str) -> None:
    height = tags.building_height_m({"height": f"{metres:.2f}{unit}"})
    assert height == pytest.approx(metres, abs=0.06)


@given(TAGS)
def test_any_tags_give_features_of_known_layers_within_the_zooms(given: dict[str, str]) -> None:
    found = [
        *layers.line_features(given),
        *layers.area_features(given, 1_000.0),
        *layers.area_labels(given, 1_000.0),
        *layers.node_features(given),
    ]
    for feature in found:
        assert feature.layer in layers.LAYERS
        assert 0 <= feature.minzoom <= layers.MAX_ZOOM
        assert "" not in feature.properties.values()
        height = feature.properties.get("height", 1.0)
        assert isinstance(height, int | float)
        assert 0 < height <= tags.MAX_HEIGHT_M
        assert -5 <= int(feature.properties.get("z", 0)) <= 5


@given(st.floats(0, 1e12), st.integers(0, 10), st.integers(10, 15))
def test_larger_areas_never_appear_later(size: float, first: int, last: int) -> None:
    zoom = layers.zoom_for_area(size, first, last)
    assert first <= zoom <= last
    assert layers.zoom_for_area(size * 2, first, last) <= zoom


@pytest.mark.parametrize(
    "given",
    [
        {"highway": "construction"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "footway", "layer": "-1"},
        {"highway": "service", "area": "yes"},
    ],
)
def test_what_is_not_a_street_under_the_sky_is_not_drawn(given: dict[str, str]) -> None:
    assert layers.road(given) is None


def test_a_tunnel_is_drawn_as_one() -> None:
    road = layers.road({"highway": "primary", "tunnel": "yes", "bridge": "yes"})
    assert road is not None
    assert road.properties["tunnel"] == 1
    assert "bridge" not in road.properties
