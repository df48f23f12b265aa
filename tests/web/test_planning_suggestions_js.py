"""What can be done about a disruption, on the planning page: scripts in a node process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_scripts import scripts

__all__ = ["scripts"]
UNTIL = "2026-03-09T10:45:00Z"
BEFORE, AFTER = 1_773_052_000_000, 1_773_056_000_000
"""Moments on both sides of it."""
FAR = "2999-01-01T00:00:00Z"


def an_offer(number: int, status: str = "open", **more: Any) -> dict[str, Any]:
    """Van 12 is out: two of its stops go to others."""
    moves = [
        {"number": "D-1", "from_row": "Van 12", "to_row": "Van 3"},
        {"number": "D-2", "from_row": "Van 12", "to_row": "Van 8"},
    ]
    return {
        "id": number, "kind": "vehicle_down", "status": status, "words": f"Van {number} is out",
        "effect": {}, "moves": moves, "expires_at": FAR,
    } | more  # fmt: skip


def test_offers_hold_until_they_run_out_and_taken_ones_stay_for_their_way_back(
    scripts: NodeScripts,
) -> None:
    offers = [an_offer(3, expires_at=UNTIL), an_offer(2, "accepted"), an_offer(1, expires_at=FAR)]
    now = scripts.call("offers", [offers, BEFORE])
    assert now == {"open": [3, 1], "taken": [2], "badge": "2 suggestions"}
    later = scripts.call("offers", [offers, AFTER])
    assert later == {"open": [1], "taken": [2], "badge": "1 suggestion"}
    assert scripts.call("offers", [offers[1:2], AFTER])["badge"] == "Suggestions"


def test_what_cannot_be_taken_back_any_more_is_gone(scripts: NodeScripts) -> None:
    taken = [an_offer(2, "accepted", undo_until=UNTIL)]
    assert scripts.call("offers", [taken, BEFORE])["taken"] == [2]
    assert scripts.call("offers", [taken, AFTER])["taken"] == []


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ({"cost": 14.2, "distance_m": 8200, "late_s": -1500, "left_out": 1},
         [["€14.20 more", -1], ["8.2 km more", -1], ["25 min less late", 1],
          ["1 stop without a place", -1]]),
        ({"cost": -3, "distance_m": -900, "late_s": 120, "left_out": 0},
         [["€3.00 less", 1], ["900 m less", 1], ["2 min later", -1]]),
        ({"late_s": -7861}, [["2 h 12 min less late", 1]]),
        ({"cost": 0.0, "distance_m": 40, "late_s": 20, "left_out": 0},
         [["As far and as punctual as before", 0]]),
    ],
)  # fmt: skip
def test_the_effect_is_told_in_cost_distance_and_lateness(
    scripts: NodeScripts, effect: dict[str, float], said: list[Any]
) -> None:
    assert scripts.call("effects", [effect, "EUR"]) == said


def test_stops_are_named_by_whose_they_were_and_whose_they_become(scripts: NodeScripts) -> None:
    more = {"number": "D-3", "from_row": "Van 12", "to_row": "Van 3"}
    urgent = {"number": "D-9", "from_row": "", "to_row": "Van 3"}
    assert scripts.call("handovers", [*an_offer(1)["moves"], more, urgent]) == [
        ["Van 12", "Van 3", ["D-1", "D-3"]],
        ["Van 12", "Van 8", ["D-2"]],
        ["Unassigned", "Van 3", ["D-9"]],
    ]
    fetched = more | {"fetch": {"vehicle": "Van 12", "lat": 60.2, "lon": 24.9}}
    assert scripts.call("handovers", [more, fetched]) == [
        ["Van 12", "Van 3", ["D-3"]],
        ["Van 12", "Van 3", ["D-3"], "Van 12"],
    ]
    assert "2 stops moved to Van 3 and Van 8" in scripts.call("taken", an_offer(1))
    assert "new order" in scripts.call("taken", an_offer(1, moves=[]))


def test_one_step_accepts_and_what_is_said_takes_it_back(scripts: NodeScripts) -> None:
    taken, back = an_offer(5, "accepted"), an_offer(5, "undone")
    reads = [[an_offer(5)], taken, [taken], back, []]
    done = scripts.call("decided", {"reads": reads, "acts": [[5, "accept"], "note"]})
    assert done["asked"] == [
        ["GET", "/suggestions", 3],
        ["POST", "/suggestions/5/accept", None],
        ["GET", "/suggestions", 3],
        ["POST", "/suggestions/5/undo", None],
        ["GET", "/suggestions", 3],
    ]
    accepted, undone = done["heard"]
    assert (accepted["undo"], accepted["list"]) == (True, [[5, "accepted"]])
    assert "moved to Van 3" in accepted["said"]
    assert "Taken back" in undone["said"]
    assert (undone["undo"], undone["list"], done["deciding"]) == (False, [], 0)


def test_what_came_too_late_is_said_and_read_again(scripts: NodeScripts) -> None:
    reads = [[an_offer(5)], {"error": "This suggestion does not hold any more"}, [an_offer(6)]]
    (heard,) = scripts.call("decided", {"reads": reads, "acts": [[5, "accept"]]})["heard"]
    assert (heard["tone"], heard["undo"], heard["list"]) == ("problem", False, [[6, "open"]])


def test_who_listens_hears_of_offers_that_come_and_not_of_those_that_were_there(
    scripts: NodeScripts,
) -> None:
    first, second = an_offer(1), an_offer(2)
    reads = [[first], [first], [second, first], {"error": "away"}]
    heard = scripts.call("decided", {"reads": reads, "acts": ["read"] * 3})["heard"]
    assert [one["said"] for one in heard] == ["", "A suggestion: Van 2 is out", ""]
    assert heard[2]["list"] == [[2, "open"], [1, "open"]]  # what is known stays


def test_other_days_have_none_and_who_only_reads_decides_nothing(scripts: NodeScripts) -> None:
    done = scripts.call(
        "decided", {"reads": [[an_offer(1)]], "acts": [[1, "accept"], "another day"], "may": []}
    )
    assert done["asked"] == [["GET", "/suggestions", 3]]
    assert [one["list"] for one in done["heard"]] == [[[1, "open"]], []]


def test_who_says_that_a_vehicle_is_out_sees_what_can_be_done(scripts: NodeScripts) -> None:
    acts = [["report", 12], ["report", 13], ["report", 14]]
    reads = [[], an_offer(12), None, {"error": "Another suggestion is being looked for"}]
    done = scripts.call("decided", {"reads": reads, "acts": acts})
    assert done["asked"][1:] == [
        ["POST", "/suggestions", {"kind": "vehicle_down", "vehicle_id": id_}]
        for id_ in (12, 13, 14)
    ]
    made, nobody, busy = done["heard"]
    assert (made["list"], made["said"]) == ([[12, "open"]], "A suggestion: Van 12 is out")
    assert made["opened"]
    assert nobody["said"].startswith("No other vehicle has room and time for the stops of Van 13")
    assert (nobody["tone"], busy["tone"]) == ("problem", "problem")
    assert "opened" not in nobody
    assert busy["said"] == "Another suggestion is being looked for"
    reading = scripts.call("decided", {"reads": [[]], "acts": acts[:1], "may": []})
    assert reading["asked"] == [["GET", "/suggestions", 3]]
