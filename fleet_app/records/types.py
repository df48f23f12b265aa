"""The Python types of record fields: what each accepts and how it is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from fleet_app.kernel.texts import is_blank, many_lines, normal, one_line

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,30}")
_EMAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s.<>\"]+(\.[^@\s.<>\"]+)+")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
MOST_TAGS, LONGEST_TAG = 30, 40


def _normal(value: Any) -> Any:
    return normal(value) if isinstance(value, str) else value


def _some(text: str) -> str:
    if is_blank(text):
        raise ValueError("is missing")
    return text


def _none_if_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _empty_if_none(value: Any) -> Any:
    return "" if value is None else value


def _matching(pattern: re.Pattern[str], advice: str) -> AfterValidator:
    def check(text: str | None) -> str | None:
        if text is not None and not pattern.fullmatch(text):
            raise ValueError(advice)
        return text

    return AfterValidator(check)


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _reference(value: Any) -> Any:
    if isinstance(value, dict) and set(value) >= {"id"}:  # as the list shows it
        return value["id"]
    return _none_if_empty(_no_bool(value))


def _id(value: int | None) -> int | None:
    if value is not None and not 0 < value < 2**63:
        raise ValueError("is not an id")
    return value


def _tags(value: Any) -> Any:
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,;\n]", value) if part.strip()]
    return value


def _tidy_tags(values: list[str]) -> list[str]:
    tags = list(dict.fromkeys(one_line(value.strip()) for value in values if value.strip()))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        raise ValueError(f"at most {MOST_TAGS} words of at most {LONGEST_TAG} characters each")
    return tags


def _flag(value: Any) -> Any:
    if value is None or value == "":
        return False
    if isinstance(value, str) and value.strip().lower() in {"on", "x", "\u2713"}:
        return True
    return value


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if not 1970 <= moment.year <= 2200:
        raise ValueError("must be between the years 1970 and 2200")
    return moment.astimezone(UTC)


def _day(day: dt.date | None) -> dt.date | None:
    if day is not None and not 1950 <= day.year <= 2200:
        raise ValueError("must be between the years 1950 and 2200")
    return day


def _no_blank_ends(value: Any) -> Any:
    if isinstance(value, str) and value != value.strip():
        raise ValueError("must not begin or end with a blank")
    return value


_AREAS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia",
     "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)  # fmt: skip
"""Where cities are looked for first: names such as US/Pacific and Etc/GMT are not of cities."""


def _zone(name: str) -> str:
    known = available_timezones()
    if name in known:
        return name
    word = name.replace(" ", "_").casefold()
    fitting = [one for one in known if one.casefold() == word] or [
        one for one in known if "/" in one and one.rpartition("/")[2].casefold() == word
    ]
    areas = [one for one in fitting if one.partition("/")[0] in _AREAS] or fitting
    if len(areas) != 1:
        some = f", for example {sorted(areas)[0]}" if areas else " like Europe/Helsinki"
        raise ValueError(f"must be a region and a city{some}")
    return areas[0]


def _moment_text(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("must be a date and time with a zone, such as 2026-11-22T10:15:00Z")
    return _none_if_empty(value)


_Text = Annotated[str, BeforeValidator(_normal)]
"""Put into its one spelling first, so that limits of length hold for what is kept."""
Line = Annotated[_Text, AfterValidator(one_line)]
"""One line of text that may be empty."""
Name = Annotated[_Text, AfterValidator(one_line), AfterValidator(_some)]
"""One line of text that is there."""
OptionalLine = Annotated[Line | None, BeforeValidator(_none_if_empty)]
Lines = Annotated[_Text, BeforeValidator(_empty_if_none), AfterValidator(many_lines)]
"""Any number of lines."""
Phone = Annotated[
    OptionalLine, _matching(_PHONE, "write it like +358 40 123 4567: digits and spaces")
]
Email = Annotated[OptionalLine, _matching(_EMAIL, "write it like name@example.com")]
Color = Annotated[OptionalLine, _matching(_COLOR, "write it like #1a73e8")]
Zone = Annotated[Name, AfterValidator(_zone)]
Number = Annotated[float | None, BeforeValidator(_no_bool), BeforeValidator(_none_if_empty)]
Integer = Annotated[int | None, BeforeValidator(_no_bool), BeforeValidator(_none_if_empty)]
Reference = Annotated[int | None, BeforeValidator(_reference), AfterValidator(_id)]
NeededReference = Annotated[int, BeforeValidator(_reference), AfterValidator(_id)]
Tags = Annotated[list[str], BeforeValidator(_tags), AfterValidator(_tidy_tags)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Moment = Annotated[AwareDatetime | None, BeforeValidator(_moment_text), AfterValidator(_utc)]


Date = Annotated[dt.date | None, BeforeValidator(_none_if_empty), AfterValidator(_day)]
"""A day that may be unknown; years that nobody means are refused."""
NeededDate = Annotated[dt.date, AfterValidator(_day)]
Secret = Annotated[OptionalLine, BeforeValidator(_no_blank_ends)]
"""A text that is kept to the letter: blanks at its ends are refused, not quietly taken away."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PART = re.compile(
    r"(?P<first>[A-Za-z]{2,9})(?:\s*[-\u2013]\s*(?P<last>[A-Za-z]{2,9}))?"
    r"\s+(?P<from>\d{1,2}[:.]\d{2})\s*[-\u2013]\s*(?P<to>\d{1,2}[:.]\d{2})"
)
_ADVICE = "write it like Mon-Fri 09:00-17:00; Sat 10:00-14:00"


def weekly_hours(text: str) -> str:
    """Weekly hours in their one spelling. Raises ValueError with an example of how to write them.

    Days and times are in the fleet's time zone; an end before the start is past midnight.
    """
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    return "; ".join(_hours(part) for part in parts)


def _hours(part: str) -> str:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(_ADVICE)
    days = [_weekday(found["first"])] + ([_weekday(found["last"])] if found["last"] else [])
    start, end = _clock(found["from"]), _clock(found["to"])
    if start == end:
        raise ValueError("the end must differ from the start")
    return f"{'-'.join(dict.fromkeys(days))} {start}-{end}"


def _weekday(word: str) -> str:
    for day in DAYS:
        if len(word) >= 2 and _LONG[day].lower().startswith(word.lower()):
            return day
    raise ValueError(_ADVICE)


_LONG = dict(
    zip(
        DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)


def _clock(text: str) -> str:
    hour, minute = (int(part) for part in re.split("[:.]", text))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"{text} is not a time of day")
    return f"{hour:02}:{minute:02}"


Hours = Annotated[
    str, BeforeValidator(_empty_if_none), AfterValidator(one_line), AfterValidator(weekly_hours)
]
"""Hours of a week, such as `Mon-Fri 09:00-17:00; Sat 10:00-14:00`."""


def wrong_field(name: str, message: str) -> PydanticCustomError:
    """The error to raise when several fields together make the field `name` wrong."""
    return PydanticCustomError("wrong_field", "{told}", {"field": name, "told": message})


def require_order(first: Any, last: Any, message: str, *, field: str) -> None:
    """Raises `message` at `field` when both are known and `last` is before `first`."""
    if first is not None and last is not None and last < first:
        raise wrong_field(field, message)


def require_place(
    names: Sequence[str], lat: float | None, lon: float | None, *, fields: Sequence[str]
) -> None:
    """Raises at the missing one of `fields` unless both coordinates or neither are known."""
    if (lat is None) != (lon is None):
        raise wrong_field(
            fields[0 if lat is None else 1],
            f"{names[0]} and {names[1]} belong together: give both or neither",
        )
