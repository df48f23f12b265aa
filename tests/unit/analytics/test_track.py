"""How tracks become lines on a map."""

from __future__ import annotations

import numpy as np

from fleet_app.analytics.map_files.heat import Cell
from fleet_app.analytics.map_files.heat_page import full_weight
from fleet_app.analytics.map_files.track import around, box_of, near, way_of
from fleet_app.location.past.replay import Columns

NAN = float("nan")
LIMITS = [5.0, 10.0]


def a_track(*fixes: tuple[float, float, float, float]) -> Columns:
    """Seconds, latitude, longitude, speed."""
    seconds, lat, lon, speed = (np.array(one, dtype=float) for one in zip(*fixes, strict=True))
    return Columns((seconds * 1000).astype(np.int64), lat, lon, speed, speed, speed)


def test_a_line_for_each_stretch_of_one_speed():
    way = way_of(a_track((0, 60, 24, 2), (10, 60.001, 24, 2), (20, 60.002, 24, 2),
                         (30, 60.003, 24, 30), (40, 60.004, 24, 30)), 60_000, LIMITS)  # fmt: skip
    assert way.levels == [
        [[(60, 24), (60.001, 24), (60.002, 24)]],
        [],
        [[(60.002, 24), (60.003, 24), (60.004, 24)]],
    ]
    assert way.gaps == []


def test_a_speed_that_was_not_told_comes_from_the_distance():
    way = way_of(a_track((0, 60, 24, NAN), (100, 60.009, 24, NAN)), 600_000, LIMITS)
    assert [len(level) for level in way.levels] == [0, 0, 1]  # a kilometre in 100 s


def test_a_silence_is_no_driven_way():
    way = way_of(a_track((0, 60, 24, 2), (10, 60.001, 24, 2), (500, 60.1, 24, 2),
                         (510, 60.101, 24, 2)), 60_000, LIMITS)  # fmt: skip
    assert way.gaps == [[(60.001, 24), (60.1, 24)]]
    assert [len(line) for line in way.levels[0]] == [2, 2]


def test_across_the_antimeridian_lines_go_on():
    way = way_of(a_track((0, 0, 179.99, 2), (10, 0, -179.99, 2)), 60_000, LIMITS)
    assert way.levels[0] == [[(0, 179.99), (0, 180.01)]]
    assert near(-179.99, 180.01) == 180.01


def test_a_window_shows_at_least_the_box():
    box = box_of([(60.0, 24.0), (60.1, 24.01)])
    assert box is not None
    wide = around(box)
    assert wide.west < box.west < box.east < wide.east
    assert wide.south <= box.south < box.north <= wide.north
    assert box_of([]) is None


def test_a_depot_does_not_hide_the_streets():
    cells = [Cell(0, 0, 1000.0), *(Cell(0, 0, 10.0) for _ in range(99))]
    assert full_weight(cells) == 10.0
    assert full_weight([Cell(0, 0, 7.0)]) == 7.0
    assert full_weight([]) == 0.0
