"""Values as the texts that stand in cells."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Cell = str | int | float | Decimal | bool | date | datetime | time | timedelta | None

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")


def cell_text(value: Cell) -> str:
    """One value as text: numbers without noise, dates and times as ISO 8601, truth as true/false.

    Nothing, and what is no number, becomes the empty text.
    """
    if value is None:
        return ""
    return next((text(value) for kind, text in _TEXTS if isinstance(value, kind)), str(value))


def float_text(value: float) -> str:
    """A float with the 15 digits spreadsheets keep, no exponent and no ``.0``."""
    if not math.isfinite(value):
        return ""
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        return ""
    # Written out, an exponent of a million would be a text of a million digits.
    return format(value, "f") if abs(value.adjusted()) < 400 else str(value)


def _duration_text(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _iso(value: date | time) -> str:
    return value.isoformat()


# The first that fits: truth values are whole numbers, and moments are dates, to Python.
_TEXTS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, str),
    (bool, lambda value: "true" if value else "false"),
    (float, float_text),
    (Decimal, _decimal_text),
    (timedelta, _duration_text),
    (date, _iso),
    (time, _iso),
)


def xml_escaped(text: str) -> str:
    """A text as XLSX keeps it: what XML cannot carry becomes ``_x0001_``, as Excel does it."""
    return _UNFIT.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def xml_unescaped(text: str) -> str:
    """The opposite of `xml_escaped`."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
