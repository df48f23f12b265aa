"""The pure parts of the record grid, run by the node program that builds the frontend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.units import CONSUMPTION, shown_units
from tests.web.record_scripts import Scripts


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    running = Scripts(tmp_path_factory.mktemp("node"))
    yield running
    running.close()


HELSINKI = "Europe/Helsinki"


@pytest.mark.parametrize(
    ("type_", "value", "more", "text"),
    [
        ("text", "Van 7", {}, "Van 7"),
        ("text", None, {}, "–"),
        ("text", "", {}, "–"),
        ("text", 0, {}, "0"),
        ("text", "<b>x</b>", {}, "<b>x</b>"),
        ("integer", 1234567, {"unit": "km"}, "1,234,567 km"),
        ("number", 1234.5, {"unit": "kg"}, "1,234.5 kg"),
        ("number", "12.25", {"unit": "kg"}, "12.25 kg"),
        ("number", 12, {"unit": "m³", "digits": 1}, "12.0 m³"),
        ("number", "heavy", {"unit": "kg"}, "heavy"),
        ("money", 1234.5, {"unit": "EUR"}, "€1,234.50"),
        ("money", "3", {"unit": "credits"}, "3.00 credits"),
        ("money", 3, {}, "3.00"),
        ("date", "2026-11-22", {}, "22 Nov 2026"),
        ("date", "soon", {}, "soon"),
        ("choice", "in_workshop", {}, "In workshop"),
        ("choice", "a", {"options": [{"value": "a", "label": "The first"}]}, "The first"),
        ("status", "out_for_delivery", {"options": []}, "Out for delivery"),
        ("flag", True, {}, "Yes"),
        ("flag", False, {}, "No"),
        ("flag", None, {}, "–"),
        ("tags", ["cold", "fragile"], {}, "cold, fragile"),
        ("tags", [], {}, "–"),
        ("tags", ["a_b"], {"options": [{"value": "a_b", "label": "A and B"}]}, "A and B"),
        ("longtext", {"x": 1}, {}, '{"x":1}'),
    ],
)
def test_a_value_is_written_by_its_type(
    scripts: Scripts, type_: str, value: Any, more: dict[str, Any], text: str
) -> None:
    column = {"id": "field", "type": type_, **more}
    assert scripts.call("cell", [{"field": value}, column]) == text


@pytest.mark.parametrize(
    ("unit", "value", "energy", "metric", "imperial"),
    [
        ("kg", 26.5 * 0.45359237, "", "12.02 kg", "26.5 lb"),
        ("kg", None, "", "–", "–"),
        ("km", 84210, "", "84,210 km", "52,325.7 mi"),
        ("m/s", 10, "", "36 km/h", "22.4 mph"),
        ("h", 12.5, "", "12.5 h", "12.5 h"),
        (CONSUMPTION, 8.4, "diesel", "8.4 l/100 km", "28 US mpg"),
        (CONSUMPTION, 0, "diesel", "0 l/100 km", "0 US mpg"),
        (CONSUMPTION, 20, "electric", "20 kWh/100 km", "32.2 kWh/100 mi"),
    ],
)
def test_a_number_is_written_in_the_units_of_the_fleet(
    scripts: Scripts, unit: str, value: Any, energy: str, metric: str, imperial: str
) -> None:
    column = {"id": "field", "type": "number", "unit": unit, "units": shown_units(unit)}
    row = {"field": value, "energy": energy}
    for units, text in ((None, metric), ("metric", metric), ("imperial", imperial)):
        assert scripts.call("cell", [row, column, None, None, units]) == text


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", None])
def test_a_date_is_the_same_day_everywhere(scripts: Scripts, zone: str | None) -> None:
    column = {"id": "due", "type": "date"}
    assert scripts.call("cell", [{"due": "2026-03-01"}, column, zone]) == "1 Mar 2026"
    assert scripts.call("cell", [{"due": "2026-03-01"}, column, zone, "en-US"]) == "Mar 1, 2026"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-09-21T14:08:20Z", "5 min ago"),
        ("2026-09-20T14:13:21Z", "23 h ago"),
        ("2026-09-20T14:13:20Z", "20 Sept, 17:13"),
        ("2026-01-05T22:30:00+00:00", "6 Jan 2026, 00:30"),
        ("2026-09-21T15:00:00Z", "21 Sept, 18:00"),
        ("whenever", "whenever"),
    ],
)
def test_a_moment_is_relative_for_a_day_and_else_in_the_fleets_time(
    scripts: Scripts, value: str, text: str
) -> None:
    assert scripts.call("cell", [{"at": value}, {"id": "at", "type": "moment"}, HELSINKI]) == text


def test_the_exact_moment_names_its_zone(scripts: Scripts) -> None:
    exact = scripts.call("exact", ["2026-01-05T22:30:07Z", HELSINKI])
    assert exact.startswith("6 Jan 2026, 00:30:07")
    assert exact.endswith(("EET", "GMT+2"))
    assert "Jan 2026" in scripts.call("exact", ["2026-01-05T22:30:07Z", "Mars/Base"])


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"vehicle_id": 4, "vehicle": {"id": 4, "label": "Van 4"}}, "Van 4"),
        ({"vehicle_id": None, "vehicle": None}, "–"),
        ({"vehicle_id": 4, "vehicle": None}, "#4"),
        ({}, "–"),
    ],
)
def test_a_reference_shows_its_label(scripts: Scripts, row: dict[str, Any], text: str) -> None:
    assert scripts.call("cell", [row, {"id": "vehicle_id", "type": "reference"}]) == text


@pytest.mark.parametrize(
    ("total", "selected", "filtered", "url", "text"),
    [
        (1234, 3, False, "/api/v1/deliveries", "1,234 deliveries · 3 selected"),
        (1, 0, False, "/api/v1/deliveries", "1 delivery"),
        (27, 0, True, "/api/v1/vehicles", "27 vehicles found"),
        (0, 0, False, "/api/v1/work_orders", "0 work orders"),
        (None, 0, False, "/api/v1/drivers", "Loading drivers…"),
    ],
)
def test_the_footer_counts(
    scripts: Scripts, total: int | None, selected: int, filtered: bool, url: str, text: str
) -> None:
    state = {"total": total, "selected": selected, "filtered": filtered}
    assert scripts.call("footer", [state, url]) == text


def test_a_page_is_asked_for_in_the_words_of_the_api(scripts: Scripts) -> None:
    page = {"page": 3, "limit": 100, "sort": "-created_at,name"}
    query = "?status=a,b&q=a%26b&page=9&sort=evil"
    assert scripts.call("address", ["/api/v1/deliveries", query, page]) == (
        "/api/v1/deliveries?page=3&limit=100&sort=-created_at%2Cname&status=a%2Cb&q=a%26b"
    )


@given(st.dictionaries(st.text("qstat.", min_size=1), st.text(min_size=1), max_size=5))
@settings(deadline=None, max_examples=60)
def test_whatever_the_page_filters_by_arrives(scripts: Scripts, filters: dict[str, str]) -> None:
    page = {"page": 1, "limit": 100, "sort": ""}
    address = scripts.call("address", ["/x", urlencode(filters), page])
    arrived = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert arrived == {"page": "1", "limit": "100", **filters}


names = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)


@given(st.lists(st.tuples(st.booleans(), names), unique_by=lambda part: part[1], max_size=4))
@settings(deadline=None, max_examples=60)
def test_a_sort_survives_the_way_through_the_grid(
    scripts: Scripts, parts: list[tuple[bool, str]]
) -> None:
    text = ",".join(("-" if down else "") + name for down, name in parts)
    assert scripts.call("around", text) == text
    assert scripts.call("unseen", [text, [name for _, name in parts]]) == ""
    assert scripts.call("unseen", [text, []]) == text


def test_an_answer_to_an_earlier_click_is_known_as_an_echo(scripts: Scripts) -> None:
    sent = [["sent", "a"], ["sent", "b"], ["sent", "c"]]
    heard = [["heard", "b"], ["heard", "a"], ["heard", "c"], ["heard", "c"]]
    assert scripts.call("echo", sent + heard)[3:] == [True, False, True, False]


@given(st.lists(st.sampled_from(["key", "erase", "flush", "answer"]), max_size=40))
@settings(deadline=None, max_examples=80)
def test_no_answer_overwrites_what_is_being_typed(scripts: Scripts, acts: list[str]) -> None:
    text, steps, expected = "", [["focus", None]], [""]
    for act in acts:
        if act in ("key", "erase"):
            text = f"{text}{'abc'[len(text) % 3]}" if act == "key" else text[:-1]
            steps.append(["typed", text])
        else:
            steps.append([act, None])
        expected.append(text)
    became = scripts.call("typing", [*steps, ["blur", None]])
    assert became["seen"] == [*expected, text]
    assert ([""] + became["told"])[-1] == text


def test_what_the_page_chooses_itself_is_shown_once_nothing_is_unsent(scripts: Scripts) -> None:
    steps: list[list[Any]] = [["focus", None], ["typed", "ab"], ["take", "x"]]
    assert scripts.call("typing", steps)["seen"][-1] == "ab"
    sent = [["typed", "ab"], ["flush", None], ["answer", None]]
    assert scripts.call("typing", [*sent, ["take", ""]])["seen"][-1] == ""
    assert scripts.call("typing", [["focus", None], *sent, ["take", "x"]])["seen"][-1] == "x"


def test_what_is_typed_while_the_page_opens_is_told_when_it_has_opened(scripts: Scripts) -> None:
    opening: list[list[Any]] = [["settle", False], ["typed", "ab"], ["flush", None], ["take", "x"]]
    assert scripts.call("typing", opening) == {"seen": ["", "ab", "ab", "ab"], "told": []}
    assert scripts.call("typing", [*opening, ["settle", True]])["told"] == ["ab"]


def test_a_range_takes_the_state_of_where_it_began(scripts: Scripts) -> None:
    steps: list[list[Any]] = [["toggle", 5, 0], ["extend", [5, 6, 7, 8]], ["toggle", 6, 1]]
    assert scripts.call("selection", steps) == [5, 7, 8]
    assert scripts.call("selection", [*steps, ["extend", [6, 7]]]) == [5, 8]
    assert scripts.call("selection", [["toggleAll", [1, 2]], ["toggleAll", [1, 2]]]) == []


@given(st.lists(st.integers(1, 6)), st.lists(st.integers(1, 6), unique=True))
@settings(deadline=None, max_examples=60)
def test_the_head_box_tells_all_some_or_none(
    scripts: Scripts, chosen: list[int], ids: list[int]
) -> None:
    state = scripts.call("stateOf", [chosen, ids])
    if ids and set(ids) <= set(chosen):
        assert state == "all"
    else:
        assert state == ("some" if chosen else "none")


def test_a_range_fetches_the_pages_it_needs(scripts: Scripts) -> None:
    assert scripts.call("between", [95, 205, 5000]) == {
        "ids": list(range(1095, 1206)),
        "asked": [1, 2, 3],
    }
    assert scripts.call("between", [205, 195, 5000])["ids"] == list(range(1195, 1206))
    assert scripts.call("between", [0, 1000, 5000]) == {"ids": None, "asked": []}


@pytest.mark.parametrize(
    ("record", "index", "asked"),
    [(1000, 0, [1]), (1250, 250, [1, 2, 3]), (9999, -1, [1, 2, 3, 4]), (None, -1, [1, 2, 3, 4])],
)
def test_a_record_is_looked_for_on_the_first_pages(
    scripts: Scripts, record: int | None, index: int, asked: list[int]
) -> None:
    assert scripts.call("find", [record, 320]) == {"index": index, "asked": asked}


@pytest.mark.parametrize(
    ("value", "zone", "text"),
    [  # it is Monday 21 September 2026, 14:13 UTC
        ("2026-09-21T11:00:00Z", "UTC", "Today 11:00"),
        ("2026-09-21T18:30:00Z", "UTC", "Today 18:30"),
        ("2026-09-22T06:00:00Z", "UTC", "Tomorrow 06:00"),
        ("2026-09-20T23:30:00Z", "UTC", "Yesterday 23:30"),
        ("2026-09-20T23:30:00Z", HELSINKI, "Today 02:30"),
        ("2026-09-24T06:00:00Z", "UTC", "24 Sept, 06:00"),
        ("2026-09-19T06:00:00Z", "UTC", "19 Sept, 06:00"),
        ("2027-09-19T06:00:00Z", "UTC", "19 Sept 2027, 06:00"),
    ],
)
def test_a_planned_time_says_when_and_not_how_long_ago(
    scripts: Scripts, value: str, zone: str, text: str
) -> None:
    assert scripts.call("planned", [value, zone]) == text
    column = {"id": "field", "type": "moment", "planned": True}
    assert scripts.call("cell", [{"field": value}, column, zone]) == text
