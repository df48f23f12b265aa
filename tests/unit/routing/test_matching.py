"""Ways put on roads by Valhalla, in a real small town."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import map_dir
from fleet_app.routing.roads import RoadMatcher, matching, open_matcher
from fleet_app.routing.roads.matching import Matched, Place
from tests.unit.mapbuild.town import STEP_LAT, STEP_LON, crossing, whole_town

pytest.importorskip("valhalla", reason="Valhalla comes for Python 3.12 and newer")
GAP_MS = 300_000
EAST_M, NORTH_M = 55_600.0, 111_195.0


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> RoadMatcher:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    found = open_matcher(map_dir(home))
    assert found is not None
    return found


def drive(*crossings: tuple[int, int], off_m: float = 8.0, start: int = 0) -> list[Place]:
    """Along the streets with a place every 5 s and 55 m, beside the road on either side in turn."""
    places: list[Place] = []
    for (lon1, lat1), (lon2, lat2) in pairwise(crossing(*one) for one in crossings):
        for step in range(4):
            share, side = step / 4, off_m * (-1) ** step
            north, east = (side, 0.0) if lat1 == lat2 else (0.0, side)
            lat = lat1 + (lat2 - lat1) * share + north / NORTH_M
            lon = lon1 + (lon2 - lon1) * share + east / EAST_M
            places.append(Place(start + 5000 * len(places), lat, lon))
    return places


def off_street(matched: Matched) -> float:
    """How far the matched pieces leave the lines of the grid, metres."""
    worst = 0.0
    for piece in matched.pieces:
        for lat, lon in piece.shape if piece.matched else ():
            column, row = (lon - 25.0) / STEP_LON, (lat - 60.0) / STEP_LAT
            worst = max(worst, min(abs(column - round(column)), abs(row - round(row))) * 223)
    return worst


ROUND = ((0, 0), (1, 0), (2, 0), (2, 1), (3, 1), (4, 1))


def test_a_way_beside_the_streets_is_put_on_them(matcher: RoadMatcher) -> None:
    places = drive(*ROUND)
    found = matcher.match(places, GAP_MS)
    (piece,) = found.pieces
    assert piece.matched
    assert (piece.from_ms, piece.to_ms) == (places[0].at_ms, places[-1].at_ms)
    assert off_street(found) < 1.0
    assert found.distance_m == pytest.approx(4.75 * 223, rel=0.03)
    assert found.agreement == 1.0
    assert all(0.6 < confidence <= 1.0 for confidence in piece.confidences)


def test_confidence_falls_with_the_distance_to_the_road(matcher: RoadMatcher) -> None:
    near, far = (matcher.match(drive((0, 0), (1, 0), (2, 0), off_m=off), GAP_MS).pieces[0]
                 for off in (3.0, 20.0))  # fmt: skip
    assert min(near.confidences[1:]) > 0.9
    assert max(far.confidences[1:-1]) < 0.5


def test_a_gap_breaks_the_way(matcher: RoadMatcher) -> None:
    before = drive((0, 0), (1, 0), (2, 0))
    after = drive((2, 2), (3, 2), (4, 2), start=before[-1].at_ms + GAP_MS + 1)
    found = matcher.match([*before, *after], GAP_MS)
    assert [piece.matched for piece in found.pieces] == [True, True]
    assert [piece.to_ms for piece in found.pieces] == [before[-1].at_ms, after[-1].at_ms]
    one = matcher.match([*before, *after], GAP_MS + 1)
    assert len(one.pieces) == 1


def test_what_lies_beside_every_road_stays_as_it_was_told(matcher: RoadMatcher) -> None:
    """Across the fields in the middle of the drive, and told to be so."""
    there = drive((0, 0), (1, 0), (2, 0))
    fields = [Place(there[-1].at_ms + 5000 * n, 59.9985 - 0.0004 * n, 25.0078) for n in range(1, 9)]
    found = matcher.match([*there, *fields], GAP_MS)
    assert found.pieces[0].matched
    last = found.pieces[-1]
    assert not last.matched
    assert last.shape == tuple((place.lat, place.lon) for place in fields)
    assert set(last.confidences) == {0.0}
    assert 0.4 < found.agreement < 0.7
    for before, after in pairwise(found.pieces):
        assert distance_m(*before.shape[-1], *after.shape[0]) < 1.0, "the way goes on"


def test_no_road_at_all(matcher: RoadMatcher) -> None:
    places = [Place(5000 * n, 59.0, 25.0 + 0.001 * n) for n in range(5)]
    found = matcher.match(places, GAP_MS)
    assert [piece.matched for piece in found.pieces] == [False]
    assert found.pieces[0].shape == tuple((place.lat, place.lon) for place in places)
    assert (found.agreement, found.distance_m > 200) == (0.0, True)


def test_a_stray_does_not_break_the_way(matcher: RoadMatcher) -> None:
    places = drive(*ROUND)
    places[6] = places[6]._replace(lat=59.9982)
    found = matcher.match(places, GAP_MS)
    assert [piece.matched for piece in found.pieces] == [True]
    assert len(found.pieces[0].places) == len(places) - 1
    assert found.agreement == pytest.approx((len(places) - 1) / len(places))


def test_a_long_way_is_asked_about_in_parts_that_join(
    matcher: RoadMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = matcher.match(drive(*ROUND), GAP_MS)
    monkeypatch.setattr(matching, "MOST_POINTS", 7)
    parts = matcher.match(drive(*ROUND), GAP_MS)
    assert len(parts.pieces) == 4
    assert all(piece.matched for piece in parts.pieces)
    assert all(before.to_ms == after.from_ms for before, after in pairwise(parts.pieces))
    assert parts.distance_m == pytest.approx(whole.distance_m, rel=0.02)


def test_standing_still_asks_little(matcher: RoadMatcher) -> None:
    stand = [Place(1000 * n, *drive((0, 0), (1, 0))[2][1:]) for n in range(500)]
    found = matcher.match(stand, GAP_MS)
    assert found.asked == 2
    assert found.distance_m < 1


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_places_are_no_way(matcher: RoadMatcher, count: int) -> None:
    found = matcher.match(drive((0, 0), (1, 0))[:count], GAP_MS)
    assert (found.pieces, found.agreement, found.distance_m) == ((), 0.0, 0)


def test_no_roads_no_matcher(tmp_path: Path) -> None:
    assert open_matcher(tmp_path) is None
