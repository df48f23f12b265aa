"""Which columns are which fields: guesses, memory, and what people say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.exports import chosen_columns
from fleet_app.records.imports.columns import (
    NUMBER_TITLE,
    WRONG,
    checked,
    guess,
    header_of,
    importable,
    memory,
    missing,
)

VANS = KINDS["vehicles"]


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
def test_every_header_of_an_export_is_recognised_as_its_own_field(kind):
    chosen = chosen_columns(kind)
    headers = [NUMBER_TITLE if one.name == "id" else header_of(one, "EUR") for one in chosen]
    mapping = guess(kind, headers)
    fields = {spec.name for spec in importable(kind) if not spec.secret}  # those would be old
    expected = {
        str(index): "record_number" if one.name == "id" else one.name
        for index, one in enumerate(chosen)
        if one.name == "id" or one.name in fields
    }
    assert mapping == expected


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
def test_names_and_titles_are_recognised_whatever_their_spelling(kind):
    names = [spec.name for spec in importable(kind)]
    assert list(guess(kind, [name.upper().replace("_", " ") for name in names]).values()) == names


def test_the_column_that_says_what_is_wrong_is_never_a_field():
    assert guess(VANS, [WRONG, "Name"]) == {"1": "name"}
    assert guess(VANS, ["what is WRONG", "Name"], {"whatiswrong": ""}) == {}


def test_a_chosen_mapping_is_remembered_by_headers_and_not_by_their_place():
    chosen = memory(["Foo", "Bar"], {"0": "name", "1": "registration_number"})
    assert guess(VANS, [WRONG, "Bar", "foo "], chosen) == {"1": "registration_number", "2": "name"}


def test_columns_may_be_left_out():
    assert checked(VANS, ["a", "b"], {"1": "name", "0": None}) == {"1": "name"}
    assert [spec.name for spec in missing(VANS, {"1": "name"})] == ["registration_number"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"2": "name"}, "columns 0 to 1"),
        ({"-1": "name"}, "columns 0 to 1"),
        ({"0": "colour"}, "no field"),
        ({"0": "photo_file_id"}, "no field"),
        ({"0": "name", "1": "name"}, "another column"),
        ({"0": 7}, "no field"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_at_its_column(columns, said):
    with pytest.raises(InvalidInput) as refusal:
        checked(VANS, ["a", "b"], columns)
    (problem,) = refusal.value.fields.values()
    assert said in problem


@given(st.lists(st.text(max_size=30), max_size=12))
def test_a_guess_never_uses_a_field_twice_and_is_always_accepted(headers):
    mapping = guess(VANS, headers)
    assert len(set(mapping.values())) == len(mapping)
    assert checked(VANS, headers, mapping) == mapping
