"""Cell texts as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.records.sheets import values

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *[
            ("2026-11-22", "2026-11-22"),
            (" 22.11.2026 ", "2026-11-22"),
            ("2026/11/22", "2026-11-22"),
        ],
        *[("22/11/2026", "2026-11-22"), ("11/22/2026", "2026-11-22"), ("3/4/2026", "2026-04-03")],
        *[("3-4-26", "2026-04-03"), ("3.4.70", "1970-04-03"), ("20261122", "2026-11-22")],
        *[("22 Nov 2026", "2026-11-22"), ("November 22, 2026", "2026-11-22")],
        *[("22-Sept-26", "2026-09-22"), ("1\u00a0May\u00a02026", "2026-05-01")],
        *[("2026-11-22T00:00:00", "2026-11-22"), ("22.11.2026 0:00", "2026-11-22")],
        ("29.2.2028", "2028-02-29"),
    ],
)
def test_dates(text: str, read: str) -> None:
    assert values.read_date(text) == read


def test_the_order_of_a_column_is_judged_by_all_its_values() -> None:
    assert values.date_order(["3/4/2026", "22/11/2026"], locale_order="mdy") == "dmy"
    assert values.date_order(["3/4/2026", "11/22/2026 14:30"]) == "mdy"
    assert values.date_order(["3/4/2026", "", "soon", "31.1.2026"], locale_order="mdy") == "mdy"
    assert values.date_order([]) == "dmy"
    assert values.date_order(["22/11/2026", "11/22/2026"]) is None
    assert values.read_date("3/4/2026", order="mdy") == "2026-03-04"
    assert values.read_date("3.4.2026", order="mdy") == "2026-04-03"
    assert values.read_date("22/11/2026", order=None) == "2026-11-22"
    with pytest.raises(ValueError, match="two ways"):
        values.read_date("3/4/2026", order=None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *[("2026-11-22T14:30", "2026-11-22T14:30:00"), ("22.11.2026 14.30", "2026-11-22T14:30:00")],
        *[("22/11/2026, 2:30 PM", "2026-11-22T14:30:00"), ("2026-11-22", "2026-11-22T00:00:00")],
        *[("2026-11-22 14:30:05.25Z", "2026-11-22T14:30:05.250000+00:00")],
        *[("2026-11-22T14:30:00+02:00", "2026-11-22T14:30:00+02:00")],
        *[("2026-11-22 14:30 UTC-0330", "2026-11-22T14:30:00-03:30")],
        *[("12:05 am", None), ("22.11.2026 klo 9:05", "2026-11-22T09:05:00")],
    ],
)
def test_moments(text: str, read: str | None) -> None:
    if read is None:
        assert values.read_time(text) == "00:05:00"
    else:
        assert values.read_moment(text) == read


def test_moments_without_a_zone_are_taken_in_the_given_one() -> None:
    read = partial(values.read_moment, zone=HELSINKI)
    assert read("1.7.2026 12:00") == "2026-07-01T12:00:00+03:00"
    assert read("2026-11-22 12:00Z") == "2026-11-22T12:00:00+00:00"
    assert read("2026-10-25 03:30") == "2026-10-25T03:30:00+03:00"
    with pytest.raises(ValueError, match="clocks skip"):
        read("2026-03-29 03:30")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        *[("12", "12"), (" +12 ", "12"), ("-0,0", "0"), ("1 234,5", "1234.5"), ("007", "7")],
        *[("1,234.5", "1234.5"), ("1.234,5", "1234.5"), ("1\u202f234\u00a0567", "1234567")],
        *[("1,234,567", "1234567"), ("1.234.567", "1234567"), ("60,1699", "60.1699")],
        *[("24.938", "24.938"), ("0,125", "0.125"), (".5", "0.5"), ("5.", "5"), ("−3", "-3")],
        *[("1'234.50", "1234.5"), ("1.5E3", "1500"), ("１２", "12"), ("٣", "3")],
    ],
)
def test_numbers(text: str, read: str) -> None:
    assert values.read_number(text) == read


def test_the_decimal_mark_of_a_column_is_judged_by_all_its_values() -> None:
    assert values.decimal_mark(["1,234", "2,5", "7"]) == ","
    assert values.decimal_mark(["1,234", "1,234.5"]) == "."
    assert values.decimal_mark(["1.234.567"]) == ","
    assert values.decimal_mark(["1,234", "7", "x"]) is None
    assert values.decimal_mark(["1,5", "1.5"]) is None
    assert values.read_number("1,234", mark=",") == "1.234"
    assert values.read_number("1,234", mark=".") == "1234"
    assert values.read_number("1.234", mark=",") == "1234"
    with pytest.raises(ValueError, match=r"can mean 1234 or 1\.234"):
        values.read_number("1,234")


def test_units_and_whole_numbers() -> None:
    assert values.read_number("1 200 KG", unit="kg") == "1200"
    assert values.read_number("€ 12,50", unit="€") == "12.5"
    assert values.read_integer("12.0") == "12"
    with pytest.raises(ValueError, match="whole number"):
        values.read_integer("12.5")


def test_flags_and_texts() -> None:
    assert [values.read_flag(word) for word in ("YES", "Kyllä", "1", "x", "TRUE ")] == ["true"] * 5
    assert [values.read_flag(word) for word in ("no", "Ei", "0", "False", "NEJ\u00a0")] == [
        "false"
    ] * 5
    assert values.read_text("\u00a0 a\u00a0b\nc\u200b ") == "a b\nc"
    assert values.is_blank(" \u00a0\u200b\n")
    assert not values.is_blank("0")


READERS: list[Callable[[str], str]] = [
    *(values.read_date, values.read_moment, values.read_time),
    *(values.read_number, values.read_integer, values.read_flag),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "31.2.2026",
        "1.13.2026",
        "5²",
        "1,2,3",
        "1 23",
        "--5",
        "1e999",
        "x" * 500,
        "99:99",
        "nan",
        "inf",
        "Infinity",
        "2026-11-22 25:00",
        "2026-11-22 10:00+99:00",
        "13:00 pm",
        "3.4.2026 9:00 XYZ",
    ],
)
def test_what_is_no_value_is_refused_in_a_plain_sentence(
    reader: Callable[[str], str], text: str
) -> None:
    with pytest.raises(ValueError, match=r"“.*”.*\.$") as refusal:
        reader(text)
    assert len(str(refusal.value)) < 200


def tried(reader: Callable[[str], str], text: str) -> tuple[str | None, str]:
    """What a reader makes of a text, or the sentence in which it refuses."""
    try:
        return reader(text), "."
    except ValueError as refusal:
        return None, str(refusal)


@pytest.mark.parametrize("reader", READERS)
@given(st.text() | st.text(alphabet="0123456789.,-/: +TZeE'apm", max_size=25))
def test_no_text_breaks_a_reader(reader: Callable[[str], str], text: str) -> None:
    read, sentence = tried(reader, text)
    assert sentence.endswith(".")
    assert read is None or reader(read) == read


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"]))
def test_every_date_is_read_back(day: date, form: str) -> None:
    assert values.read_date(day.strftime(form)) == day.isoformat()


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_every_moment_is_read_back(moment: datetime) -> None:
    assert values.read_moment(moment.isoformat()) == moment.isoformat()
    aware = moment.replace(tzinfo=UTC)
    assert values.read_moment(aware.isoformat()) == aware.isoformat()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_every_number_is_read_back(number: Decimal) -> None:
    point = f"{number:,.4f}"
    comma = point.replace(",", " ").replace(".", ",")
    assert Decimal(values.read_number(point)) == number
    assert Decimal(values.read_number(comma)) == number
