"""Breaks are kept with the plan of a route: times of stops that were planned at different moments
do not say when the driver rests."""

from __future__ import annotations

from fleet_tables.columns import document

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routes", document("planned_breaks", "[]"))


def downgrade() -> None:
    op.drop_column("routes", "planned_breaks")
