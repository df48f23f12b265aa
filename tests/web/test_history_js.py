"""What the player's scripts make of fixes and facts, run by the node program of the build.

The columns come from the code that answers the API: both ends are tested against each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import distance_m
from fleet_app.location.past.replay import Columns, replay_of
from fleet_app.web.components.history import sources
from tests.builders.scripts import NodeScripts
from tests.web.component_page import lay_out

GAP_MS = 300_000
START = 1_425_794_400_000
CALLS = """
const at = (name) => import(process.argv[2] + "/" + name);
const track = await at("track.js");
const { Player } = await at("player.js");
const moments = await at("moments.js");
const facts = await at("facts.js");
const chart = await at("chart.js");
const { PastNews } = await at("pastNews.js");
const plain = (one) => ({ ...one, t: [...one.t], lat: [...one.lat], lon: [...one.lon],
                          gapAfter: [...one.gapAfter] });
const calls = {
  read: (answer) => plain(track.readTrack(answer)),
  samples([answer, times]) {
    const way = track.readTrack(answer);
    return times.map((ms) => track.sampleAt(way, ms));
  },
  pieces: ([answer, scale]) => track.pieces(track.readTrack(answer), scale),
  runs([answer, period, width]) {
    const way = track.readTrack(answer);
    return chart.runs(way, way.altitude, period, width);
  },
  scale: ([low, high]) => chart.scaleOf(low, high),
  moment: ([name, ...given]) => moments[name](...given),
  news([known, steps]) {
    let clock = 0; let due = null;
    const later = (run, wait) => { due = clock + wait; return 1; };
    const news = new PastNews({ refetch: () => {}, knows: (id) => known.includes(id),
      hidden: () => false, now: () => clock, later, cancel: () => { due = null; } });
    news.notices([null]);
    return steps.map(([passed, name, ...given]) => { clock += passed; news[name](...given);
      return due; });
  },
  unseen: (fact) => facts.unseenText(fact),
  dull: ([trips, period]) => facts.dullSpans(trips, period),
  play({ load, rate, skipping, frames }) {
    let clock = 0; let call = null;
    const request = (next) => { call = next; return 1; };
    const loop = { now: () => clock, request, cancel: () => { call = null; } };
    const player = new Player(loop);
    const seen = [];
    player.load(load);
    player.setRate(rate);
    player.setSkipping(skipping);
    player.onFrame((ms) => seen.push(ms));
    player.play();
    for (const passed of frames) { clock += passed; const next = call; call = null; next?.(); }
    return { seen, playing: player.playing };
  },
};
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("node")
    sources = lay_out(folder) / "history" / "sources"
    with NodeScripts(folder, CALLS, sources.as_uri()) as running:
        yield running


def told(fixes: list[tuple[int, float, float, float, float, float]]) -> dict[str, Any]:
    """The API's answer about fixes (ms, lat, lon, speed, altitude, heading); NaN where not told."""
    columns = [np.array(one, dtype=float) for one in zip(*fixes, strict=True)]
    t = columns[0].astype(np.int64) if columns else np.array([], dtype=np.int64)
    rest = columns[1:] or [np.array([])] * 5
    ends = {"from_ms": START, "to_ms": START + 86_400_000}
    answer = replay_of(Columns(t, *rest), len(t), vehicle_id=7, gap_ms=GAP_MS, **ends)
    return dict(msgspec.to_builtins(answer))


