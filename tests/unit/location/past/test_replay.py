"""Columns for a player: what thinning keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.past import replay
from fleet_app.location.past.replay import Columns, gaps_of, gathered, replay_of, thinned

GAP_MS = 300_000


def columns(t: list[int], lat: list[float], lon: list[float] | None = None) -> Columns:
    """A track without heights and headings; its speeds count the fixes."""
    nothing = np.full(len(t), np.nan, dtype=np.float32)
    east = np.array(lon if lon is not None else [24.9] * len(t), dtype=np.float64)
    return Columns(
        t=np.array(t, dtype=np.int64), lat=np.array(lat, dtype=np.float64), lon=east,
        speed=np.arange(len(t), dtype=np.float32), altitude=nothing, heading=nothing,
    )  # fmt: skip


def straight(count: int) -> Columns:
    """A steady way north: any fix lies where its neighbours say."""
    return columns([1000 * n for n in range(count)], [60 + n * 1e-5 for n in range(count)])


steps = st.lists(
    st.tuples(st.sampled_from([1000, 10_000, 120_000, 400_000]), st.floats(-0.01, 0.01)),
    min_size=1, max_size=300,
)  # fmt: skip


@given(steps, st.integers(5, 60))
def test_thinning_keeps_ends_and_gaps_and_makes_nothing_up(
    ways: list[tuple[int, float]], most: int
) -> None:
    t = list(accumulate(step for step, _ in ways))
    whole = columns(t, [60 + x for x in accumulate(north for _, north in ways)])
    few = thinned(whole, GAP_MS, most)
    assert few.t[0] == whole.t[0]
    assert few.t[-1] == whole.t[-1]
    assert gaps_of(few, GAP_MS) == gaps_of(whole, GAP_MS)
    kept = few.speed.astype(int)
    assert (whole.only(kept).lat == few.lat).all()
    assert len(few) == len(whole) or len(whole) > most


def test_a_straight_way_is_thinned_to_what_a_player_shows() -> None:
    few = thinned(straight(50_000), GAP_MS, 1000)
    assert 300 < len(few) <= 1000
    on_the_way = 60 + few.t / 1000 * 1e-5
    assert np.abs(few.lat - on_the_way).max() < 1e-9


def test_a_leap_that_nobody_can_have_driven_is_a_gap() -> None:
    north = [60 + n * 1e-4 + (0.01 if n >= 20 else 0.0) for n in range(40)]
    leapt = columns([3000 * n for n in range(40)], north)
    assert gaps_of(leapt, GAP_MS) == [(57_000, 60_000)]
    assert gaps_of(columns([30_000 * n for n in range(40)], north), GAP_MS) == []


def test_a_corner_stays_when_the_straight_around_it_goes() -> None:
    north = [60 + min(n, 500) * 1e-4 for n in range(1001)]
    east = [24.9 + max(n - 500, 0) * 1e-4 for n in range(1001)]
    few = thinned(columns([1000 * n for n in range(1001)], north, east), GAP_MS, 60)
    assert len(few) <= 60
    corner = np.hypot(few.lat - 60.05, few.lon - 24.9).min()
    assert corner < 3e-4


def test_a_way_across_the_antimeridian_is_straight() -> None:
    east = [(179.99 + n * 1e-5 + 180) % 360 - 180 for n in range(4000)]
    few = thinned(columns([1000 * n for n in range(4000)], [10.0] * 4000, east), GAP_MS, 100)
    expected = (179.99 + few.t / 1000 * 1e-5 + 180) % 360 - 180
    assert len(few) <= 100
    assert np.abs(few.lon - expected).max() < 1e-9


async def test_blocks_are_thinned_while_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_HELD", 2000)
    monkeypatch.setattr(replay, "MOST_POINTS", 500)
    whole = straight(20_000)

    async def blocks() -> AsyncIterator[Columns]:
        for start in range(0, 20_000, 700):
            yield whole.only(np.arange(start, min(start + 700, 20_000)))

    few, count = await gathered(blocks(), GAP_MS)
    assert count == 20_000
    assert len(few) <= 500
    assert (few.t[0], few.t[-1]) == (0, 19_999_000)
    answer = replay_of(few, count, vehicle_id=1, from_ms=0, to_ms=1, gap_ms=GAP_MS)
    assert answer.thinned
    assert answer.altitude == [None] * len(few)
    assert list(accumulate(answer.t)) == few.t.tolist()


async def test_nothing_is_read_as_nothing() -> None:
    async def blocks() -> AsyncIterator[Columns]:
        yield straight(0)

    few, count = await gathered(blocks(), GAP_MS)
    answer = replay_of(few, count, vehicle_id=1, from_ms=0, to_ms=1, gap_ms=GAP_MS)
    assert (answer.t, answer.speed, answer.gaps, answer.thinned) == ([], [], [], False)
