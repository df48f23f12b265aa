"""Working plans of a day, and the steps that were taken on them."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from fleet_app.kernel import columns
from fleet_app.kernel.columns import moment, primary_key, reference
from fleet_app.records.base import Record

MOST_STEPS = 200
"""How many changes of a plan can be taken back."""


class Plan(Record, table=True):
    """A working plan: who goes where, as a `planning.document.Document`; drivers see none of it.

    `links` are the routes that rows were published as, by the key of the row; they are no part of
    what is undone. `step` is the number of the newest step that is in force."""

    __tablename__ = "plans"
    __table_args__ = (Index("ix_plans_fleet_id_date", "fleet_id", "date"),)

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    date: dt.date
    name: str = Field(max_length=120)
    document: dict[str, Any] = columns.document()
    links: dict[str, Any] = columns.document()
    step: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    published_at: datetime | None = moment(optional=True)
    job_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    """The optimiser's newest run. No foreign key: runs belong to plans already."""


class PlanStep(SQLModel, table=True):
    """A change of a plan: the parts of its document that differ, before and after."""

    __tablename__ = "plan_steps"
    __table_args__ = (UniqueConstraint("plan_id", "number", name="uq_plan_steps_number"),)

    id: int | None = primary_key()
    plan_id: int = reference("plans.id", ondelete="CASCADE")
    number: int
    label: str = Field(max_length=200)
    before: dict[str, Any] = columns.document()
    after: dict[str, Any] = columns.document()
    actor_id: int | None = reference("users.id", optional=True, ondelete="SET NULL")
    actor_name: str = Field(default="", max_length=120)
    at: datetime = moment(now=True)
