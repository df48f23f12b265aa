"""Checking a chain of the audit log from its beginning to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.audit.models import AuditEntry, AuditHead
from fleet_app.audit.retention import FORGOTTEN, LAST_HASH, RETENTION
from fleet_app.audit.trail import FIRST_HASH, hash_of

UnitOfWork = Callable[[], AbstractAsyncContextManager[AsyncSession]]
BATCH = 1000
_HEAD = select(
    col(AuditHead.sequence),
    col(AuditHead.hash),
    # one statement, so one moment: entries written meanwhile belong to neither side
    select(func.max(col(AuditEntry.sequence)))
    .where(col(AuditEntry.chain) == col(AuditHead.chain))
    .scalar_subquery()
    .label("last"),
)
_TABLE: Any = AuditEntry.__table__  # type: ignore[attr-defined]  # every SQLModel table has one


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a chain is as it was written.

    `checked` entries are sound; `first_broken` is the sequence at which it is not, and `why`
    says so in words. `end` is the last entry's sequence, `head` its hash: kept elsewhere, they
    prove later that nothing before was rewritten.
    """

    ok: bool
    checked: int
    end: int = 0
    head: str = FIRST_HASH
    first_broken: int | None = None
    why: str = ""


class _Broken(Exception):
    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(why)
        self.sequence, self.why = sequence, why


async def verify(work: UnitOfWork, chain: int) -> Verdict:
    """Check every entry of a chain, a batch in each unit of work.

    Entries that are added meanwhile are left to the next check. Raises `StoreUnavailable`.
    """
    async with work() as session:
        connection = await session.connection()
        head = (await connection.execute(_HEAD.where(col(AuditHead.chain) == chain))).first()
        lost = head is None and await _any(session, chain)
    if head is None:
        why = "The record of the chain's end is missing"
        return Verdict(ok=not lost, checked=0, first_broken=1 if lost else None,
                       why=why if lost else "")  # fmt: skip
    walk = _Walk(head.sequence)
    try:
        while walk.sequence < head.sequence:
            async with work() as session:
                walk.follow(await _batch(session, chain, walk.sequence, head.sequence))
        walk.finish(head.hash, head.last)
    except _Broken as broken:
        return Verdict(
            ok=False, checked=walk.checked, end=head.sequence, head=head.hash,
            first_broken=broken.sequence, why=broken.why,
        )  # fmt: skip
    return Verdict(ok=True, checked=walk.checked, end=head.sequence, head=head.hash)


async def heads(session: AsyncSession) -> Sequence[tuple[int, int, str]]:
    """The end of every chain: chain, sequence and hash."""
    query = select(col(AuditHead.chain), col(AuditHead.sequence), col(AuditHead.hash))
    connection = await session.connection()
    found = await connection.execute(query.order_by(col(AuditHead.chain)))
    return [(row[0], row[1], row[2]) for row in found]


class _Walk:
    """How far the check is, and what it has to find next."""

    def __init__(self, end: int) -> None:
        self.sequence = self.checked = 0
        self._end = end
        self._hash = FIRST_HASH
        self._start: tuple[int, str] | None = None
        self._forgotten: set[tuple[int, str]] = set()

    def follow(self, entries: Sequence[Any]) -> None:
        if not entries:
            gone = f"{self.sequence + 1} to {self._end}"
            raise _Broken(self.sequence + 1, f"The entries {gone} at the end are missing")
        for entry in entries:
            self._step(entry)

    def _step(self, entry: Any) -> None:
        wanted = self.sequence + 1
        if self.checked == 0 and entry.sequence > 1:
            self._start = (entry.sequence - 1, entry.previous_hash)
            self._hash, wanted = entry.previous_hash, entry.sequence
        if entry.sequence != wanted:
            last = entry.sequence - 1
            gone = f"Entry {wanted} is" if last == wanted else f"The entries {wanted} to {last} are"
            raise _Broken(wanted, f"{gone} missing")
        if entry.previous_hash != self._hash:
            raise _Broken(entry.sequence, "It does not follow from the entry before it")
        if _hash(entry) != entry.hash:
            raise _Broken(entry.sequence, "It was changed after it was written")
        self.sequence, self._hash = entry.sequence, entry.hash
        self.checked += 1
        if entry.action == RETENTION:
            self._forgotten.add((entry.changes[FORGOTTEN][1], entry.changes[LAST_HASH][1]))

    def finish(self, head: str, last: int | None) -> None:
        """Raises unless the walk ended, and began, where the chain does."""
        if self._hash != head:
            raise _Broken(self.sequence, "It is not the entry that the chain ended with")
        if last is not None and last > self.sequence:
            raise _Broken(self.sequence + 1, "It was added behind the end of the chain")
        if self._start is not None and self._start not in self._forgotten:
            gone = f"The entries up to {self._start[0]}"
            raise _Broken(1, f"{gone} are missing, and no entry says that they were given up")


def _hash(entry: Any) -> str:
    try:
        return hash_of(entry)
    except (OverflowError, TypeError, ValueError):  # no value that was ever written by us
        return ""


async def _any(session: AsyncSession, chain: int) -> bool:
    query = select(col(AuditEntry.id)).where(col(AuditEntry.chain) == chain).limit(1)
    return (await (await session.connection()).execute(query)).first() is not None


async def _batch(session: AsyncSession, chain: int, after: int, end: int) -> Sequence[Any]:
    number = col(AuditEntry.sequence)
    query = select(_TABLE).where(col(AuditEntry.chain) == chain, number > after, number <= end)
    connection = await session.connection()
    return (await connection.execute(query.order_by(number).limit(BATCH))).all()
