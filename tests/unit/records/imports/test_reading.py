"""How a sheet is read where its cells leave it open: what is asked, and who answers."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.imports.evidence import BOTH, Gathering, evidence_in, stored
from fleet_app.records.imports.reading import (
    as_before,
    like,
    mark_of,
    order_of,
    questions,
    require_answers,
    say,
    unknown_words,
)
from fleet_app.records.models import Import

VANS, WORK = KINDS["vehicles"], KINDS["deliveries"]


def a_file(plural: str, fields: list[str], *rows: list[str], exact: bool = False) -> Import:
    gathering = Gathering(len(fields), exact=exact, delimiter=";")
    for row in rows:
        gathering.note(row)
    return Import(
        kind=plural, user_id=1, filename="x.csv", file_key="", attempt=1, date_order="dmy",
        mapping={str(index): name for index, name in enumerate(fields)},
        evidence=stored(gathering.found),
    )  # fmt: skip


def asked(record: Import) -> dict[str, str]:
    return {one.what: one.answer for one in questions(KINDS[record.kind], record)}


def test_a_date_that_can_be_read_in_two_ways_is_asked_for_and_nothing_else_is():
    assert asked(a_file("deliveries", ["due_on"], ["02/03/2027"])) == {"dates": ""}
    for clear in ("11/24/2026", "24/11/2026", "2.3.2027", "2027-03-02", "3/3/2027", "soon", ""):
        assert asked(a_file("deliveries", ["due_on"], [clear])) == {}
    assert asked(a_file("deliveries", ["due_on"], ["02/03/2027"], ["11/24/2026"])) == {}
    assert asked(a_file("deliveries", ["instructions"], ["02/03/2027"])) == {}


def test_another_column_of_the_file_answers():
    fields = ["capacity_kg", "consumption_per_100km"]
    german = a_file("vehicles", fields, ["1.234", "9,5"], ["1.500", "8,1"])
    assert (asked(german), mark_of(VANS, german)) == ({"numbers": ","}, ",")
    assert asked(a_file("vehicles", fields, ["1.234", "9.5"])) == {"numbers": "."}
    assert asked(a_file("vehicles", fields, ["1.234", "9"])) == {"numbers": ""}
    assert asked(a_file("vehicles", fields, ["1.234,5", "1.234"])) == {"numbers": ","}


def test_points_of_a_place_on_the_map_say_nothing_about_thousands():
    placed = a_file("deliveries", ["lat", "weight_kg"], ["60.1699", "1.234"])
    assert asked(placed) == {"numbers": ""}


def test_numbers_of_a_workbook_are_not_asked_for():
    assert asked(a_file("vehicles", ["capacity_kg"], ["1.234"], exact=True)) == {}
    assert asked(a_file("vehicles", ["capacity_kg"], ["1,234"], exact=True)) == {"numbers": ""}


def test_nothing_is_checked_before_somebody_has_answered():
    record = a_file("vehicles", ["capacity_kg"], ["1.234"])
    with pytest.raises(InvalidInput) as refusal:
        require_answers(VANS, record)
    assert list(refusal.value.fields) == ["decimal_mark"]
    say(VANS, record, dates=None, numbers=",", words=None)
    require_answers(VANS, record)
    assert mark_of(VANS, record) == ","
    with pytest.raises(InvalidInput):
        say(VANS, record, dates=None, numbers="'", words=None)


def test_a_corrected_row_is_read_as_the_rows_of_the_first_file_proved():
    first = a_file("deliveries", ["due_on"], ["11/24/2026"], ["31/31/2027"])
    fixed = a_file("deliveries", ["due_on"], ["02/03/2027"])
    like(WORK, fixed, first)
    assert (asked(fixed), order_of(WORK, fixed), fixed.date_order) == (
        {"dates": "mdy"}, "mdy", "mdy"
    )  # fmt: skip


def test_the_next_file_of_the_fleet_is_read_as_the_last_one_unless_it_proves_otherwise():
    last = a_file("deliveries", ["due_on"], ["11/24/2026"])
    fresh = a_file("deliveries", ["due_on"], ["02/03/2027"])
    as_before(WORK, fresh, [a_file("deliveries", ["due_on"], ["2.3.2027"]), last])
    assert (asked(fresh), fresh.date_order) == ({"dates": "mdy"}, "mdy")
    other = a_file("deliveries", ["due_on", "window_from"], ["02/03/2027", "24/11/2026 9:00"])
    as_before(WORK, other, [last])
    assert order_of(WORK, other) == "dmy"


def test_what_was_only_taken_over_is_no_reason_for_the_next_file():
    first = a_file("deliveries", ["due_on"], ["02/03/2027"])
    as_before(WORK, first, [a_file("deliveries", ["due_on"], ["11/24/2026"])])
    second = a_file("deliveries", ["due_on"], ["02/03/2027"])
    as_before(WORK, second, [first])
    assert asked(second) == {"dates": ""}


def test_words_of_a_choice_that_are_unknown_are_listed_once_with_their_count():
    rows = [["Kombi"]] * 3 + [["Boot"], ["Van"], ["Transporter"]]
    record = a_file("vehicles", ["type"], *rows)
    found = [(one.word, one.count, one.value) for one in unknown_words(VANS, record)]
    assert found == [("Kombi", 3, ""), ("Boot", 1, "")]
    say(VANS, record, dates=None, numbers=None, words={"type": {"Kombi": "car", "Boot": ""}})
    assert [one.value for one in unknown_words(VANS, record)] == ["car", ""]
    later = a_file("vehicles", ["type"], ["KOMBI"])
    as_before(VANS, later, [record])
    assert [one.value for one in unknown_words(VANS, later)] == ["car"]
    for wrong in ({"type": {"Kombi": "boat"}}, {"name": {"x": "van"}}):
        with pytest.raises(InvalidInput):
            say(VANS, record, dates=None, numbers=None, words=wrong)


@given(st.lists(st.lists(st.text(max_size=50), min_size=2, max_size=2), max_size=60))
def test_evidence_is_kept_whole_and_stays_small(rows: Iterable[list[str]]):
    gathering = Gathering(2, exact=False, delimiter=",")
    for row in rows:
        gathering.note(row)
    found = gathering.found
    assert evidence_in(stored(found)) == found
    for column in found.columns.values():
        assert column.dates in ("", "dmy", "mdy", BOTH)
        assert len(column.words or ()) <= 40
