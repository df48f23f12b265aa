"""The audit log in a real database: one unbroken chain, whoever writes and checks at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit import verifying
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.retention import forget_before
from fleet_app.audit.trail import hash_of, note, noted
from fleet_app.audit.verifying import Verdict, verify
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import InvalidInput
from tests.builders.audit import entries, some_entries, tamper
from tests.builders.records import an_actor

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
    for _ in range(10):
        await some_entries(container, manager)
    assert not task.done()
    go.set()
    await task
    assert (await entries(container, fleet_id))[-1].object_id == 1
    assert (await verify(container.work, fleet_id)).checked == 11


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
