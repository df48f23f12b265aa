"""Dates, times and moments as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from fleet_app.records.sheets.numerals import quoted, tidy

Order = Literal["dmy", "mdy"]

_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})\.?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})")
_DAY_NAME = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[ -]([a-z]+)\.?,?[ -]([0-9]{4}|[0-9]{2})")
_NAME_DAY = re.compile(r"([a-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_TIME = re.compile(
    r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,]([0-9]{1,9}))?)? ?([ap]\.?m\.?)?"
)
_MOMENT = re.compile(
    r"(.+?)(?:(?<=[0-9])[tT]|, ?| +(?:at |klo )?)"
    r"([0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[aApP]\.?[mM]\.?)?)"
    r"(?: ?([zZ]|[A-Za-z]{3,4}|(?:UTC|GMT)?[+-][0-9:]+))?"
)
_ZONE = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_CENTURY_TURN = 70  # two digits below it are 20.., the others 19..


def date_order(values: Iterable[str], *, locale_order: Order | None = "dmy") -> Order | None:
    """Whether 03/04/2026 is a day first or a month first in a column, judged by all its values.

    One value such as 22/11/2026 decides for the column; without any, `locale_order` holds. None
    when the values contradict each other: then `read_date` refuses what can be read in two ways.
    """
    seen: set[Order] = set()
    for value in values:
        found = evident_order(value)
        if found in ("dmy", "mdy"):
            seen.add(found)
    if len(seen) > 1:
        return None
    return seen.pop() if seen else locale_order


def evident_order(text: str) -> Literal["dmy", "mdy", "?", ""]:
    """The order that one cell proves, "?" when it can be read in two ways; "" for any other."""
    found = _YEAR_LAST.match(tidy(text))
    if not found or found[2] == ".":
        return ""
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return "dmy"
    if second > 12 >= first:
        return "mdy"
    return "?" if first != second and 0 < first <= 12 and 0 < second <= 12 else ""


def read_date(text: str, *, order: Order | None = "dmy") -> str:
    """A date as "2026-11-22".

    `order` is the column's (see `date_order`); dates with points always begin with the day. A time
    of midnight behind the date is fine, any other is refused rather than lost.
    """
    day, clock, _ = _split(tidy(text))
    if clock and _time(clock, text) != time():
        raise ValueError(f"{quoted(text)} holds a time as well. Write the date alone.")
    return _date(day, order, text).isoformat()


def read_time(text: str) -> str:
    """A time of day as "14:30:00"; "14.30" and "2:30 pm" are times too."""
    return _time(tidy(text), text).isoformat()


def read_moment(text: str, *, order: Order | None = "dmy", zone: tzinfo | None = None) -> str:
    """A date with a time as "2026-11-22T14:30:00+02:00"; a date alone is its midnight.

    Without a zone in the text the moment is taken in `zone`, and stays without one when that is
    None. A time that the clocks skip is refused; of one that comes twice, the first is taken.
    """
    day, clock, offset = _split(tidy(text))
    moment = datetime.combine(_date(day, order, text), _time(clock, text) if clock else time())
    if offset is not None:
        return moment.replace(tzinfo=_zone(offset, text)).isoformat()
    if zone is None:
        return moment.isoformat()
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"{quoted(text)} does not exist: the clocks skip it. Write another time.")
    return local.isoformat()


def _split(shown: str) -> tuple[str, str, str | None]:
    """Date, time and zone of a text; time "" and zone None when absent."""
    found = _MOMENT.fullmatch(shown)
    return (found[1], found[2], found[3]) if found else (shown, "", None)


def _date(shown: str, order: Order | None, text: str) -> date:
    parts = _parts(shown.lower(), order, text)
    if parts is not None:
        try:
            return date(*parts)
        except ValueError:
            raise ValueError(f"{quoted(text)} is not a day of the calendar.") from None
    raise ValueError(f"{quoted(text)} is not a date. Write it like 2026-11-22.")


def _parts(shown: str, order: Order | None, text: str) -> tuple[int, int, int] | None:
    """Year, month and day."""
    if found := _YEAR_FIRST.fullmatch(shown):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _COMPACT.fullmatch(shown):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.fullmatch(shown):
        day_first = found[2] == "." or _day_first(int(found[1]), int(found[3]), order, text)
        day, month = (found[1], found[3]) if day_first else (found[3], found[1])
        return _year(found[4]), int(month), int(day)
    if (found := _DAY_NAME.fullmatch(shown)) and (named := _month(found[2])):
        return _year(found[3]), named, int(found[1])
    if (found := _NAME_DAY.fullmatch(shown)) and (named := _month(found[1])):
        return int(found[3]), named, int(found[2])
    return None


def _day_first(first: int, second: int, order: Order | None, text: str) -> bool:
    if first > 12 or second > 12 or first == second:
        return first > 12 or second <= 12
    if order is None:
        raise ValueError(
            f"{quoted(text)} can be read in two ways, and nothing in the column tells in which."
            " Write dates like 2026-11-22."
        )
    return order == "dmy"


def _month(name: str) -> int | None:
    short = "sep" if name == "sept" else name
    for names in (_MONTHS, _FULL_MONTHS):
        if short in names:
            return names.index(short) + 1
    return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < _CENTURY_TURN else 1900)


def _time(shown: str, text: str) -> time:
    found = _TIME.fullmatch(shown.lower())
    try:
        if found:
            hour, minute, second = (int(found[part] or 0) for part in (1, 2, 3))
            micro = int((found[4] or "0").ljust(6, "0")[:6])
            return time(_hour(hour, found[5]), minute, second, micro)
    except ValueError:
        pass
    raise ValueError(f"{quoted(text)} has no proper time of day. Write it like 14:30.")


def _hour(hour: int, half: str | None) -> int:
    """The hour of a day of 24, from one of 12 with its half of the day."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour")
    return hour % 12 + (12 if half.startswith("p") else 0)


def _zone(offset: str, text: str) -> timezone:
    if offset.upper() in ("Z", "UTC", "GMT"):
        return UTC
    if found := _ZONE.fullmatch(offset):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes <= 14 * 60:
            return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    raise ValueError(f"{quoted(text)} has an unknown time zone. Write it like +02:00 or Z.")
