"""The audit log as a table, batch by batch, and the entry that tells of the export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import fleet_in_view
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.query import AuditQuery
from fleet_app.audit.reading import AuditLog
from fleet_app.audit.trail import note

HEADERS = (
    *("Time (UTC)", "Fleet", "Number", "Person", "Role", "Action", "Kind", "Object", "Name"),
    *("Changes", "Before and after", "Channel", "Address", "Request", "Hash"),
)
Cell: TypeAlias = str | int | None


async def first_batch(
    session: AsyncSession, actor: Actor, query: AuditQuery, filters: Mapping[str, str]
) -> list[AuditEntry]:
    """The newest entries that fit; that somebody took them away is noted. Raises `Forbidden`."""
    entries = await AuditLog(session).batch(actor.principal, query)
    note(
        session, actor, "export", kind="audit", object_id=None, label="Audit log",
        fleet_id=fleet_in_view(actor.principal, query.fleet_id),
        changes={name: [None, value] for name, value in filters.items()},
    )  # fmt: skip
    return entries


async def next_batch(
    session: AsyncSession, actor: Actor, query: AuditQuery, last: AuditEntry
) -> list[AuditEntry]:
    """The entries below `last`."""
    below = msgspec.structs.replace(query, before=(last.at, last.id or 0))
    return await AuditLog(session).batch(actor.principal, below)


def cells(entry: AuditEntry, summary: str) -> list[Cell]:
    """One row of the table; `summary` is what changed, in words."""
    return [
        entry.at.strftime("%Y-%m-%d %H:%M:%S.%f"), entry.chain or None, entry.sequence,
        entry.actor_name, entry.actor_role, entry.action, entry.kind, entry.object_id, entry.label,
        summary, msgspec.json.encode(entry.changes).decode(), entry.channel, entry.address,
        entry.request_id, entry.hash,
    ]  # fmt: skip
