"""Reads cell texts, as people write them, into the canonical texts that fields accept.

Every reader takes one text and returns the canonical one, or raises ValueError with a sentence for
the person who wrote it. Blank texts are for the caller: see `is_blank`.
"""

from __future__ import annotations

from fleet_app.records.sheets.moments import Order, date_order, read_date, read_moment, read_time
from fleet_app.records.sheets.numerals import (
    Mark,
    decimal_mark,
    quoted,
    read_integer,
    read_number,
    tidy,
)

__all__ = [
    "Mark",
    "Order",
    "date_order",
    "decimal_mark",
    "is_blank",
    "read_date",
    "read_flag",
    "read_integer",
    "read_moment",
    "read_number",
    "read_text",
    "read_time",
]

_YES = frozenset(
    {"yes", "y", "true", "t", "1", "on", "x", "✓", "✔", "☑", "kyllä", "k", "tosi", "ja", "j"}
    | {"jah", "jā", "oui", "vrai", "sí", "si", "sì", "wahr", "sim", "tak", "да"}
)
_NO = frozenset(
    {"no", "n", "false", "f", "0", "off", "✗", "✘", "☐", "ei", "e", "epätosi", "nej", "nein"}
    | {"non", "faux", "falsch", "não", "nao", "nie", "нет"}
)


def is_blank(text: str) -> bool:
    """Whether nothing visible is in the cell."""
    return not tidy(text)


def read_text(text: str) -> str:
    """Without blanks around it; hard blanks inside become ordinary ones, line breaks stay."""
    return tidy(text)


def read_flag(text: str) -> str:
    """ "true" or "false" from words and marks for yes and no."""
    word = tidy(text).casefold()
    if word in _YES:
        return "true"
    if word in _NO:
        return "false"
    raise ValueError(f"{quoted(text)} is neither yes nor no. Write yes or no.")
