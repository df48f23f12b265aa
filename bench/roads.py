"""Driving times between all places of a day: in one matrix, route by route, remembered, guessed.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Way

from bench._stack import say
from fleet_app.mapbuild.road_data import write_road_data
from fleet_app.routing.roads import UNREACHABLE, LatLon, RoadMatrix, RoadService, wire
from fleet_app.routing.roads.engines import Engines, tiles_in
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.valhalla import ValhallaRoads, embedded
from fleet_app.settings import get_settings

SEED = 20261123
STREETS, STEP_M = 60, 150.0
"""Of the made-up town, each way: nine kilometres."""
SOUTH, WEST = 60.0, 25.0
LAT_M, LON_M = 111_195.0, 55_597.0
TOLERANCE_S = 2.0
"""Between a matrix and a route, both in whole seconds."""
Box = tuple[float, float, float, float]
"""South, west, north, east."""
Metres = NDArray[np.float64]


def main(quick: bool, file: Path | None = None) -> dict[str, Any]:
    """Measure on the roads of the extract `file`, the installed map, or a made-up town."""
    count, routes = (80, 150) if quick else (300, 1_000)
    with tempfile.TemporaryDirectory() as folder, _roads(file, Path(folder)) as (tiles, box):
        roads = embedded(tiles)
        places = _places(roads, box, count + 1)
        say(f"{len(places) - 1} places ...")
        whole, figures = _whole(roads, places[:-1])
        figures |= _one_by_one(Engines(tiles, 1), places[:-1], whole, routes)
        figures |= _one_core(tiles, places[:-1])
        figures |= asyncio.run(_remembered(roads, places))
        figures |= _guessed(places[:-1], whole)
    return {"bench": "roads", "ratios": _ratios(figures), "figures": figures}


def _ratios(figures: dict[str, float]) -> dict[str, float]:
    return {
        "matrix_vs_routes": round(
            figures["one_core_pairs_per_s"] / figures["route_pairs_per_s"], 2
        ),
        "asked_vs_remembered": round(figures["matrix_s"] / figures["remembered_s"], 1),
        "asked_vs_one_more_stop": round(figures["matrix_s"] / figures["one_more_stop_s"], 1),
    }


def _whole(roads: ValhallaRoads, places: Sequence[LatLon]) -> tuple[RoadMatrix, dict[str, float]]:
    roads.matrix(places[:2])  # opens the engines
    started, busy = time.perf_counter(), time.process_time()
    whole = roads.matrix(places)
    spent, busy = time.perf_counter() - started, time.process_time() - busy
    pairs = len(places) ** 2
    return whole, {"places": len(places), "matrix_s": round(spent, 3),
                   "pairs_per_s": round(pairs / spent),
                   "cores_used": round(busy / spent, 2)}  # fmt: skip


def _one_core(tiles: Path, places: Sequence[LatLon]) -> dict[str, float]:
    """One question to one engine, of a part of the places to all."""
    engine, some = Engines(tiles, 1), places[: max(20, len(places) // 4)]
    engine.ask("matrix", json.dumps(wire.matrix_request(places[:2], places, "auto")).encode())
    started = time.process_time()
    engine.ask("matrix", json.dumps(wire.matrix_request(some, places, "auto")).encode())
    spent = time.process_time() - started
    return {"one_core_pairs_per_s": round(len(some) * len(places) / spent)}


def _one_by_one(
    engine: Engines, places: Sequence[LatLon], whole: RoadMatrix, count: int
) -> dict[str, float]:
    """A route for each pair, as one would ask without matrices; they must tell the same."""
    chance, agree, spent = random.Random(SEED), 0, 0.0
    for _ in range(count):
        row, column = chance.sample(range(len(places)), 2)
        request = wire.route_request([places[row], places[column]], "auto")
        started = time.process_time()
        answer = json.loads(engine.ask("route", json.dumps(request).encode()))
        spent += time.process_time() - started
        seconds = answer["trip"]["summary"]["time"]
        agree += abs(seconds - int(whole.durations_s[row, column])) <= TOLERANCE_S
    share = agree / count
    if share < 0.9:
        raise RuntimeError(f"only {share:.0%} of the routes last as long as the matrix says")
    return {"route_pairs_per_s": round(count / spent, 1), "routes_agree_share": round(share, 3)}


async def _remembered(roads: ValhallaRoads, places: Sequence[LatLon]) -> dict[str, float]:
    """The same again, and with one stop more."""
    service = RoadService(lambda: roads)
    await service.matrix(places[:-1])
    started = time.perf_counter()
    await service.matrix(places[:-1])
    again = time.perf_counter()
    await service.matrix(places)
    more = time.perf_counter()
    return {"remembered_s": round(max(again - started, 1e-6), 6),
            "one_more_stop_s": round(more - again, 4)}  # fmt: skip


def _guessed(places: Sequence[LatLon], whole: RoadMatrix) -> dict[str, float]:
    """How wrong straight lines with a guessed detour are, in percent of the truth."""
    guess, apart = GreatCircleRoads().matrix(places), ~np.eye(len(places), dtype=np.bool_)
    there = apart & (whole.durations_s < UNREACHABLE) & (whole.durations_s > 0)

    def wrong(guessed: NDArray[np.int64], true: NDArray[np.int64]) -> Metres:
        off: Metres = np.abs(guessed[there] - true[there]) / np.maximum(true[there], 1) * 100
        return off

    time_pct = wrong(guess.durations_s, whole.durations_s)
    way_pct = wrong(guess.distances_m, whole.distances_m)
    return {
        "estimate_time_error_pct": round(float(np.median(time_pct)), 1),
        "estimate_time_error_p90_pct": round(float(np.percentile(time_pct, 90)), 1),
        "estimate_distance_error_pct": round(float(np.median(way_pct)), 1),
        "estimate_distance_error_p90_pct": round(float(np.percentile(way_pct, 90)), 1),
    }


def _places(roads: ValhallaRoads, box: Box, count: int) -> list[LatLon]:
    """Places by lot within 60 m of a road that leads to all of them and back."""
    chance, found = random.Random(SEED), list[LatLon]()
    south, west, north, east = box
    for _ in range(50):
        some = [(chance.uniform(south, north), chance.uniform(west, east)) for _ in range(count)]
        snaps = zip(some, roads.snap(some), strict=True)
        found += [place for place, snap in snaps if snap is not None and snap.distance_m < 60]
        found = _connected(roads, found)
        if len(found) >= count:
            return found[:count]
    raise RuntimeError("there are hardly any roads here")


def _connected(roads: ValhallaRoads, places: Sequence[LatLon]) -> list[LatLon]:
    """Those that most others can reach."""
    if len(places) < 3:
        return list(places)
    probe = places[:: max(1, len(places) // 5)][:5]
    there = roads.matrix(probe, targets=places).durations_s < UNREACHABLE
    back = roads.matrix(places, targets=probe).durations_s.T < UNREACHABLE
    both = there & back
    best = both[int(both.sum(axis=1).argmax())]
    return [place for place, kept in zip(places, best, strict=True) if kept]


@contextmanager
def _roads(file: Path | None, folder: Path) -> Iterator[tuple[Path, Box]]:
    """Tiles, and the box that they cover."""
    installed = get_settings().home / "map"
    tiles = tiles_in(installed)
    if file is None and tiles is not None:
        say(f"the roads of the installed map, {installed}")
        west, south, east, north = json.loads((installed / "basemap.json").read_text())["bounds"]
        yield tiles, _middle((south, west, north, east))
        return
    extract = file or _town(folder / "town.osm.pbf")
    say(f"building the roads of {extract.name} ...")
    (folder / "scratch").mkdir()
    write_road_data(extract, folder / "roads", folder / "scratch")
    yield folder / "roads" / "tiles.tar", _middle(_box(extract))


def _middle(box: Box) -> Box:
    """Without the outermost tenth, where roads are cut off."""
    south, west, north, east = box
    high, wide = (north - south) / 10, (east - west) / 10
    return south + high, west + wide, north - high, east - wide


def _box(extract: Path) -> Box:
    nodes = osmium.FileProcessor(str(extract), osmium.osm.NODE)
    at = [(node.lat, node.lon) for node in nodes if isinstance(node, osmium.osm.Node)]
    lats, lons = zip(*at, strict=True)
    return min(lats), min(lons), max(lats), max(lons)


def _town(path: Path) -> Path:
    """A grid of streets, every sixth an avenue, every fourth one-way, cut by a river with a bridge
    at every tenth street."""
    ways: list[Way] = []
    for line in range(STREETS):
        ways.append(_street(len(ways) + 1, [line * STREETS + n for n in range(STREETS)], line))
        up = [n * STREETS + line for n in range(STREETS)]
        banks = [up] if line % 10 == 0 else [up[: STREETS // 2], up[STREETS // 2 :]]
        for bank in banks:
            ways.append(_street(len(ways) + 1, bank, line))
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number in range(STREETS * STREETS):
            row, column = divmod(number, STREETS)
            at = (WEST + column * STEP_M / LON_M, SOUTH + row * STEP_M / LAT_M)
            writer.add_node(Node(id=number + 1, version=1, location=at, tags={}))
        for way in ways:
            writer.add_way(way)
    return path


def _street(number: int, crossings: Sequence[int], line: int) -> Way:
    tags = {"highway": "secondary" if line % 6 == 0 else "residential"}
    tags["maxspeed"] = "60" if line % 6 == 0 else "30"
    if line % 4 == 1:
        tags["oneway"] = "yes" if line % 8 == 1 else "-1"
    return Way(id=number, version=1, nodes=[crossing + 1 for crossing in crossings], tags=tags)
