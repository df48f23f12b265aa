"""Tours: legs that join up, come home, and repeat."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.simulation.drive import Road, Style
from fleet_app.simulation.tours import Area, NoRoads, Place, Tour

AREA = Area(60.15, 24.90, 60.20, 25.00)


def straight(begin: Place, end: Place) -> Road:
    return Road((begin, end), (10.0,))


def test_each_leg_starts_where_the_one_before_ended_and_the_last_goes_home() -> None:
    tour = Tour(AREA, straight, Style(), "7", stops=5)
    legs = [tour.leg(number) for number in range(6)]
    for before, after in pairwise(legs):
        end, start = before.at(before.duration), after.at(0)
        assert distance_m(end.lat, end.lon, start.lat, start.lon) < 1
    assert legs[5] is legs[0]


def test_the_same_seed_gives_the_same_tour() -> None:
    one, two = (Tour(AREA, straight, Style(), "7") for _ in range(2))
    assert [one.leg(n).length for n in range(12)] == [two.leg(n).length for n in range(12)]


def test_addresses_that_no_road_reaches_are_passed_over() -> None:
    tries = Random(1)

    def sometimes(begin: Place, end: Place) -> Road | None:
        return straight(begin, end) if tries.random() < 0.4 else None

    tour = Tour(AREA, sometimes, Style(), "7", stops=6)
    assert all(tour.leg(number).length >= 400 for number in range(6))


def test_a_place_without_any_road_is_named() -> None:
    with pytest.raises(NoRoads, match=r"60\.\d+, 2\d\.\d+"):
        Tour(AREA, lambda _begin, _end: None, Style(), "7").leg(0)


def test_addresses_lie_inside_the_area() -> None:
    seen: list[Place] = []

    def note(begin: Place, end: Place) -> Road:
        seen.extend((begin, end))
        return straight(begin, end)

    tour = Tour(AREA, note, Style(), "7", stops=30)
    for number in range(30):
        tour.leg(number)
    assert all(AREA.contains(place) for place in seen)


def test_an_area_must_have_an_inside() -> None:
    with pytest.raises(ValueError, match="south < north"):
        Area(1, 0, 1, 1)
