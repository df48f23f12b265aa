"""The timeline of planning: where things are, when, and what keys mean there; in a node process.

Its inputs are boards as the API writes them.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

import msgspec
import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_page import DAY, MIDNIGHT, ZONE, a_board, at
from tests.web.planning_scripts import HOUR, ms, scripts, small, told

__all__ = ["scripts", "small"]


def test_the_timeline_shows_shifts_and_stops_in_whole_hours(
    scripts: NodeScripts, small: Any
) -> None:
    first, last = scripts.call("range", small)
    assert (first - ms(0)) % HOUR == 0
    assert (last - ms(0)) % HOUR == 0
    assert first < ms(7) <= first + 2 * HOUR
    assert last >= ms(18)
    assert scripts.call("range", told(a_board(0, 0, 3))) == [0, 24 * HOUR]


def test_moments_become_pixels_and_zoom_keeps_what_is_under_the_pointer(
    scripts: NodeScripts,
) -> None:
    day = [ms(6), ms(18)]
    assert scripts.call("xs", [[*day, 1200], [ms(6), ms(12), ms(18)]]) == [0, 600, 1200]
    near = scripts.call("zoomed", [[*day, 1200], 2, 300, day])
    assert near[1] - near[0] == 6 * HOUR
    assert scripts.call("xs", [[*near, 1200], [ms(9)]])[0] == pytest.approx(300)
    assert scripts.call("zoomed", [[*near, 1200], 0.1, 600, day]) == day
    closest = scripts.call("zoomed", [[*day, 1200], 1000, 0, day])
    assert closest[1] - closest[0] == HOUR
    assert scripts.call("shifted", [[*near, 1200], -99999, day])[0] == ms(6)
    assert scripts.call("shifted", [[*near, 1200], 99999, day])[1] == ms(18)


def test_a_row_is_made_of_driving_waiting_work_and_breaks(scripts: NodeScripts, small: Any) -> None:
    parts = scripts.call("parts", [small, "2"])
    assert [kind for kind, _, _ in parts if kind == "service"] == ["service"] * 4
    assert {"drive", "home", "break"} <= {kind for kind, _, _ in parts}
    way = [(a, b) for kind, a, b in parts if kind != "break"]
    assert all(b == c for (_, b), (c, _) in itertools.pairwise(way))  # no hole between
    assert scripts.call("off", [small, "1", [ms(6), ms(18), 100]]) == [
        [ms(6), ms(7)],
        [ms(16), ms(18)],
    ]


def test_what_lies_under_the_pointer_of_the_timeline(scripts: NodeScripts, small: Any) -> None:
    scale = [ms(6), ms(18), 1200]
    row = small["rows"][0]
    middles = []
    for stop in row["stops"]:
        begins, departs = (
            scripts.call("xs", [scale, [_ms(stop[name])]])[0]
            for name in ("begins_at", "departs_at")
        )
        middles.append((begins + departs) / 2)
    for place, middle in enumerate(middles):
        assert scripts.call("near", [small, "1", scale, middle]) == place + 1
        assert scripts.call("place", [small, "1", scale, middle - 1]) == place
        assert scripts.call("place", [small, "1", scale, middle + 1]) == place + 1
    assert scripts.call("near", [small, "1", scale, 1199]) is None


def _ms(text: str) -> int:
    return round(msgspec.convert(text, type=type(MIDNIGHT)).timestamp() * 1000)


def test_lines_stand_below_each_other_and_only_those_in_view_are_shown(
    scripts: NodeScripts,
) -> None:
    board = told(a_board(25, 12, 0))
    lines = scripts.call("lines", [board, ["1"]])
    assert [key for key, _ in lines[:3]] == ["row 1", "row 2", "stop 13"]
    assert len([key for key, _ in lines if not key.startswith("note")]) == 25 + 24 * 12
    tops = [top for _, top in lines]
    assert tops == sorted(set(tops))
    shown = scripts.call("view", [board, 5000, 400])
    assert 8 <= len(shown) <= 12


def test_where_a_drop_in_the_list_goes(scripts: NodeScripts, small: Any) -> None:
    tops = dict(scripts.call("lines", [small, []]))
    assert scripts.call("dropAt", [small, tops["row 2"] + 10, []]) == {"row": "2", "place": None}
    assert scripts.call("dropAt", [small, tops["stop 6"] + 5, []]) == {"row": "2", "place": 1}
    assert scripts.call("dropAt", [small, tops["stop 6"] + 35, []]) == {"row": "2", "place": 2}
    assert scripts.call("dropY", [small, {"row": "2", "place": 1}]) == tops["stop 6"]
    assert scripts.call("dropY", [small, {"row": "2", "place": 4}]) == tops["row 3"]
    end = tops["stop 12"] + 60
    assert scripts.call("dropAt", [small, end, []]) == {"row": "3", "place": 4}
    assert scripts.call("dropAt", [small, end + 500, []]) is None


def test_a_box_chooses_what_it_touches(scripts: NodeScripts, small: Any) -> None:
    tops = dict(scripts.call("lines", [small, []]))
    inside = scripts.call("linesIn", [small, tops["stop 3"] + 20, tops["stop 6"] + 1])
    assert inside == [3, 4, 5, 6]
    assert scripts.call("linesIn", [small, tops["row 1"], tops["row 1"] + 30]) == []
    scale = [ms(6), ms(18), 1200]
    first, last = (small["rows"][1]["stops"][i]["begins_at"] for i in (1, 2))
    left, right = (scripts.call("xs", [scale, [_ms(one)]])[0] for one in (first, last))
    box = {"left": left, "right": right + 1, "top": 40, "bottom": 60}
    assert scripts.call("stopsIn", [small, scale, box]) == [6, 7]
    every = {"left": 0, "right": 1200, "top": 1, "bottom": 34 * 2 + 1}
    assert scripts.call("stopsIn", [small, scale, every]) == list(range(1, 13))
    assert scripts.call("stopsIn", [small, scale, {**every, "top": 70}]) == [9, 10, 11, 12]


def test_the_cursor_of_the_timeline_goes_along_and_across(scripts: NodeScripts, small: Any) -> None:
    go = "along"
    assert scripts.call(go, [small, None, 1]) == {"row": "1", "id": 1}
    assert scripts.call(go, [small, {"row": "1", "id": 2}, 1]) == {"row": "1", "id": 3}
    assert scripts.call(go, [small, {"row": "1", "id": 4}, 1]) == {"row": "1", "id": 4}
    assert scripts.call(go, [small, {"row": "2", "id": 6}, "last"]) == {"row": "2", "id": 8}
    assert scripts.call(go, [small, {"row": "9", "id": 6}, 1]) == {"row": "1", "id": 1}
    below = scripts.call("across", [small, {"row": "1", "id": 3}, 1])
    moment = _ms(small["rows"][0]["stops"][2]["begins_at"])
    off = {s["order"]["delivery_id"]: abs(_ms(s["begins_at"]) - moment)
           for s in small["rows"][1]["stops"]}  # fmt: skip
    assert below["row"] == "2"
    assert off[below["id"]] == min(off.values())
    back = scripts.call("across", [small, below, -1])
    assert (back["row"], scripts.call("across", [small, back, 99])["row"]) == ("1", "3")
    empty = json.loads(json.dumps(small))
    empty["rows"][1]["stops"] = []
    bare = scripts.call("across", [empty, {"row": "1", "id": 3}, 1])
    assert (bare["row"], bare["id"]) == ("2", 0)
    assert scripts.call("across", [empty, bare, -1])["id"] == 3  # at the time it came from
    assert scripts.call("span", [small, {"row": "1", "id": 4}, {"row": "1", "id": 2}]) == [2, 3, 4]
    assert scripts.call("span", [small, {"row": "1", "id": 4}, {"row": "2", "id": 6}]) == [6]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"key": "ArrowRight"}, {"act": "along", "by": 1, "extend": False}),
        ({"key": "Home", "shiftKey": True}, {"act": "along", "by": "first", "extend": True}),
        ({"key": "PageDown"}, {"act": "across", "by": 10}),
        ({"key": "ArrowLeft", "ctrlKey": True}, {"act": "hours", "by": -1}),
        ({"key": "+", "shiftKey": True}, {"act": "zoom", "by": 1}),
        ({"key": "0"}, {"act": "zoom", "by": 0}),
        ({"key": "0", "ctrlKey": True}, None),
        ({"key": "ArrowDown", "altKey": True}, {"act": "shove", "by": 1}),
        ({"key": " "}, {"act": "toggle", "range": False}),
        ({"key": "m"}, None),
    ],
)
def test_keys_of_the_timeline(scripts: NodeScripts, event: Any, said: Any) -> None:
    assert scripts.call("timeKey", event) == said


def test_the_hours_follow_the_cursor(scripts: NodeScripts) -> None:
    day = [ms(6), ms(18)]
    near = [ms(8), ms(10), 600]
    assert scripts.call("around", [near, ms(9), day]) is None
    later = scripts.call("around", [near, ms(10.5), day])
    assert later[1] - later[0] == 2 * HOUR
    assert ms(10.5) < later[1]
    assert scripts.call("around", [near, ms(6), day])[0] == ms(6)


def test_moments_are_read_as_milliseconds(scripts: NodeScripts, small: Any) -> None:
    shift, starts, arrives = scripts.call("read", small)[0]
    assert shift == [ms(7), ms(16)]
    assert starts == ms(7)
    assert arrives == ms(7) + 600_000
    assert small["zone"] == ZONE


@pytest.mark.parametrize(
    ("clock", "shift", "expected"),
    [
        ("07:30", (8, 16), 7.5),
        ("23:30", (8, 16), 23.5),
        ("22:30", (22, 30), 22.5),
        ("00:30", (22, 30), 24.5),
        ("05:30", (22, 30), 29.5),
        ("07:00", (22, 30), 7),
    ],
)
def test_a_departure_is_on_the_day_of_the_plan_or_in_the_night_of_its_shift(
    scripts: NodeScripts, clock: str, shift: tuple[float, float], expected: float
) -> None:
    moment = scripts.call("departure", [DAY.isoformat(), clock, [ms(hour) for hour in shift], ZONE])
    assert moment == ms(expected)


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("2026-03-28", "09:00", "2026-03-28T07:00Z"),
        ("2026-03-29", "09:00", "2026-03-29T06:00Z"),
        ("2026-03-29", "03:30", "2026-03-29T01:30Z"),  # the clocks leave it out
        ("2026-10-25", "09:00", "2026-10-25T07:00Z"),
    ],
)
def test_a_time_on_the_clock_is_a_moment_also_when_clocks_change(
    scripts: NodeScripts, day: str, clock: str, moment: str
) -> None:
    found = scripts.call("moment", [day, clock, "Europe/Helsinki"])
    assert found == round(dt.datetime.fromisoformat(moment).timestamp() * 1000)


@pytest.mark.parametrize(("hours", "kinds"), [((12, 16), ["off"]), ((8, 12), []), ((16, 24), [])])
def test_time_between_the_parts_of_a_shift_is_no_drive(
    scripts: NodeScripts, small: Any, hours: tuple[float, float], kinds: list[str]
) -> None:
    """The stops of the row are made before noon and from four on."""
    data = json.loads(json.dumps(small))
    row = data["rows"][0]
    row["off"] = [{"begins": at(hours[0]).isoformat(), "ends": at(hours[1]).isoformat()}]
    row["breaks"] = []
    for stop, begins in zip(row["stops"], (9, 10, 16.5, 17), strict=True):
        stop |= {
            "arrives_at": at(begins).isoformat(), "begins_at": at(begins).isoformat(),
            "departs_at": at(begins + 0.25).isoformat(),
        }  # fmt: skip
    row |= {"starts_at": at(8.5).isoformat(), "ends_at": at(17.5).isoformat()}
    parts = scripts.call("parts", [data, "1"])
    assert [kind for kind, *_ in parts if kind in ("break", "off")] == kinds


def test_a_row_that_is_not_heard_of_says_since_when(scripts: NodeScripts) -> None:
    data = told(a_board(2, 1, 0))
    data["rows"][1]["silent_since"] = "2026-11-24T08:32:10Z"
    assert scripts.call("heard", [data, "Europe/Helsinki"]) == ["", "Last heard at 10:32"]
