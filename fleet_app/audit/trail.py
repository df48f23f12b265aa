"""Writing the audit log: entries are collected during a unit of work and sealed at its end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.models import SYSTEM_CHAIN, AuditEntry, AuditHead
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.jsonb import clean

PENDING = "audit_entries"
FIRST_HASH = "0" * 64
_COVERED = (
    *("chain", "sequence", "at", "actor_id", "actor_name", "actor_role", "channel", "address"),
    *("request_id", "action", "kind", "object_id", "label", "changes", "previous_hash"),
)
"""What a hash covers, in this order."""
_SPELLED_OUT = 1e16
"""From here on, numbers are written with an exponent, and jsonb makes whole numbers of them."""


def note(
    session: AsyncSession,
    actor: Actor,
    action: str,
    *,
    kind: str,
    object_id: int | None,
    label: str = "",
    fleet_id: int | None,
    changes: Mapping[str, Sequence[Any]] | None = None,
) -> None:
    """Record an act in the caller's transaction; `changes` is `{field: [before, after]}`."""
    entry = AuditEntry(
        chain=fleet_id or SYSTEM_CHAIN,
        sequence=0,
        at=utc_now(),
        actor_id=actor.user_id,
        actor_name=_said(actor.principal.name, 120),
        actor_role=actor.role.value,
        channel=actor.channel.value,
        address=_said(actor.address, 64),
        request_id=_said(actor.request_id, 64),
        action=action,
        kind=kind,
        object_id=object_id,
        label=_said(label, 200),
        changes=as_kept(changes or {}),
        previous_hash="",
        hash="",
    )
    session.info.setdefault(PENDING, []).append(entry)


def noted(session: AsyncSession) -> list[AuditEntry]:
    """What was noted in this unit of work so far; entries may still be reworded."""
    pending: list[AuditEntry] = session.info.setdefault(PENDING, [])
    return pending


async def seal(session: AsyncSession) -> None:
    """Number and chain the entries of this unit of work, last thing before its commit.

    The chain's head stays locked until then, so entries of one fleet come one after the other.
    """
    pending: list[AuditEntry] = session.info.pop(PENDING, [])
    for chain, entries in groupby(sorted(pending, key=_chain), key=_chain):
        await _append(session, chain, list(entries))


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over everything an entry says and the hash before it, as hexadecimal digits."""
    said = [_canonical(getattr(entry, name)) for name in _COVERED]
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


async def _append(session: AsyncSession, chain: int, entries: list[AuditEntry]) -> None:
    head = await _locked_head(session, chain)
    for entry in entries:
        entry.sequence, entry.previous_hash = head.sequence + 1, head.hash
        entry.hash = hash_of(entry)
        head.sequence, head.hash = entry.sequence, entry.hash
    session.add_all(entries)
    await session.flush()


async def _locked_head(session: AsyncSession, chain: int) -> AuditHead:
    first = insert(AuditHead).values(chain=chain, sequence=0, hash=FIRST_HASH)
    connection = await session.connection()
    await connection.execute(first.on_conflict_do_nothing())
    query = select(AuditHead).where(col(AuditHead.chain) == chain).with_for_update()
    return (await session.exec(query.execution_options(populate_existing=True))).one()


def _chain(entry: AuditEntry) -> int:
    return entry.chain


def as_kept(changes: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """As jsonb gives it back, so that the hash of what is read is the hash of what was written."""
    plain = msgspec.json.decode(msgspec.json.encode(clean(msgspec.to_builtins(changes))))
    kept: dict[str, Any] = _numbers(plain)
    return kept


def _numbers(value: Any) -> Any:
    """Without the numbers that jsonb writes in another way: -0.0, and what it spells out."""
    if isinstance(value, float):
        exact = int(value) if value.is_integer() and abs(value) >= _SPELLED_OUT else value + 0.0
        return clean(exact)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return [_numbers(item) for item in value] if isinstance(value, list) else value


def _said(text: str, length: int) -> str:
    """A text that fits its column, and that the database takes."""
    return str(clean(text))[:length]


def _canonical(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value
