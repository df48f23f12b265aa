"""Written addresses are compared without case, accents and punctuation."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleet_app.routing.geocoding.labels import label_of
from fleet_app.routing.geocoding.offline import _match
from fleet_app.routing.geocoding.words import LONGEST_WORD, MOST_WORDS, key, wanted, words


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Säästöpankinranta 6", "SAASTOPANKINRANTA  6"),
        ("Hauptstraße 1b", "hauptstrasse, 1 B"),
        ("Łódź", "lodz"),
        ("Kungsgatan 5-7", "Kungsgatan 5 – 7"),
        ("İstiklal", "istiklal"),
        ("Ørsteds Plads", "orsteds plads"),
        ("Ærøvej", "AEROVEJ"),
        ("e\u0301cole", "école"),
        ("１２", "12"),
        ("ул. Ленина", "УЛ ЛЕНИНА"),
    ],
)
def test_two_ways_to_write_the_same_are_equal(text: str, same: str) -> None:
    assert key(text) == key(same) != ""


@given(st.text())
@example("İ")
@example("ŉ½²ß_\0")
def test_words_are_stable_plain_and_apart(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    for word in found:
        assert 0 < len(word) <= LONGEST_WORD
        assert word.isdecimal() or not any(character.isdecimal() for character in word)
        assert not any(character.isspace() or character in "\"*()'\0" for character in word)


@given(st.text(alphabet=st.characters(max_codepoint=0x17F)))
def test_case_never_matters_in_latin_scripts(text: str) -> None:
    assert key(text) == key(text.casefold())


@given(st.text())
@example('" OR "a')
@example("NEAR(x, 5)")
def test_whatever_was_typed_is_a_legal_search(text: str) -> None:
    asked = wanted(text)
    assert len(asked.words) <= MOST_WORDS
    for form in (asked, asked.without_letters(), asked.without_numbers()):
        assert set(form.words) <= set(asked.words)
        if form.words:
            WORDS.execute("SELECT rowid FROM words WHERE words MATCH ?", (_match(form),)).fetchall()


WORDS = sqlite3.connect(":memory:", check_same_thread=False)
WORDS.execute(
    "CREATE VIRTUAL TABLE words USING fts5 "
    "(text, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2 3')"
)


@given(st.text(min_size=1))
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    asked = wanted(text)
    if not asked.words:
        return
    WORDS.execute("DROP TABLE words")
    WORDS.execute(
        "CREATE VIRTUAL TABLE words USING fts5 "
        "(text, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2 3')"
    )
    WORDS.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", (key(text),))
    query = "SELECT rowid FROM words WHERE words MATCH ?"
    assert WORDS.execute(query, (_match(asked),)).fetchall() == [(1,)]


def test_house_numbers_are_read_with_their_letter() -> None:
    assert wanted("Kaivokatu 5b, 00100").numbers == {"5 b", "00100"}
    assert wanted("Kaivokatu 5 Helsinki").numbers == {"5"}
    assert wanted("5b kaivokatu").without_letters().words == ("5", "kaivokatu")
    assert wanted("kaivokatu 5 b").without_numbers().words == ("kaivokatu",)


@pytest.mark.parametrize(
    ("parts", "label"),
    [
        ({"street": "Kaivokatu", "house_number": "1", "postcode": "00100", "city": "Helsinki"},
         "Kaivokatu 1, 00100 Helsinki"),
        ({"street": "Main Street", "house_number": "1", "city": "Town", "country": "US"},
         "1 Main Street, Town"),
        ({"street": "Kaivokatu"}, "Kaivokatu"),
        ({"name": "Hilton", "street": "Ranta", "house_number": "4"}, "Hilton, Ranta 4"),
        ({}, ""),
    ],
)  # fmt: skip
def test_an_address_is_one_line(parts: dict[str, str], label: str) -> None:
    assert label_of(**parts) == label
