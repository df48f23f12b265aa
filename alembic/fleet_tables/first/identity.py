"""Fleets, the people who sign in, and their sessions."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from fleet_tables.columns import MOMENT, choice, index_each, link, number, optional, required

ROLES = ("system_admin", "fleet_manager", "dispatcher", "driver", "customer")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "fleets",
        number(),
        required("name", sa.String(120)),
        required("time_zone", sa.String(64)),
        required("created_at", MOMENT),
        sa.UniqueConstraint("name"),
    )
    _users()
    _fleet_managers()
    _refresh_tokens()


def _users() -> None:
    op.create_table(
        "users",
        number(),
        link("fleet_id", "fleets", empty=True),
        required("email", sa.String(254)),
        required("name", sa.String(120)),
        choice("role", "role", *ROLES),
        required("password_hash", sa.String(255)),
        required("is_active", sa.Boolean()),
        required("created_at", MOMENT),
        optional("last_sign_in_at", MOMENT),
    )
    index_each("users", "fleet_id")
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)


def _fleet_managers() -> None:
    op.create_table(
        "fleet_managers",
        number(),
        link("fleet_id", "fleets"),
        link("user_id", "users", empty=True, gone="SET NULL"),
        required("name", sa.String(120)),
        required("email", sa.String(254)),
        sa.UniqueConstraint("user_id"),
    )
    index_each("fleet_managers", "email", "fleet_id")


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        number(),
        link("user_id", "users", gone="CASCADE"),
        required("family", sa.String(36)),
        required("token_hash", sa.String(64)),
        required("expires_at", MOMENT),
        optional("used_at", MOMENT),
        optional("revoked_at", MOMENT),
        sa.UniqueConstraint("token_hash"),
    )
    index_each("refresh_tokens", "family", "user_id")


def downgrade() -> None:
    """Drop them."""
    for table in ("refresh_tokens", "fleet_managers", "users", "fleets"):
        op.drop_table(table)
