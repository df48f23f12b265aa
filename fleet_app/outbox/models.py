"""What happened, kept next to the change that made it happen; requests that are done; why jobs
failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import document, moment


class StoredEvent(SQLModel, table=True):
    """One domain event. `dispatched_at` is set once its subscribers' jobs are deferred."""

    __tablename__ = "domain_events"
    __table_args__ = (
        UniqueConstraint("sequence", name="uq_domain_events_sequence"),
        Index("ix_domain_events_fleet", "fleet_id", "sequence"),
        Index("ix_domain_events_subject", "subject"),
    )

    id: UUID = Field(primary_key=True)
    sequence: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False)
    )
    fleet_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    type: str = Field(max_length=60)
    version: int = 1
    subject: str = Field(max_length=80)
    occurred_at: datetime = moment()
    received_at: datetime = moment()
    dispatched_at: datetime | None = moment(optional=True)
    data: dict[str, Any] = document()


class DoneRequest(SQLModel, table=True):
    """A request that its caller may send again, stored with what it changed."""

    __tablename__ = "done_requests"
    __table_args__ = (Index("ix_done_requests_at", "at"),)

    name: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    asked: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    request_id: str = Field(max_length=64)
    at: datetime = moment()
    kind: str | None = Field(default=None, max_length=40)
    record_id: int | None = Field(default=None, sa_column=Column(BigInteger))


class JobError(SQLModel, table=True):
    """The last error of a background job that failed, for people to read."""

    __tablename__ = "job_errors"

    job_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = moment()
    error: str = Field(sa_column=Column(Text, nullable=False))
