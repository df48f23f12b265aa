"""Problems of a plan and the way to them, and another day at once: scripts in a node process."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fleet_app.planning.board import Board, Problem
from tests.builders.scripts import NodeScripts
from tests.web.planning_page import a_board
from tests.web.planning_scripts import scripts, told

__all__ = ["scripts"]


def a_board_with_problems() -> dict[str, Any]:
    """Of the third row two stops, of which the second is done first; the first row as a whole."""
    plain: Board = a_board(3, 4, 2)
    first, second, third = plain.rows
    late = (Problem("window", "Too late", 12), Problem("skill", "No licence", 10))
    rows = (
        msgspec.structs.replace(first, problems=(Problem("shift", "Back too late"),)),
        second,
        msgspec.structs.replace(third, problems=late),
    )
    return told(msgspec.structs.replace(plain, rows=rows))


def test_problems_are_told_by_their_place_in_the_order_of_the_day(scripts: NodeScripts) -> None:
    assert scripts.call("troubles", a_board_with_problems()) == [
        ["Aino Laine", 0, "Back too late"],
        ["Helmi Koski, stop 2, Koski Clinic", 10, "No licence"],
        ["Helmi Koski, stop 4, Heikkinen Bakery", 12, "Too late"],
    ]


def test_of_a_delivery_that_is_fetched_the_stop_is_meant_of_which_it_is_said(
    scripts: NodeScripts,
) -> None:
    data = a_board_with_problems()
    row = data["rows"][2]
    stop = next(one for one in row["stops"] if one["order"]["delivery_id"] == 12)
    stop["problems"] = []
    row["stops"].insert(0, {**stop, "is_pickup": True, "problems": ["window"]})
    places = [place for place, *_ in scripts.call("troubles", data)]
    assert places[1].startswith("Helmi Koski, stop 1, Pickup for")


def test_a_step_to_a_problem_shows_it_in_list_timeline_and_map(scripts: NodeScripts) -> None:
    seen = scripts.call("sought", {"data": a_board_with_problems(), "steps": [1, 1, -1, -1]})
    assert seen[0]["chosen"] == [1, 2, 3, 4]  # the row as a whole
    assert seen[1] == {
        "went": True, "chosen": [10],
        "told": [["list", "3", 10, False], ["timeline", "3", 10], ["map", 10]],
        "said": "Problem 2 of 3: Helmi Koski, stop 2, Koski Clinic. No licence",
    }  # fmt: skip
    assert [one["chosen"] for one in seen[2:]] == [[1, 2, 3, 4], [12]]  # and round to the last
    (nowhere,) = scripts.call("sought", {"data": told(a_board(1, 2, 0)), "steps": [1]})
    assert (nowhere["went"], nowhere["told"]) == (False, [])


@pytest.mark.parametrize(
    ("seen", "by", "next_"),
    [
        (None, 1, "a"),
        (None, -1, "c"),
        ({"key": "c", "index": 2}, 1, "a"),
        ({"key": "solved", "index": 1}, 1, "b"),
        ({"key": "solved", "index": 1}, -1, "a"),
        ({"key": "solved", "index": 3}, 1, "a"),
    ],
)
def test_whoever_solves_problems_one_by_one_leaves_none_out(
    scripts: NodeScripts, seen: Any, by: int, next_: str
) -> None:
    assert scripts.call("beside", [["a", "b", "c"], seen, by]) == next_
    assert scripts.call("beside", [[], seen, by]) is None


@pytest.mark.parametrize("fails", [False, True])
def test_another_day_is_shown_as_loading_at_once(scripts: NodeScripts, fails: bool) -> None:
    old, new = told(a_board(1, 2, 0)), told(a_board(1, 2, 0, id=2))
    before, meanwhile, after = scripts.call("turned", {
        "plans": {"2026-03-09": [{"id": 1, "name": "Old"}], "2026-03-10": [{"id": 2}]},
        "boards": {"/plans/1": old, "/plans/2": new}, "fails": fails,
    })  # fmt: skip
    assert before == {"plans": [1], "board": 1, "problem": ""}
    assert meanwhile == {"plans": None, "board": 0, "problem": ""}
    none = {"plans": None, "board": 0, "problem": "The server is away"}
    assert after == (none if fails else {"plans": [2], "board": 2, "problem": ""})


def test_routes_and_vehicles_without_stops_are_counted_apart(scripts: NodeScripts) -> None:
    board = a_board(3, 4, 2)
    assert scripts.call("rowsText", told(board)) == "3 routes"
    rows = (*board.rows[:2], msgspec.structs.replace(board.rows[2], stops=()))
    some = told(msgspec.structs.replace(board, rows=rows))
    assert scripts.call("rowsText", some) == "2 routes, 1 more without stops"
