"""The text of a path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.journeys.polyline import (
    Vertex,
    decode_numbers,
    decode_path,
    encode_numbers,
    encode_places,
    encode_times,
    simplified,
)
from tests.builders.fixes import LAT, LON, METRES_NORTH, NOON_MS

VERTICES = st.lists(
    st.tuples(
        st.integers(0, 86_400).map(lambda second: NOON_MS + 1000 * second),
        st.floats(-90, 90),
        st.floats(-180, 180),
    ),
    min_size=1,
).map(sorted)


@given(st.lists(st.integers(-(2**40), 2**40)))
def test_numbers_come_back(numbers: list[int]):
    assert decode_numbers(encode_numbers(numbers)) == numbers


@given(VERTICES)
def test_a_path_comes_back(path: list[Vertex]):
    back = decode_path(encode_places(path), encode_times(path), path[0][0])
    assert [vertex[0] for vertex in back] == [vertex[0] for vertex in path]
    for (_, lat, lon), (_, true_lat, true_lon) in zip(back, path, strict=True):
        assert (lat, lon) == pytest.approx((true_lat, true_lon), abs=6e-7)


def test_it_is_the_text_that_others_read():
    """The example of Google's description, at six decimals instead of five."""
    path = [(0, 3.85, -12.02), (0, 4.07, -12.095), (0, 4.3252, -12.6453)]
    assert encode_places(path) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


def test_what_lies_on_the_line_is_left_out():
    straight = [(i, LAT + 10 * i * METRES_NORTH, LON) for i in range(1_000)]
    assert simplified(straight, 8.0) == [straight[0], straight[-1]]
    bent = [*straight, (1_000, straight[-1][1], LON + 0.01)]
    assert simplified(bent, 8.0) == [straight[0], straight[-1], bent[-1]]


@given(VERTICES)
def test_ends_and_order_stay(path: list[Vertex]):
    kept = simplified(path, 100.0)
    assert (kept[0], kept[-1]) == (path[0], path[-1])
    left = iter(path)
    assert all(vertex in left for vertex in kept)
