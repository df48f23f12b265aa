"""The browser's live logic, run by the node program that builds the frontend.

Frames come from the Python encoder, so the two ends of the format are tested against each other.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.location.frames import (
    FrameKind,
    LivePosition,
    decode_frame,
    encode_frame,
    pack_position,
)
from fleet_app.location.models import MotionStatus
from fleet_app.runtime.toolchain import node

LIVE = Path(__file__).parents[2] / "fleet_app" / "web" / "components" / "live"
NOW = 1_790_000_000.0

HARNESS = """
import { createInterface } from "node:readline";
const at = (name) => import(process.argv[2] + "/" + name);
const { decodeFrame } = await at("frames.js");
const { LiveStore, statusList } = await at("liveStore.js");
const motion = await at("motion.js");
const { clusterPoints } = await at("clusters.js");
const { placeLabels, labelOffset } = await at("labels.js");
const format = await at("format.js");
const source = await at("gridSource.js");
const bytes = (text) => {
  const b = Buffer.from(text, "base64");
  return b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength);
};
const calls = {
  decode: (frame) => decodeFrame(bytes(frame)),
  async store(steps) {
    let clock = 0, resyncs = 0, rosters = 0;
    const heard = [];
    let rows = [[1, "Van One", "ABC-1", "van", "Aino"]];
    const loadRoster = async () => {
      rosters += 1;
      return { columns: ["id", "name", "registration_number", "type", "driver"], rows };
    };
    const store = new LiveStore({ now: () => clock, loadRoster });
    store.onResync = () => { resyncs += 1; };
    const stop = store.subscribe(({ kind, ids }) => heard.push([kind, ids]));
    if (steps[0]?.[0] === "name") store.nameAll(steps[0][2]);
    else store.wantRoster();
    for (const [what, when, value] of steps) {
      clock = when * 1000;
      if (what === "apply") store.apply(value && bytes(value));
      if (what === "tick") store.tick();
      if (what === "roster") rows = value.map((id) => [id, `Van ${id}`, `ABC-${id}`, "van", ""]);
      if (what === "expect") store.expect(value);
      await null; await null;
    }
    stop();
    const vehicles = [...store.vehicles.values()];
    return { vehicles, resyncs, rosters, heard, counts: store.counts(),
             gaps: store.gaps, facts: store.factsOf(1),
             stale: vehicles.filter((v) => store.isStale(v)).map((v) => v.id),
             found: vehicles.filter((v) => store.matches(v, [], "aino")).map((v) => v.id) };
  },
  glide({ from, to, still, times }) {
    const track = motion.nextTrack(motion.restingTrack(from), to, 1000, still);
    const seen = times.map((t) => motion.sampleTrack(track, 1000 + t));
    return { track, seen: seen.map(({ x, y, h, active }) =>
      ({ lat: motion.latOf(y), lon: motion.lonOf(x), h, active })) };
  },
  turn: ([from, to]) => motion.shortestTurn(from, to),
  cluster({ points, zoom }) {
    const placed = points.map(([id, lon, lat]) =>
      ({ id, x: motion.mercatorX(lon), y: motion.mercatorY(lat), status: "moving" }));
    const { clusters, singles } = clusterPoints(placed, zoom);
    return { clusters, singles: [...singles] };
  },
  labels({ items, radius }) {
    return [...placeLabels(items, radius)].map(([id, side]) => {
      const item = items.find((one) => one.id === id);
      const [dx, dy] = labelOffset(side, item.width, item.height, radius);
      return { id, x: item.x + dx, y: item.y + dy, width: item.width, height: item.height };
    });
  },
  format: ([name, value]) => format[name](value),
  statuses: (value) => statusList(value),
  address: (query) => source.pageAddress(query),
  sort: (model) => source.sortParameter(model),
  async find({ id, total }) {
    const asked = [];
    const get = async (address) => {
      asked.push(address);
      const page = Number(new URLSearchParams(address.split("?")[1]).get("page"));
      const first = (page - 1) * 100;
      const length = Math.min(100, total - first);
      const data = Array.from({ length }, (_, i) => ({ id: first + i + 1 }));
      return { ok: true, json: async () => ({ data, meta: { pagination: { total } } }) };
    };
    return { index: await new source.GridSource(() => {}, get).indexOf(id), asked: asked.length };
  },
  async outdated() {
    const reports = [];
    let answer;
    const get = () => new Promise((resolve) => { answer = resolve; });
    const grid = new source.GridSource((state) => reports.push(state), get);
    const outcome = [];
    const done = grid.getRows({ startRow: 0, sortModel: [],
      successCallback: () => outcome.push("rows"), failCallback: () => outcome.push("dropped") });
    grid.setFilter({ status: "idle", q: "" });
    const page = { data: [{ id: 1 }], meta: { pagination: { total: 1 } } };
    answer({ ok: true, json: async () => page });
    await done;
    return { outcome, reports };
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const [name, argument] = JSON.parse(line);
  let reply;
  try { reply = { value: await calls[name](argument) }; }
  catch (error) { reply = { error: `${error.name}: ${error.message}` }; }
  process.stdout.write(JSON.stringify(reply) + "\\n");
}
"""


class Browser:
    """A node process that answers one call a line."""

    def __init__(self, script: Path) -> None:
        script.write_text(HARNESS, encoding="utf-8")
        command = [str(node()), "--no-warnings", str(script), LIVE.as_uri()]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def call(self, name: str, argument: Any = None) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([name, argument]) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply.get("value")

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    running = Browser(tmp_path_factory.mktemp("node") / "harness.mjs")
    yield running
    running.close()


def position(vehicle_id: int = 1, at: float = NOW, **changes: Any) -> LivePosition:
    values: dict[str, Any] = {"lat": 60.17, "lon": 24.94, "status": MotionStatus.MOVING}
    return LivePosition(vehicle_id=vehicle_id, recorded_at=at, **{**values, **changes})


def frame(
    sequence: int,
    positions: Sequence[LivePosition],
    kind: FrameKind = FrameKind.DELTA,
    server_time: float = NOW,
    offline_after: int = 0,
) -> str:
    packed = [pack_position(one) for one in positions]
    whole = encode_frame(kind, sequence, server_time, packed, offline_after)
    return base64.b64encode(whole).decode()


def snapshot(sequence: int, positions: Sequence[LivePosition], offline_after: int = 0) -> str:
    return frame(sequence, positions, FrameKind.SNAPSHOT, offline_after=offline_after)


positions = st.builds(
    LivePosition,
    vehicle_id=st.integers(1, 2**32 - 1),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    recorded_at=st.integers(0, 2**32 - 1).map(float),
    status=st.sampled_from(MotionStatus),
    heading=st.none() | st.floats(0, 359.9),
    speed=st.none() | st.floats(0, 600),
    battery=st.none() | st.integers(0, 100).map(float),
)


@given(st.lists(positions, max_size=20), st.integers(0, 2**32 - 1), st.sampled_from(FrameKind))
@settings(deadline=None, max_examples=60)
def test_the_browser_reads_every_frame_as_python_does(
    browser: Browser, some: list[LivePosition], sequence: int, kind: FrameKind
) -> None:
    text = frame(sequence, some, kind)
    seen = browser.call("decode", text)
    _, _, server_time, expected = decode_frame(base64.b64decode(text))
    assert (seen["kind"], seen["sequence"], seen["serverTime"]) == (kind, sequence, server_time)
    assert len(seen["records"]) == len(expected)
    for record, truth in zip(seen["records"], expected, strict=True):
        assert record["id"] == truth.vehicle_id
        assert record["status"] == truth.status.name.lower()
        assert record["recordedAt"] == truth.recorded_at
        for name in ("lat", "lon", "heading", "speed", "battery"):
            assert record[name] == getattr(truth, name), name


@pytest.mark.parametrize("cut", [0, 19, 43])
def test_a_cut_frame_is_refused(browser: Browser, cut: int) -> None:
    whole = base64.b64decode(frame(1, [position()]))
    with pytest.raises(ValueError, match="RangeError"):
        browser.call("decode", base64.b64encode(whole[:cut]).decode())


def test_a_frame_of_another_version_is_refused(browser: Browser) -> None:
    whole = bytearray(base64.b64decode(frame(1, [position()])))
    whole[0] = 2
    with pytest.raises(ValueError, match="not a version 1"):
        browser.call("decode", base64.b64encode(whole).decode())


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60)), min_size=1, max_size=25))
@settings(deadline=None, max_examples=60)
def test_no_order_of_fixes_moves_a_vehicle_backwards(
    browser: Browser, fixes: list[tuple[int, int]]
) -> None:
    steps = [
        ["apply", NOW, frame(n, [position(vehicle, NOW - 60 + second, lat=second / 10)])]
        for n, (vehicle, second) in enumerate(fixes)
    ]
    newest: dict[int, int] = {}
    for vehicle, second in fixes:
        newest[vehicle] = max(second, newest.get(vehicle, 0))
    seen = browser.call("store", steps)["vehicles"]
    assert {v["id"]: v["recordedAt"] - (NOW - 60) for v in seen} == newest
    assert {v["id"]: v["lat"] for v in seen} == {v: s / 10 for v, s in newest.items()}


def test_a_snapshot_replaces_the_fleet(browser: Browser) -> None:
    steps = [
        ["apply", NOW, snapshot(5, [position(1), position(2)])],
        ["apply", NOW + 60, snapshot(9, [position(2), position(3)])],
    ]
    assert [v["id"] for v in browser.call("store", steps)["vehicles"]] == [2, 3]


def test_a_delta_that_overtook_the_snapshot_stays(browser: Browser) -> None:
    steps = [
        ["apply", NOW, frame(6, [position(7, NOW, lat=1.0)])],
        ["apply", NOW, frame(7, [position(8, NOW, lat=4.0)])],
        ["apply", NOW, snapshot(5, [position(1), position(7, NOW - 9, lat=2.0)])],
        ["apply", NOW, frame(8, [position(1, NOW)])],
    ]
    seen = browser.call("store", steps)
    assert {v["id"]: v["lat"] for v in seen["vehicles"]} == {1: 60.17, 7: 1.0, 8: 4.0}
    assert seen["gaps"] == 0


def test_empty_and_repeated_frames_change_nothing(browser: Browser) -> None:
    same = frame(4, [position()])
    steps = [["apply", NOW, same], ["apply", NOW, ""], ["apply", NOW, None], ["apply", NOW, same]]
    seen = browser.call("store", steps)
    assert len(seen["vehicles"]) == 1
    assert seen["gaps"] == 0


def test_frames_in_order_ask_for_nothing_even_when_the_counter_wraps(browser: Browser) -> None:
    numbers = [2**32 - 2, 2**32 - 1, 0, 1]
    steps = [["apply", NOW, snapshot(numbers[0], [position()])]]
    steps += [["apply", NOW, frame(n, [position()])] for n in numbers[1:]]
    assert browser.call("store", steps)["gaps"] == 0


def test_a_lost_first_snapshot_is_asked_for_until_one_comes(browser: Browser) -> None:
    lost = [["apply", NOW, frame(7, [position()])], ["tick", NOW + 1], ["tick", NOW + 2]]
    assert browser.call("store", lost)["resyncs"] == 1
    later = [*lost, ["tick", NOW + 6]]
    assert browser.call("store", later)["resyncs"] == 2
    came = [*lost, ["apply", NOW + 3, snapshot(8, [position()])], ["tick", NOW + 60]]
    assert browser.call("store", came)["resyncs"] == 1


def test_a_missed_frame_asks_for_a_snapshot_but_not_in_a_storm(browser: Browser) -> None:
    steps = [
        ["apply", NOW + n / 10, frame(sequence, [position()])]
        for n, sequence in enumerate([1, 2, 5, 8, 11])
    ]
    seen = browser.call("store", steps)
    assert (seen["gaps"], seen["resyncs"]) == (3, 1)
    later = browser.call("store", [*steps, ["apply", NOW + 9, frame(20, [position()])]])
    assert later["resyncs"] == 2


def test_a_restarted_server_is_followed(browser: Browser) -> None:
    steps = [
        ["apply", NOW, snapshot(900, [position(1)])],
        ["apply", NOW + 60, snapshot(3, [position(1), position(2)])],
        ["apply", NOW + 61, frame(4, [position(2, NOW + 1, lat=3.0)])],
    ]
    seen = browser.call("store", steps)
    assert seen["gaps"] == 0
    assert {v["id"]: v["lat"] for v in seen["vehicles"]} == {1: 60.17, 2: 3.0}


def test_a_silent_vehicle_looks_stale_then_offline_without_any_frame(browser: Browser) -> None:
    fresh = [["apply", NOW, snapshot(1, [position(1), position(2, NOW - 100)])]]
    aged = browser.call("store", [*fresh, ["tick", NOW + 30]])
    assert {v["id"]: v["shown"] for v in aged["vehicles"]} == {1: "moving", 2: "offline"}
    assert aged["stale"] == [2]
    assert ["tick", [2]] in aged["heard"]
    gone = browser.call("store", [*fresh, ["tick", NOW + 121]])
    assert [v["shown"] for v in gone["vehicles"]] == ["offline", "offline"]


@pytest.mark.parametrize("patience", [20, 600, 65_535])
def test_the_server_says_when_a_silent_vehicle_is_offline(browser: Browser, patience: int) -> None:
    steps = [
        ["apply", NOW, snapshot(1, [position(1)], patience)],
        ["apply", NOW, frame(2, [position(2)])],  # a delta says nothing about it
        ["tick", NOW + patience],
    ]
    seen = browser.call("store", steps)
    assert [v["shown"] for v in seen["vehicles"]] == ["moving", "moving"]
    assert seen["stale"] == [1, 2]
    fresh = browser.call("store", [*steps[:2], ["tick", NOW + patience // 2]])
    assert fresh["stale"] == []
    gone = browser.call("store", [*steps, ["tick", NOW + patience + 1]])
    assert [v["shown"] for v in gone["vehicles"]] == ["offline", "offline"]


def test_age_is_measured_by_the_servers_clock(browser: Browser) -> None:
    wrong_clock = NOW + 86_400
    steps = [["apply", wrong_clock, snapshot(1, [position(1, NOW - 5)])], ["tick", wrong_clock + 9]]
    assert browser.call("store", steps)["vehicles"][0]["shown"] == "moving"


def test_a_reader_without_the_roster_never_asks_for_it(browser: Browser) -> None:
    steps = [["name", NOW, "Your delivery"], ["apply", NOW + 1, frame(1, [position(1)])]]
    seen = browser.call("store", steps)
    assert seen["rosters"] == 0
    assert seen["facts"]["name"] == "Your delivery"


def test_a_vehicle_that_never_reported_counts_as_offline(browser: Browser) -> None:
    steps = [
        ["roster", NOW, [1, 2, 3]],
        ["apply", NOW, snapshot(1, [position(1), position(9)])],
        ["tick", NOW + 4],
    ]
    counts = {"all": 4, "moving": 2, "idle": 0, "stopped": 0, "offline": 2}
    assert browser.call("store", steps)["counts"] == counts
    silent = browser.call("store", [*steps, ["tick", NOW + 300]])["counts"]
    assert silent == {"all": 4, "moving": 0, "idle": 0, "stopped": 0, "offline": 4}


def test_a_new_vehicle_is_in_the_roster_within_seconds(browser: Browser) -> None:
    steps = [
        ["apply", NOW, snapshot(1, [position(1)])],
        ["roster", NOW + 1, [1, 2]],
        ["apply", NOW + 1, frame(2, [position(2, NOW + 1)])],
        *(["tick", NOW + 1 + second] for second in range(1, 9)),
    ]
    seen = browser.call("store", steps)
    assert ["roster", [2]] in seen["heard"]
    assert seen["rosters"] == 2


def test_a_vehicle_that_never_reports_is_found_by_the_servers_count(browser: Browser) -> None:
    known = [["apply", NOW, snapshot(1, [position(1)])], ["expect", NOW + 5, 1]]
    assert browser.call("store", [*known, ["tick", NOW + 60]])["rosters"] == 1
    added = [*known, ["roster", NOW + 9, [1, 2]], ["expect", NOW + 9, 2], ["tick", NOW + 60]]
    seen = browser.call("store", added)
    assert ["roster", [2]] in seen["heard"]
    assert (seen["rosters"], seen["counts"]["all"]) == (2, 2)


def test_a_vehicle_outside_the_roster_does_not_fetch_it_for_ever(browser: Browser) -> None:
    steps = [["apply", NOW + n, frame(n, [position(99, NOW + n)])] for n in range(29)]
    steps += [["tick", NOW + n] for n in range(29, 60)]
    assert browser.call("store", steps)["rosters"] <= 3


def test_an_unknown_vehicle_fetches_the_roster_once(browser: Browser) -> None:
    steps = [["apply", NOW + n, frame(n, [position(1), position(99)])] for n in range(20)]
    seen = browser.call("store", steps)
    assert seen["facts"]["name"] == "Van One"
    assert seen["found"] == [1]
    assert 1 <= seen["rosters"] <= 2


def glide(browser: Browser, to: LivePosition, times: list[int], **more: Any) -> Any:
    def plain(one: LivePosition) -> dict[str, Any]:
        return {"lat": one.lat, "lon": one.lon, "heading": one.heading,
                "recordedAt": one.recorded_at}  # fmt: skip

    start = position(lat=60.17, lon=24.94, heading=350.0)
    argument = {"from": plain(start), "to": plain(to), "still": False, "times": times}
    return browser.call("glide", {**argument, **more})


@given(
    st.floats(60.165, 60.175),
    st.floats(24.93, 24.95),
    st.integers(1, 60),
    st.none() | st.floats(0, 359.9),
)
@settings(deadline=None, max_examples=60)
def test_a_glide_starts_at_the_old_fix_ends_at_the_new_one_and_stays_between(
    browser: Browser, lat: float, lon: float, seconds: int, heading: float | None
) -> None:
    goal = position(at=NOW + seconds, lat=lat, lon=lon, heading=heading)
    result = glide(browser, goal, [0, 50, 150, 1000, 3000, 5000])
    assert result["track"]["duration"] <= 5000
    for sample in result["seen"]:
        assert min(60.17, lat) - 1e-9 <= sample["lat"] <= max(60.17, lat) + 1e-9
        assert min(24.94, lon) - 1e-9 <= sample["lon"] <= max(24.94, lon) + 1e-9
    last = result["seen"][-1]
    assert (last["lat"], last["lon"]) == pytest.approx((lat, lon), abs=1e-9)
    assert not last["active"]
    first = result["seen"][0]
    if first["active"]:
        assert (first["lat"], first["lon"]) == pytest.approx((60.17, 24.94), abs=1e-9)


def test_a_glide_takes_the_short_turn(browser: Browser) -> None:
    goal = position(at=NOW + 1, lat=60.1702, heading=10.0)
    halfway = glide(browser, goal, [200])["seen"][0]
    assert 350 - 360 < halfway["h"] < 10


@pytest.mark.parametrize(
    ("goal", "still"),
    [
        (position(at=NOW + 5, lat=61.0), False),
        (position(at=NOW + 600, lat=60.171), False),
        (position(at=NOW + 5, lat=60.171), True),
    ],
    ids=["far away", "after a silence", "reduced motion"],
)
def test_a_vehicle_jumps(browser: Browser, goal: LivePosition, still: bool) -> None:
    result = glide(browser, goal, [0], still=still)
    assert not result["seen"][0]["active"]
    assert result["seen"][0]["lat"] == pytest.approx(goal.lat)


@given(st.floats(-720, 720), st.floats(-720, 720))
@settings(deadline=None, max_examples=60)
def test_a_turn_is_never_more_than_half_a_circle(
    browser: Browser, start: float, end: float
) -> None:
    turn = browser.call("turn", [start, end])
    assert -180 <= turn <= 180
    assert (start + turn - end) % 360 == pytest.approx(0, abs=1e-6) or (
        start + turn - end
    ) % 360 == pytest.approx(360, abs=1e-6)


places = st.lists(
    st.tuples(st.floats(24.8, 25.1), st.floats(60.1, 60.3)), min_size=0, max_size=120, unique=True
)


@given(places, st.sampled_from([5.0, 9.5, 11.5, 12.5, 13.5, 16.0]))
@settings(deadline=None, max_examples=60)
def test_every_vehicle_is_in_one_cluster_or_alone(
    browser: Browser, some: list[tuple[float, float]], zoom: float
) -> None:
    points = [[n + 1, lon, lat] for n, (lon, lat) in enumerate(some)]
    result = browser.call("cluster", {"points": points, "zoom": zoom})
    grouped = [vehicle for cluster in result["clusters"] for vehicle in cluster["ids"]]
    assert sorted(grouped + result["singles"]) == [point[0] for point in points]
    for cluster in result["clusters"]:
        assert cluster["count"] == len(cluster["ids"]) == cluster["statuses"]["moving"]
        assert cluster["count"] >= 3
    if zoom >= 13.5:
        assert result["clusters"] == []


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(20, 140)), max_size=60)
)
@settings(deadline=None, max_examples=60)
def test_labels_do_not_cover_each_other(browser: Browser, some: list[tuple[int, int, int]]) -> None:
    items = [
        {"id": n + 1, "x": x, "y": y, "width": width, "height": 17, "first": False}
        for n, (x, y, width) in enumerate(some)
    ]
    placed = browser.call("labels", {"items": items, "radius": 15})
    for n, one in enumerate(placed):
        for other in placed[n + 1 :]:
            apart_x = abs(one["x"] - other["x"]) >= (one["width"] + other["width"]) / 2
            apart_y = abs(one["y"] - other["y"]) >= (one["height"] + other["height"]) / 2
            assert apart_x or apart_y


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("ageText", None, "never"),
        ("ageText", 2.9, "just now"),
        ("ageText", 59, "59 s ago"),
        ("ageText", 125, "2 min ago"),
        ("ageText", 7300, "2 h ago"),
        ("ageText", 200_000, "2 d ago"),
        ("speedText", 10, "36 km/h"),
        ("speedText", None, "–"),
        ("batteryText", 81, "81 %"),
        ("headingText", 359, "N (359°)"),
        ("countText", 1, "1 vehicle"),
        ("countText", 2500, "2,500 vehicles"),
        ("matchText", 1, "1 vehicle matches"),
        ("matchText", 27, "27 vehicles match"),
        ("toEpoch", "2026-03-01T00:00:00Z", 1772323200),
        ("toEpoch", 1772323200000, 1772323200),
        ("toEpoch", "nonsense", None),
    ],
)
def test_values_are_written_with_units(
    browser: Browser, name: str, value: Any, text: str | int | None
) -> None:
    assert browser.call("format", [name, value]) == text


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("", []),
        ("all", []),
        (None, []),
        ("moving, Idle", ["moving", "idle"]),
        (["offline"], ["offline"]),
    ],
)
def test_a_status_filter_may_be_text_or_list(
    browser: Browser, given_: Any, expected: list[str]
) -> None:
    assert browser.call("statuses", given_) == expected


def test_the_grid_asks_for_pages_in_the_words_of_the_api(browser: Browser) -> None:
    sort = browser.call("sort", [{"colId": "speed", "sort": "desc"}])
    query = {"page": 2, "limit": 100, "sort": sort, "status": "idle", "q": "a&b"}
    assert browser.call("address", query) == (
        "/api/v1/vehicles?page=2&limit=100&sort=-speed&status=idle&q=a%26b"
    )


@pytest.mark.parametrize(("vehicle", "index", "pages"), [(1, 0, 1), (250, 249, 3), (999, -1, 4)])
def test_the_grid_finds_the_row_of_a_vehicle_picked_on_the_map(
    browser: Browser, vehicle: int, index: int, pages: int
) -> None:
    answer = browser.call("find", {"id": vehicle, "total": 320})
    assert answer == {"index": index, "asked": pages}


def test_an_answer_to_an_outdated_filter_is_dropped(browser: Browser) -> None:
    assert browser.call("outdated") == {"outcome": ["dropped"], "reports": []}