NONE = float("nan")
steps = st.integers(1, 60_000) | st.sampled_from([GAP_MS, GAP_MS + 1, 2 * GAP_MS])
"""Milliseconds from one fix to the next; many are gaps, often one after the other."""
fixes = st.lists(
    st.tuples(
        steps,
        st.floats(60.1, 60.101) | st.floats(-85, 85),
        st.floats(24.9, 24.902) | st.floats(-180, 180),
        st.floats(0, 60) | st.just(NONE), st.floats(-400, 9000) | st.just(NONE),
        st.floats(0, 359.9) | st.just(NONE),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


def in_order(some: list[Any]) -> list[Any]:
    at, found = START, []
    for step, *rest in some:
        at += step
        found.append((at, *rest))
    return found


def broken(way: list[Any]) -> list[bool]:
    """For each step whether nobody knows how the vehicle went: too long, or too far in its time."""
    return [
        after[0] - one[0] > GAP_MS
        or distance_m(*one[1:3], *after[1:3]) - 100 > 70 * (after[0] - one[0]) / 1000
        for one, after in itertools.pairwise(way)
    ]


@given(fixes)
@settings(deadline=None, max_examples=60)
def test_the_browser_reads_what_the_server_tells(scripts: NodeScripts, some: list[Any]):
    way = in_order(some)
    seen = scripts.call("read", told(way))
    assert seen["t"] == [one[0] for one in way]
    assert seen["lat"] == pytest.approx([one[1] for one in way], abs=1e-6)
    assert seen["lon"] == pytest.approx([one[2] for one in way], abs=1e-6)
    for name, place in (("speed", 3), ("altitude", 4), ("heading", 5)):
        for value, one in zip(seen[name], way, strict=True):
            expected = None if np.isnan(one[place]) else pytest.approx(one[place], abs=0.51)
            assert value == expected, name
    assert seen["gapAfter"] == [*map(int, broken(way)), 0]


@given(fixes, st.floats(0, 1))
@settings(deadline=None, max_examples=60)
def test_a_vehicle_is_between_its_fixes_or_lost_at_the_last_one(
    scripts: NodeScripts, some: list[Any], share: float
):
    way = in_order(some)
    times = [one[0] + round(share * (after[0] - one[0])) for one, after in itertools.pairwise(way)]
    seen = scripts.call("samples", [told(way), times])
    for (one, after), ms, place, is_gap in zip(
        itertools.pairwise(way), times, seen, broken(way), strict=True
    ):
        if ms in (one[0], after[0]):
            assert not place["lost"]
        elif is_gap:
            assert place["lost"]
            assert (place["lat"], place["lon"]) == pytest.approx((one[1], one[2]), abs=1e-6)
        else:
            assert not place["lost"]
            low, high = sorted((one[1], after[1]))
            assert low - 2e-6 <= place["lat"] <= high + 2e-6
    first, last = way[0][0], way[-1][0]
    before, behind = scripts.call("samples", [told(way), [first - 1, last + 1]])
    assert before is None
    assert behind["lost"]


@pytest.mark.parametrize(
    ("before", "after", "half"), [(350, 10, 0), (10, 350, 0), (80, 100, 90), (200, 180, 190)]
)
def test_headings_turn_the_short_way(scripts: NodeScripts, before: int, after: int, half: int):
    way = [(START, 60.0, 25.0, 5.0, NONE, before), (START + 10_000, 60.001, 25.0, 5.0, NONE, after)]
    (seen,) = scripts.call("samples", [told(way), [START + 5000]])
    assert seen["heading"] % 360 == pytest.approx(half)


def test_without_a_told_heading_it_is_that_of_the_way(scripts: NodeScripts):
    way = [(START, 60.0, 25.0, NONE, NONE, NONE), (START + 10_000, 60.0, 25.01, NONE, NONE, NONE)]
    (seen,) = scripts.call("samples", [told(way), [START + 5000]])
    assert seen["heading"] == pytest.approx(90, abs=0.1)
    assert seen["speed"] == pytest.approx(55.6, abs=0.2)
    assert seen["altitude"] is None


def test_over_the_antimeridian_it_goes_the_short_way(scripts: NodeScripts):
    way = [(START, 0.0, 179.997, 5.0, NONE, 90.0), (START + 10_000, 0.0, -179.999, 5.0, NONE, 90.0)]
    (seen,) = scripts.call("samples", [told(way), [START + 7500]])
    assert seen["lon"] == pytest.approx(180.0)
    (piece,) = scripts.call("pieces", [told(way), {"limits": [20], "per": 1}])
    assert piece["line"][1][0] == pytest.approx(180.001)


@given(fixes)
@settings(deadline=None, max_examples=60)
def test_pieces_cover_the_way_once_and_gaps_are_pieces_of_their_own(
    scripts: NodeScripts, some: list[Any]
):
    way = in_order(some)
    seen = scripts.call("pieces", [told(way), {"limits": [20, 40], "per": 1 / 3.6}])
    steps = sum(len(one["line"]) - 1 for one in seen)
    assert steps == len(way) - 1
    lost = [(one["from"], one["to"]) for one in seen if one["lost"]]
    gaps = zip(itertools.pairwise(way), broken(way), strict=True)
    assert lost == [(one[0], after[0]) for (one, after), is_gap in gaps if is_gap]
    assert all(len(one["line"]) == 2 for one in seen if one["lost"])


@given(fixes, st.integers(5, 400))
@settings(deadline=None, max_examples=40)
def test_a_chart_keeps_peaks_and_breaks_at_gaps(scripts: NodeScripts, some: list[Any], width: int):
    way = in_order(some)
    period = {"from": START, "to": way[-1][0] + 1}
    seen = scripts.call("runs", [told(way), period, width])
    drawn = [value for run in seen for _, value in run]
    known = [round(one[4]) for one in way if not np.isnan(one[4])]
    if known:
        assert (min(drawn), max(drawn)) == pytest.approx((min(known), max(known)), abs=1)
    assert len(drawn) <= 2 * (width + 1) + 2 * len(seen)
    for run in seen:
        assert all(a[0] < b[0] for a, b in itertools.pairwise(run))
    edges = [run[0][0] for run in seen[1:]]
    ends = [run[-1][0] for run in seen[:-1]]
    gaps = told(way)["gaps"]
    for end, start in zip(ends, edges, strict=True):
        assert any(end <= since and until <= start for since, until in gaps)


@given(st.floats(-500, 9000), st.floats(0, 3000))
@settings(deadline=None, max_examples=60)
def test_a_scale_holds_its_values_in_a_few_lines(scripts: NodeScripts, low: float, span: float):
    seen = scripts.call("scale", [low, low + span])
    assert seen["bottom"] <= low + 1e-6
    assert seen["top"] >= low + span - 1e-6
    assert 2 <= len(seen["lines"]) <= 6


LOAD = {"from": 0, "to": 100_000, "marks": [], "dull": [[20_000, 70_000]]}


def test_time_goes_by_at_the_pace_and_ends_at_the_end(scripts: NodeScripts):
    given = {"load": LOAD, "rate": 20, "skipping": False, "frames": [16, 16, 100]}
    played = scripts.call("play", given)
    assert played == {"seen": [0, 320, 640, 2640], "playing": True}
    asleep = scripts.call("play", given | {"frames": [60_000]})
    assert asleep["seen"][-1] == 5000, "after a while in the background the past does not leap"
    ended = scripts.call("play", given | {"rate": 60, "frames": [200] * 20})
    assert ended["seen"][-1] == 100_000
    assert not ended["playing"]


def test_what_stands_still_is_passed_over(scripts: NodeScripts):
    given = {"load": LOAD, "rate": 60, "skipping": True, "frames": [200, 200, 200]}
    assert scripts.call("play", given)["seen"] == [0, 12_000, 70_000, 82_000]


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        ("trip", {"gap_m": 2_400, "unseen_s": 300}, "2.4 km of it not seen"),
        ("trip", {"fixes": 9}, ""),
        ("stop", {"unseen_s": 10_020}, "not heard of for 2 h 47 min of it"),
        ("stop", {"fixes": 9}, ""),
    ],
)
def test_what_nobody_saw_is_said(scripts: NodeScripts, kind: str, values: Any, text: str):
    assert scripts.call("unseen", {"kind": kind, "values": values}) == text


