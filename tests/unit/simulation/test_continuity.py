"""The whole demo fleet, two past days and then hours of now: no vehicle ever leaps.

On roads that are as awkward as real ones at the edge of a map: they begin and end somewhat beside
what was asked for, not at the same spot in both directions, and some cannot be left again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise, takewhile
from pathlib import Path
from random import Random

import pytest

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import Costing, LatLon, NoRoute, RoadRoute
from fleet_app.simulation import cast
from fleet_app.simulation.beginning import (
    Beginning,
    Progress,
    ending,
    legs_before,
    samples_before,
)
from fleet_app.simulation.demo.garage import IN_WORKSHOP
from fleet_app.simulation.diary import Town, days_until
from fleet_app.simulation.errands import Errands
from fleet_app.simulation.life import Leg, Sample, live
from fleet_app.simulation.noise import GpsNoise
from fleet_app.simulation.opening import hurrying, parts
from fleet_app.simulation.rounds import Stop, Work
from fleet_app.simulation.streets import Streets
from fleet_app.simulation.tours import Area, Place
from tests.unit.simulation.maps import write_big_town

NOW = 1_795_394_700.0
"""Late in the evening where the demo's fleet is: some work, some stand in their yards."""
LIVE_S = 2 * 3600.0
ROAD_MPS = 11.0
FASTEST_MPS = 16.0
"""Nobody is faster: 15 m/s in a hurry, 11 m/s else on these roads."""
SLACK_M = 1.5
"""Corners closer than half a metre are merged."""
GRID = 0.0007


class AwkwardRoads:
    """Straight lines between the nearest kerbs, with dead ends that can only be entered."""

    is_estimate = False

    def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        begin, end = points
        if _is_trap(begin):
            raise NoRoute(points, "a one-way street leads out of the map")
        shape = _kerb(begin, 0.25), _kerb(end, -0.25)
        return RoadRoute(1000.0, 100.0, shape, (ROAD_MPS,), is_estimate=False)


def _kerb(place: Place, side: float) -> Place:
    """On the grid; where one sets off it is another side of the road than where one arrives."""
    return tuple((round(degrees / GRID) + side) * GRID for degrees in place)  # type: ignore[return-value]


def _is_trap(place: Place) -> bool:
    """One kerb in nine."""
    north, east = (round(degrees / GRID) for degrees in place)
    return (north * 7 + east * 3) % 9 == 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_big_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def demo(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Beginning, Streets]:
    """A demo at its first start, whose phones say the truth."""
    monkeypatch.setattr(GpsNoise, "apply", lambda _self, lat, lon, _passed: (lat, lon, 3.0))
    area = Area(59.991, 24.991, 60.025, 25.027)
    town, streets = Town(home / "map", area), Streets(home / "map", 1)
    streets.area, streets._roads = area, AwkwardRoads()
    diaries = town.diaries(days_until(NOW, 2))
    progress = Progress(until=NOW)
    first = Beginning(diaries, parts(diaries, streets, NOW), NOW, 2, home, progress)
    assert len(diaries) == len(cast.CREWS) - 1  # one is in the workshop
    assert any(part.delay and part.mute for part in first.parts.values())
    return first, streets


def test_no_vehicle_of_the_demo_ever_leaps(demo: tuple[Beginning, Streets]) -> None:
    beginning, streets = demo
    for crew in beginning.diaries:
        legs = legs_before(beginning, streets, crew)
        _require_joined(legs, crew)
        before = samples_before(beginning, crew, legs, NOW - beginning.parts[crew].silent_before)
        after = _live(beginning, streets, crew, legs)
        driven = _require_steady(chain(before, after), crew)
        assert driven > 30_000, f"vehicle {crew} drove only {driven:.0f} m"


def test_the_round_of_a_vehicle_without_work_is_closed(demo: tuple[Beginning, Streets]) -> None:
    _, streets = demo
    for number in range(4):
        tour = streets.tour(cast.CREWS[IN_WORKSHOP].type, number)
        samples = live(tour.leg, f"{number}")
        _require_steady(takewhile(lambda sample: sample.leg < 26, samples), number)


def _require_joined(legs: Sequence[Leg], crew: int) -> None:
    """Each leg begins when and where the one before ended."""
    for one, then in pairwise(legs):
        begin = then.drive.at(0.0) if then.drive is not None else then.place
        apart = distance_m(one.place.lat, one.place.lon, begin.lat, begin.lon)
        assert apart < SLACK_M, f"vehicle {crew} begins {apart:.0f} m away at {then.begins}"
        assert then.begins >= one.until - 0.001, f"vehicle {crew} is at two places"


def _require_steady(samples: Iterator[Sample], crew: int) -> float:
    """No step is faster than anybody drives; the metres of all of them."""
    driven = 0.0
    for one, then in pairwise(samples):
        passed = then.at - one.at
        apart = distance_m(one.lat, one.lon, then.lat, then.lon)
        assert passed > 0, f"vehicle {crew} at {then.at}"
        assert apart <= FASTEST_MPS * passed + SLACK_M, (
            f"vehicle {crew}: {apart:.0f} m in {passed:.0f} s at {then.at}, {then.activity}"
        )
        driven += apart
    return driven


def _live(
    beginning: Beginning, streets: Streets, crew: int, legs: Sequence[Leg]
) -> Iterator[Sample]:
    """What the phone says from the start on, in epoch seconds, put together as by the simulator."""
    kind, seed, part = cast.CREWS[crew - 1].type, f"1 {crew}", beginning.parts[crew]
    work = Work(None, seed, "")  # type: ignore[arg-type]
    calls = [call for shift in beginning.diaries[crew].shifts for call in shift.calls]
    work.stops = [Stop(n, call.place, NOW + LIVE_S) for n, call in enumerate(calls[:6])]
    errands = Errands(work, streets.tour(kind, crew), lambda at: streets.wander(kind, seed, at))
    place, last = ending(legs)
    errands.go_on_at(place, *part.scenes, last=last)
    errands.hurry = hurrying(streets, kind, seed)
    samples = part.played(live(errands.drive, seed, ahead=-8.0 - part.delay), Random(seed))
    for sample in takewhile(lambda one: one.at < LIVE_S, samples):
        errands.notice(sample, NOW + sample.at)
        yield replace(sample, at=NOW + sample.at)
