"""Reading the audit log: filters, and who may see what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.query import AuditQuery, parse_audit_query
from fleet_app.audit.reading import AuditLog
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.records.history import History
from fleet_app.records.kinds import View
from tests.builders.audit import entries, some_entries
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

VAN = {"name": "Van 12", "registration_number": "ABC-123"}


async def read(container: Container, actor: Actor, **filters: str) -> list[AuditEntry]:
    query = parse_audit_query((name.replace("__", "."), text) for name, text in filters.items())
    async with container.work() as session:
        found, total = await AuditLog(session).page(actor.principal, query)
    assert query.page > 1 or total >= len(found)
    return found


async def test_filters_find_what_they_say(container: Container, fleet_id: int, manager: Actor):
    await some_entries(container, manager, 12)
    other = an_actor(Role.FLEET_MANAGER, fleet_id, user_id=77)
    await some_entries(container, other, 2, kind="driver", label="100% Aino_")
    assert len(await read(container, manager)) == 14
    assert [e.object_id for e in await read(container, manager, limit="3")] == [2, 1, 12]
    assert [e.object_id for e in await read(container, manager, limit="3", page="2")] == [11, 10, 9]
    assert len(await read(container, manager, kind="driver")) == 2
    assert len(await read(container, manager, kind="driver,vehicle", object_id="2")) == 2
    assert len(await read(container, manager, actor_id="77")) == 2
    assert len(await read(container, manager, action="create")) == 0
    assert len(await read(container, manager, channel="api")) == 14
    assert len(await read(container, manager, channel="web,job")) == 0
    assert len(await read(container, manager, q="aino elina")) == 2
    assert len(await read(container, manager, q="_%")) == 0
    assert len(await read(container, manager, at__to="2000-01-01")) == 0
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert len(await read(container, manager, at__from=today, at__to=today)) == 14
    assert await read(container, manager, page="99") == []


async def test_nobody_reads_what_is_not_theirs(container: Container, fleet_id: int, manager: Actor):
    await some_entries(container, manager, 2)
    stranger = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    assert await read(container, stranger) == []
    (first, *_) = await entries(container, fleet_id)
    async with container.work() as session:
        log = AuditLog(session)
        with pytest.raises(NotFound):
            await log.one(stranger.principal, first.id or 0)
        with pytest.raises(NotFound):
            await log.page(stranger.principal, AuditQuery(fleet_id=fleet_id))
        for role in (Role.DISPATCHER, Role.DRIVER, Role.CUSTOMER):
            with pytest.raises(Forbidden):
                await log.page(an_actor(role, fleet_id).principal, AuditQuery())
        found, total = await log.page(an_actor(Role.SYSTEM_ADMIN).principal, AuditQuery())
        assert (len(found), total) == (2, 2)
        assert await log.actors(manager.principal) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("page", "0"), ("limit", "501"), ("at.from", "yesterday"), ("kind", ","), ("channel", "fax"),
     ("actor_id", "²"), ("sort", "label"), ("colour", "red"), ("q", "x" * 101), ("q", "\0"),
     ("at.to", "0001-01-01T00:00:00+23:00")],
)  # fmt: skip
def test_wrong_parameters_are_named(name: str, value: str):
    with pytest.raises(InvalidInput) as refusal:
        parse_audit_query([(name, value)])
    assert list(refusal.value.fields) == [name]


async def test_the_history_of_a_record_is_for_those_who_may_see_it(
    container: Container, fleet_id: int, manager: Actor
):
    async with records(container, "vehicles", manager) as vehicles:
        made = await vehicles.create(VAN)
        await vehicles.delete(made["id"])
    async with container.work() as session:
        history = History(session, KINDS, View.at_present())
        dispatcher = an_actor(Role.DISPATCHER, fleet_id)
        found, total = await history.of(dispatcher.principal, "vehicles", made["id"])
        assert ([entry.action for entry in found], total) == (["delete", "create"], 2)
        stranger = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
        for who, plural in ((stranger, "vehicles"), (dispatcher, "nothing")):
            with pytest.raises(NotFound):
                await history.of(who.principal, plural, made["id"])
        with pytest.raises(Forbidden):
            await history.of(dispatcher.principal, "users", made["id"])
