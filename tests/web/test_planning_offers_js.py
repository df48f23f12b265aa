"""To which routes the planning page offers to move a stop, weighed by time, in a node process."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from fleet_app.planning.board import Load, Span
from tests.builders.scripts import NodeScripts
from tests.web.planning_page import a_board, a_stop, an_order, at, timed
from tests.web.planning_scripts import scripts, told

__all__ = ["scripts"]


def a_plan(*shifts: tuple[float, float], **order: Any) -> dict[str, Any]:
    """Rows that drive from the beginning of these shifts on, each with two stops without a window;
    number 99 is in the tray."""
    plain = a_board(len(shifts), 0, 0)
    rows = []
    for row, (begins, ends) in zip(plain.rows, shifts, strict=True):
        numbers = (int(row.key) * 10, int(row.key) * 10 + 1)
        stops = tuple(a_stop(an_order(one, windows=())) for one in numbers)
        shift = Span(at(begins), at(ends))
        rows.append(timed(msgspec.structs.replace(row, shift=shift, stops=stops, breaks=())))
    data = told(msgspec.structs.replace(plain, rows=tuple(rows)))
    wanted = an_order(99, **({"windows": (), "service_s": 300} | order))
    return data | {"tray": [{"order": json.loads(msgspec.json.encode(wanted))}]}


def onto(scripts: NodeScripts, data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of each row, in the order in which they are offered."""
    return {one["row"]: one for one in scripts.call("offered", [data, [99]])}


def test_leaving_earlier_and_waiting_are_weighed_and_not_only_the_way(scripts: NodeScripts) -> None:
    """The first row drives past the door, but in the evening; the second in the afternoon."""
    data = a_plan((14, 23), (15, 23), windows=(Span(at(16), at(19)),))
    evening = data["rows"][0]
    for field in ("lat", "lon"):
        data["tray"][0]["order"][field] = evening["stops"][0]["order"][field]
    later = a_plan((19.85, 23))["rows"][0]
    evening |= {key: later[key] for key in ("stops", "starts_at", "ends_at")}
    first, second = onto(scripts, data).items()
    assert first[0] == "2"
    assert first[1]["minutes"] < 60
    assert second[1]["minutes"] > 45
    assert second[1]["notes"] == ["leaves 1 h 09 min earlier"]
    assert second[1]["breaks"] == []


def test_waiting_for_the_window_of_a_stop_counts(scripts: NodeScripts) -> None:
    data = a_plan((8, 20), (15, 20), windows=(Span(at(16), at(19)),))
    found = onto(scripts, data)
    assert list(found) == ["2", "1"]
    assert found["1"]["minutes"] > 6 * 60
    assert re.fullmatch(r"waits 7 h \d+ min|leaves 7 h \d+ min later", *found["1"]["notes"])


def test_a_row_that_does_not_work_when_a_stop_is_wanted_says_so_below_the_others(
    scripts: NodeScripts,
) -> None:
    data = a_plan((19.85, 23), (8, 20), windows=(Span(at(16), at(19)),))
    found = onto(scripts, data)
    assert list(found) == ["2", "1"]
    said = ", ".join(found["1"]["breaks"])
    assert "works 19:51–23:00, outside the hours that are wanted" in said
    assert "would be late by " in said


def test_a_row_without_stops_leaves_when_it_suits(scripts: NodeScripts) -> None:
    data = a_plan((6, 20), windows=(Span(at(16), at(19)),))
    data["rows"][0] |= {"stops": [], "starts_at": None, "ends_at": None}
    (found,) = onto(scripts, data).values()
    assert found["minutes"] < 60
    assert (found["breaks"], found["notes"]) == ([], [])


def test_what_has_left_leaves_no_earlier(scripts: NodeScripts) -> None:
    data = a_plan((12, 22), windows=(Span(at(12.5), at(13)),))
    row = data["rows"][0]
    later = a_plan((17, 22))["rows"][0]
    row |= {key: later[key] for key in ("stops", "starts_at", "ends_at")}
    assert onto(scripts, data)["1"]["breaks"] == []
    row["route_status"] = "started"
    assert onto(scripts, data)["1"]["breaks"][0].startswith("would be late by ")


def test_a_break_stays_in_the_day(scripts: NodeScripts) -> None:
    """What stands still between two stops does so as well when another one comes between."""
    data = a_plan((8, 20))
    second = data["rows"][0]["stops"][1]
    for field, hours in (("arrives_at", 12), ("begins_at", 12), ("departs_at", 12.1)):
        second[field] = at(hours).isoformat()
    data["rows"][0]["ends_at"] = at(12.3).isoformat()
    found = onto(scripts, data)["1"]
    assert 0 < found["minutes"] < 60


def test_rows_of_another_depot_than_the_goods_stand_below(scripts: NodeScripts) -> None:
    data = a_plan((8, 20), (8, 20), (8, 20), skills=("goods from Depot South",))
    for row, depot in zip(data["rows"], ("North", "Depot South", "North"), strict=True):
        row["skills"] = [f"goods from {depot}"]
    found = onto(scripts, data)
    assert next(iter(found)) == "2"
    assert found["2"]["breaks"] == []
    assert found["1"]["breaks"] == found["3"]["breaks"] == ["needs goods from Depot South"]


def test_rows_that_lack_a_skill_or_room_stand_below_and_say_what(scripts: NodeScripts) -> None:
    data = a_plan((8, 20), (8, 20), (8, 20), skills=("cold", "ramp"), weight_kg=50.0)
    lacking, full, fit = data["rows"]
    lacking["skills"] = ["adr", "ramp"]
    full["skills"] = fit["skills"] = ["cold", "ramp"]
    full["loads"] = [json.loads(msgspec.json.encode(Load("kg", 560.0, 600.0)))]
    found = onto(scripts, data)
    assert next(iter(found)) == "3"
    assert found["1"]["breaks"] == ["needs cold"]
    assert found["2"]["breaks"] == ["too full: 610 of 600 kg"]
