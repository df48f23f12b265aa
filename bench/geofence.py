"""Fixes held against thousands of zones in a second, ours and a plain loop over shapely.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from bench._stack import say
from fleet_app.kernel.geo import distance_m
from fleet_app.location.models import Fix
from fleet_app.location.zones.checking import checked
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import WatchRules
from fleet_app.location.zones.shapes import (
    METRES_PER_DEGREE,
    Circle,
    Corridor,
    Polygon,
    Position,
    Shape,
)
from fleet_app.location.zones.watch import ZoneState, ZoneWatch
from fleet_app.location.zones.zone import Zone

SIZES = (1_000, 23_000)
VEHICLES = 300
"""A batch: one fix of each."""
STEP_S = 10
SEED = 20261122
WEST, SOUTH, WIDE, HIGH = 24.4, 60.1, 1.4, 0.7
"""Degrees: about 77 by 78 km."""
Places = list[Position]
Inside = Callable[[float, float], bool]


def main(quick: bool) -> dict[str, Any]:
    """Measure in one run. Raises RuntimeError when the two ways do not find the same."""
    rounds, plain_pairs = (10, 1_000_000) if quick else (100, 12_000_000)
    figures: dict[str, float] = {"vehicles_per_batch": VEHICLES}
    ratios: dict[str, float] = {}
    for count in SIZES:
        say(f"{count:,} zones ...")
        shapes = _shapes(count)
        started = time.perf_counter()
        index = ZoneIndex(Zone(id=n, shape=shape) for n, shape in enumerate(shapes))
        figures[f"build_s_{count}"] = round(time.perf_counter() - started, 2)
        tracks = _tracks(rounds)
        ours, inside = _ours(index, tracks)
        plain, asked = _plain(shapes, tracks, plain_pairs // count)
        _compare(inside, asked)
        figures[f"fixes_per_s_{count}"] = round(ours)
        figures[f"plain_fixes_per_s_{count}"] = round(plain, 1)
        figures[f"pairs_checked_{count}"] = len(asked) * count
        figures[f"watch_fixes_per_s_{count}"] = round(_watched(index, tracks))
        ratios["vs_plain_shapely" if count == SIZES[-1] else f"vs_plain_shapely_{count}"] = round(
            ours / plain, 1
        )
    return {"bench": "geofence", "ratios": ratios, "figures": figures}


def _shapes(count: int) -> list[Shape]:
    """Of ten zones six are circles, three polygons and one a corridor."""
    chance = random.Random(SEED)
    makers = (_circle,) * 6 + (_polygon,) * 3 + (_corridor,)
    return [checked(makers[n % 10](chance)) for n in range(count)]


def _somewhere(chance: random.Random) -> Position:
    return WEST + WIDE * chance.random(), SOUTH + HIGH * chance.random()


def _circle(chance: random.Random) -> Shape:
    return Circle(_somewhere(chance), chance.uniform(50, 500))


def _polygon(chance: random.Random) -> Shape:
    """Between four and sixty corners, now and then five hundred."""
    lon, lat = _somewhere(chance)
    corners = 500 if chance.random() < 0.02 else chance.randint(4, 60)
    size = chance.uniform(100, 600) / METRES_PER_DEGREE
    ring = []
    for n in range(corners):
        turn, reach = 2 * math.pi * n / corners, size * chance.uniform(0.7, 1.0)
        ring.append((lon + 2 * reach * math.cos(turn), lat + reach * math.sin(turn)))
    return Polygon(tuple(ring))


def _corridor(chance: random.Random) -> Shape:
    line, (lon, lat), way = [], _somewhere(chance), chance.uniform(0, 2 * math.pi)
    for _ in range(12):
        line.append((lon, lat))
        way += chance.uniform(-0.5, 0.5)
        lon, lat = lon + 0.004 * math.cos(way), lat + 0.002 * math.sin(way)
    return Corridor(tuple(line), chance.uniform(30, 120))


def _tracks(rounds: int) -> list[list[Fix]]:
    """Of every round the fixes of all vehicles: each drives on at 5 to 25 m/s."""
    chance = random.Random(SEED + 1)
    at = [(*_somewhere(chance), chance.uniform(0, 2 * math.pi)) for _ in range(VEHICLES)]
    found = []
    for step in range(rounds + 1):
        found.append(
            [
                Fix(recorded_at_ms=1_790_000_000_000 + step * STEP_S * 1000, lat=lat, lon=lon,
                    speed=10.0, accuracy=8.0)
                for lon, lat, _ in at
            ]
        )  # fmt: skip
        at = [_moved(chance, *one) for one in at]
    return found


def _moved(chance: random.Random, lon: float, lat: float, way: float) -> tuple[float, float, float]:
    far = chance.uniform(5, 25) * STEP_S / METRES_PER_DEGREE
    way += chance.uniform(-0.4, 0.4)
    return lon + 2 * far * math.cos(way), lat + far * math.sin(way), way


def _ours(index: ZoneIndex, tracks: list[list[Fix]]) -> tuple[float, list[set[int]]]:
    """Fixes a second of processor time, and the zones around each fix in turn."""
    reach, inside = WatchRules().hysteresis_m, []
    index.around([WEST], [SOUTH], reach)
    spent = 0.0
    for batch in tracks:
        started = time.process_time()
        found = index.around([fix.lon for fix in batch], [fix.lat for fix in batch], reach)
        spent += time.process_time() - started
        zones: list[set[int]] = [set() for _ in batch]
        within = found.signed_m <= 0
        for place, zone in zip(found.place[within].tolist(), found.zone[within].tolist(),
                               strict=True):  # fmt: skip
            zones[place].add(zone)
        inside += zones
    return len(inside) / spent, inside


def _plain(
    shapes: Sequence[Shape], tracks: list[list[Fix]], most: int
) -> tuple[float, list[set[int]]]:
    """The same by asking every zone about every fix."""
    tests, found = [_test(shape) for shape in shapes], []
    fixes = [fix for batch in tracks for fix in batch][:most]
    started = time.process_time()
    for fix in fixes:
        lon, lat = fix.lon, fix.lat
        found.append({number for number, inside in enumerate(tests) if inside(lon, lat)})
    return len(fixes) / (time.process_time() - started), found


def _test(shape: Shape) -> Inside:
    """As one would write it: prepared polygons, distances in metres."""
    if isinstance(shape, Circle):
        east, north = shape.center
        return lambda lon, lat: distance_m(lat, lon, north, east) <= shape.radius_m
    if isinstance(shape, Polygon):
        area = shapely.Polygon(shape.outline, shape.holes)
        shapely.prepare(area)
        return lambda lon, lat: bool(shapely.intersects_xy(area, lon, lat))
    narrow = math.cos(math.radians(sum(lat for _, lat in shape.line) / len(shape.line)))
    line = shapely.LineString([(lon * narrow, lat) for lon, lat in shape.line])
    half = shape.width_m / 2 / METRES_PER_DEGREE
    return lambda lon, lat: bool(line.distance(shapely.Point(lon * narrow, lat)) <= half)


def _compare(ours: list[set[int]], plain: list[set[int]]) -> None:
    for number, zones in enumerate(plain):
        if ours[number] != zones:
            raise RuntimeError(f"fix {number} is in {ours[number]}, and in {zones} the plain way")
    if not any(plain):
        raise RuntimeError("no fix lies in any zone: nothing was compared")


def _watched(index: ZoneIndex, tracks: list[list[Fix]]) -> float:
    """Fixes a second with everything: visits, hysteresis, and zones passed between fixes."""
    watch = ZoneWatch(index)
    states: list[ZoneState] = [watch.start() for _ in range(VEHICLES)]
    for number in range(len(index)):
        index.outline(number)
    facts, started = 0, time.process_time()
    for before, after in pairwise(tracks):
        watch.ahead(zip(before, after, strict=True))
        for state, previous, fix in zip(states, before, after, strict=True):
            facts += len(watch.take(state, previous, fix))
    spent = time.process_time() - started
    if not facts:
        raise RuntimeError("nobody entered or left any zone")
    return float(np.floor((len(tracks) - 1) * VEHICLES / spent))
