"""What fleets prefer of their plans: even routes, routes that end at the last stop, and whether
something may come after its time window."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import add_columns, choice, drop_columns, required

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column]:
    """As plans were until now."""
    flags = [
        required(name, sa.Boolean(), server_default=sa.text("false"))
        for name in ("even_routes", "open_routes")
    ]
    late = choice(
        "late_deliveries",
        "latedeliveries",
        "never",
        "at_a_cost",
        server_default="never",
    )
    return [*flags, late]


def upgrade() -> None:
    add_columns("fleets", _columns())


def downgrade() -> None:
    drop_columns("fleets", _columns())