def test_dull_is_what_lies_outside_of_every_trip(scripts: NodeScripts):
    trips = [
        {"id": 2, "vehicleId": 1, "from": 50, "to": 60},
        {"id": 1, "vehicleId": 2, "from": 10, "to": 40},
        {"id": 3, "vehicleId": 2, "from": 20, "to": 30},
    ]
    period = {"from": 0, "to": 100}
    assert scripts.call("dull", [trips, period]) == [[0, 10], [40, 50], [60, 100]]
    assert scripts.call("dull", [[], period]) == []
    going_on = [*trips, {"id": 4, "vehicleId": 1, "from": 70, "to": None}]
    assert scripts.call("dull", [going_on, period])[-1] == [60, 70]


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["America/Chicago", "Europe/Helsinki", "Asia/Kolkata", "UTC"]),
)
@settings(deadline=None, max_examples=60)
def test_times_are_those_of_the_zone(scripts: NodeScripts, moment: datetime, zone: str):
    moment = moment.replace(microsecond=0)
    ms = round(moment.timestamp() * 1000)
    local = moment.astimezone(ZoneInfo(zone))
    assert scripts.call("moment", ["clockText", ms, zone]) == f"{local:%H:%M}"
    assert scripts.call("moment", ["dayKey", ms, zone]) == f"{local:%Y-%m-%d}"
    assert scripts.call("moment", ["dayText", ms, zone]) == f"{local:%A %-d %B}"


