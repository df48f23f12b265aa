"""Column kinds that every table uses, so that all tables agree on keys, times and choices."""

from __future__ import annotations

from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Numeric, text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from fleet_app.kernel.clock import utc_now


def primary_key() -> Any:
    """A 64-bit identity key; None until the row is stored."""
    return Field(default=None, sa_column=Column(BigInteger, primary_key=True))


def reference(
    target: str, *, optional: bool = False, unique: bool = False, ondelete: str | None = None
) -> Any:
    """An indexed foreign key to `table.column`."""
    column: Column[int] = Column(
        BigInteger,
        ForeignKey(target, ondelete=ondelete),
        nullable=optional,
        unique=unique or None,
        index=not unique,
    )
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def moment(*, optional: bool = False, now: bool = False, fill: bool = False) -> Any:
    """A point in time with its zone; `now` fills in the moment of creation, `fill` in SQL too."""
    filled = text("now()") if fill else None
    column: Column[Any] = Column(DateTime(timezone=True), nullable=optional, server_default=filled)
    if now:
        return Field(default_factory=utc_now, sa_column=column)
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def money() -> Any:
    """An amount in the fleet's currency, or None."""
    return Field(default=None, sa_column=Column(Numeric(12, 2, asdecimal=False)))


def tags() -> Any:
    """A list of words, empty unless told; kept as JSON."""
    column: Column[Any] = Column(JSONB, nullable=False, server_default=text("'[]'::jsonb"))
    return Field(default_factory=list, sa_column=column)


def document() -> Any:
    """A JSON object, empty unless told."""
    column: Column[Any] = Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    return Field(default_factory=dict, sa_column=column)


def choice(
    kind: type[Enum],
    default: Enum | None = None,
    *,
    index: bool = False,
    fill: bool = False,
    optional: bool = False,
) -> Any:
    """One of an enumeration's values, stored as its text (adding a value needs no migration).

    `fill` gives rows that are there before the column the default as well.
    """
    sql_type = SqlEnum(kind, native_enum=False, length=24, values_callable=_values)
    filled = str(default.value) if fill and default is not None else None
    column: Column[Any] = Column(sql_type, nullable=optional, index=index, server_default=filled)
    if default is None and not optional:
        return Field(sa_column=column)
    return Field(default, sa_column=column)


def _values(kind: type[Enum]) -> list[str]:
    return [member.value for member in kind]
