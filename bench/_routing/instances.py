"""Public instances as problems of ours: Solomon's, Gehring and Homberger's, Sartori and Buriol's.

Distances are straight lines cut off after one decimal and times are as long as distances, as usual;
everything is counted in tenths. Of the last the driving times are given, in minutes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.optimiser.problem import Matrix, Pair, Problem, Sequences, Stop, Vehicle
from fleet_app.routing.optimiser.problem import Window as Span
from fleet_app.settings import PROJECT_ROOT

BESIDE = PROJECT_ROOT.parent / "shared" / "data" / "vrp"
"""Where instances are looked for when no folder is named."""
SIZES = {"solomon": 100, "homberger200": 200, "homberger1000": 1000}
MADE = {"solomon": 4, "homberger200": 2, "homberger1000": 1}
"""Instances that are made up of a size of which none is there."""
LEAST_NUMBERS = 7
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem and the least distance anybody is known to have found, if that is known."""

    name: str
    problem: Problem
    best_known: float | None
    unit: int = TENTHS

    def cost(self, sequences: Sequences) -> float:
        """The length of these tours. Raises RuntimeError when a stop is missing."""
        place = {stop.id: stop.place for stop in self.problem.stops}
        if sum(len(tour) for tour in sequences.values()) != len(place):
            raise RuntimeError(f"{self.name}: not every stop is on a tour")
        metres = self.problem.matrices[0].distances
        total = 0
        for tour in sequences.values():
            way = [0, *(place[stop] for stop in tour), 0]
            total += int(metres[way[:-1], way[1:]].sum()) if tour else 0
        return total / self.unit


Row = tuple[float, ...]


def found(folder: Path | None, only: str) -> dict[str, list[Instance]]:
    """Of each kind the instances in the folder, made-up ones where it has none."""
    root = folder or BESIDE
    if folder is not None and not folder.is_dir():
        raise RuntimeError(f"there is no folder {folder}")
    best = _best_known(root)
    kinds: dict[str, list[Instance]] = {kind: [] for kind in SIZES}
    for path in sorted(root.glob("**/*.txt")):
        one = _read(path, best)
        if one is not None and only in one.name:
            kinds.setdefault(kind_of(one), []).append(one)
    for kind, size in SIZES.items():
        names = [f"made{size}_{number}" for number in range(MADE[kind])]
        if not kinds[kind] and (not only or "made" in only):
            kinds[kind] = [made(name, size) for name in names if only in name]
    return kinds


def kind_of(instance: Instance) -> str:
    """The kind that its size and its stops make it."""
    if instance.problem.pairs:
        return "pdptw"
    count = len(instance.problem.stops)
    return next((kind for kind, size in SIZES.items() if size == count), f"stops{count}")


def _best_known(root: Path) -> dict[str, float]:
    file = root / "best_known.json"
    if not file.is_file():
        return {}
    found: dict[str, float] = json.loads(file.read_text(encoding="utf-8")).get("best_known", {})
    return found


def _read(path: Path, best: dict[str, float]) -> Instance | None:
    text = path.read_text(encoding="utf-8", errors="replace")
    if "PDPTW" in text:
        return _pairs(path.stem, text)
    if "VEHICLE" not in text:
        return None
    rows = [row for row in map(_numbers, text.splitlines()) if row]
    fleet = next(row for row in rows if len(row) == 2)
    return windows(path.stem, fleet, [row for row in rows if len(row) >= LEAST_NUMBERS],
                   best.get(path.stem))  # fmt: skip


def _numbers(line: str) -> Row:
    try:
        return tuple(float(word) for word in line.split())
    except ValueError:
        return ()


def windows(name: str, fleet: Row, rows: list[Row], best: float | None) -> Instance:
    """From rows of number, x, y, demand, ready, due and service, the depot first."""
    table = np.array(rows)
    ways = _straight(table[:, 1:3])
    times = (table[:, 4:7] * TENTHS).astype(int)
    day = Span(int(times[0, 0]), int(times[0, 1]))
    stops = tuple(
        Stop(str(n), n, int(times[n, 2]), (Span(int(times[n, 0]), int(times[n, 1])),),
             (int(table[n, 3]),))
        for n in range(1, len(table))
    )  # fmt: skip
    vehicles = tuple(Vehicle(f"v{n}", 0, 0, day, (int(fleet[1]),)) for n in range(int(fleet[0])))
    return Instance(name, Problem(stops, vehicles, (Matrix(ways, ways),)), best)


def _straight(at: NDArray[np.float64]) -> NDArray[np.int64]:
    far = np.sqrt(((at[:, None] - at[None]) ** 2).sum(axis=-1))
    ways: NDArray[np.int64] = np.floor(far * TENTHS + 1e-9).astype(np.int64)
    return ways


def _pairs(name: str, text: str) -> Instance:
    head, _, rest = text.partition("NODES")
    nodes, _, edges = rest.partition("EDGES")
    facts = dict(line.split(":", 1) for line in head.splitlines() if ":" in line)
    rows = [row for row in map(_numbers, nodes.splitlines()) if row]
    ways = np.array([row for row in map(_numbers, edges.splitlines()) if row]).astype(np.int64)
    day = Span(0, int(facts["ROUTE-TIME"]))
    stops = tuple(
        Stop(str(n), n, int(rows[n][6]), (Span(int(rows[n][4]), int(rows[n][5])),))
        for n in range(1, len(rows))
    )
    pairs = tuple(
        Pair(str(n), str(int(row[8])), (int(row[3]),)) for n, row in enumerate(rows) if row[8]
    )
    room = (int(facts["CAPACITY"]),)
    vehicles = tuple(Vehicle(f"v{n}", 0, 0, day, room) for n in range(len(pairs)))
    problem = Problem(stops, vehicles, (Matrix(ways, ways),), pairs)
    return Instance(name, problem, None, 1)


def made(name: str, size: int) -> Instance:
    """A made-up one: half of the stops in clusters, windows of half a day to an hour."""
    chance = Random(name)
    side, day = 100.0, 1000.0
    centres = [(chance.uniform(10, 90), chance.uniform(10, 90)) for _ in range(max(3, size // 30))]
    rows: list[Row] = [(0, side / 2, side / 2, 0, 0, day, 0)]
    for number in range(1, size + 1):
        x, y = chance.uniform(0, side), chance.uniform(0, side)
        if number % 2:
            east, north = chance.choice(centres)
            x, y = chance.gauss(east, 4), chance.gauss(north, 4)
        far = float(np.hypot(x - side / 2, y - side / 2)) + 1
        width = chance.choice((60.0, 120.0, 480.0))
        ready = chance.uniform(far, max(far, day - far - 10 - width))
        due = min(ready + width, day - far - 10)
        rows.append((number, x, y, chance.randint(5, 40), int(ready), int(due), 10))
    return windows(name, (max(10, size // 4), 200), rows, None)
