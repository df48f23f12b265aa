"""What a record points to is named, sorted by and asked for only by those who may read it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from sqlmodel import select

from fleet_app.access.matrix import Scope, may, scope_of
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import Forbidden
from fleet_app.records.kinds import Kind
from fleet_app.records.query import ListQuery, parse_query
from fleet_app.records.sheets.files import Form
from tests.builders.people import a_fleet
from tests.builders.records import a_record, an_actor, records

REFERENCES = [(kind.plural, spec.name) for kind in KINDS for spec in kind.references]
READERS = [
    (plural, name, role)
    for plural, name in REFERENCES
    for role in Role
    if scope_of(role, f"{plural}.read") is not Scope.NONE
]


def target(plural: str, name: str) -> Kind:
    return KINDS[KINDS[plural].by_name[name].reference or ""]


async def _made(container: Container, plural: str, name: str) -> tuple[int, int, str]:
    """A fleet with one record that points to another; the other's id and what it is called."""
    fleet_id = await a_fleet(container)
    kind, other = KINDS[plural], target(plural, name)
    of = await a_record(container, plural, fleet_id)
    to = await a_record(container, other.plural, fleet_id)
    async with container.work() as session:
        row: Any = await session.get(kind.model, of)
        setattr(row, kind.by_name[name].attribute, to)
        return fleet_id, to, other.label_of(await session.get(other.model, to))


@pytest.mark.parametrize(("plural", "name", "role"), READERS)
async def test_only_who_may_read_it_learns_what_it_is_called(
    container: Container, plural: str, name: str, role: Role
) -> None:
    fleet_id, to, label = await _made(container, plural, name)
    actor = an_actor(role, fleet_id)
    allowed = may(actor.principal, f"{target(plural, name).plural}.read")
    asked = [ListQuery(sort=((name, False),)), parse_query(KINDS[plural], [(name, str(to))]),
             parse_query(KINDS[plural], [(f"{name}.empty", "false")])]  # fmt: skip

    async with records(container, plural, actor) as service:
        found, _ = await service.listing.page(actor.principal, ListQuery(fleet_id=fleet_id))
        pointing_there = [row for row in found if row[name] == to]
        for row in pointing_there:
            shown = row[name.removesuffix("_id")]
            assert shown["id"] == to
            assert (shown["label"] == label) is allowed
        if scope_of(role, f"{plural}.read") is not Scope.OWN:
            assert pointing_there
        for query in asked:
            if allowed:
                await service.listing.page(actor.principal, query)
                continue
            with pytest.raises(Forbidden):
                await service.listing.page(actor.principal, query)
            with pytest.raises(Forbidden):
                await service.listing.ids(actor.principal, query, 10)


@pytest.mark.parametrize(
    ("plural", "name", "role"), [one for one in READERS if one[2] is not Role.DRIVER]
)
async def test_a_sheet_names_it_only_for_who_may_read_it(
    container: Container, plural: str, name: str, role: Role
) -> None:
    fleet_id, _, _ = await _made(container, plural, name)
    actor = an_actor(role, fleet_id)
    kind, query = KINDS[plural], ListQuery(fleet_id=fleet_id)
    title = kind.by_name[name].title

    async def sheet(columns: str = "") -> list[dict[str, str]]:
        export = await container.exports.write(actor, kind, query, Form.CSV, columns)
        text = io.TextIOWrapper(export.file, "utf-8-sig", newline="").read()
        return list(csv.DictReader(io.StringIO(text), dialect=csv.Sniffer().sniff(text)))

    if may(actor.principal, f"{target(plural, name).plural}.read"):
        assert any(row[title] for row in await sheet(f"id,{name}"))
        return
    with pytest.raises(Forbidden):
        await sheet(f"id,{name}")
    usual = await sheet()
    assert usual
    assert title not in usual[0]


async def test_there_are_references_that_some_readers_may_not_read() -> None:
    unseen = {
        (plural, name, role)
        for plural, name, role in READERS
        if scope_of(role, f"{target(plural, name).plural}.read") is Scope.NONE
    }
    assert ("drivers", "user_id", Role.DISPATCHER) in unseen
    assert ("deliveries", "customer_id", Role.DRIVER) in unseen
    assert len(READERS) > len(unseen) > 1


async def test_a_driver_reads_the_own_record_without_the_names_of_users(
    container: Container,
) -> None:
    fleet_id, to, label = await _made(container, "drivers", "user_id")
    async with container.work() as session:
        model = KINDS["drivers"].model
        driver_id = (await session.exec(select(model.id).where(model.user_id == to))).one()
    actor = an_actor(Role.DRIVER, fleet_id, driver_id=driver_id)
    async with records(container, "drivers", actor) as service:
        row = await service.get(driver_id)
    assert row["user"]["id"] == to
    assert label not in row["user"]["label"]
