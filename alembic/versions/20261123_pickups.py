"""Routes have stops where goods are fetched, and deliveries say since when they are."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, choice, optional

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ABOARD = """
    UPDATE deliveries SET picked_up_at = status_at
    WHERE status IN ('out_for_delivery', 'arriving', 'arrived')
        AND (pickup_depot_id IS NOT NULL OR pickup_lat IS NOT NULL)"""
"""Whoever is on the way had fetched everything before there were stops to do so."""


def upgrade() -> None:
    op.add_column(
        "route_stops",
        choice("kind", "stopkind", "delivery", "pickup", server_default=sa.text("'delivery'")),
    )
    op.add_column("deliveries", optional("picked_up_at", MOMENT))
    op.execute(ABOARD)


def downgrade() -> None:
    # Without their kind they would be second deliveries of the same goods.
    op.execute("DELETE FROM route_stops WHERE kind = 'pickup'")
    op.drop_column("deliveries", "picked_up_at")
    op.drop_column("route_stops", "kind")
