"""The edge of an extract: positions along it, outlines closed on it, the sea behind the coast."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.mapbuild.box import Box
from fleet_app.mapbuild.rings import close_clipped, stretches
from fleet_app.mapbuild.sea import sea_polygons

BOX = Box(0.0, 0.0, 4.0, 2.0)
SHEET = shapely.box(*BOX.as_list())
POINTS = st.tuples(st.floats(-1, 5), st.floats(-1, 3))


@given(POINTS)
def test_an_edge_position_leads_back_to_the_edge(point: tuple[float, float]) -> None:
    position = BOX.edge_position(point)
    assert 0 <= position < BOX.perimeter
    there = shapely.Point(BOX.edge_point(position))
    assert there.distance(SHEET.exterior) < 1e-9
    assert BOX.edge_position(BOX.edge_point(position)) == pytest.approx(position, abs=1e-9)


@given(POINTS, POINTS)
def test_the_way_along_the_edge_is_never_longer_than_half_of_it(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    way = BOX.along_edge(start, end)
    length = shapely.LineString(way).length if len(way) > 1 else 0.0
    assert length <= BOX.perimeter / 2 + 1e-9
    assert shapely.LineString(way).distance(SHEET.exterior) < 1e-9
    assert BOX.edge_position(way[0]) == pytest.approx(BOX.edge_position(start), abs=1e-9)


@given(st.lists(st.one_of(st.none(), POINTS), max_size=12))
def test_any_outline_gives_a_valid_area_inside_the_box_or_none(outline: list[object]) -> None:
    shape = close_clipped(outline, BOX)  # type: ignore[arg-type]
    if shape is not None:
        assert shape.is_valid
        assert shape.area > 0
        assert shape.difference(SHEET).area < 1e-9


def test_a_whole_outline_stays_as_it_is() -> None:
    outline = [(1.0, 0.5), (2.0, 0.5), (2.0, 1.5), (1.0, 1.5), (1.0, 0.5)]
    shape = close_clipped(outline, BOX)
    assert shape is not None
    assert shape.equals(shapely.box(1, 0.5, 2, 1.5))


def test_a_corner_that_is_cut_off_is_filled_to_the_corner() -> None:
    shape = close_clipped([(3.0, 1.99), (3.0, 1.0), (3.99, 1.0), None], BOX)
    assert shape is not None
    assert shape.contains(shapely.Point(3.98, 1.98))
    assert shape.area == pytest.approx(1.0, abs=0.05)


def test_the_gap_may_lie_anywhere_in_a_closed_outline() -> None:
    points = [(3.0, 1.0), (3.99, 1.0), None, (3.0, 1.99), (3.0, 1.0)]
    shape = close_clipped(points, BOX)
    assert shape is not None
    assert shape.area == pytest.approx(1.0, abs=0.05)


def test_stretches_split_at_missing_points() -> None:
    assert stretches([None, (1, 1), (2, 2), None, None, (3, 3)]) == [[(1, 1), (2, 2)], [(3, 3)]]


def test_without_a_coast_there_is_no_sea() -> None:
    assert sea_polygons([], BOX) == []
    assert sea_polygons([[None, (1.0, 1.0), None]], BOX) == []


def test_an_island_is_land_and_the_rest_is_sea() -> None:
    island = [(1.0, 0.5), (2.0, 0.5), (2.0, 1.5), (1.0, 1.5), (1.0, 0.5)]  # land on the left
    sea = shapely.union_all(sea_polygons([island], BOX))
    assert sea.area == pytest.approx(8.0 - 1.0)
    assert not sea.contains(shapely.Point(1.5, 1.0))


def test_a_coast_through_the_sheet_has_the_sea_on_its_right() -> None:
    coast = [(-1.0, 1.0), (5.0, 1.0)]  # eastwards: the sea lies south
    (sea,) = sea_polygons([coast], BOX)
    assert sea.equals(shapely.box(0, 0, 4, 1))
    (other,) = sea_polygons([coast[::-1]], BOX)
    assert other.equals(shapely.box(0, 1, 4, 2))


def test_a_coast_that_stops_short_of_the_edge_is_led_to_it() -> None:
    (sea,) = sea_polygons([[None, (0.01, 1.0), (2.0, 1.0)], [(2.0, 1.0), (3.98, 1.0), None]], BOX)
    assert sea.area == pytest.approx(4.0, abs=0.1)


@given(st.lists(st.lists(st.one_of(st.none(), POINTS), max_size=8), max_size=4))
def test_any_coastlines_give_sea_within_the_sheet(lines: list[list[object]]) -> None:
    for sea in sea_polygons(lines, BOX):  # type: ignore[arg-type]
        assert sea.is_valid
        assert sea.difference(SHEET).area < 1e-9
