"""Where things are on the planning page, when, and what keys mean: scripts in a node process.

Their inputs are boards as the API writes them.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_page import MIDNIGHT, ZONE, a_board, at, moved
from tests.web.planning_scripts import scripts, small, told

__all__ = ["scripts", "small"]
PICKUP = 2**40
"""What the page adds to the number of a delivery for the stop at which it is fetched."""


@pytest.mark.parametrize(
    ("deliveries", "to", "place", "expected"),
    [
        ([13], "1", 0, {"1": [13, 1, 2, 3, 4], "": [14]}),
        ([1], "1", 3, {"1": [2, 3, 1, 4]}),
        ([4, 1], "1", 2, {"1": [2, 4, 1, 3]}),
        ([2, 6], "3", 4, {"1": [1, 3, 4], "2": [5, 7, 8], "3": [9, 10, 11, 12, 2, 6]}),
        ([1, 5], "", None, {"1": [2, 3, 4], "2": [6, 7, 8], "": [1, 5, 13, 14]}),
        ([99], "1", 0, {}),
    ],
)
def test_a_guess_puts_stops_where_the_server_will(
    scripts: NodeScripts,
    small: Any,
    deliveries: list[int],
    to: str,
    place: int | None,
    expected: Any,
) -> None:
    edit = {"do": "move", "deliveries": deliveries, "to": to, "place": place}
    after = scripts.call("guessed", [small, edit])
    before = {
        row["key"]: [s["order"]["delivery_id"] for s in row["stops"]] for row in small["rows"]
    }
    tray = [item["order"]["delivery_id"] for item in small["tray"]]
    assert after["places"] == before | {"": tray} | expected
    if 99 not in deliveries:
        server = moved(a_board(3, 4, 2), edit)
        sure = {row.key: [s.order.delivery_id for s in row.stops] for row in server.rows}
        assert {key: after["places"][key] for key in sure} == sure
        assert (after["totals"]["stops"], after["totals"]["left"]) == (
            server.totals.stops,
            server.totals.left,
        )
        assert after["where"] == [
            [to, after["places"][to].index(one)] for one in deliveries
        ]  # every moved one is found where it is now


def test_a_guess_tells_times_that_follow_each_other_and_windows_that_are_missed(
    scripts: NodeScripts, small: Any
) -> None:
    edit = {"do": "move", "deliveries": [13, 6], "to": "1", "place": 1}
    times = scripts.call("times", [small, edit, "1"])
    for arrives, begins, departs in times:
        assert arrives <= begins < departs
    assert all(b[0] >= a[2] for a, b in itertools.pairwise(times))
    one = json.loads(json.dumps(small))
    for stop in one["rows"][0]["stops"]:
        stop["order"]["windows"] = []
    one["tray"][0]["order"]["windows"] = [{"begins": at(5).isoformat(), "ends": at(6).isoformat()}]
    after = scripts.call(
        "guessed", [one, {"do": "move", "deliveries": [13], "to": "1", "place": 4}]
    )
    assert after["late"][0] > 3600


def test_other_steps_are_guessed_too(scripts: NodeScripts, small: Any) -> None:
    turned = scripts.call("guessed", [small, {"do": "turn", "row": "2"}])
    assert turned["places"]["2"] == [8, 7, 6, 5]
    gone = scripts.call("guessed", [small, {"do": "drop_row", "row": "1"}])["places"]
    assert "1" not in gone
    assert gone[""] == [1, 2, 3, 4, 13, 14]
    same = scripts.call("guessed", [small, {"do": "improve", "row": "1"}])["places"]
    assert same["1"] == [1, 2, 3, 4]


def with_pickups(board: Any, *fetched: int) -> Any:
    """The board, on whose first row these are fetched at its beginning, in this order."""
    board = json.loads(json.dumps(board))
    stops = board["rows"][0]["stops"]
    mine = {stop["order"]["delivery_id"]: stop for stop in stops}
    stops[:0] = [{**mine[one], "is_pickup": True} for one in fetched]
    return board


def test_a_guess_turns_round_what_is_not_made_and_fetches_it_first(
    scripts: NodeScripts, small: Any
) -> None:
    board = with_pickups(small, 3, 2)
    after = scripts.call("guessed", [board, {"do": "turn", "row": "1"}])
    assert after["places"]["1"] == [4, PICKUP + 3, 3, PICKUP + 2, 2, 1]
    for stop in board["rows"][0]["stops"][:3]:
        stop["done_at"] = at(8).isoformat()  # both are fetched, and the first is brought
    after = scripts.call("guessed", [board, {"do": "turn", "row": "1"}])
    assert after["places"]["1"] == [PICKUP + 3, PICKUP + 2, 1, 4, 3, 2]


def test_a_guess_counts_no_pickups_and_takes_none_into_the_tray(
    scripts: NodeScripts, small: Any
) -> None:
    board = with_pickups(small, 3, 2)
    same = scripts.call("guessed", [board, {"do": "lock", "row": "1", "level": "crew"}])
    assert same["totals"]["stops"] == 12
    gone = scripts.call("guessed", [board, {"do": "drop_row", "row": "1"}])
    assert gone["places"][""] == [1, 2, 3, 4, 13, 14]
    assert (gone["totals"]["stops"], gone["totals"]["left"]) == (8, 6)


def test_rows_are_offered_by_what_breaks_and_then_by_their_detour(
    scripts: NodeScripts, small: Any
) -> None:
    near = scripts.call("nearest", [small, [13]])
    assert {key for key, _, _ in near} == {"1", "2", "3"}
    ranks = [(len(breaks.split(", ")) if breaks else 0, seconds) for _, seconds, breaks in near]
    assert ranks == sorted(ranks)
    beside = json.loads(json.dumps(small))
    for field in ("lat", "lon"):
        beside["tray"][0]["order"][field] = beside["rows"][2]["stops"][1]["order"][field]
    beside["tray"][0]["order"]["windows"] = []
    assert scripts.call("nearest", [beside, [13]])[0] == ["3", pytest.approx(0, abs=1), ""]


def test_a_row_that_would_be_late_is_offered_last_and_says_so(
    scripts: NodeScripts, small: Any
) -> None:
    beside = json.loads(json.dumps(small))
    order = beside["tray"][0]["order"]
    for field in ("lat", "lon"):
        order[field] = beside["rows"][2]["stops"][1]["order"][field]
    order["windows"] = [{"begins": at(5).isoformat(), "ends": at(13).isoformat()}]
    order["service_s"] = 60
    evening = beside["rows"][2]
    for row in beside["rows"]:
        row["shift"]["ends"] = at(23).isoformat()
    evening["shift"]["begins"] = evening["starts_at"] = at(14).isoformat()
    told = scripts.call("nearest", [beside, [13]])
    assert told[-1][0] == "3"
    assert "would be late" in told[-1][2]
    # Who could leave earlier than by now is not late.
    evening["shift"]["begins"] = at(6).isoformat()
    sooner = {key: breaks for key, _, breaks in scripts.call("nearest", [beside, [13]])}
    assert "would be late" not in sooner["3"]


def test_the_row_of_a_stop_is_not_offered_and_full_or_short_ones_say_so(
    scripts: NodeScripts, small: Any
) -> None:
    assert {key for key, _, _ in scripts.call("nearest", [small, [1]])} == {"2", "3"}
    assert {key for key, _, _ in scripts.call("nearest", [small, [1, 5]])} == {"1", "2", "3"}
    full = json.loads(json.dumps(small))
    full["tray"][0]["order"]["weight_kg"] = 5000
    assert all("too full" in breaks for _, _, breaks in scripts.call("nearest", [full, [13]]))
    short = json.loads(json.dumps(small))
    short["rows"][1]["shift"]["ends"] = short["rows"][1]["ends_at"]
    short["tray"][0]["order"]["service_s"] = 8 * 3600
    told = {key: breaks for key, _, breaks in scripts.call("nearest", [short, [13]])}
    assert "outside its shift" in told["2"]


def test_problems_are_told_in_the_words_of_the_row(scripts: NodeScripts, small: Any) -> None:
    board = json.loads(json.dumps(small))
    row = board["rows"][0]
    row["problems"] = [{"code": "window", "message": "12 min too late", "delivery_id": 2}]
    row["stops"][1]["problems"] = ["window"]
    row["stops"][2]["problems"] = ["skill"]
    assert scripts.call("problems", [board, "1", 1]) == ["12 min too late"]
    assert scripts.call("problems", [board, "1", 2]) == ["A skill is missing"]
    assert scripts.call("problems", [board, "1", 0]) == []


def test_the_words_of_a_flag_have_lines_of_their_own(scripts: NodeScripts, small: Any) -> None:
    board = json.loads(json.dumps(small))
    words = "2 h 13 min after the last window ends at 16:00"
    board["rows"][0]["problems"] = [{"code": "window", "message": words, "delivery_id": 3}]
    before, after = (dict(scripts.call("lines", [one, []])) for one in (small, board))
    tops = {key: after[key] - before[key] for key in ("stop 3", "stop 4")}
    assert tops == {"stop 3": 0, "stop 4": 32}


def test_the_tray_is_searched_and_sorted(scripts: NodeScripts) -> None:
    board = told(a_board(1, 1, 40))
    everything = scripts.call("tray", [board, "", "number"])
    assert everything == list(range(2, 42))
    assert scripts.call("tray", [board, "", "priority"])[0] == 29
    assert scripts.call("tray", [board, "d-1005", "number"]) == [5]
    assert scripts.call("tray", [board, "far shift", "number"])
    assert scripts.call("tray", [board, "nobody", "number"]) == []


def test_the_cursor_goes_and_choosing_follows(scripts: NodeScripts, small: Any) -> None:
    assert scripts.call("stepped", [small, None, 1]) == "row 1"
    assert scripts.call("stepped", [small, "stop 4", 1]) == "row 2"
    assert scripts.call("stepped", [small, "row 1", -1]) == "row 1"
    assert scripts.call("stepped", [small, "row 1", "last"]) == "stop 12"
    one = scripts.call("picked", [small, [7], "stop 7", "stop 2", {}])
    assert one == {"chosen": [2], "anchor": "stop 2"}
    more = scripts.call("picked", [small, [7], "stop 7", "stop 2", {"add": True}])
    assert sorted(more["chosen"]) == [2, 7]
    less = scripts.call("picked", [small, [2, 7], "stop 7", "stop 2", {"add": True}])
    assert less["chosen"] == [7]
    all_between = scripts.call("picked", [small, [], "stop 3", "stop 6", {"range": True}])
    assert all_between == {"chosen": [3, 4, 5, 6], "anchor": "stop 3"}
    row = scripts.call("picked", [small, [], None, "row 2", {}])
    assert row["chosen"] == [5, 6, 7, 8]


def test_stops_are_brought_up_and_down_together(scripts: NodeScripts, small: Any) -> None:
    assert scripts.call("shoved", [small, [3, 2], -1])["place"] == 0
    down = scripts.call("shoved", [small, [2, 3], 1])
    assert down == {"row": "1", "place": 4, "deliveries": [2, 3]}
    assert scripts.call("shoved", [small, [1], -1]) is None
    assert scripts.call("shoved", [small, [4], 1]) is None
    assert scripts.call("shoved", [small, [1, 5], 1]) is None
    assert scripts.call("shoved", [small, [13], 1]) is None


@pytest.mark.parametrize(
    ("event", "act"),
    [
        ({"key": "z", "ctrlKey": True}, "undo"),
        ({"key": "Z", "ctrlKey": True, "shiftKey": True}, "redo"),
        ({"key": "z", "metaKey": True}, "undo"),
        ({"key": "y", "ctrlKey": True}, "redo"),
        ({"key": "m"}, "move"),
        ({"key": "m", "ctrlKey": True}, None),
        ({"key": "Delete"}, "remove"),
        ({"key": "p"}, "plan"),
        ({"key": "P", "shiftKey": True}, "publish"),
        ({"key": "?"}, "help"),
        ({"key": "Escape"}, "leave"),
        ({"key": "x"}, None),
    ],
)
def test_keys_of_the_page(scripts: NodeScripts, event: Any, act: str | None) -> None:
    said = scripts.call("act", event)
    assert (said or {}).get("act") == act


def test_keys_of_a_list(scripts: NodeScripts) -> None:
    down = scripts.call("list", {"key": "ArrowDown", "shiftKey": True})
    assert down == {"act": "step", "by": 1, "extend": True}
    assert scripts.call("list", {"key": "ArrowUp", "altKey": True}) == {"act": "shove", "by": -1}
    assert scripts.call("list", {"key": "a", "ctrlKey": True}) == {"act": "all"}
    assert scripts.call("list", {"key": "ArrowLeft"}) == {"act": "fold", "folded": True}
    assert scripts.call("list", {"key": "q"}) is None


def test_breaks_hours_off_and_what_lies_beyond_the_shift_are_lines_of_words(
    scripts: NodeScripts,
) -> None:
    one = told(a_board(1, 4, 0))
    row = one["rows"][0]
    second = row["stops"][1]["begins_at"]
    end = msgspec.convert(row["stops"][0]["departs_at"], type=type(MIDNIGHT))
    row["breaks"] = [{"begins": end.isoformat(), "ends": second}]
    row["off"] = [{"begins": at(13).isoformat(), "ends": at(14).isoformat()},
                  {"begins": at(20).isoformat(), "ends": at(22).isoformat()}]  # fmt: skip
    row["shift"] = {"begins": at(7.25).isoformat(), "ends": at(15).isoformat()}
    row["ends_at"] = at(15.5).isoformat()
    found = scripts.call("notes", [one, "1", ZONE])
    assert [(kind, place) for kind, place, _ in found] == [
        ("early", 0), ("break", 1), ("off", 4), ("over", 4)
    ]  # fmt: skip
    words = [text for _, _, text in found]
    assert words[0] == "Leaves at 07:00, 15 min before the shift"
    assert words[1].startswith("Break 07:1")
    assert words[2:] == ["Does not work 13:00–14:00", "Back at 15:30, 30 min after the shift"]
    keys = [key for key, _ in scripts.call("lines", [one, []])]
    assert keys == ["row 1", "note 1 0", "stop 1", "note 1 1", "stop 2", "stop 3", "stop 4",
                    "note 1 2", "note 1 3"]  # fmt: skip
    assert scripts.call("lines", [one, ["1"]]) == [["row 1", 0]]
    tops = dict(scripts.call("lines", [one, []]))
    assert scripts.call("dropAt", [one, tops["note 1 1"] + 3, []]) == {"row": "1", "place": 1}
    kept = scripts.call("picked", [one, [3], "stop 3", "note 1 1", {}])
    assert kept == {"chosen": [3], "anchor": "stop 3"}
    row["stops"] = []
    assert scripts.call("notes", [one, "1", ZONE]) == []


def test_a_pickup_is_called_so_and_is_no_stop_more(scripts: NodeScripts, small: Any) -> None:
    board = json.loads(json.dumps(small))
    row = board["rows"][0]
    first = row["stops"][0]
    row["stops"].insert(0, {**first, "is_pickup": True})

    (text, names), *_ = scripts.call("rows", [board, ZONE])

    order = first["order"]
    name = order["customer"] or order["number"]
    assert names[:2] == [f"Pickup for {name}", name]
    assert text.startswith(f"{len(row['stops']) - 1} stops · ")


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("metric", ["Van 1 drives 1,234.5 km, and its range is 100 km", "Too far: 3.6 km"]),
        ("imperial", ["Van 1 drives 767 mi, and its range is 62.1 mi", "Too far: 2.2 mi"]),
    ],
)
def test_lengths_in_words_are_in_the_units_of_the_fleet(
    scripts: NodeScripts, units: str, expected: list[str]
) -> None:
    board = told(a_board(1, 1, 1, units=units))
    words = "Van 1 drives 1,234.5\u00a0km, and its range is 100\u00a0km"
    board["rows"][0]["problems"] = [{"code": "distance", "message": words}]
    board["tray"][0]["words"] = "Too far: 3.6\u00a0km"
    said = scripts.call("words", board)
    assert [one.replace("\u00a0", " ") for one in said] == expected


@pytest.mark.parametrize(
    ("status", "changed", "expected"),
    [
        ("", True, []),
        ("draft", True, []),
        ("published", False, ["Published"]),
        ("published", True, ["Changed"]),
        ("started", False, ["Driving"]),
        ("started", True, ["Driving", "Changed"]),
        ("completed", False, ["Done"]),
    ],
)
def test_a_route_that_is_driven_says_so_whatever_was_changed_on_it(
    scripts: NodeScripts, status: str, changed: bool, expected: list[str]
) -> None:
    row = {"route_status": status, "changed": changed}
    assert scripts.call("states", row) == expected
