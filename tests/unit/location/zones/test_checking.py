"""What can be a zone, and the words for what cannot."""

from __future__ import annotations

import math
import random

import pytest
import shapely
from hypothesis import given, settings

from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.zones.checking import MAX_CORNERS, checked, swapped_hint
from fleet_app.location.zones.measures import area_km2
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon, bounds_of
from tests.unit.location.zones.support import SQUARE, plain_signed_m, shapes

RING = SQUARE.outline


def problem(shape) -> str:
    with pytest.raises(InvalidInput) as raised:
        checked(shape)
    assert raised.value.fields == {"shape": raised.value.message}
    return raised.value.message


def around(count: int, size: float = 0.1, wobble: float = 0.0, seed: int = 1) -> Polygon:
    chance = random.Random(seed)
    ring = []
    for n in range(count):
        reach = size * (1 + wobble * chance.uniform(-1, 1))
        turn = 2 * math.pi * n / count
        ring.append((24.0 + reach * math.cos(turn), 60.0 + reach * math.sin(turn)))
    return Polygon(tuple(ring))


@settings(max_examples=100, deadline=None)
@given(shapes())
def test_what_is_fine_stays_as_it_is(shape):
    assert checked(shape) == shape


def test_a_closed_ring_and_repeated_corners_are_tidied():
    assert checked(Polygon((RING[0], *RING, RING[0]))) == SQUARE


def test_a_crossing_is_told_with_its_place_and_sides():
    bow_tie = Polygon(((24.0, 60.0), (24.1, 60.1), (24.1, 60.0), (24.0, 60.1)))
    assert problem(bow_tie) == (
        "The outline crosses or touches itself at 60.05000, 24.05000, where the side after corner 1"
        " meets the side after corner 3. Move one of these corners."
    )


def test_touching_itself_and_going_back_on_itself_are_told():
    touching = Polygon(((24.0, 60.0), (24.1, 60.0), (24.05, 60.05), (24.1, 60.1), (24.0, 60.1),
                        (24.05, 60.05)))  # fmt: skip
    assert "touches itself at 60.05000, 24.05000" in problem(touching)
    spike = Polygon(((24.0, 60.0), (24.1, 60.0), (24.1, 60.1), (24.1, 60.05), (24.0, 60.05)))
    assert "The outline crosses or touches itself" in problem(spike)


def test_a_tangle_of_the_most_corners_is_told_without_filling_the_memory():
    chance = random.Random(3)
    tangle = [(24 + chance.random(), 60 + chance.random()) for _ in range(MAX_CORNERS)]
    assert "crosses or touches itself at 60." in problem(Polygon(tuple(tangle)))


def test_a_hole_must_lie_inside_and_apart_from_others():
    inside = ((24.002, 60.002), (24.004, 60.002), (24.003, 60.004))
    outside = tuple((lon + 0.008, lat) for lon, lat in inside)
    assert checked(Polygon(RING, (inside,))).holes == (inside,)
    assert problem(Polygon(RING, (inside, outside))).startswith(
        "Hole 2 reaches out of the outline at 60.0"
    )
    assert "Hole 1 and hole 2 overlap" in problem(Polygon(RING, (inside, inside)))
    assert "overlap" in problem(Polygon(RING, (inside,) * 90)), "they are larger than the outline"
    bow_tie = ((24.002, 60.002), (24.004, 60.004), (24.004, 60.002), (24.002, 60.004))
    assert "Hole 1 crosses or touches itself" in problem(Polygon(RING, (bow_tie,)))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Polygon(()), "The outline needs at least three different corners; it has 0."),
        (Polygon((RING[0],) * 5), "at least three different corners; it has 1."),
        (Polygon(tuple((24 + x / 1e6, 60 + y / 1e6) for x, y in ((0, 0), (9, 0), (0, 9)))),
         "The zone is too small: it covers less than 25 square metres."),
        (Polygon(((-179.0, -80.0), (0.0, -80.0), (0.0, 80.0), (-179.0, 80.0))),
         "The zone covers too much of the Earth"),
        (Polygon(((0.0, 70.0), (120.0, 70.0), (-120.0, 70.0))),
         "The outline goes all the way around the Earth."),
        (Polygon(((60.2, 124.9), (60.3, 124.9), (60.3, 125.0))),
         "There is no latitude 124.9: it lies between -90 and 90."
         " Latitude and longitude may be swapped."),
        (Polygon(((math.nan, 60.0), *RING)), "not a number"),
        (Polygon(((24.0, 88.0), *RING)), "Zones end at 85 degrees north and south"),
        (Polygon(((700.0, 60.0), *RING)), "There is no longitude 700"),
        (Circle((24.0, 60.0), 0.0), "The radius is at least 5\u00a0m."),
        (Circle((24.0, 60.0), math.nan), "The radius is at least"),
        (Circle((24.0, 60.0), 9e6), "The radius is at most 500\u00a0km."),
        (Corridor((RING[0],), 50.0), "at least two different points"),
        (Corridor(RING, 1.0), "The width is between 5\u00a0m and 20\u00a0km."),
        (Corridor(((-170.0, 0.0), (-60.0, 0.0), (60.0, 0.0)), 50.0), "more than half around"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_zone(shape, words):
    assert words in problem(shape)


def test_across_the_antimeridian_is_one_piece_however_it_is_written():
    written = Polygon(((179.0, -17.0), (-179.0, -17.0), (-179.0, -16.0), (179.0, -16.0)))
    found = checked(written)
    assert (bounds_of(found).west, bounds_of(found).east) == (179.0, 181.0)
    beyond = Polygon(tuple((lon - 360.0, lat) for lon, lat in found.outline))
    assert checked(beyond) == found
    hole = ((-179.8, -16.6), (-179.6, -16.6), (-179.6, -16.4))
    holed = checked(Polygon(written.outline, (hole,)))
    assert holed.holes[0][0] == (pytest.approx(180.2), -16.6)
    assert checked(Circle((540.0, 0.0), 50.0)).center == (-180.0, 0.0)


def test_the_most_corners_are_taken_as_they_are():
    shape = around(MAX_CORNERS, wobble=0.0001)
    assert checked(shape) == shape


def test_more_corners_are_made_fewer_by_less_than_five_metres():
    shape = around(40_000, wobble=0.00001)
    found = checked(shape)
    assert 100 < len(found.outline) <= MAX_CORNERS
    assert set(found.outline) <= set(shape.outline)
    ring = Polygon(found.outline)
    assert max(abs(plain_signed_m(ring, *at)) for at in shape.outline[::500]) <= 5.0


def test_more_corners_that_all_matter_are_refused():
    assert "the most is 10,000. Make it simpler." in problem(around(30_000, wobble=0.01))
    assert "has 200,001 corners; the most is 200,000" in problem(around(200_001))


@pytest.mark.parametrize("holes", [(), (((24.002, 60.002), (24.004, 60.002), (24.003, 60.004)),)])
def test_area(holes):
    shape = Polygon(RING, holes)
    flat = shapely.transform(
        shapely.Polygon(RING, holes),
        lambda at: at * (111.195 * math.cos(math.radians(60.005)), 111.195),
    )
    assert area_km2(shape) == pytest.approx(flat.area, rel=1e-3)


def test_swapped_numbers_are_asked_about():
    helsinki = (24.94, 60.17)
    swapped = Circle((60.17, 24.94), 100.0)
    assert swapped_hint(swapped, helsinki).endswith("Were latitude and longitude swapped?")
    assert swapped_hint(Circle(helsinki, 100.0), helsinki) is None
    assert swapped_hint(Circle((-74.0, 40.7), 100.0), helsinki) is None
