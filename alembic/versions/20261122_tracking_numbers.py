"""Tracking numbers are each fleet's own, and free while their delivery is deleted."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD, NEW = "deliveries_tracking_number_key", "uq_deliveries_tracking_number"


def upgrade() -> None:
    op.drop_constraint(OLD, "deliveries", type_="unique")
    op.create_index(
        NEW,
        "deliveries",
        ["fleet_id", "tracking_number"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(NEW, table_name="deliveries")
    op.create_unique_constraint(OLD, "deliveries", ["tracking_number"])
