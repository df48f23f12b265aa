"""Working plans of a day, what they need to know of a fleet, and planned beside actual times."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import (
    MOMENT,
    add_columns,
    document,
    drop_columns,
    index_each,
    link,
    number,
    record,
    required,
)
from fleet_tables.columns import optional as may
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _settings() -> dict[str, list[sa.Column]]:
    """What fleet managers can set, by table."""
    vehicle = ("cost_per_km", "cost_per_hour", "fixed_cost", "co2_per_km")
    fleet = ("service_minutes", "at_risk_minutes", "late_minutes", "break_after_hours")
    return {
        "vehicles": [*(may(name, sa.Float()) for name in vehicle), may("max_stops", sa.Integer())],
        "drivers": [may(name, sa.Float()) for name in ("break_minutes", "max_hours")],
        "fleets": [may(name, sa.Float()) for name in fleet],
    }


def _times() -> dict[str, list[sa.Column]]:
    """Planned and actual times, by table."""
    moments = ("planned_arrival", "planned_departure", "actual_arrival", "actual_departure")
    lengths = (
        *("planned_drive_s", "planned_distance_m", "planned_service_s"),
        *("actual_drive_s", "actual_distance_m"),
    )

    def both() -> list[sa.Column]:
        return [
            *(may(name, MOMENT) for name in moments),
            *(may(name, sa.Integer()) for name in lengths),
        ]

    return {"routes": both(), "route_stops": [*both(), may("planned_position", sa.Integer())]}


def upgrade() -> None:
    for table, columns in (_settings() | _times()).items():
        add_columns(table, columns)
    op.create_table(
        "plans",
        *record(),
        required("date", sa.Date()),
        required("name", sa.String(120)),
        document("document", "{}"),
        document("links", "{}"),
        required("step", sa.Integer(), server_default="0"),
        may("published_at", MOMENT),
        may("published", postgresql.JSONB(astext_type=sa.Text())),
        may("job_id", sa.BigInteger()),
    )
    index_each("plans", "fleet_id")
    op.create_index("ix_plans_fleet_id_date", "plans", ["fleet_id", "date"])
    op.create_table(
        "plan_steps",
        number(),
        link("plan_id", "plans", gone="CASCADE"),
        required("number", sa.Integer()),
        required("label", sa.String(200)),
        document("before", "{}"),
        document("after", "{}"),
        link("actor_id", "users", empty=True, gone="SET NULL"),
        required("actor_name", sa.String(120)),
        required("at", MOMENT),
        sa.UniqueConstraint("plan_id", "number", name="uq_plan_steps_number"),
    )
    index_each("plan_steps", "plan_id", "actor_id")


def downgrade() -> None:
    op.drop_table("plan_steps")
    op.drop_table("plans")
    for table, columns in (_settings() | _times()).items():
        drop_columns(table, columns)
