"""Driving times are remembered pair by pair, within bounds, and only the rest is asked for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.routing.roads import (
    UNREACHABLE,
    Costing,
    HourlyPace,
    LatLon,
    RoadMatrix,
    RoadService,
    RoadsUnavailable,
    remembered,
)
from fleet_app.routing.roads.fallback import FallbackRoads
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.memory import UNKNOWN, Known, Layer, MatrixMemory, gaps, rounded
from fleet_app.routing.roads.pace import HOURS
from fleet_app.routing.roads.remembered import RememberedMatrices
from fleet_app.routing.roads.rows import packed, unpacked

MONDAY_8 = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
PLACES = [(60.0 + n / 1_000, 25.0) for n in range(12)]


class Counting(GreatCircleRoads):
    """Straight roads that are taken for real ones, and that count what they are asked."""

    is_estimate = False

    def __init__(self, *, knows_traffic: bool = False, version: str = "a") -> None:
        self.knows_traffic = knows_traffic
        self.version = version
        self.pairs = 0
        self.guesses = False
        self.before: Callable[[], None] = lambda: None

    def matrix(
        self, points: Sequence[LatLon], costing: Costing = "auto", *,
        targets: Sequence[LatLon] | None = None, departs_at: datetime | None = None,
    ) -> RoadMatrix:  # fmt: skip
        self.before()
        found = super().matrix(points, costing, targets=targets)
        self.pairs += found.durations_s.size
        return replace(found, is_estimate=self.guesses)


class Rows:
    """What all processes share, in this one."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.down = False

    async def read(self, names: Sequence[str]) -> list[bytes | None]:
        if self.down:
            raise StoreUnavailable("The live store")
        return [self.kept.get(name) for name in names]

    async def write(self, rows: Mapping[str, bytes]) -> None:
        if self.down:
            raise StoreUnavailable("The live store")
        self.kept |= rows


async def ask(
    memory: RememberedMatrices, roads: Counting, points: Sequence[LatLon],
    costing: Costing = "auto", departs_at: datetime | None = None,
) -> int:  # fmt: skip
    """How many pairs the road network was asked for; the matrix must be right."""
    before = roads.pairs
    found = await memory.matrix(roads, points, points, costing, departs_at)
    wanted = GreatCircleRoads().matrix([rounded(point) for point in points], costing)
    assert np.array_equal(found.durations_s, wanted.durations_s)
    assert np.array_equal(found.distances_m, wanted.distances_m)
    return roads.pairs - before


async def test_one_stop_more_asks_for_its_row_and_column_only() -> None:
    memory, roads = RememberedMatrices(), Counting()
    assert await ask(memory, roads, PLACES[:10]) == 100
    assert await ask(memory, roads, PLACES[:10]) == 0
    assert await ask(memory, roads, PLACES[5:0:-1]) == 0
    assert await ask(memory, roads, [*PLACES[:10], PLACES[11]]) == 11 + 10
    assert await ask(memory, roads, PLACES[:10], "bicycle") == 100


async def test_who_gives_up_on_a_large_matrix_stops_it_and_its_parts_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembered, "PART", 3)
    memory, roads = RememberedMatrices(), Counting()
    at_work, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        if roads.pairs:
            at_work.set()
            go_on.wait(30)

    roads.before = slow
    asking = asyncio.create_task(memory.matrix(roads, PLACES, PLACES, "auto", None))
    await asyncio.to_thread(at_work.wait, 30)
    asking.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    while roads.pairs < 2 * 36:  # the second part, which nobody waits for any more
        await asyncio.sleep(0.01)
    roads.before = lambda: None
    assert await ask(memory, roads, PLACES) == 144 - 36, "the first of four parts is remembered"


async def test_places_within_a_metre_are_one() -> None:
    memory, roads = RememberedMatrices(), Counting()
    close = [(lat + 0.000003, lon) for lat, lon in PLACES[:4]]
    assert await ask(memory, roads, [*PLACES[:4], *close]) == 16
    assert await ask(memory, roads, [(60.00002, 25.0), PLACES[0]]) == 3


