"""Domain events and background jobs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JOBS = Path(__file__).parents[1] / "procrastinate_3_10.sql"
"""A copy of what Procrastinate 3.10 ships: another version must not change this migration."""
WAKE_THE_NEXT = """
CREATE FUNCTION wake_job_workers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name,
        json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text);
    RETURN NEW;
END $$;
CREATE TRIGGER wake_job_workers AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND NEW.status <> 'todo' AND NEW.lock IS NOT NULL)
    EXECUTE FUNCTION wake_job_workers()
"""
"""The library announces new jobs only: one that waited for a lock would wait for the next poll."""
DROP_JOBS = """
DO $$
DECLARE dropped text;
BEGIN
    DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs,
        procrastinate_workers CASCADE;
    DROP FUNCTION wake_job_workers;
    FOR dropped IN
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE starts_with(proname, 'procrastinate_') AND pronamespace = current_schema::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || dropped;
    END LOOP;
    DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type,
        procrastinate_job_status;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "domain_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=True),
        sa.Column("type", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence", name="uq_domain_events_sequence"),
    )
    op.create_index("ix_domain_events_fleet", "domain_events", ["fleet_id", "sequence"])
    op.create_index("ix_domain_events_subject", "domain_events", ["subject"])
    op.create_table(
        "job_errors",
        sa.Column("job_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.get_bind().exec_driver_sql(JOBS.read_text("utf-8").replace("%", "%%"))
    op.execute(WAKE_THE_NEXT)


def downgrade() -> None:
    op.execute(DROP_JOBS)
    op.drop_table("job_errors")
    op.drop_table("domain_events")
