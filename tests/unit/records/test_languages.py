"""Languages by code and by name."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.languages import LANGUAGES, language_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fi", "fi"),
        (" FI ", "fi"),
        ("finnish", "fi"),
        ("Norwegian  Bokmål", "nb"),
        ("en-gb", "en-GB"),
        ("sr_latn", "sr-Latn"),
        ("smn", "smn"),
    ],
)
def test_a_language_is_known_by_its_code_and_by_its_name(text: str, code: str) -> None:
    assert language_code(text) == code


@pytest.mark.parametrize("text", ["xx", "Klingon", "f", "en-", "fi,sv", "en-GB-x"])
def test_what_is_no_language_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as Finnish"):
        language_code(text)


@pytest.mark.parametrize("name", LANGUAGES.values())
def test_every_name_leads_to_its_code(name: str) -> None:
    assert LANGUAGES[language_code(name)] == name


@pytest.mark.parametrize("plural", ["customers", "users", "drivers", "fleets"])
def test_fields_take_names_and_codes_and_stored_codes_stay(plural: str) -> None:
    kind = KINDS[plural]
    assert {"value": "sv", "label": "Swedish"} in kind.by_name["language"].options
    field = kind.fields.model_fields["language"]
    read = TypeAdapter(Annotated[field.annotation, field]).validate_python
    for said, kept in (("Norwegian Bokmål", "nb"), ("sv", "sv"), ("pt-BR", "pt-BR")):
        assert read(said) == kept
    with pytest.raises(ValidationError, match="must be a language"):
        read("Klingon")
