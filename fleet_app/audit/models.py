"""Who did what to which object. Each entry's hash covers the entry before it.

The database itself refuses to change or delete entries; see `docs/audit.md` for the exception.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import document, moment, primary_key

SYSTEM_CHAIN = 0
"""The chain of what belongs to no fleet."""


class AuditEntry(SQLModel, table=True):
    """One act. `chain` is the fleet's id; `changes` is `{field: [before, after]}`."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("chain", "sequence", name="uq_audit_entries_sequence"),
        Index("ix_audit_entries_at", "chain", "at", "id"),
        Index("ix_audit_entries_newest", "at", "id"),
        Index("ix_audit_entries_kind", "chain", "kind", "at", "id"),
        Index("ix_audit_entries_actor", "chain", "actor_id", "at", "id"),
        Index("ix_audit_entries_action", "chain", "action", "at", "id"),
        Index("ix_audit_entries_object", "kind", "object_id", "at", "id"),
    )

    id: int | None = primary_key()
    chain: int = Field(sa_column=Column(BigInteger, nullable=False))
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: datetime = moment()
    actor_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    actor_name: str = Field(max_length=120)
    actor_role: str = Field(max_length=24)
    channel: str = Field(max_length=16)
    address: str = Field(default="", max_length=64)
    request_id: str = Field(default="", max_length=64)
    action: str = Field(max_length=40)
    kind: str = Field(max_length=40)
    object_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    label: str = Field(default="", max_length=200)
    changes: dict[str, Any] = document()
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The end of a chain; locked while entries are added, so that the chain never forks."""

    __tablename__ = "audit_heads"

    chain: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: str = Field(max_length=64)
