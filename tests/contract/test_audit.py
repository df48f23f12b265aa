"""The audit log in a real database: one unbroken chain, and nothing that goes unnoticed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit import verifying
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.query import AuditQuery, parse_audit_query
from fleet_app.audit.reading import AuditLog
from fleet_app.audit.retention import forget_before
from fleet_app.audit.trail import hash_of, note, noted
from fleet_app.audit.verifying import Verdict, verify
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.records.history import History
from fleet_app.records.kinds import View
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

VAN = {"name": "Van 12", "registration_number": "ABC-123"}
UNGUARDED = "SET LOCAL session_replication_role = replica"
"""What an attacker who owns the database can do: no trigger fires."""


@pytest.fixture
async def fleet_id(container: Container) -> int:
    return await a_fleet(container)


@pytest.fixture
def manager(fleet_id: int) -> Actor:
    return an_actor(Role.FLEET_MANAGER, fleet_id)


async def some_entries(container: Container, actor: Actor, count: int = 1, **more: Any) -> None:
    """Noted in one unit of work, about vehicles 1, 2, …"""
    async with container.work() as session:
        for number in range(1, count + 1):
            about = {"kind": "vehicle", "object_id": number, "label": f"Van {number}", **more}
            note(session, actor, "update", fleet_id=actor.principal.fleet_id,
                 changes={"name": ["A", f"Van {number}"]}, **about)  # fmt: skip


async def entries(container: Container, chain: int) -> list[AuditEntry]:
    async with container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.chain) == chain)
        return list((await session.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def tamper(container: Container, statement: str, **values: Any) -> None:
    async with container.work() as session:
        connection = await session.connection()
        await connection.execute(text(UNGUARDED))
        done = await connection.execute(text(statement), values)
        assert done.rowcount


# What JSON makes of values

_numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers()
_texts = st.text(st.characters(exclude_categories=()), max_size=20)
_values = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(changes=st.dictionaries(_texts, st.tuples(_values, _values), max_size=4), label=_texts)
@example(
    changes={"n": (1e20, -0.0), "m": (1.0, 1e16), "o": (-1e300, 5e-324), "p": (2**70, 1e15)},
    label="a\0b\ud800",
)
@example(changes={"t": (["\0", "\ud800", {"\0k": ["ä", "😀"]}], datetime.now(UTC))}, label="")
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_what_is_read_back_has_the_hash_of_what_was_written(
    container: Container, changes: dict[str, Any], label: str
):
    actor = an_actor(Role.SYSTEM_ADMIN)
    async with container.work() as session:
        note(session, actor, "update", kind="vehicle", object_id=1, label=label, fleet_id=None,
             changes=changes)  # fmt: skip
        (written,) = noted(session)
    async with container.work() as session:
        session.expire_all()
        read = await session.get(AuditEntry, written.id)
        assert read is not None
    assert read is not written
    assert read.changes == written.changes
    assert hash_of(read) == read.hash == written.hash


# The chain


async def test_twenty_at_once_make_one_unbroken_chain(
    container: Container, fleet_id: int, manager: Actor
):
    await asyncio.gather(*(some_entries(container, manager, 3) for _ in range(20)))
    found = await entries(container, fleet_id)
    assert [entry.sequence for entry in found] == list(range(1, 61))
    verdict = await verify(container.work, fleet_id)
    assert (verdict.ok, verdict.checked, verdict.head) == (True, 60, found[-1].hash)


async def test_a_long_transaction_holds_up_nobody_before_its_end(
    container: Container, fleet_id: int, manager: Actor
):
    ready, go = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        async with container.work(20.0) as session:
            note(session, manager, "update", kind="vehicle", object_id=1, fleet_id=fleet_id)
            await (await session.connection()).execute(text("SELECT 1"))
            ready.set()
            await go.wait()

    task = asyncio.create_task(long())
    await ready.wait()
    started = time.monotonic()
    for _ in range(10):
        await some_entries(container, manager)
    took = time.monotonic() - started
    assert not task.done()
    go.set()
    await task
    assert took < 2.0
    assert (await entries(container, fleet_id))[-1].object_id == 1
    assert (await verify(container.work, fleet_id)).checked == 11


async def changed_field(container: Container, chain: int) -> None:
    await tamper(container, "UPDATE audit_entries SET actor_name = 'Somebody else' "
                 "WHERE chain = :chain AND sequence = 4", chain=chain)  # fmt: skip


async def changed_value(container: Container, chain: int) -> None:
    await tamper(container, "UPDATE audit_entries SET changes = jsonb_set(changes, '{name,0}', "
                 "'\"B\"') WHERE chain = :chain AND sequence = 4", chain=chain)  # fmt: skip


async def absurd_value(container: Container, chain: int) -> None:
    await tamper(container, "UPDATE audit_entries SET changes = jsonb_build_object('n', 1e60) "
                 "WHERE chain = :chain AND sequence = 4", chain=chain)  # fmt: skip


async def forged_hash(container: Container, chain: int) -> None:
    """The entry itself is consistent again, the one after it does not follow any more."""
    entry = (await entries(container, chain))[2]
    entry.actor_name = "Somebody else"
    await tamper(container, "UPDATE audit_entries SET actor_name = :name, hash = :hash "
                 "WHERE chain = :chain AND sequence = 3", chain=chain, name=entry.actor_name,
                 hash=hash_of(entry))  # fmt: skip


async def hole(container: Container, chain: int) -> None:
    await tamper(container, "DELETE FROM audit_entries WHERE chain = :chain AND sequence = 4",
                 chain=chain)  # fmt: skip


async def closed_hole(container: Container, chain: int) -> None:
    await hole(container, chain)
    for after in range(5, 11):
        await tamper(container, "UPDATE audit_entries SET sequence = sequence - 1 "
                     "WHERE chain = :chain AND sequence = :after", chain=chain,
                     after=after)  # fmt: skip


async def swapped(container: Container, chain: int) -> None:
    for before, after in ((4, -1), (5, 4), (-1, 5)):
        await tamper(container, "UPDATE audit_entries SET sequence = :after "
                     "WHERE chain = :chain AND sequence = :before", chain=chain,
                     before=before, after=after)  # fmt: skip


async def cut_tail(container: Container, chain: int) -> None:
    await tamper(container, "DELETE FROM audit_entries WHERE chain = :chain AND sequence > 7",
                 chain=chain)  # fmt: skip


async def cut_tail_and_head(container: Container, chain: int) -> None:
    """The end was moved back, but to an entry that it never had the hash of."""
    await cut_tail(container, chain)
    await tamper(container, "UPDATE audit_heads SET sequence = 7 WHERE chain = :chain",
                 chain=chain)  # fmt: skip


async def moved_end(container: Container, chain: int) -> None:
    entry = (await entries(container, chain))[6]
    await tamper(container, "UPDATE audit_heads SET sequence = 7, hash = :hash "
                 "WHERE chain = :chain", chain=chain, hash=entry.hash)  # fmt: skip


async def no_end(container: Container, chain: int) -> None:
    await tamper(container, "DELETE FROM audit_heads WHERE chain = :chain", chain=chain)


async def cut_front(container: Container, chain: int) -> None:
    await tamper(container, "DELETE FROM audit_entries WHERE chain = :chain AND sequence < 4",
                 chain=chain)  # fmt: skip


async def nothing_left(container: Container, chain: int) -> None:
    await tamper(container, "DELETE FROM audit_entries WHERE chain = :chain", chain=chain)


Attack = Callable[[Container, int], Awaitable[None]]


@pytest.mark.parametrize(
    ("attack", "first", "why"),
    [
        (changed_field, 4, "changed after it was written"),
        (changed_value, 4, "changed after it was written"),
        (absurd_value, 4, "changed after it was written"),
        (forged_hash, 4, "does not follow"),
        (hole, 4, "Entry 4 is missing"),
        (closed_hole, 4, "does not follow"),
        (swapped, 4, "does not follow"),
        (cut_tail, 8, "8 to 10 at the end are missing"),
        (cut_tail_and_head, 7, "not the entry that the chain ended with"),
        (moved_end, 8, "added behind the end"),
        (no_end, 1, "end is missing"),
        (cut_front, 1, "up to 3 are missing"),
        (nothing_left, 1, "1 to 10 at the end are missing"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
@pytest.mark.parametrize("batch", [3, 1000])
async def test_tampering_is_noticed_where_it_happened(
    container: Container,
    fleet_id: int,
    manager: Actor,
    monkeypatch: pytest.MonkeyPatch,
    attack: Attack,
    first: int,
    why: str,
    batch: int,
):
    monkeypatch.setattr(verifying, "BATCH", batch)
    await some_entries(container, manager, 10)
    assert (await verify(container.work, fleet_id)).checked == 10
    await attack(container, fleet_id)
    verdict = await verify(container.work, fleet_id)
    assert (verdict.ok, verdict.first_broken) == (False, first), verdict
    assert why in verdict.why


async def test_another_fleets_chain_is_not_concerned(
    container: Container, fleet_id: int, manager: Actor
):
    await some_entries(container, manager, 10)
    other = an_actor(Role.FLEET_MANAGER, await a_fleet(container))
    await some_entries(container, other, 4)
    await hole(container, fleet_id)
    verdict = await verify(container.work, other.principal.fleet_id or 0)
    assert (verdict.ok, verdict.checked) == (True, 4)


async def test_an_empty_log_is_sound(container: Container, fleet_id: int):
    assert await verify(container.work, fleet_id) == Verdict(ok=True, checked=0)


async def test_entries_written_while_checking_are_no_false_alarm(
    container: Container, fleet_id: int, manager: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(verifying, "BATCH", 1)
    await some_entries(container, manager, 30)
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await some_entries(container, manager, 2)

    writing = asyncio.create_task(write())
    verdicts = [await verify(container.work, fleet_id) for _ in range(3)]
    stop.set()
    await writing
    assert all(verdict.ok for verdict in verdicts), verdicts
    assert verdicts[0].end < verdicts[-1].end
    assert (await verify(container.work, fleet_id)).end > verdicts[0].end


# What the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET label = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "SET LOCAL fleet.audit_retention = 'on'; DELETE FROM audit_entries",
        "SET LOCAL fleet.audit_retention = 'on'; UPDATE audit_entries SET at = at - interval '9 y'",
        "UPDATE audit_heads SET sequence = sequence - 1",
        "UPDATE audit_heads SET hash = repeat('0', 64)",
        "DELETE FROM audit_heads",
        "TRUNCATE audit_heads",
    ],
)
async def test_the_database_refuses_to_rewrite_the_log(
    container: Container, fleet_id: int, manager: Actor, statement: str
):
    await some_entries(container, manager, 3)

    async def attempt() -> None:
        async with container.work() as session:
            for part in statement.split("; "):
                await (await session.connection()).execute(text(part))

    with pytest.raises(DBAPIError, match="audit log"):
        await attempt()
    assert (await verify(container.work, fleet_id)).checked == 3


async def test_old_entries_can_be_given_up_and_the_chain_still_holds(
    container: Container, fleet_id: int, manager: Actor
):
    now = datetime.now(UTC)
    async with container.work() as session:
        for number in range(6):
            note(session, manager, "update", kind="vehicle", object_id=number, fleet_id=fleet_id)
            noted(session)[-1].at = now - timedelta(days=365 * (10 - number))
    async with container.work() as session:
        assert await forget_before(session, manager, fleet_id, now - timedelta(days=8 * 365)) == 2
    async with container.work() as session:
        assert await forget_before(session, manager, fleet_id, now - timedelta(days=8 * 365)) == 0
    verdict = await verify(container.work, fleet_id)
    assert (verdict.ok, verdict.checked) == (True, 5)
    with pytest.raises(DBAPIError):
        async with container.work() as session:
            await forget_before(session, manager, fleet_id, now - timedelta(days=6 * 365))
    await tamper(container, "DELETE FROM audit_entries WHERE chain = :chain AND sequence = 3",
                 chain=fleet_id)  # fmt: skip
    assert not (await verify(container.work, fleet_id)).ok


async def test_retention_never_takes_a_young_entry_along(
    container: Container, fleet_id: int, manager: Actor
):
    now = datetime.now(UTC)
    async with container.work() as session:
        for years in (9, 0, 9):
            note(session, manager, "update", kind="vehicle", object_id=1, fleet_id=fleet_id)
            noted(session)[-1].at = now - timedelta(days=365 * years)
    with pytest.raises(InvalidInput):
        async with container.work() as session:
            await forget_before(session, manager, fleet_id, now - timedelta(days=8 * 365))


# Reading


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
