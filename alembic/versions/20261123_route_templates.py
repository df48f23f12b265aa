"""Tours that come again."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import LIVING, document, index_each, link, record, required
from fleet_tables.columns import optional as may

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "route_templates",
        *record(),
        *(link(f"{one}_id", f"{one}s", empty=True) for one in ("vehicle", "driver", "depot")),
        required("name", sa.String(120)),
        document("weekdays", "[]"),
        may("leaves_at", sa.String(5)),
        document("stops", "[]"),
        required("active", sa.Boolean(), server_default="true"),
        *(may(name, sa.Date()) for name in ("valid_from", "valid_until")),
        required("note", sa.String(2000), server_default=""),
    )
    index_each("route_templates", "fleet_id", "vehicle_id", "driver_id", "depot_id")
    op.create_index(
        "uq_route_templates_external_reference",
        "route_templates",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=LIVING,
    )
    op.create_index(
        "ix_route_templates_fleet_name",
        "route_templates",
        ["fleet_id", sa.text("lower(name)"), "id"],
    )


def downgrade() -> None:
    op.drop_table("route_templates")
