"""The index finds what plain shapely finds, to the micrometre, wherever on Earth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon
from fleet_app.location.zones.zone import Zone
from tests.unit.location.zones.support import SQUARE, plain_signed_m, shapes

PLACES = st.lists(
    st.tuples(st.floats(-0.02, 0.07), st.floats(-0.02, 0.07)), min_size=1, max_size=20
)
REGIONS = st.sampled_from([(24.0, 60.0), (-0.02, -0.02), (-71.0, -54.0), (100.0, 80.0)])


@settings(max_examples=150, deadline=None)
@given(st.data(), REGIONS, PLACES, st.sampled_from([0.0, 25.0, 300.0]))
def test_the_same_as_shapely_one_by_one(data, region, places, reach):
    found_shapes = data.draw(st.lists(shapes(*region), min_size=1, max_size=6))
    index = ZoneIndex([Zone(id=n, shape=shape) for n, shape in enumerate(found_shapes)])
    lons = np.array([region[0] + east for east, _ in places])
    lats = np.array([region[1] + north for _, north in places])
    found = index.around(lons, lats, reach)
    ours = {
        (p, z): d
        for p, z, d in zip(found.place.tolist(), found.zone.tolist(), found.signed_m, strict=True)
    }
    for place, (lon, lat) in enumerate(zip(lons, lats, strict=True)):
        for number, shape in enumerate(found_shapes):
            plain = plain_signed_m(shape, lon, lat)
            if abs(plain - reach) < 1e-6:
                continue  # on the very border of what is asked for, either answer is right
            assert ((place, number) in ours) == (plain < reach)
            if reach and plain < reach:
                assert ours[place, number] == pytest.approx(max(plain, -reach), abs=1e-6)


def star(corners: int) -> Polygon:
    return Polygon(
        tuple(
            (
                24.0 + 0.3 * math.cos(2 * math.pi * n / corners) * (1 + 0.2 * (n % 2)),
                60.0 + 0.15 * math.sin(2 * math.pi * n / corners) * (1 + 0.2 * (n % 2)),
            )
            for n in range(corners)
        )
    )


def test_ten_thousand_corners_give_the_same_as_shapely():
    shape = star(10_000)
    index = ZoneIndex([Zone(id=1, shape=shape)])
    chance = np.random.default_rng(7)
    lons, lats = chance.uniform(23.6, 24.4, 300), chance.uniform(59.8, 60.2, 300)
    found = index.around(lons, lats, 1000.0)
    ours = dict(zip(found.place.tolist(), found.signed_m.tolist(), strict=True))
    for n in range(300):
        plain = plain_signed_m(shape, lons[n], lats[n])
        assert ours.get(n, 1000.0) == pytest.approx(min(max(plain, -1000.0), 1000.0), abs=1e-5)
    assert 30 < len(ours) < 300


@pytest.mark.parametrize("lon", [179.999, -179.999, 180.0, -180.0])
@pytest.mark.parametrize(
    "shape",
    [
        Polygon(((179.99, -17.0), (180.01, -17.0), (180.01, -16.9), (179.99, -16.9))),
        Polygon(((-180.0, -17.0), (-179.99, -17.0), (-179.99, -16.9), (-180.0, -16.9))),
        Circle((179.9995, -16.95), 500.0),
        Circle((-180.0, -16.95), 500.0),
        Corridor(((179.9, -16.95), (180.1, -16.95)), 50.0),
    ],
)
def test_zones_at_the_antimeridian_are_one_piece(shape, lon):
    index = ZoneIndex([Zone(id=1, shape=shape)])
    found = index.around(lon, -16.95, 500.0)
    assert found.zone.tolist() == [0]
    plain = min(plain_signed_m(shape, lon + turn, -16.95) for turn in (-360.0, 0.0, 360.0))
    assert found.signed_m[0] == pytest.approx(max(plain, -500.0), abs=1e-6)


def test_a_line_across_the_antimeridian_passes_a_zone_beyond():
    shape = Polygon(((-179.98, -17.0), (-179.97, -17.0), (-179.97, -16.9), (-179.98, -16.9)))
    index = ZoneIndex([Zone(id=1, shape=shape)])
    passed = index.passed(np.array([[179.99, -16.95, 180.05, -16.95]]), np.array([25.0]))
    assert passed.zone.tolist() == [0]
    assert passed.start[0] == pytest.approx(0.5)
    assert passed.end[0] == pytest.approx(4 / 6)
    assert passed.signed_m[0] == -25.0


def test_a_line_is_inside_for_its_longest_piece():
    hole = Polygon(SQUARE.outline, (((24.002, 60.004), (24.004, 60.004), (24.004, 60.006),
                                     (24.002, 60.006)),))  # fmt: skip
    index = ZoneIndex([Zone(id=1, shape=hole)])
    passed = index.passed(np.array([[23.99, 60.005, 24.02, 60.005]]), np.array([25.0]))
    assert passed.start.tolist() == [pytest.approx(14 / 30)]
    assert passed.end.tolist() == [pytest.approx(20 / 30)]


def test_no_zones_and_no_places():
    assert len(ZoneIndex([]).around([24.0], [60.0], 25.0).zone) == 0
    index = ZoneIndex([Zone(id=1, shape=SQUARE)])
    assert len(index.around([], [], 25.0).zone) == 0
    assert len(index.passed(np.zeros((0, 4)), np.zeros(0)).zone) == 0
