"""Every parameter that a list documents, with values at the edges of everything."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.fields import RANGES, FieldType
from fleet_app.records.kinds import Kind
from fleet_app.records.query import columns_of
from tests.builders.api import World
from tests.builders.records import a_record

API = "/api/v1"
NUMBERS = (
    "0", "-1", "2147483648", "-2147483649", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1e308", "1e15", "-1e-320", "nan", "inf", "9" * 400,
)  # fmt: skip
DATES = (
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
    "2026-02-30", "10000-01-01",
)  # fmt: skip
TEXTS = ("", "%", "'", '"', "\\", "{}", "[1]", "a" * 2000, "a\0b", ",", "\u202e", "true")
SURROGATE = "%ED%A0%80"
EDGES = (*(quote(one) for one in (*NUMBERS, *DATES, *TEXTS)), SURROGATE)


def parameters(kind: Kind) -> Iterator[str]:
    """Every parameter by which the list of a kind can be narrowed."""
    yield from ("q", "page", "limit", "fleet_id", "deleted", "sort")
    for name, column in columns_of(kind).items():
        if not column.filterable:
            continue
        yield from (name, f"{name}.empty")
        if column.type in RANGES:
            yield from (f"{name}.from", f"{name}.to")
        if column.type in (FieldType.TEXT, FieldType.LONGTEXT, FieldType.TAGS, FieldType.LIST):
            yield f"{name}.contains"


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_no_value_of_any_parameter_breaks_a_list(world: World, kind: Kind) -> None:
    headers = await world.a(Role.SYSTEM_ADMIN)
    wrong = {}
    for parameter in parameters(kind):
        for value in EDGES:
            url = f"{API}/{kind.plural}?{parameter}={value}"
            answer = await world.client.get(url, headers=headers)
            if answer.status_code not in (200, 400, 404):
                wrong[url] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
async def test_every_column_sorts_both_ways(world: World, kind: Kind) -> None:
    headers = await world.a(Role.SYSTEM_ADMIN)
    names = [name for name, column in columns_of(kind).items() if column.sortable]
    for order in (*names, *(f"-{name}" for name in names)):
        answer = await world.client.get(f"{API}/{kind.plural}?sort={order}", headers=headers)
        assert answer.status_code == 200, (order, answer.text)


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("year=2147483648", False), ("year=2147483648,2021", True),
        ("year.from=2147483648", False), ("year.to=2147483648", True),
        ("year.from=-9223372036854775808", True), ("capacity_parcels=9223372036854775807", False),
        ("depot_id=9223372036854775807", False), ("capacity_kg.to=1e15", True),
    ],
)  # fmt: skip
async def test_an_impossible_number_matches_nothing_or_everything(
    world: World, query: str, matches: bool
) -> None:
    headers = await world.a(Role.FLEET_MANAGER)
    van = await a_record(world.container, "vehicles", world.fleet_id)
    values = {"year": 2021, "capacity_kg": 900}
    changed = await world.client.patch(f"{API}/vehicles/{van}", json=values, headers=headers)
    assert changed.status_code == 200, changed.text

    found = await world.client.get(f"{API}/vehicles?{query}", headers=headers)

    assert found.status_code == 200, found.text
    assert (van in [row["id"] for row in found.json()["data"]]) is matches
