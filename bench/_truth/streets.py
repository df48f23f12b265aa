"""The streets of the made-up towns as a road network, and trips put on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Way

from bench._stack import say
from bench._truth import naive
from bench._truth.phone import drawn, heard
from bench._truth.report import Figures
from bench._truth.roads import agreement
from bench._truth.simulated import BEGIN, GAP_S, INTERVALS_S, SEED
from bench._truth.world import AVENUE, COUNTRY, LAT, Day, Span, World
from fleet_app.location.journeys.polyline import simplified
from fleet_app.location.models import Fix
from fleet_app.location.zones.shapes import METRES_PER_DEGREE
from fleet_app.mapbuild.road_data import write_road_data
from fleet_app.routing.roads import RoadMatcher
from fleet_app.routing.roads.matching import Place

DAYS = 4
"""Of those that are driven: the longest comparison is that of two lines."""
Line = list[tuple[float, float]]
_EAST = METRES_PER_DEGREE * cos(radians(LAT))


@dataclass
class Shares:
    """Of all trips together, by their number of points."""

    right: float = 0.0
    found: float = 0.0
    trips: int = 0

    def add(self, driven: Line, snapped: Line) -> None:
        """Count one more trip."""
        right, found = agreement(driven, snapped) if len(snapped) > 1 else (0.0, 0.0)
        self.right += right
        self.found += found
        self.trips += 1


def figures(days: int) -> tuple[Figures, Figures]:
    """Ratios and figures; none where there is no Valhalla to match with."""
    if find_spec("valhalla") is None:
        say("no Valhalla for this Python: matching to roads is not measured")
        return {}, {}
    world = World(SEED)
    say(f"{min(days, DAYS)} days on the streets of a road network made of them ...")
    with tempfile.TemporaryDirectory() as folder:
        matcher = network(world, Path(folder))
        return _named(_measured(world, matcher, min(days, DAYS)))


def network(world: World, folder: Path) -> RoadMatcher:
    """The product's own road data, built from an extract of the world."""
    extract = folder / "streets.osm.pbf"
    write_streets(world, extract)
    (folder / "scratch").mkdir()
    write_road_data(extract, folder / "roads", folder / "scratch")
    return RoadMatcher(folder / "roads" / "tiles.tar")


def write_streets(world: World, path: Path) -> None:
    """An OpenStreetMap extract of the streets; places on several of them are one node."""
    numbers: dict[tuple[float, float], int] = {}
    ways: list[Way] = []
    for line, limit in world.streets():
        refs = [numbers.setdefault(place, len(numbers) + 1) for place in line]
        kind = {AVENUE: "secondary", COUNTRY: "primary"}.get(limit, "residential")
        tags = {"highway": kind, "maxspeed": str(round(limit * 3.6))}
        ways.append(Way(id=len(ways) + 1, version=1, nodes=refs, tags=tags))
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for (lat, lon), number in numbers.items():
            writer.add_node(Node(id=number, version=1, location=(lon, lat), tags={}))
        for way in ways:
            writer.add_way(way)


def _measured(world: World, matcher: RoadMatcher, days: int) -> dict[int, tuple[Shares, Shares]]:
    found = {interval: (Shares(), Shares()) for interval in INTERVALS_S}
    nearest = Nearest(world)
    for number in range(days):
        seed = f"{SEED} {number}"
        day = world.day(seed, BEGIN + 86_400 * number)
        for interval, (ours, plain) in found.items():
            fixes = heard(seed, day, drawn(seed, day, interval), GAP_S).ordered()
            for trip in day.trips():
                seen = naive.within(fixes, trip.span)
                if len(seen) > 1:
                    way = driven(day, trip.span)
                    ours.add(way, snapped(matcher, seen))
                    plain.add(way, nearest.line(seen))
    return found


def driven(day: Day, span: Span) -> Line:
    """Where the vehicle truly was, every second; without what lies on a straight line anyway."""
    moments = np.arange(span.start, span.end, 1.0).tolist()
    way = [(0, motion.lat, motion.lon) for motion in map(day.at, moments)]
    return [(lat, lon) for _, lat, lon in simplified(way, 0.5)]


def snapped(matcher: RoadMatcher, fixes: Sequence[Fix]) -> Line:
    """All pieces one after the other, also those that fit no road."""
    places = [Place(fix.recorded_at_ms, fix.lat, fix.lon) for fix in fixes]
    pieces = matcher.match(places, round(GAP_S * 1000)).pieces
    return [place for piece in pieces for place in piece.shape]


class Nearest:
    """The naive matching: every fix goes to the nearest street, and straight on to the next."""

    def __init__(self, world: World) -> None:
        sides = [side for line, _ in world.streets() for side in pairwise(line)]
        ends = np.array(sides) * (METRES_PER_DEGREE, _EAST)
        self._from: NDArray[np.float64] = ends[:, 0]
        self._way: NDArray[np.float64] = ends[:, 1] - ends[:, 0]
        self._square = np.maximum((self._way**2).sum(axis=1), 1e-9)

    def line(self, fixes: Sequence[Fix]) -> Line:
        """The fixes on their streets."""
        way = [(0, *place) for place in self._placed(fixes)]
        return [(lat, lon) for _, lat, lon in simplified(way, 0.5)]

    def _placed(self, fixes: Sequence[Fix]) -> Iterator[tuple[float, float]]:
        for fix in fixes:
            here = np.array((fix.lat * METRES_PER_DEGREE, fix.lon * _EAST))
            share = ((here - self._from) * self._way).sum(axis=1) / self._square
            feet = self._from + np.clip(share, 0.0, 1.0)[:, None] * self._way
            north, east = feet[((feet - here) ** 2).sum(axis=1).argmin()].tolist()
            yield north / METRES_PER_DEGREE, east / _EAST


def _named(found: dict[int, tuple[Shares, Shares]]) -> tuple[Figures, Figures]:
    ratios: Figures = {}
    figures: Figures = {}
    for interval, sides in found.items():
        wrong = []
        for head, side in zip(("", "naive_"), sides, strict=True):
            count = max(side.trips, 1)
            figures[f"{head}snapped_right_{interval}s"] = round(side.right / count, 4)
            figures[f"{head}snapped_found_{interval}s"] = round(side.found / count, 4)
            wrong.append(2 - (side.right + side.found) / count)
        figures[f"snapped_trips_{interval}s"] = sides[0].trips
        ratios[f"vs_naive_snapped_{interval}s"] = round(wrong[1] / max(wrong[0], 1e-4), 2)
    return ratios, figures