async def test_the_hour_counts_only_where_traffic_is_known() -> None:
    clock = lambda: MONDAY_8  # noqa: E731
    later, next_week = MONDAY_8 + timedelta(hours=3), MONDAY_8 + timedelta(days=7)
    plain, memory = Counting(), RememberedMatrices(clock=clock)
    assert [await ask(memory, plain, PLACES, departs_at=when) for when in (None, later)] == [144, 0]
    traffic, memory = Counting(knows_traffic=True), RememberedMatrices(clock=clock)
    times = (None, MONDAY_8, later, later + timedelta(minutes=20), next_week,
             MONDAY_8 - timedelta(days=2))  # fmt: skip
    asked = [await ask(memory, traffic, PLACES, departs_at=when) for when in times]
    assert asked == [144, 0, 144, 0, 0, 0]


async def test_another_map_is_asked_anew() -> None:
    memory = RememberedMatrices()
    assert await ask(memory, Counting(version="a"), PLACES) == 144
    assert await ask(memory, Counting(version="b"), PLACES) == 144


async def test_an_estimate_is_not_remembered() -> None:
    memory, store = RememberedMatrices(store=(rows := Rows())), rows
    roads = Counting()
    roads.guesses = True
    found = await memory.matrix(roads, PLACES, PLACES, "auto", None)
    assert found.is_estimate
    assert store.kept == {}
    roads.guesses = False
    assert await ask(memory, roads, PLACES) == 144


async def test_what_a_stand_in_says_is_not_remembered() -> None:
    class Down(Counting):
        """A service that does not answer."""

        def matrix(self, *_: object, **__: object) -> RoadMatrix:
            raise RoadsUnavailable

    memory, second = RememberedMatrices(store=(rows := Rows())), Counting()
    roads = FallbackRoads(Down(), second)
    for asked in (144, 288):
        found = await memory.matrix(roads, PLACES, PLACES, "auto", None)
        assert found.is_stand_in
        assert second.pairs == asked
    assert rows.kept == {}


async def test_processes_share_what_they_know() -> None:
    rows, roads = Rows(), Counting()
    assert await ask(RememberedMatrices(store=rows), roads, PLACES[:10]) == 100
    other = RememberedMatrices(store=rows)
    assert await ask(other, roads, PLACES[2:9]) == 0
    assert await ask(other, roads, PLACES[:11]) == 11 + 10
    assert await ask(RememberedMatrices(store=rows), roads, PLACES[:11]) == 0


async def test_without_the_store_matrices_are_asked_for() -> None:
    rows, roads = Rows(), Counting()
    rows.down = True
    assert await ask(RememberedMatrices(store=rows), roads, PLACES) == 144


async def test_the_service_stretches_times_by_the_hour() -> None:
    rush = replace(HourlyPace(), factors=tuple(1.5 if hour == 8 else 1.0 for hour in range(HOURS)))
    service, plain = RoadService(Counting), Counting().matrix(PLACES)
    slow = await service.matrix(PLACES, departs_at=MONDAY_8, pace=rush)
    assert np.array_equal(slow.durations_s, np.rint(plain.durations_s * 1.5))
    assert np.array_equal(slow.distances_m, plain.distances_m)
    here = MONDAY_8.astimezone(timezone(timedelta(hours=2)))
    usual = await service.matrix(PLACES, departs_at=here, pace=rush)
    assert np.array_equal(usual.durations_s, plain.durations_s), "half past ten by its own clock"
    traffic = RoadService(lambda: Counting(knows_traffic=True))
    known = await traffic.matrix(PLACES, departs_at=MONDAY_8, pace=rush)
    assert np.array_equal(known.durations_s, plain.durations_s), "it has the traffic in it already"


