"""Goods may be in another vehicle than the one that brings them: deliveries say in which."""

from __future__ import annotations

from fleet_tables.columns import document

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", document("left_in", "{}"))


def downgrade() -> None:
    op.drop_column("deliveries", "left_in")
