"""Nothing that is done to the audit log in the database goes unnoticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit import verifying
from fleet_app.audit.trail import hash_of
from fleet_app.audit.verifying import verify
from fleet_app.bootstrap import Container
from tests.builders.audit import entries, some_entries, tamper
from tests.builders.people import a_fleet
from tests.builders.records import an_actor


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
