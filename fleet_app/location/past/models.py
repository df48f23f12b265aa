"""Where facts about movement are kept, and what the fold needs to go on from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference, tags
from fleet_app.location.journeys.facts import FactKind

_HOLDS = text("withdrawn_at IS NULL")
FLEET_SPAN = "int8range(fleet_id, fleet_id, '[]')"
TIME_SPAN = "tstzrange(LEAST(started_at, ended_at), ended_at)"
"""What was going on in a fleet at a moment: an index of ranges finds it, however long ago it was
and however long it lasted. `LEAST` is for ends the wrong way round, which no range can have."""


class StoredFact(SQLModel, table=True):
    """One fact of the past (`journeys.facts.Fact`), of every kind.

    `ended_at` is None while it goes on. `known_ms` is as in `Fact`. `path` and `path_times` are
    the way of a trip that is over (`journeys.polyline`), apart because lists do not need them.
    `told` names the domain events that were published about the fact, each once. A fact that a
    late fix proved wrong is kept with `withdrawn_at`, and shown to nobody.
    """

    __tablename__ = "movement_facts"
    __table_args__ = (
        Index("ix_movement_facts_vehicle", "vehicle_id", "kind", "started_at"),
        Index(
            "ix_movement_facts_fleet", "fleet_id", "kind", "started_at", "id",
            postgresql_where=_HOLDS,
        ),
        Index(
            "ix_movement_facts_open", "vehicle_id",
            postgresql_where=text("withdrawn_at IS NULL AND ended_at IS NULL"),
        ),
        Index("ix_movement_facts_known", "vehicle_id", "known_ms"),
        Index("ix_movement_facts_subject", "subject", "started_at", postgresql_where=_HOLDS),
        Index(
            "ix_movement_facts_span", text(FLEET_SPAN), text(TIME_SPAN),
            postgresql_using="gist", postgresql_where=_HOLDS,
        ),
    )  # fmt: skip

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    vehicle_id: int = reference("vehicles.id")
    driver_id: int | None = reference("drivers.id", optional=True)
    kind: FactKind = choice(FactKind)
    subject: str = Field(default="", sa_column=Column(String(40), nullable=False))
    started_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)
    known_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    lat: float = Field(sa_column=Column(Float, nullable=False))
    lon: float = Field(sa_column=Column(Float, nullable=False))
    end_lat: float | None = Field(default=None, sa_column=Column(Float))
    end_lon: float | None = Field(default=None, sa_column=Column(Float))
    distance_m: float = Field(default=0.0, sa_column=Column(Float, nullable=False))
    data: dict[str, Any] = document()
    path: str | None = Field(default=None, sa_column=Column(Text))
    path_times: str | None = Field(default=None, sa_column=Column(Text))
    told: list[str] = tags()
    learnt_at: datetime = moment(now=True)
    changed_at: datetime = moment(now=True)
    withdrawn_at: datetime | None = moment(optional=True)


class FactCorrection(SQLModel, table=True):
    """What a late fix changed about a fact that had been told; `after` is None when withdrawn."""

    __tablename__ = "fact_corrections"

    id: int | None = primary_key()
    fact_id: int = reference("movement_facts.id", ondelete="CASCADE")
    at: datetime = moment(now=True)
    before: dict[str, Any] = document()
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


class JourneyMark(SQLModel, table=True):
    """A vehicle with fixes that the fold has not been told of; `from_ms` is the oldest of them."""

    __tablename__ = "journey_marks"

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    fleet_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    from_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    marked_at: datetime = moment(now=True)


class JourneyCursor(SQLModel, table=True):
    """Where a vehicle's fold stands.

    `pending_ms` is the oldest fix that it has been told of and has not seen. `due_at` is when it
    goes on: at once when something is pending, else when time alone may tell something new.
    """

    __tablename__ = "journey_cursors"

    vehicle_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("vehicles.id"), primary_key=True)
    )
    fleet_id: int = reference("fleets.id")
    at_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    pending_ms: int | None = Field(default=None, sa_column=Column(BigInteger))
    unsaved: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    state: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    rules: str = Field(sa_column=Column(String(64), nullable=False))
    due_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True, index=True)
    )


class JourneyCheckpoint(SQLModel, table=True):
    """A place in the past from which the fold can go on."""

    __tablename__ = "journey_checkpoints"

    vehicle_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at_ms: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rules: str = Field(sa_column=Column(String(64), nullable=False))
    state: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