@pytest.mark.parametrize(
    ("day", "hours", "ticks"), [(8, 23, ["00:00", "03:00"]), (9, 24, ["00:00", "03:00"])]
)
def test_the_axis_has_whole_hours_also_when_the_clocks_change(
    scripts: NodeScripts, day: int, hours: int, ticks: list[str]
):
    zone = "America/Chicago"
    start = round(datetime(2015, 3, day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
    seen = scripts.call("moment", ["tickMoments", start, start + hours * 3_600_000, 9, zone])
    texts = [scripts.call("moment", ["clockText", ms, zone]) for ms in seen]
    assert texts[:2] == ticks
    assert texts == [f"{hour:02}:00" for hour in range(0, 24, 3)] + ["00:00"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (90, "2 min"), (3600, "1 h"), (3900, "1 h 05 min"),
     (7200 - 1, "2 h"), (180_000, "2 d 2 h"), (-5, "0 s")],
)  # fmt: skip
def test_lengths_in_words(scripts: NodeScripts, seconds: int, text: str):
    assert scripts.call("moment", ["lengthText", seconds * 1000]) == text


@pytest.mark.parametrize(
    ("metres", "text"),
    [(0, "0 m"), (999.4, "999 m"), (1000, "1.0 km"), (12_345, "12.3 km"), (1_204_000, "1,204 km")],
)
def test_distances_in_words(scripts: NodeScripts, metres: float, text: str):
    assert scripts.call("moment", ["distanceText", metres]) == text


def test_every_script_of_the_player_is_published() -> None:
    folder = Path(sources.__file__).parent
    scripts = {one.name for one in folder.iterdir() if one.suffix in {".js", ".jsx"}}
    assert scripts == {*sources.LIBRARIES, "HistoryPlayer.jsx"}
    for one in scripts:
        text = (folder / one).read_text(encoding="utf-8")
        borrowed = [part.split('"')[0] for part in text.split('"../../live/sources/')[1:]]
        assert set(borrowed) <= set(sources.FROM_LIVE)


def test_news_are_read_soon_and_those_of_other_vehicles_seldom(scripts: NodeScripts):
    def heard(*steps: Any) -> Any:
        return scripts.call("news", [[5], [list(step) for step in steps]])

    one, other = ([{"sequence": 1, "kind": "created", "ids": [ids]}] for ids in (5, 6))
    assert heard((20_000, "notices", one)) == [21_000]
    assert heard((20_000, "notices", other)) == [60_000]
    assert heard((1_000, "fixes"), (0, "notices", other)) == [5_000, 2_000]
    assert heard((0, "fixes"), (100, "forget")) == [5_000, None]
