"""Who drives a route since when, as far as the driver was told."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KNOWN = """
INSERT INTO route_crews (route_id, driver_id, since)
SELECT id, driver_id, created_at FROM routes WHERE status <> 'draft' AND driver_id IS NOT NULL
"""
"""Of routes that are published already it is only known who drives them now."""


def upgrade() -> None:
    op.create_table(
        "route_crews",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("route_id", sa.BigInteger(), nullable=False),
        sa.Column("driver_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["driver_id"], ["drivers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_route_crews_route_id", "route_crews", ["route_id"])
    op.create_index("ix_route_crews_driver_id", "route_crews", ["driver_id"])
    op.execute(_KNOWN)


def downgrade() -> None:
    op.drop_table("route_crews")
