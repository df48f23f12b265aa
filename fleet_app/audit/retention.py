"""Giving up entries that are older than the law asks for, so that the chain still holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import note
from fleet_app.kernel.errors import InvalidInput

RETENTION = "retention"
FORGOTTEN, LAST_HASH = "forgotten_up_to", "last_hash"
"""What an entry about retention says: the last sequence that was given up, and its hash."""
_ALLOW = text("SELECT set_config('fleet.audit_retention', :value, true)")


async def forget_before(session: AsyncSession, actor: Actor, chain: int, before: datetime) -> int:
    """Delete the beginning of a chain, up to the last entry older than `before`; returns how many.

    An entry tells what the chain begins with from now on. The database refuses this for entries
    younger than seven years. Raises `InvalidInput` when some entry in between is younger.
    """
    mine = col(AuditEntry.chain) == chain
    connection = await session.connection()
    last = select(col(AuditEntry.sequence), col(AuditEntry.hash))
    last = last.where(mine, col(AuditEntry.at) < before).order_by(col(AuditEntry.sequence).desc())
    found = (await connection.execute(last.limit(1))).first()
    if found is None:
        return 0
    gone = (mine, col(AuditEntry.sequence) <= found.sequence)
    newest = (await connection.execute(select(func.max(col(AuditEntry.at))).where(*gone))).scalar()
    if newest is not None and newest >= before:
        raise InvalidInput("Some of these entries are not old enough")
    await connection.execute(_ALLOW, {"value": "on"})
    done = await connection.execute(delete(AuditEntry).where(*gone))
    await connection.execute(_ALLOW, {"value": "off"})
    note(
        session, actor, RETENTION, kind="audit", object_id=None, label="Audit log",
        fleet_id=chain or None,
        changes={FORGOTTEN: [None, found.sequence], LAST_HASH: [None, found.hash]},
    )  # fmt: skip
    return int(done.rowcount)
