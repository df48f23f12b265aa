"""Fleets and their users as records: units, language, hours, brand."""

from __future__ import annotations

import sqlalchemy as sa

from fleet_tables.columns import (
    add_columns,
    changed,
    choice,
    drop_columns,
    optional,
    required,
    versioned,
)


def upgrade() -> None:
    """Add what a record has, and what each of them needs."""
    add_columns("fleets", _fleet_columns())
    add_columns("users", _user_columns())


def _fleet_columns() -> list[sa.Column]:
    return [
        *versioned(),
        *changed(),
        choice("units", "units", "metric", "imperial", server_default="metric"),
        required("currency", sa.String(3), server_default="EUR"),
        required("language", sa.String(8), server_default="en"),
        required("working_hours", sa.String(200), server_default=""),
        optional("brand_name", sa.String(80)),
        optional("brand_color", sa.String(7)),
        optional("logo_file_id", sa.BigInteger()),
        optional("support_phone", sa.String(32)),
        optional("support_email", sa.String(254)),
    ]


def _user_columns() -> list[sa.Column]:
    return [
        *versioned(),
        *changed(),
        optional("phone", sa.String(32)),
        optional("language", sa.String(8)),
    ]


def downgrade() -> None:
    """Take it away again."""
    drop_columns("users", _user_columns())
    drop_columns("fleets", _fleet_columns())
