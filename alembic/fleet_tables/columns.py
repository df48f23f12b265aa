"""Short words for the columns and indexes that many tables have."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
MONEY = sa.Numeric(precision=12, scale=2, asdecimal=False)
LIVING = sa.text("deleted_at IS NULL")

Kind = sa.types.TypeEngine | type[sa.types.TypeEngine]


def required(name: str, kind: Kind, **options: object) -> sa.Column:
    """A column that always has a value."""
    return sa.Column(name, kind, nullable=False, **options)


def optional(name: str, kind: Kind) -> sa.Column:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def number() -> sa.Column:
    """The primary key that most tables have."""
    return sa.Column("id", sa.BigInteger(), primary_key=True)


def link(name: str, table: str, *, empty: bool = False, gone: str | None = None) -> sa.Column:
    """A reference; `gone` says what happens when the row that it names is removed."""
    target = sa.ForeignKey(f"{table}.id", ondelete=gone)
    return sa.Column(name, sa.BigInteger(), target, nullable=empty)


def choice(name: str, of: str, *values: str, **options: object) -> sa.Column:
    """One of some words, stored as text."""
    kind = sa.Enum(*values, name=of, native_enum=False, length=24)
    return sa.Column(name, kind, **{"nullable": False, **options})


def document(name: str, empty: str) -> sa.Column:
    """A JSON value that starts as `empty`."""
    kind = postgresql.JSONB(astext_type=sa.Text())
    return required(name, kind, server_default=sa.text(f"'{empty}'::jsonb"))


def versioned() -> list[sa.Column]:
    """How a record is known elsewhere, and how often it changed."""
    reference = optional("external_reference", sa.String(80))
    return [required("version", sa.Integer(), server_default="1"), reference]


def changed() -> list[sa.Column]:
    """When a record changed last, and when it was put aside."""
    return [required("updated_at", MOMENT, server_default=NOW), optional("deleted_at", MOMENT)]


def record() -> list[sa.Column]:
    """What every record of a fleet starts with."""
    created = required("created_at", MOMENT)
    return [*versioned(), created, *changed(), number(), link("fleet_id", "fleets")]


def add_columns(table: str, columns: Sequence[sa.Column]) -> None:
    """Add columns to a table that exists."""
    for column in columns:
        op.add_column(table, column)


def drop_columns(table: str, columns: Sequence[sa.Column]) -> None:
    """Take columns away again, with their indexes and references."""
    for column in reversed(columns):
        op.drop_column(table, column.name)


def index_each(table: str, *columns: str) -> None:
    """An index of its own for each of the columns."""
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def only_once(table: str, name: str, *parts: str | sa.ColumnElement) -> None:
    """No two records of a fleet that are not put aside agree in these parts."""
    columns = ["fleet_id", *parts]
    op.create_index(f"uq_{table}_{name}", table, columns, unique=True, postgresql_where=LIVING)
