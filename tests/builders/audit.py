"""The audit log as tests write, read and forge it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.trail import note
from fleet_app.bootstrap import Container

UNGUARDED = "SET LOCAL session_replication_role = replica"
"""What an attacker who owns the database can do: no trigger fires."""


async def some_entries(container: Container, actor: Actor, count: int = 1, **more: Any) -> None:
    """Noted in one unit of work, about vehicles 1, 2, …"""
    async with container.work() as session:
        for number in range(1, count + 1):
            about = {"kind": "vehicle", "object_id": number, "label": f"Van {number}", **more}
            note(session, actor, "update", fleet_id=actor.principal.fleet_id,
                 changes={"name": ["A", f"Van {number}"]}, **about)  # fmt: skip


async def entries(container: Container, chain: int) -> list[AuditEntry]:
    """A chain from its beginning."""
    async with container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.chain) == chain)
        return list((await session.exec(query.order_by(col(AuditEntry.sequence)))).all())


async def tamper(container: Container, statement: str, **values: Any) -> None:
    """Change stored entries as the owner of the database can, for certain."""
    async with container.work() as session:
        connection = await session.connection()
        await connection.execute(text(UNGUARDED))
        done = await connection.execute(text(statement), values)
        assert done.rowcount
