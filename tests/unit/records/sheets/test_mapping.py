"""Columns find their fields by what people call them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.records.sheets.mapping import Target, guess_mapping

TARGETS = [
    Target("name", "Name", ("vehicle name",)),
    Target("registration_number", "Registration", ("plate", "reg no", "registration")),
    Target("capacity_kg", "Capacity", ("payload",)),
    Target("latitude", "Latitude", ("lat",)),
    Target("longitude", "Longitude", ("lon", "lng")),
    Target("phone_1", "Phone 1"),
    Target("phone_2", "Phone 2"),
    Target("size", "Größe", ("taille élargie",)),
]


def test_names_titles_and_aliases_whatever_their_spelling() -> None:
    headers = ["NAME ", "Reg_No.", "capacity (kg)", "LAT", "Lng", "PHONE-2", "Taille Elargie"]
    assert guess_mapping(headers, TARGETS) == {
        0: "name",
        1: "registration_number",
        2: "capacity_kg",
        3: "latitude",
        4: "longitude",
        5: "phone_2",
        6: "size",
    }


def test_close_words_are_taken_and_doubtful_ones_are_not() -> None:
    assert guess_mapping(["Registraton"], TARGETS) == {0: "registration_number"}
    assert guess_mapping(["Vehicle names", "Longitud"], TARGETS) == {0: "name", 1: "longitude"}
    doubtful = ["altitude", "phone", "phone 3", "nam", "rate", "", "()", "payloads kg"]
    assert guess_mapping(doubtful, TARGETS) == {}
    twins = [Target("a", "Delivery start"), Target("b", "Delivery stars")]
    assert guess_mapping(["Delivery star"], twins) == {}
    assert guess_mapping(["Delivery star"], twins[:1]) == {0: "a"}


def test_no_field_is_given_to_two_columns_and_names_win() -> None:
    assert guess_mapping(["plate", "registration number", "Plate"], TARGETS) == {
        1: "registration_number"
    }
    assert guess_mapping(["plate", "plate"], TARGETS) == {0: "registration_number"}
    assert guess_mapping(["nombre", "a"], []) == {}


HEADERS = st.lists(st.text(max_size=12) | st.sampled_from(["name", "Plate", "lat", "latitud"]))


@given(HEADERS)
def test_the_guess_is_stable_and_each_field_is_used_once(headers: list[str]) -> None:
    found = guess_mapping(headers, TARGETS)
    assert found == guess_mapping(list(headers), TARGETS)
    assert len(set(found.values())) == len(found)
    assert all(0 <= column < len(headers) for column in found)
