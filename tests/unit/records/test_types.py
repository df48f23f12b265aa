"""What texts and days a field takes, whoever writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from fleet_app.records.fields import Fields, field
from fleet_app.records.problems import problems_of
from fleet_app.records.types import Date, Line, Lines, Name, NeededDate, OptionalLine, Tags, Zone


class Sample(BaseModel):
    text: Line = ""
    long: Lines = ""
    tags: Tags = []
    day: Date = None
    needed: NeededDate = dt.date(2026, 11, 22)


BACKWARDS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
UNSEEN = [0x00AD, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0x2064, 0xFEFF, 0xFFF9, 0xE0041]


@pytest.mark.parametrize("code", [*BACKWARDS, *UNSEEN], ids=hex)
def test_what_makes_a_text_read_differently_is_refused(code: int) -> None:
    with pytest.raises(ValidationError, match="invisible characters"):
        Sample(text=f"AB{chr(code)}C-1")
    with pytest.raises(ValidationError, match="invisible characters"):
        Sample(tags=[f"co{chr(code)}oled"])
    with pytest.raises(ValidationError, match="invisible characters"):
        Sample(long=f"Ring\ntw{chr(code)}ice")


@pytest.mark.parametrize(
    "text",
    [
        "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a non-joiner
        "\u0915\u094d\u200d\u0937",  # Devanagari, with a joiner
        "\U0001f469\u200d\U0001f527",  # a mechanic
        "\u05d0\u05d1\u05d2 12",
        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
        "Håkan’s café – 北京",
    ],
)  # fmt: skip
def test_the_joiners_of_scripts_and_every_letter_stay(text: str) -> None:
    assert Sample(text=text).text == text
    assert Sample(long=f"{text}\r\n{text}").long == f"{text}\n{text}"


class Limited(Fields):
    line: Line = field("Line", default="", max_length=10)
    maybe: OptionalLine = field("Maybe", default=None, max_length=10)
    lines: Lines = field("Lines", default="", max_length=10)
    name: Name = field("Name", max_length=10)


@pytest.mark.parametrize("field_", ["line", "maybe", "lines", "name"])
@pytest.mark.parametrize("text", ["x" * 11, "\u0958" * 10], ids=["plain", "grows"])
def test_a_limit_holds_for_what_is_kept(field_: str, text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Limited.model_validate({"name": "Van", field_: text})
    assert problems_of(refusal.value) == {field_: "is too long: at most 10 characters"}


@pytest.mark.parametrize("text", ["", "  ", "\u200d", "\u3164\u2800"])
def test_a_name_that_shows_nothing_is_missing(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Limited.model_validate({"name": text})
    assert problems_of(refusal.value) == {"name": "is missing"}


@pytest.mark.parametrize("field", ["day", "needed"])
@pytest.mark.parametrize("day", ["0001-01-01", "1949-12-31", "2201-01-01", "9999-12-31"])
def test_a_year_that_nobody_means_is_refused(field: str, day: str) -> None:
    with pytest.raises(ValidationError, match="between the years 1950 and 2200"):
        Sample.model_validate({field: day})


@pytest.mark.parametrize("field", ["day", "needed"])
@pytest.mark.parametrize("day", ["1950-01-01", "2200-12-31"])
def test_the_first_and_the_last_day_are_taken(field: str, day: str) -> None:
    assert getattr(Sample.model_validate({field: day}), field) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Helsinki", "Europe/Helsinki"),
        ("helsinki", "Europe/Helsinki"),
        ("europe/helsinki", "Europe/Helsinki"),
        ("new york", "America/New_York"),
        ("UTC", "UTC"),
    ],
)
def test_a_city_is_enough_for_its_time_zone(written: str, zone: str):
    assert TypeAdapter(Zone).validate_python(written) == zone


@pytest.mark.parametrize("written", ["Atlantis", "Europe/Atlantis", "Europe", "../etc", "7"])
def test_what_is_no_time_zone_is_told_with_an_example(written: str):
    with pytest.raises(ValidationError, match="must be a region and a city like Europe/Helsinki"):
        TypeAdapter(Zone).validate_python(written)
