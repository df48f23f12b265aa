"""Customers and routes as records."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import (
    MOMENT,
    NOW,
    add_columns,
    changed,
    document,
    drop_columns,
    index_each,
    link,
    only_once,
    optional,
    required,
    versioned,
)


def upgrade() -> None:
    """Add what a record has, and what each of them needs."""
    add_columns("customers", _customer_columns())
    by_name = ["fleet_id", sa.text("lower(name)"), "id"]
    op.create_index("ix_customers_fleet_name", "customers", by_name)
    only_once("customers", "external_reference", "external_reference")
    add_columns("routes", _route_columns())
    index_each("routes", "depot_id")
    only_once("routes", "external_reference", "external_reference")


def _customer_columns() -> list[sa.Column]:
    return [
        *versioned(),
        required("created_at", MOMENT, server_default=NOW),
        *changed(),
        document("contacts", "[]"),
        required("address", sa.String(300), server_default=""),
        optional("lat", sa.Float()),
        optional("lon", sa.Float()),
        document("addresses", "[]"),
        required("preferred_windows", sa.String(200), server_default=""),
        optional("language", sa.String(8)),
        required("consent_email", sa.Boolean(), server_default="false"),
        required("consent_sms", sa.Boolean(), server_default="false"),
        optional("consent_at", MOMENT),
        required("note", sa.String(2000), server_default=""),
    ]


def _route_columns() -> list[sa.Column]:
    return [
        *versioned(),
        required("created_at", MOMENT, server_default=NOW),
        *changed(),
        link("depot_id", "depots", empty=True),
        required("name", sa.String(120), server_default=""),
        optional("starts_at", MOMENT),
        required("note", sa.String(2000), server_default=""),
    ]


def downgrade() -> None:
    """Take it away again."""
    drop_columns("routes", _route_columns())
    op.drop_index("ix_customers_fleet_name", table_name="customers")
    drop_columns("customers", _customer_columns())