def test_the_pace_of_a_day_is_the_mean_of_its_hours() -> None:
    rush = HourlyPace(tuple(2.0 if hour in (8, 9) else 1.0 for hour in range(HOURS)))
    day = MONDAY_8.replace(hour=0, minute=0)
    at = lambda hour: day + timedelta(hours=hour)  # noqa: E731
    assert rush.over(at(6), at(10)) == 1.5
    assert rush.over(at(8), at(8)) == 2.0
    assert rush.over(at(10), at(32)) == 1.0
    autumn = datetime(2026, 10, 25, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
    twice = HourlyPace(tuple(2.0 if hour == 6 * 24 + 3 else 1.0 for hour in range(HOURS)))
    assert twice.over(autumn, autumn.replace(hour=4)) == 1.4, "three o'clock comes twice"


async def test_where_vehicles_are_at_the_moment_is_not_remembered() -> None:
    roads = Counting()
    service = RoadService(lambda: roads)
    for asked in (12, 24):
        await service.matrix(PLACES, targets=PLACES[:1])
        assert roads.pairs == asked
    await service.matrix(PLACES, targets=PLACES[:2])
    await service.matrix(PLACES, targets=PLACES[:2])
    assert roads.pairs == 24 + 24


def test_what_is_out_of_reach_is_so_at_every_hour() -> None:
    far = np.array([[0, UNREACHABLE], [UNREACHABLE - 5, 7]], dtype=np.int64)
    slow = HourlyPace((2.0,) * HOURS).stretched(RoadMatrix(far, far, False), MONDAY_8)
    assert slow.durations_s.tolist() == [[0, UNREACHABLE], [UNREACHABLE - 1, 14]]
    for factors in ((1.0,) * 10, (float("nan"),) * HOURS, (0.0,) * HOURS):
        with pytest.raises(ValueError, match=r"hours|between"):
            HourlyPace(factors)


CELL = st.integers(0, 10_000)
VISIT = st.tuples(
    st.lists(st.integers(0, 30), max_size=8), st.lists(st.integers(0, 30), max_size=8)
)


@given(st.lists(VISIT, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_a_layer_never_says_what_it_was_not_told(
    visits: list[tuple[list[int], list[int]]], data: st.DataObject
) -> None:
    layer, told = Layer(most=9), dict[tuple[int, int], int]()
    for rows, columns in visits:
        names = [[(float(n), 0.0) for n in each] for each in (rows, columns)]
        found = layer.read(*names).seconds
        for (i, row), (j, column) in ((a, b) for a in enumerate(rows) for b in enumerate(columns)):
            assert found[i, j] in (UNKNOWN, told.get((row, column), UNKNOWN))
        fresh = data.draw(st.integers(0, 100)) * 100_000
        cells = np.array([[fresh + r * 100 + c for c in columns] for r in rows], dtype=np.int64)
        cells = cells.reshape(len(rows), len(columns))
        layer.write(*names, Known(cells, cells))
        told |= {(r, c): fresh + r * 100 + c for r in rows for c in columns}
        if len({*rows, *columns}) <= 9:
            assert np.array_equal(layer.read(*names).seconds, cells), "the last told is remembered"
    assert layer.size <= 64**2


def test_the_memory_is_bounded() -> None:
    memory = MatrixMemory(most_places=64, most_cells=3 * 64**2)
    cell = Known(np.array([[5]]), np.array([[6]]))
    for number in range(5):
        memory.write(f"layer {number}", [(0.0, 0.0)], [(1.0, 0.0)], cell)
        memory.read("layer 0", [(0.0, 0.0)], [(1.0, 0.0)])
    assert memory.cells <= 3 * 64**2
    kept = [
        n for n in range(5) if not memory.read(f"layer {n}", [(0.0, 0.0)], [(1.0, 0.0)]).unknown
    ]
    assert 0 in kept
    assert 1 not in kept


@given(st.integers(0, 6), st.integers(0, 6), st.data())
def test_gaps_hold_everything_unknown(rows: int, columns: int, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    unknown = np.array(cells, dtype=np.bool_).reshape(rows, columns)
    left = unknown.copy()
    for some, others in gaps(unknown):
        assert unknown[np.ix_(some, others)].any(axis=1).all()
        left[np.ix_(some, others)] = False
    assert not left.any()


SPOTS = st.lists(
    st.tuples(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000)),
    min_size=1, max_size=6, unique=True,
)  # fmt: skip


@given(SPOTS, st.data())
def test_rows_come_back_as_they_were_packed(
    spots: list[tuple[int, int]], data: st.DataObject
) -> None:
    places = [rounded((lat / 1e5, lon / 1e5)) for lat, lon in spots]
    values = data.draw(st.lists(CELL, min_size=len(places), max_size=len(places)))
    seconds = np.array(values, dtype=np.int64)
    seconds[0] = UNKNOWN
    row = packed(None, places, seconds, seconds * 2)
    found = unpacked([row, None], places)
    assert found.seconds.tolist() == [seconds.tolist(), [UNKNOWN] * len(places)]
    newer = packed(row, places[:1], np.array([7]), np.array([8]))
    again = unpacked([newer], places)
    assert again.seconds[0].tolist() == [7, *seconds[1:].tolist()]
    assert again.metres[0].tolist()[1:] == (seconds * 2)[1:].tolist()


@given(st.binary(max_size=80))
def test_a_damaged_row_does_no_harm(row: bytes) -> None:
    found = unpacked([row], PLACES)
    assert found.seconds.shape == (1, len(PLACES))
    assert len(packed(row, PLACES, np.arange(12), np.arange(12))) % 16 == 0
