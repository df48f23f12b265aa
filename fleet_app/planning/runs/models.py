"""A run of the optimiser on a plan, and how far it is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, moment, primary_key, reference, tags


class Mode(StrEnum):
    """What a run may change."""

    EVERYTHING = "everything"
    """Whatever is not locked."""
    FIT_IN = "fit_in"
    """Nothing that is on a row: what is in the tray is put between."""
    KEEP_DRIVERS = "keep_drivers"
    """Stops, not who drives which vehicle."""


class RunState(StrEnum):
    """The life of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


OPEN = (RunState.QUEUED, RunState.RUNNING, RunState.STOPPING)
"""States of a run that has not ended. A plan has one such run at most."""
_OPEN_WORDS = ", ".join(f"'{state.value}'" for state in OPEN)


class PlanJob(SQLModel, table=True):
    """One run.

    `seconds` is how long it may take, 0 until that is decided, `spent_s` what it took so far, over
    all attempts. `version` is the plan's when the run began. `curve` is `[seconds, cost]`, costs in
    the fleet's currency. `best` is the checkpoint from which another attempt goes on:
    `planning.runs.checkpoint.Checkpoint`. `seen_at` is when somebody last worked on it.
    """

    __tablename__ = "plan_jobs"
    __table_args__ = (
        Index(
            "uq_plan_jobs_open",
            "plan_id",
            unique=True,
            postgresql_where=text(f"state IN ({_OPEN_WORDS})"),
        ),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    plan_id: int = reference("plans.id", ondelete="CASCADE")
    user_id: int | None = reference("users.id", optional=True, ondelete="SET NULL")
    user_name: str = Field(default="", max_length=120)
    mode: Mode = choice(Mode)
    seconds: float = 0.0
    seed: int = 0
    state: RunState = choice(RunState, RunState.QUEUED)
    attempt: int = 0
    version: int | None = None
    spent_s: float = 0.0
    cost: float | None = None
    curve: list[list[float]] = tags()
    stops: int = 0
    planned: int = 0
    left: int = 0
    engine: str = Field(default="", max_length=40)
    best: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    message: str = Field(default="", max_length=500)
    applied: bool = False
    result_plan_id: int | None = reference("plans.id", optional=True, ondelete="SET NULL")
    created_at: datetime = moment(now=True)
    started_at: datetime | None = moment(optional=True)
    seen_at: datetime | None = moment(optional=True)
    finished_at: datetime | None = moment(optional=True)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN
