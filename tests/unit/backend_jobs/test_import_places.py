"""Which house an address in a sheet means: surely, or not at all."""

from __future__ import annotations

import pytest

from backend_jobs.tasks.imports import sure
from fleet_app.routing.geocoding import Place


def a_place(street: str = "Kalevankatu", number: str = "16", **said: str) -> Place:
    told = {"postcode": "00100", "city": "Helsinki", "precision": "address", **said}
    return Place(
        label="", street=street, house_number=number, postcode=told["postcode"],
        city=told["city"], country="FI", lat=60.1, lon=24.9, source="offline",
        precision=told["precision"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "places", "found"),
    [
        ("Kalevankatu 16, 00100 Helsinki", [a_place()], True),
        ("KALEVANKATU 16 A 4, Helsinki", [a_place()], True),
        ("Kalevankatu 16", [a_place()], True),
        ("Kalevankatu 18, Helsinki", [a_place()], False),
        ("Kalevankatu 16, Tampere", [a_place()], False),
        ("Kalevankatu, Helsinki", [a_place(number="", precision="street")], False),
        ("Kalevankatu 16", [a_place(), a_place(city="Tampere")], False),
        ("Other 16", [a_place()], False),
        ("Kalevankatu 16", [a_place("Other"), a_place()], False),
        ("Kalevankatu 16", [], False),
    ],
)
def test_a_house_is_taken_only_when_it_is_sure(address: str, places: list[Place], found: bool):
    assert sure(address, places) == ((60.1, 24.9) if found else None)
