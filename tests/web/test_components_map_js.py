"""What the live scripts make of positions: gliding, turning, clusters, labels, words and pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.location.frames import LivePosition
from tests.web.live_scripts import NOW, Browser, position


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("node")) as running:
        yield running


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
