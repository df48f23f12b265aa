"""The browser's live store, run by the node program that builds the frontend.

Frames come from the Python encoder, so the two ends of the format are tested against each other.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.location.frames import FrameKind, LivePosition, decode_frame
from fleet_app.location.models import MotionStatus
from tests.web.live_scripts import NOW, Browser, frame, position, snapshot


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("node")) as running:
        yield running


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


def test_a_vehicle_that_never_reported_did_not_fall_silent(browser: Browser) -> None:
    steps = [
        ["roster", NOW, [1, 2, 3]],
        ["apply", NOW, snapshot(1, [position(1), position(9)])],
        ["tick", NOW + 4],
    ]
    counts = {"all": 4, "moving": 2, "idle": 0, "stopped": 0, "offline": 0,
              "no_tracker_yet": 2}  # fmt: skip
    assert browser.call("store", steps)["counts"] == counts
    silent = browser.call("store", [*steps, ["tick", NOW + 300]])["counts"]
    assert silent == counts | {"moving": 0, "offline": 2}


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
