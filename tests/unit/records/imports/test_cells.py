"""Rows as read: each field's cell by its own rules, and everything that is wrong said at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import FieldType, Spec
from fleet_app.records.imports.cells import Home, Reader, survey
from fleet_app.records.imports.duplicates import Seen
from fleet_app.records.imports.problems import words_of_problem
from fleet_app.records.sheets.cells import cell_text
from fleet_app.records.sheets.fields import cell_of, says_the_same
from fleet_app.records.sheets.model import Row

HELSINKI = ZoneInfo("Europe/Helsinki")
HOME = Home(zone=HELSINKI, currency="EUR")


def read(plural: str, fields: list[str], *rows: list[str], home: Home = HOME):
    kind = KINDS[plural]
    mapping = {str(index): name for index, name in enumerate(fields)}
    numbered = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    reader = Reader(kind, mapping, survey(kind, mapping, numbered, home), home)
    return [reader.read(row) for row in numbered]


def test_each_type_is_read_by_its_own_rules():
    fields = ["name", "type", "year", "capacity_kg", "skills", "depot_id", "record_number"]
    (row,) = read(
        "vehicles", fields,
        [" Van\u00a01 ", "Cargo bike", "2 024", "1 100,5 kg", "cooled; heavy", "North  1", "12"],
    )  # fmt: skip
    assert row.values["type"] == "bike"
    assert row.values["name"] == "Van 1"
    assert (row.values["year"], row.values["capacity_kg"]) == (2024, 1100.5)
    assert (row.words, row.record_number) == ({"depot_id": "North 1"}, 12)


def test_a_column_tells_how_its_dates_are_written_and_else_the_sheet_does():
    american = Home(zone=HELSINKI, order="mdy")
    unclear, clear = read("deliveries", ["due_on"], ["03/04/2026"], ["13/04/2026"], home=american)
    assert (unclear.values["due_on"], clear.values["due_on"]) == ("2026-04-03", "2026-04-13")
    (alone,) = read("deliveries", ["due_on"], ["03/04/2026"], home=american)
    assert alone.values["due_on"] == "2026-03-04"


def test_numbers_that_mean_two_things_are_read_as_the_column_tells_else_as_the_sheet_does():
    fields = ["capacity_kg", "consumption_per_100km", "capacity_parcels"]

    def payloads(*cells: str, **written: str | bool) -> list[object]:
        home = Home(zone=HELSINKI, **written)
        rows = read("vehicles", fields, *([cell, "9,5", "1.200"] for cell in cells), home=home)
        return [row.values.get("capacity_kg") or row.errors["capacity_kg"] for row in rows]

    assert payloads("1.234", "1.500 kg", mark=",") == [1234.0, 1500.0]
    assert payloads("1.234", "1.500", mark=".") == [1.234, 1.5]
    assert payloads("1.234", "1.234,5 kg", mark=".") == [1234.0, 1234.5]
    assert payloads("1.234", exact=True) == [1.234]
    for open_cells in (["1.234"], ["1,234"], ["1.234", "9,5", "8.5"]):
        assert "can mean 1234 or 1.234" in str(payloads(*open_cells)[0])


def test_a_number_whose_field_leaves_one_meaning_is_read_so_without_asking():
    (row,) = read("deliveries", ["lat", "lon", "parcels"], ["60.170", "24,938", "1.200"])
    assert row.values == {"lat": 60.17, "lon": 24.938, "parcels": 1200}


def test_a_word_that_somebody_explained_is_its_value():
    home = Home(zone=HELSINKI, words={"type": {"kombi": "car"}})
    kombi, van, other = read("vehicles", ["type"], ["KOMBI"], ["Transporter"], ["Boat"], home=home)
    assert (kombi.values["type"], van.values["type"]) == ("car", "van")
    assert other.errors["type"] == "“Boat” is not one of Van, Truck, Car, Bike, Scooter"


def test_a_time_alone_waits_for_its_day_and_a_moment_gets_the_fleets_zone():
    (row,) = read("deliveries", ["window_from", "window_to"], ["9.30", "24.12.2026 18:00"])
    assert row.clocks == {"window_from": "09:30:00"}
    assert row.values["window_to"] == "2026-12-24T18:00:00+02:00"


def test_money_may_carry_the_fleets_currency():
    (row,) = read("work_orders", ["cost"], ["1 250,50 EUR"])
    assert row.values["cost"] == 1250.5


def test_all_that_cannot_be_read_is_said_at_once():
    (row,) = read(
        "deliveries", ["due_on", "weight_kg", "priority", "record_number"],
        ["31.2.2026", "heavy", "soon", "-4"],
    )  # fmt: skip
    assert set(row.errors) == {"due_on", "weight_kg", "priority", "record_number"}
    words = words_of_problem(KINDS["deliveries"], row.errors)
    assert words.startswith("Day: “31.2.2026” is not a day of the calendar. Weight: “heavy”")
    assert "Priority: “soon” is not one of Low, Normal, High, Urgent." in words


@given(st.lists(st.text(max_size=40), min_size=8, max_size=8))
def test_no_cell_whatever_breaks_the_reading(cells):
    fields = ["name", "type", "year", "capacity_kg", "skills", "depot_id", "vin", "record_number"]
    (row,) = read("vehicles", fields, cells)
    blank = {name for name, cell in zip(fields, cells, strict=True) if name not in row.texts}
    told = set(row.values) | set(row.words) | set(row.errors)
    told |= {"record_number"} if row.record_number else set()
    assert told | blank == set(fields)


def test_a_later_row_with_the_key_of_an_earlier_one_names_it():
    seen = Seen(KINDS["vehicles"], {"0": "registration_number", "1": "external_reference"})
    assert seen.note(2, ["ABC-1", ""]) == {}
    assert seen.note(3, ["", "E1"]) == {}
    assert seen.note(4, [" abc-1", "e1"]) == {"registration_number": "is the same as in row 2"}
    assert seen.note(5, ["", "E1"]) == {"external_reference": "is the same as in row 3"}


def spec(type_: FieldType) -> Spec:
    return Spec(name="x", title="X", type=type_)


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        (FieldType.FLAG, True, "yes"),
        (FieldType.TAGS, ["a", "b c"], "a, b c"),
        (FieldType.LIST, [{"name": "Aho", "phone": None, "email": "a@b.fi"}], "Aho, a@b.fi"),
        (FieldType.LIST, [{"label": "Dock", "address": "K 1"}, {"label": "", "address": "K 2"}],
         "Dock: K 1\nK 2"),
        (FieldType.DATE, date(2026, 11, 22), "2026-11-22"),
        (FieldType.NUMBER, 1.50, "1.5"),
        (FieldType.TEXT, None, ""),
    ],
)  # fmt: skip
def test_values_are_written_as_people_write_them_and_recognised(type_, value, text):
    assert cell_text(cell_of(spec(type_), value, UTC)) == text
    assert says_the_same(spec(type_), text, value, UTC)
    assert not says_the_same(spec(type_), text + "x", value, UTC)


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS)
def test_a_moment_is_recognised_as_csv_and_as_a_workbook_write_it(moment):
    local = moment.astimezone(HELSINKI)
    for text in (local.isoformat(), local.replace(tzinfo=None).isoformat()):
        assert says_the_same(spec(FieldType.MOMENT), text, moment, HELSINKI)
    later = local.replace(year=local.year - 1 if local.day != 29 else local.year - 4)
    assert not says_the_same(spec(FieldType.MOMENT), later.isoformat(), moment, HELSINKI)
