"""What the record screens keep for their users: saved views, and imports under way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference, tags


class SavedView(SQLModel, table=True):
    """A list with its search, filters, order and columns, under a name."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "name", name="uq_saved_views_name"),
        Index("ix_saved_views_fleet_kind", "fleet_id", "kind"),
    )

    id: int | None = primary_key()
    fleet_id: int | None = reference("fleets.id", optional=True)
    user_id: int = reference("users.id", ondelete="CASCADE")
    kind: str = Field(max_length=40)
    name: str = Field(max_length=80)
    shared: bool = False
    settings: dict[str, Any] = document()
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    created_at: datetime = moment(now=True)


class DefaultView(SQLModel, table=True):
    """The saved view that a person's list of a kind begins with; it goes when its view goes."""

    __tablename__ = "default_views"

    user_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("users.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        )
    )
    kind: str = Field(max_length=40, primary_key=True)
    view_id: int = reference("saved_views.id", ondelete="CASCADE")


class ImportState(StrEnum):
    """How far an import is."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


class Import(SQLModel, table=True):
    """A spreadsheet on its way into the records. `mapping` is `{column number: field}`.

    `evidence` is what its cells tell about how it is written, `reading` what people said about it.

    `total`, `handled` and what follows count rows of the present check, run or undoing; `taken`
    counts the rows that a run is done with for good, where an interrupted one goes on. `attempt`
    tells the job that is meant from those before it. Without a fleet only for records of no fleet.
    `corrects` is the import whose wrong rows the file has, corrected.
    """

    __tablename__ = "imports"

    id: int | None = primary_key()
    fleet_id: int | None = reference("fleets.id", optional=True)
    user_id: int = reference("users.id", ondelete="CASCADE")
    corrects: int | None = reference("imports.id", optional=True, ondelete="SET NULL")
    kind: str = Field(max_length=40)
    filename: str = Field(max_length=200)
    file_key: str = Field(max_length=120)
    state: ImportState = choice(ImportState, ImportState.UPLOADED)
    headers: list[str] = tags()
    sample: list[list[str]] = tags()
    mapping: dict[str, Any] = document()
    date_order: str = Field(default="dmy", max_length=3, sa_column_kwargs={"server_default": "dmy"})
    evidence: dict[str, Any] = document()
    reading: dict[str, Any] = document()
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    taken: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    total: int = 0
    handled: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    without_place: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    message: str = Field(default="", max_length=500)
    created_at: datetime = moment(now=True)
    finished_at: datetime | None = moment(optional=True)


class ImportProblem(SQLModel, table=True):
    """A row that could not be taken over: its cells as they were, and what is wrong with which."""

    __tablename__ = "import_problems"
    __table_args__ = (UniqueConstraint("import_id", "row", name="uq_import_problems_row"),)

    id: int | None = primary_key()
    import_id: int = reference("imports.id", ondelete="CASCADE")
    row: int
    cells: list[str] = tags()
    errors: dict[str, Any] = document()


class ImportedRow(SQLModel, table=True):
    """The record that a row of an import made or changed, and its version then.

    Undoing goes by those that were `created`.
    """

    __tablename__ = "imported_rows"
    __table_args__ = (Index("ix_imported_rows_record", "record_id"),)

    import_id: int = Field(
        sa_column=Column(
            BigInteger,
            ForeignKey("imports.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        )
    )
    row: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    record_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    version: int
    created: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
