"""Distances, bearings and destinations agree with each other and with known places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.geo import bearing_deg, destination, distance_m

latitudes = st.floats(-80, 80)
longitudes = st.floats(-180, 180)


def test_helsinki_to_porto_is_about_3113_km():
    assert distance_m(60.1699, 24.9384, 41.1496, -8.6110) == pytest.approx(3_113_000, rel=0.001)


@pytest.mark.parametrize(
    ("lat", "lon", "bearing"), [(1, 0, 0), (0, 1, 90), (-1, 0, 180), (0, -1, 270)]
)
def test_bearings_point_to_the_quarters_of_the_compass(lat, lon, bearing):
    assert bearing_deg(0, 0, lat, lon) == pytest.approx(bearing)


@given(latitudes, longitudes, st.floats(0, 359.9), st.floats(1, 50_000))
def test_going_there_ends_as_far_away_as_asked(lat, lon, bearing, metres):
    there = destination(lat, lon, bearing, metres)
    assert distance_m(lat, lon, *there) == pytest.approx(metres, rel=1e-6, abs=0.01)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_never_negative(lat1, lon1, lat2, lon2):
    there = distance_m(lat1, lon1, lat2, lon2)
    assert there >= 0
    assert there == pytest.approx(distance_m(lat2, lon2, lat1, lon1), abs=1e-6)


def test_crossing_the_antimeridian_is_a_short_way():
    assert distance_m(0, 179.999, 0, -179.999) < 300
