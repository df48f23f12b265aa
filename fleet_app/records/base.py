"""What every record has in common: a version, its times, and a grave it can rise from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Index, text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.clock import utc_now

ALIVE = text("deleted_at IS NULL")


class Record(SQLModel):
    """The columns of a record that people create, change, delete and restore.

    `version` counts changes, for ETags; `external_reference` is the record's name in another
    system; `deleted_at` is set while the record is deleted.
    """

    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    external_reference: str | None = Field(default=None, max_length=80)
    created_at: datetime = Field(default_factory=utc_now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(
        default_factory=utc_now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("now()")},
    )
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


def unique_alive(name: str, *columns: Any) -> Index:
    """A unique index over records that are not deleted."""
    return Index(name, *columns, unique=True, postgresql_where=ALIVE)


def of_fleet(table: str, *columns: str) -> list[Index]:
    """Indexes for listing one fleet's records in the order of each of `columns`."""
    return [Index(f"ix_{table}_fleet_{name}", "fleet_id", name, "id") for name in columns]


def by_text(table: str, *columns: str) -> list[Index]:
    """The same for texts, which lists order without regard to case."""
    return [
        Index(f"ix_{table}_fleet_{name}", "fleet_id", text(f"lower({name})"), "id")
        for name in columns
    ]
