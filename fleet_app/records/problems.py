"""What is wrong with a field, in the words of whoever filled it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType

from fleet_app.kernel.errors import InvalidInput

GENERAL = "record"
"""The name under which a problem stands that is no single field's."""
LONGEST_NAME = 80
"""Of a field that somebody made up, as it comes back to them."""

NUMBERS = r"^[0-9, ]*$"
"""The pattern of a text that holds one number or several."""
_SHAPES = {NUMBERS: "must be a whole number, or several with commas between them"}
_MISSHAPEN = "is not written as it has to be"

_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not a field here",
    "string_type": lambda _: "must be text",
    "string_too_long": lambda c: f"is too long: at most {c['max_length']} characters",
    "string_too_short": lambda c: _too_short(c["min_length"]),
    "string_pattern_mismatch": lambda c: _SHAPES.get(c["pattern"], _MISSHAPEN),
    "too_long": lambda c: f"has too many entries: at most {c['max_length']}",
    "too_short": lambda c: f"has too few entries: at least {c['min_length']}",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "is too large a number",
    "float_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "finite_number": lambda _: "must be a number",
    "bool_type": lambda _: "must be yes or no",
    "bool_parsing": lambda _: "must be yes or no",
    "greater_than_equal": lambda c: f"must be at least {_bound(c['ge'])}",
    "greater_than": lambda c: f"must be more than {_bound(c['gt'])}",
    "less_than_equal": lambda c: f"must be at most {_bound(c['le'])}",
    "less_than": lambda c: f"must be less than {_bound(c['lt'])}",
    "enum": lambda c: f"must be one of {c['expected']}",
    "literal_error": lambda c: f"must be {c['expected']}",
    "union_tag_invalid": lambda c: f"must be {c['expected_tags']}",
    "union_tag_not_found": lambda c: f"needs {c['discriminator']}",
    "list_type": lambda _: "must be a list",
    "dict_type": lambda _: "must be an object",
    "model_type": lambda _: "must be an object",
    "model_attributes_type": lambda _: "must be an object",
    "json_invalid": lambda _: "is not valid JSON",
    "timezone_aware": lambda _: "needs a time zone, e.g. 2026-11-22T10:15:00Z",
    "string_unicode": lambda _: "contains characters that are no text",
}
_FOREIGN = frozenset(get_args(ErrorType))
"""What the library names in its own words; every other problem has ours."""
_DATES = "must be a date, such as 2026-11-22"
_MOMENTS = "must be a date and time, such as 2026-11-22T10:15:00Z"


def problems_of(error: ValidationError) -> dict[str, str]:
    """Field -> what is wrong with it; the first problem of each field."""
    found: dict[str, str] = {}
    for item in error.errors(include_url=False):
        context = item.get("ctx", {})
        name = str(context.get("field") or _field(item["loc"]))
        found.setdefault(name, words_for(item))
    return found


def invalid(fields: Mapping[str, str]) -> InvalidInput:
    """The error that tells about all of `fields` at once."""
    if set(fields) == {GENERAL}:
        return InvalidInput(_sentence(fields[GENERAL]), fields=dict(fields))
    count = len(fields)
    noun = "One field is" if count == 1 else f"{count} fields are"
    return InvalidInput(f"{noun} not right; nothing was saved", fields=dict(fields))


def _field(location: tuple[int | str, ...]) -> str:
    names = [part for part in location if isinstance(part, str)]
    return names[0][:LONGEST_NAME] if names else GENERAL


def has_words(kind: str) -> bool:
    """Whether a kind of problem that the library knows is told in words of ours."""
    told = kind in _WORDS or kind in ("value_error", "assertion_error")
    return told or kind.startswith(("date_", "datetime_"))


def words_for(item: Mapping[str, Any]) -> str:
    """What is wrong, from one entry of a `ValidationError`'s errors."""
    return _words(item["type"], item.get("ctx", {}), item)


def _words(kind: str, context: Mapping[str, Any], item: Any) -> str:
    if kind in ("too_long", "too_short") and isinstance(item["input"], str):
        kind = f"string_{kind}"
    if kind in _WORDS:
        return _WORDS[kind](context)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", item["msg"]))
    if kind.startswith("datetime_"):
        return _MOMENTS
    if kind.startswith("date_"):
        return _DATES
    return "is not right" if kind in _FOREIGN else str(item["msg"])


def _too_short(least: int) -> str:
    if least == 1:
        return "is empty: write something"
    return f"is too short: at least {least} characters"


def _bound(value: Any) -> str:
    """A limit as people write it: numbers without an idle `.0`, days as they are."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
