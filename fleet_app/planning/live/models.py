"""What is kept of routes while they are driven: beside it, everything can be worked out again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import document, moment, primary_key, reference, tags


class LiveRoute(SQLModel, table=True):
    """How a route stands: `memory` is a `following.Memory`, `told` a `telling.Told`, which is
    stored with the events that told it. `settled_at` is up to when what was reported is in the
    actual times of its stops."""

    __tablename__ = "live_routes"

    route_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("routes.id", ondelete="CASCADE"), primary_key=True)
    )
    fleet_id: int = reference("fleets.id")
    memory: dict[str, Any] = document()
    told: dict[str, Any] = document()
    saved_at: datetime = moment(now=True)
    settled_at: datetime | None = moment(optional=True)


class PaceHour(SQLModel, table=True):
    """What driving took in an hour of the week (0 is Monday at midnight, by the fleet's clock),
    beside what the road network expected; what is old counts less and less."""

    __tablename__ = "pace_hours"

    fleet_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("fleets.id", ondelete="CASCADE"), primary_key=True)
    )
    hour: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    expected_s: float = Field(default=0.0, sa_column=Column(Float, nullable=False))
    taken_s: float = Field(default=0.0, sa_column=Column(Float, nullable=False))


ONE_OPEN = "uq_suggestions_open"
"""The index that keeps two from making an offer about the same at once."""


class Suggestion(SQLModel, table=True):
    """A change of running routes that somebody may want after a disruption.

    `subject` is what it is about (`vehicle:12`, `delivery:17`, `route:3`); of one kind and subject
    at most one is open. `moves` and `changes` say it for people, `before` and `after` are the
    deliveries of each route, by its number, so that it can be done and undone. `times` are the
    routes' plans by then (`PlannedRoute`), `kept` how they were before (`Kept`).
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        Index("ix_suggestions_fleet", "fleet_id", "status", "made_at"),
        Index("ix_suggestions_subject", "subject", "kind"),
        Index(
            ONE_OPEN, "fleet_id", "kind", "subject", unique=True,
            postgresql_where=text("status = 'open'"),
        ),
    )  # fmt: skip

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    kind: str = Field(sa_column=Column(String(24), nullable=False))
    subject: str = Field(sa_column=Column(String(40), nullable=False))
    status: str = Field(default="open", sa_column=Column(String(16), nullable=False))
    words: str = Field(sa_column=Column(Text, nullable=False))
    effect: dict[str, Any] = document()
    moves: list[dict[str, Any]] = tags()
    changes: list[dict[str, Any]] = tags()
    before: dict[str, Any] = document()
    after: dict[str, Any] = document()
    times: dict[str, Any] = document()
    kept: dict[str, Any] = document()
    made_at: datetime = moment(now=True)
    expires_at: datetime = moment()
    decided_at: datetime | None = moment(optional=True)
    decided_by: int | None = reference("users.id", optional=True, ondelete="SET NULL")
