"""What is wrong with a request is told in words of ours, whatever can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute, APIRouter
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.problems import has_words, problems_of, words_for
from mobile_api import app as application
from mobile_api.decoding import _readable
from mobile_api.schemas.alerts import BulkBody, CommentBody
from mobile_api.schemas.notifications import TokenCreate
from mobile_api.schemas.past import FactsQuery

MAKES: dict[str, set[str]] = {
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "float": {"float_type", "float_parsing", "finite_number"},
    "str": {"string_type", "string_unicode"},
    "bool": {"bool_type", "bool_parsing"},
    "date": {"date_type", "date_parsing", "date_from_datetime_inexact"},
    "datetime": {"datetime_type", "datetime_parsing", "datetime_from_date_parsing"},
    "enum": {"enum"},
    "literal": {"literal_error"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found"},
    "list": {"list_type"},
    "dict": {"dict_type"},
    "model": {"model_type"},
    "model-fields": {"model_type", "model_attributes_type", "missing", "extra_forbidden"},
    **{f"function-{when}": {"value_error", "assertion_error"}
       for when in ("before", "after", "wrap", "plain")},
    **{part: set() for part in ("any", "chain", "default", "model-field", "no-info", "nullable",
                     "with-info", "definitions", "definition-ref")},
}  # fmt: skip
"""What each part of a description can find wrong."""
LIMITS = {
    "ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than",
    "multiple_of": "multiple_of", "pattern": "string_pattern_mismatch",
    "tz_constraint": "timezone_aware",
}  # fmt: skip
EDGE = {"missing", "json_invalid"}
"""What the framework finds wrong before it looks at a value."""


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Every part of a description."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for name, inner in node.items():
            if name not in ("metadata", "serialization"):
                yield from parts(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from parts(inner)


def asked_for(needs: Any) -> Iterator[Any]:
    """What a route takes: from the address, the headers and the body."""
    for name in ("path", "query", "header", "cookie", "body"):
        yield from getattr(needs, f"{name}_params")
    for inner in needs.dependencies:
        yield from asked_for(inner)


def descriptions() -> Iterator[dict[str, Any]]:
    routers: list[APIRouter] = [*application.ROUTERS]
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for one in asked_for(route.dependant):
                    yield from parts(one._type_adapter.core_schema)
    for kind in KINDS:
        yield from parts(kind.fields.__pydantic_core_schema__)


def kinds_of(part: dict[str, Any]) -> set[str]:
    """The kinds of problems that a part can find; a part that is not known fails the test."""
    found = MAKES[part["type"]] | {kind for limit, kind in LIMITS.items() if limit in part}
    texts = "string_" if part["type"] == "str" else ""
    found |= {f"{texts}too_long"} if "max_length" in part else set()
    return found | ({f"{texts}too_short"} if "min_length" in part else set())


def test_every_problem_that_a_request_can_have_has_words() -> None:
    reachable = EDGE.union(*(kinds_of(part) for part in descriptions()))
    known = set(get_args(ErrorType))
    assert len(reachable) > 20
    assert reachable - {"json_invalid"} <= known, "misspelt here"
    assert {kind for kind in reachable if not has_words(kind)} == set()


def test_what_the_library_says_in_its_own_words_is_never_shown() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(bytes).validate_python(1)
    assert words_for(caught.value.errors()[0]) == "is not right"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (CommentBody, {"text": ""}, {"text": "is empty: write something"}),
        (CommentBody, {"text": "  "}, {"text": "is empty: write something"}),
        (TokenCreate, {"token": "abc"}, {"token": "is too short: at least 8 characters"}),
        (BulkBody, {"step": "resolve", "alerts": []},
         {"alerts": "has too few entries: at least 1"}),
        (FactsQuery, {"vehicle_id": "abc"},
         {"vehicle_id": "must be a whole number, or several with commas between them"}),
    ],
)  # fmt: skip
def test_texts_are_told_of_in_other_words_than_lists(
    kind: type[BaseModel], given: dict[str, Any], words: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(given)
    assert problems_of(caught.value) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Expected `float`, got `str`", "must be a number"),
        ("Expected `int | null`, got `str`", "must be a whole number"),
        ("Expected `object`, got `array`", "must be an object"),
        ("Expected `float` <= 90.0 - at `$.latitude`", "must be at most 90.0"),
        ("Expected `str` of length <= 64", "is too long: at most 64 characters"),
        ("Expected `int | float | datetime`, got `bool`",
         "must be a date and time, or seconds since 1970"),
        ("Invalid RFC3339 encoded datetime",
         "must be a date and time, such as 2026-11-22T10:15:00Z"),
        ("Object missing required field `latitude`", "latitude is missing"),
        ("A sentence of a newer decoder", "is not right"),
    ],
)  # fmt: skip
def test_what_the_decoder_of_positions_says_is_said_in_our_words(said: str, words: str) -> None:
    assert _readable(said) == words
