"""Addresses and names that a sheet has in several columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.imports.cells import Home, Reader, survey
from fleet_app.records.imports.columns import checked, missing
from fleet_app.records.imports.parts import joined, parts_of
from fleet_app.records.sheets.model import Row
from fleet_app.records.sheets.values import is_blank

HOME = Home(zone=ZoneInfo("UTC"))


def read(plural: str, columns: str, cells: str) -> Mapping[str, Any]:
    """What a row says whose columns are these fields."""
    kind, mapping = KINDS[plural], {str(i): name for i, name in enumerate(columns.split())}
    row = Row(2, [cell.strip() for cell in cells.split("|")])
    return Reader(kind, mapping, survey(kind, mapping, [row], HOME), HOME).read(row).values


@pytest.mark.parametrize(
    ("columns", "cells", "address"),
    [
        ("street number postcode city", "Hauptstr. | 5 a | 10115 | Berlin",
         "Hauptstr. 5 a, 10115 Berlin"),
        ("city postcode number street", "London | NW1 6XE | 221b | Baker Street",
         "221b Baker Street, NW1 6XE London"),
        ("street city state postcode country", "350 5th Ave | New York | NY | 10118 | USA",
         "350 5th Ave, New York, NY 10118, USA"),
        ("street postcode city country", "Rue X 1 | 75001 | Paris | France",
         "Rue X 1, 75001 Paris, France"),
        ("street postcode city", "Katu 5 | | Helsinki", "Katu 5, Helsinki"),
        ("street postcode city", "Katu 5 | 00100 | ", "Katu 5, 00100"),
        ("street postcode city", " | 00100 | Helsinki", "00100 Helsinki"),
    ],
)  # fmt: skip
def test_parts_of_an_address_are_one_line(columns: str, cells: str, address: str):
    for field in ("address", "pickup_address"):
        names = " ".join(f"{field}.{part}" for part in columns.split())
        assert read("deliveries", names, cells) == {field: address}


@pytest.mark.parametrize(
    ("cells", "address"),
    [
        ("Katu 5 | 00100 | Helsinki", "Katu 5, 00100 Helsinki"),
        ("Katu 5, 00100 Helsinki | 00100 | Helsinki", "Katu 5, 00100 Helsinki"),
        ("Helsinkikatu 5 | | Helsinki", "Helsinkikatu 5, Helsinki"),
        ("Katu 5 | | ", "Katu 5"),
    ],
)
def test_the_town_joins_a_whole_address_unless_it_is_said_there(cells: str, address: str):
    found = read("customers", "address address.postcode address.city", cells)
    assert found == {"address": address}


@pytest.mark.parametrize(
    ("columns", "cells", "name"),
    [
        ("name.first name.last", "Aino | Salo", "Aino Salo"),
        ("name.last name.first", "Salo | Aino", "Aino Salo"),
        ("name.first name.last", "Aino | ", "Aino"),
        ("name name.first", "Schmidt | Anna", "Anna Schmidt"),
        ("name name.last", "Ana | García", "Ana García"),
        ("name name.last", "Ana García | García", "Ana García"),
        ("name name.first name.last", "Aamu Oy | Aino | Salo", "Aamu Oy"),
        ("name name.first name.last", " | Aino | Salo", "Aino Salo"),
    ],
)
def test_first_and_last_name_are_the_name(columns: str, cells: str, name: str):
    assert read("customers", columns, cells) == {"name": name}


def test_empty_parts_say_nothing():
    assert read("customers", "name.first address.street address.city", "Aino | | ") == {
        "name": "Aino"
    }


def test_a_part_fills_in_its_field_and_can_be_chosen_once():
    drivers = KINDS["drivers"]
    assert [one.name for one in missing(drivers, {"0": "name.first"})] == [
        one.name for one in missing(drivers, {"0": "name"})
    ]
    both = {"0": "name.first", "1": "name.last"}
    assert checked(drivers, ["a", "b"], both) == both
    for wrong in ({"0": "name.first", "1": "name.first"}, {"0": "phone.first"}):
        with pytest.raises(InvalidInput):
            checked(drivers, ["a", "b"], wrong)


def test_every_address_and_no_other_text_has_parts():
    found = {kind.plural: {one.whole for one in parts_of(kind)} for kind in KINDS}
    assert {plural: wholes for plural, wholes in found.items() if wholes} == {
        "deliveries": {"address", "pickup_address", "contact_name"},
        "customers": {"name", "address"},
        "drivers": {"name"},
        "depots": {"address"},
        "users": {"name"},
    }


PLACE = ("", "street", "number", "postcode", "city", "state", "country")


@given(st.dictionaries(st.sampled_from(PLACE), st.text(max_size=20)))
def test_whatever_the_cells_hold_they_are_one_line_that_lacks_no_street(texts: dict[str, str]):
    found = joined(texts, list(texts))
    whole = texts.get("", "")
    street = texts.get("street", "") if is_blank(whole) else whole
    assert is_blank(street) or " ".join(street.split()) in " ".join(found.split())
    assert is_blank(street) == is_blank(found) or set(texts) - {"", "street"}
