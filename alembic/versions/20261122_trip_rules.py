"""What fleets set about trips, stops and limits."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import optional as may

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_RULES = (
    *("stop_after_min", "min_trip_m", "gap_after_min", "trip_gap_min", "max_accuracy_m"),
    *("idle_after_min", "speed_limit", "speeding_over"),
    *("harsh_brake", "harsh_accelerate", "harsh_corner", "low_battery_pct", "silent_after_min"),
)


def upgrade() -> None:
    for name in _RULES:
        op.add_column("fleets", may(name, sa.Float()))


def downgrade() -> None:
    for name in _RULES:
        op.drop_column("fleets", name)
