"""Runs of the optimiser on plans."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, choice, document, index_each, link, number, required
from fleet_tables.columns import optional as may
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_jobs",
        number(),
        link("fleet_id", "fleets"),
        link("plan_id", "plans", gone="CASCADE"),
        link("user_id", "users", empty=True, gone="SET NULL"),
        required("user_name", sa.String(120)),
        choice("mode", "mode", "everything", "fit_in", "keep_drivers"),
        required("seconds", sa.Float()),
        required("seed", sa.Integer()),
        choice("state", "runstate", "queued", "running", "stopping", "done", "stopped", "failed"),
        required("attempt", sa.Integer()),
        may("version", sa.Integer()),
        required("spent_s", sa.Float()),
        may("cost", sa.Float()),
        document("curve", "[]"),
        *(required(name, sa.Integer()) for name in ("stops", "planned", "left")),
        required("engine", sa.String(40)),
        may("best", postgresql.JSONB(astext_type=sa.Text())),
        required("message", sa.String(500)),
        required("applied", sa.Boolean()),
        link("result_plan_id", "plans", empty=True, gone="SET NULL"),
        required("created_at", MOMENT),
        *(may(name, MOMENT) for name in ("started_at", "seen_at", "finished_at")),
    )
    index_each("plan_jobs", "fleet_id", "plan_id", "user_id", "result_plan_id")
    is_open = sa.text("state IN ('queued', 'running', 'stopping')")
    op.create_index(
        "uq_plan_jobs_open", "plan_jobs", ["plan_id"], unique=True, postgresql_where=is_open
    )


def downgrade() -> None:
    op.drop_table("plan_jobs")
