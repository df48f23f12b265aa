"""How the planning page tells plans, and how steps get to the server: scripts in a node process."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from fleet_app.location.journeys.polyline import encode_places
from tests.builders.scripts import NodeScripts
from tests.web.planning_page import a_board, moved
from tests.web.planning_scripts import scripts, small, told

__all__ = ["scripts", "small"]
REFUSED = "D-1001 is done; it stays where it was"


def test_two_plans_in_figures_with_what_is_better(scripts: NodeScripts, small: Any) -> None:
    a, b = dict(small["totals"]), dict(small["totals"])
    b |= {"cost": a["cost"] - 20, "late_stops": a["late_stops"] + 2, "rows": a["rows"] + 1}
    found = {name: (change, better) for name, change, better in scripts.call("figures", [a, b])}
    assert found["Cost"] == ("−€20.00", 1)
    assert found["Late stops"] == ("+2", -1)
    assert found["Routes"] == ("+1", 0)
    assert found["Distance"] == ("same", 0)


def test_hours_are_compared_with_their_minutes(scripts: NodeScripts, small: Any) -> None:
    a = small["totals"] | {"work_s": 26 * 3600 + 2400, "drive_s": 60 * 3600}
    b = a | {"work_s": 26 * 3600 + 240, "drive_s": 59 * 3600 + 300}
    found = scripts.call("beside_both", [a, b])
    assert found["Working hours"] == ["26 h 40 min", "26 h 04 min", "−36 min"]
    assert found["Driving"] == ["60 h", "59 h 05 min", "−55 min"]


def test_what_is_fetched_and_delivered_is_counted_as_one_stop(
    scripts: NodeScripts, small: Any
) -> None:
    fetched = 2**40 + 1
    said = scripts.call("counts", [small, [fetched, 1, 2]])
    assert said == ["2 stops", f"2 stops moved to {small['rows'][1]['driver']}"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"stop_count": 18, "weekdays": ["Mon", "Thu"], "vehicle": {"id": 7, "label": "Van 7"}},
         "18 stops · Mon, Thu · Van 7"),
        ({"stop_count": 1, "weekdays": [], "vehicle": None}, "1 stop"),
        ({"stop_count": 2, "weekdays": list("abcdefg")}, "2 stops · every day"),
    ],
)  # fmt: skip
def test_a_template_is_told_beside_its_name(
    scripts: NodeScripts, row: dict[str, Any], said: str
) -> None:
    assert scripts.call("template", row) == said


def test_once_routes_have_left_figures_are_of_what_is_left(
    scripts: NodeScripts, small: Any
) -> None:
    assert scripts.call("leftText", small) == ""
    driven = copy.deepcopy(small)
    driven["rows"][1]["route_status"] = "completed"
    driven["rows"][1]["distance_m"] = 0
    assert scripts.call("leftText", driven) == " left"
    (open_, _), (over, _), _ = scripts.call("rows", [driven, "UTC"])
    assert " km · " in open_
    assert over.startswith("4 stops · 0")
    assert " m · " not in over


def test_a_plan_that_leaves_more_out_is_not_better_because_it_costs_less(
    scripts: NodeScripts, small: Any
) -> None:
    a, b = dict(small["totals"]), dict(small["totals"])
    b |= {"cost": a["cost"] - 20, "left": a["left"] + 1, "left_cost": a["left_cost"] + 1000}
    found = {name: (change, better) for name, change, better in scripts.call("figures", [a, b])}
    assert found["Cost"] == ("−€20.00", 0)
    assert found["Cost, what is left out counted"] == ("+€980.00", -1)
    assert found["Unassigned"] == ("+1", -1)


def test_the_one_thing_that_a_step_breaks_is_named(scripts: NodeScripts, small: Any) -> None:
    worse = copy.deepcopy(small)
    worse["totals"]["problems"] += 1
    worse["totals"]["late_stops"] += 1
    words = "13:20 is too late for D-1001."
    broken = {"code": "window", "message": words, "delivery_id": 1}
    worse["rows"][0]["problems"].append(broken)
    assert scripts.call("effect", [small, worse]) == "13:20 is too late for D-1001"
    again = copy.deepcopy(worse)
    again["rows"][0]["problems"][-1]["message"] = "13:25 is too late for D-1001."
    assert scripts.call("effect", [worse, again]) == ""
    another = copy.deepcopy(worse)
    another["totals"]["problems"] += 1
    another["rows"][0]["problems"].append(broken | {"code": "skill"})
    assert scripts.call("effect", [small, another]) == "1 stop more late"


def test_who_stays_at_home_says_how_many_stops_nobody_makes(
    scripts: NodeScripts, small: Any
) -> None:
    name = small["rows"][0]["driver"] or small["rows"][0]["vehicle"]
    said = scripts.call("home", [small, small["rows"][0]["key"]])
    assert said == f"{name} stays at home, 4 stops are unassigned"
    empty = copy.deepcopy(small)
    empty["rows"][0]["stops"] = []
    assert scripts.call("home", [empty, small["rows"][0]["key"]]) == f"{name} stays at home"


def test_rows_keep_their_colours_when_another_one_goes(scripts: NodeScripts, small: Any) -> None:
    before = scripts.call("colours", [small])
    gone = {"do": "drop_row", "row": before[0][0]}
    assert scripts.call("colours", [small, gone]) == before[1:]
    assert len({colour for _, colour in before}) == 3


def test_the_effect_of_a_step_in_words(scripts: NodeScripts, small: Any) -> None:
    worse = json.loads(json.dumps(small))
    worse["totals"]["late_stops"] += 1
    worse["totals"]["distance_m"] += 2500
    assert scripts.call("effect", [small, worse]) == "1 stop more late, 2.5 km more"
    assert scripts.call("effect", [worse, small]) == "1 stop fewer late, 2.5 km less"
    assert scripts.call("effect", [small, small]) == ""
    assert scripts.call("work", 91 * 3600) == "91 h"


def test_roads_are_read_as_the_server_writes_them(scripts: NodeScripts, small: Any) -> None:
    places = [(60.192059, 24.945831), (60.1, -0.5), (-33.9, 151.2), (60.3, 25.0)]
    text = encode_places((0, lat, lon) for lat, lon in places)
    found = scripts.call("decoded", text)
    assert found == [
        [pytest.approx(lon, abs=1e-6), pytest.approx(lat, abs=1e-6)] for lat, lon in places
    ]
    line = scripts.call("straight", [small, "1"])
    assert len(line) == 6
    assert line[0] == line[-1] == [24.9, 60.21]


def test_the_chart_of_a_run_falls_in_steps(scripts: NodeScripts) -> None:
    assert scripts.call("path", [[[0, 100]], 100, 50]) == ""
    path = scripts.call("path", [[[0, 100], [5, 80], [10, 60]], 100, 54])
    assert path == "M0.0 2.0H50.0V27.0H100.0V52.0"
    assert "V" not in scripts.call("path", [[[0, 7], [1, 7]], 10, 10]).replace("V5.0", "")
    # It begins with the first plan, and stays as it is until now.
    still = scripts.call("path", [[[2, 100], [4, 80]], 100, 54, 12])
    assert still == "M0.0 2.0H20.0V52.0H100.0V52.0"


def test_the_end_of_a_run_in_words(scripts: NodeScripts, small: Any) -> None:
    done = scripts.call("job", [{"state": "done"}, small])
    assert done == "The plan is ready: 12 stops on 3 routes, 2 deliveries could not be placed."
    wrong = copy.deepcopy(small)
    wrong["totals"] |= {"left": 0, "problems": 4}
    said = scripts.call("job", [{"state": "done"}, wrong])
    assert said == "The plan is ready: 12 stops on 3 routes, 4 problems left."
    assert scripts.call("job", [{"failed": True, "message": "No vehicle."}, small]) == "No vehicle."
    assert "plan of its own" in scripts.call(
        "job", [{"result_plan_id": 4, "applied": False}, small]
    )


def test_a_run_that_was_stopped_says_so_and_counts_as_the_plan_does(
    scripts: NodeScripts, small: Any
) -> None:
    said = scripts.call("job", [{"state": "stopped"}, small])
    assert said.startswith("Stopped: the best so far was kept, 12 stops on 3 routes")
    # One of the 14 deliveries was not given to it.
    assert scripts.call("left", [{"planned": 12, "left": 1}, small]) == 2
    assert scripts.call("left", [{"planned": 12, "left": 2}, small]) == 2
    done = copy.deepcopy(small)
    done["rows"][0]["stops"][0]["done_at"] = done["rows"][0]["stops"][0]["departs_at"]
    assert scripts.call("left", [{"planned": 12, "left": 1}, done]) == 1


def test_what_is_left_out_has_room_for_its_reason(scripts: NodeScripts, small: Any) -> None:
    told_why = copy.deepcopy(small)
    told_why["tray"][0]["words"] = "No vehicle can take it"
    told_why["tray"][1]["words"] = "9,400 kg is more than any vehicle of this day can hold"
    silent = copy.deepcopy(small)
    for item in silent["tray"]:
        item["words"] = ""
    assert scripts.call("trayTops", silent) == [0, 50, 100]
    assert scripts.call("trayTops", told_why) == [0, 66, 148]


def test_what_is_done_looks_done_whichever_times_are_shown(
    scripts: NodeScripts, small: Any
) -> None:
    driven = copy.deepcopy(small)
    driven["rows"][0]["stops"][0]["done_at"] = driven["rows"][0]["stops"][0]["departs_at"]
    for live in (False, True):
        first, second, *_ = scripts.call("looks", [driven, live])
        assert (first, second == "done") == ("done", False)


def test_a_published_row_leads_to_its_route_and_back(scripts: NodeScripts, small: Any) -> None:
    row = {**small["rows"][0], "route_id": 7, "route_status": "published"}
    published = {**small, "rows": [row]}
    extra = ["Open the route", "Take this route back…"]
    menu = scripts.call("rowMenu", [published, ["update", "publish"]])
    assert [name for name in menu if name in extra] == extra
    assert "Take this route back…" not in scripts.call("rowMenu", [published, ["update"]])
    started = {**small, "rows": [{**row, "route_status": "started"}]}
    assert extra[1] not in scripts.call("rowMenu", [started, ["update", "publish"]])
    assert extra[0] not in scripts.call("rowMenu", [small, ["update", "publish"]])


OUT = "The vehicle is out of service…"
DRAFTS = {"Leave at home", "Departure…", "Change the vehicle…", "Lock driver and vehicle"}


def test_what_is_driven_has_no_menu_of_a_draft(scripts: NodeScripts, small: dict[str, Any]) -> None:
    def menu(status: str, *, is_today: bool = True) -> set[str]:
        row = {**small["rows"][0], "route_id": 7, "route_status": status}
        plan = {**small, "rows": [row]}
        return set(scripts.call("rowMenu", [plan, ["update", "publish", "template"], is_today]))

    assert {*DRAFTS, "Change the driver…", OUT} <= menu("published")
    assert OUT not in menu("published", is_today=False)
    assert OUT not in menu("draft")
    started = menu("started", is_today=False)  # the tours of a night
    assert {OUT, "Best order", "Take off what is left", "Open the route"} <= started
    assert not started & {*DRAFTS, "Change the driver…", "Take all stops off"}
    assert menu("completed") == {
        "Show only this on the map", "Open the route", "Save as a template…"
    }  # fmt: skip


def test_steps_are_seen_at_once_and_sent_one_after_the_other(scripts: NodeScripts) -> None:
    before = a_board(3, 4, 2)
    one = {"do": "move", "deliveries": [13], "to": "1", "place": 0}
    two = {"do": "move", "deliveries": [5], "to": "1", "place": 1}
    first = msgspec.structs.replace(moved(before, one), version=2, undo="Move")
    second = msgspec.structs.replace(moved(first, two), version=3, undo="Move")
    done = scripts.call("acted", {
        "data": told(before), "answers": [told(first), told(second)],
        "acts": [["move", [13], {"row": "1", "place": 0}], ["move", [5], {"row": "1", "place": 1}]],
    })  # fmt: skip
    assert done["shown"][0][1]["1"] == [13, 1, 2, 3, 4]  # before anything was answered
    assert done["shown"][1][1]["1"] == [13, 5, 1, 2, 3, 4]
    assert done["asked"] == [
        ["/plans/1/edits", {"version": 1, "edit": one}],
        ["/plans/1/edits", {"version": 2, "edit": two}],
    ]
    assert (done["end"]["1"], done["version"]) == ([13, 5, 1, 2, 3, 4], 3)


def test_who_comes_too_late_sees_the_other_ones_plan_and_is_told(scripts: NodeScripts) -> None:
    before = a_board(2, 3, 1)
    edit = {"do": "move", "deliveries": [1], "to": "2", "place": 0}
    others = msgspec.structs.replace(moved(before, edit), version=5)
    done = scripts.call("acted", {
        "data": told(before), "answers": [{"error": "Changed", "stale": True}, told(others)],
        "acts": [["move", [7], {"row": "1", "place": 0}], ["move", [2], {"row": "2", "place": 0}]],
    })  # fmt: skip
    assert done["end"] == {"1": [2, 3], "2": [1, 4, 5, 6], "": [7]}
    assert (done["version"], done["tone"]) == (5, "problem")
    assert "Somebody else" in done["said"]
    assert len(done["asked"]) == 2  # the second step made no sense any more


def test_a_refused_step_goes_back_and_says_why(scripts: NodeScripts) -> None:
    done = scripts.call("acted", {
        "data": told(a_board(2, 3, 1)), "answers": [{"error": REFUSED}],
        "acts": [["move", [1], {"row": "2", "place": 0}]],
    })  # fmt: skip
    assert done["end"] == {"1": [1, 2, 3], "2": [4, 5, 6], "": [7]}
    assert done["said"] == REFUSED


def test_a_move_to_where_it_is_already_is_no_step(scripts: NodeScripts) -> None:
    acts = [["move", [2], {"row": "1", "place": 1}], ["move", [2], {"row": "1", "place": 2}],
            ["move", [7], {"row": "", "place": None}],
            ["move", [2], {"row": "x", "place": 0}]]  # fmt: skip
    done = scripts.call("acted", {"data": told(a_board(2, 3, 1)), "answers": [], "acts": acts})
    assert [sent for sent, _ in done["shown"]] == [False] * 4
    assert done["asked"] == []
