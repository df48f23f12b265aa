"""The records of a delivery fleet: depots, documents, maintenance, imports, views, audit log."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("actor_role", sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("previous_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chain", "sequence", name="uq_audit_entries_sequence"),
    )
    op.create_index(op.f("ix_audit_entries_action"), "audit_entries", ["action"], unique=False)
    op.create_index(op.f("ix_audit_entries_actor_id"), "audit_entries", ["actor_id"], unique=False)
    op.create_index("ix_audit_entries_at", "audit_entries", ["chain", "at"], unique=False)
    op.create_index(
        "ix_audit_entries_object", "audit_entries", ["chain", "kind", "object_id"], unique=False
    )
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_files_fleet_id"), "files", ["fleet_id"], unique=False)
    op.create_index(op.f("ix_files_uploaded_by"), "files", ["uploaded_by"], unique=False)
    op.create_table(
        "depots",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("opening_hours", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_depots_fleet_id"), "depots", ["fleet_id"], unique=False)
    op.create_index(
        "uq_depots_external_reference",
        "depots",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_depots_name",
        "depots",
        ["fleet_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("filename", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("file_key", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checking",
                "checked",
                "running",
                "done",
                "failed",
                name="importstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "headers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "sample",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "mapping",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_imports_fleet_id"), "imports", ["fleet_id"], unique=False)
    op.create_index(op.f("ix_imports_user_id"), "imports", ["user_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "kind", "name", name="uq_saved_views_name"),
    )
    op.create_index(op.f("ix_saved_views_fleet_id"), "saved_views", ["fleet_id"], unique=False)
    op.create_index("ix_saved_views_fleet_kind", "saved_views", ["fleet_id", "kind"], unique=False)
    op.create_index(op.f("ix_saved_views_user_id"), "saved_views", ["user_id"], unique=False)
    op.create_table(
        "import_problems",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "cells",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "errors",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("import_id", "row", name="uq_import_problems_row"),
    )
    op.create_index(
        op.f("ix_import_problems_import_id"), "import_problems", ["import_id"], unique=False
    )
    op.create_table(
        "maintenance_schedules",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "service",
                "inspection",
                "tyres",
                "brakes",
                "repair",
                "cleaning",
                "other",
                name="maintenancekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("every_km", sa.Float(), nullable=True),
        sa.Column("every_hours", sa.Float(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("last_km", sa.Float(), nullable=True),
        sa.Column("last_hours", sa.Float(), nullable=True),
        sa.Column("warn_km", sa.Float(), nullable=False),
        sa.Column("warn_hours", sa.Float(), nullable=False),
        sa.Column("warn_days", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("announced", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_maintenance_schedules_fleet_id"),
        "maintenance_schedules",
        ["fleet_id"],
        unique=False,
    )
    op.create_index(
        "ix_maintenance_schedules_fleet_name",
        "maintenance_schedules",
        ["fleet_id", sa.text("lower(name)"), "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_maintenance_schedules_vehicle_id"),
        "maintenance_schedules",
        ["vehicle_id"],
        unique=False,
    )
    op.create_index(
        "uq_maintenance_schedules_external_reference",
        "maintenance_schedules",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "documents",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("driver_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "registration",
                "insurance",
                "inspection",
                "permit",
                "licence",
                "contract",
                "other",
                name="documenttype",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["driver_id"],
            ["drivers.id"],
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["vehicles.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_documents_driver_id"), "documents", ["driver_id"], unique=False)
    op.create_index(op.f("ix_documents_file_id"), "documents", ["file_id"], unique=False)
    op.create_index(
        "ix_documents_fleet_expires_on", "documents", ["fleet_id", "expires_on", "id"], unique=False
    )
    op.create_index(op.f("ix_documents_fleet_id"), "documents", ["fleet_id"], unique=False)
    op.create_index(op.f("ix_documents_vehicle_id"), "documents", ["vehicle_id"], unique=False)
    op.create_index(
        "uq_documents_external_reference",
        "documents",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "work_orders",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "service",
                "inspection",
                "tyres",
                "brakes",
                "repair",
                "cleaning",
                "other",
                name="maintenancekind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "in_progress",
                "done",
                "cancelled",
                name="workorderstatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("blocks_vehicle", sa.Boolean(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supplier", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("cost", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["schedule_id"], ["maintenance_schedules.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_work_orders_fleet_due_on", "work_orders", ["fleet_id", "due_on", "id"], unique=False
    )
    op.create_index(op.f("ix_work_orders_fleet_id"), "work_orders", ["fleet_id"], unique=False)
    op.create_index(
        op.f("ix_work_orders_schedule_id"), "work_orders", ["schedule_id"], unique=False
    )
    op.create_index(op.f("ix_work_orders_status"), "work_orders", ["status"], unique=False)
    op.create_index(op.f("ix_work_orders_vehicle_id"), "work_orders", ["vehicle_id"], unique=False)
    op.create_index(
        "ix_work_orders_vehicle_id_status", "work_orders", ["vehicle_id", "status"], unique=False
    )
    op.create_index(
        "uq_work_orders_external_reference",
        "work_orders",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "delivery_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column(
            "from_status",
            sa.Enum(
                "created",
                "assigned",
                "out_for_delivery",
                "arriving",
                "arrived",
                "completed",
                "failed",
                "rescheduled",
                "returned",
                "cancelled",
                name="deliverystatus",
                native_enum=False,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "created",
                "assigned",
                "out_for_delivery",
                "arriving",
                "arrived",
                "completed",
                "failed",
                "rescheduled",
                "returned",
                "cancelled",
                name="deliverystatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("actor_role", sqlmodel.sql.sqltypes.AutoString(length=24), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery_id", "event_id", name="uq_delivery_events_event_id"),
    )
    op.create_index(
        op.f("ix_delivery_events_actor_id"), "delivery_events", ["actor_id"], unique=False
    )
    op.create_index(
        "ix_delivery_events_delivery",
        "delivery_events",
        ["delivery_id", "occurred_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_delivery_events_delivery_id"), "delivery_events", ["delivery_id"], unique=False
    )
    op.create_index(
        "ix_delivery_events_fleet", "delivery_events", ["fleet_id", "received_at"], unique=False
    )
    op.create_index(
        op.f("ix_delivery_events_fleet_id"), "delivery_events", ["fleet_id"], unique=False
    )
    op.add_column(
        "customers", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "customers",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "customers",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
    op.add_column(
        "customers",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("customers", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "customers",
        sa.Column(
            "contacts",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "customers",
        sa.Column(
            "address",
            sqlmodel.sql.sqltypes.AutoString(length=300),
            server_default="",
            nullable=False,
        ),
    )
    op.add_column("customers", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("customers", sa.Column("lon", sa.Float(), nullable=True))
    op.add_column(
        "customers",
        sa.Column(
            "addresses",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "customers",
        sa.Column(
            "preferred_windows",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default="",
            nullable=False,
        ),
    )
    op.add_column(
        "customers",
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True),
    )
    op.add_column(
        "customers",
        sa.Column("consent_email", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column(
        "customers", sa.Column("consent_sms", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("customers", sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "customers",
        sa.Column(
            "note", sqlmodel.sql.sqltypes.AutoString(length=2000), server_default="", nullable=False
        ),
    )
    op.create_index(
        "ix_customers_fleet_name",
        "customers",
        ["fleet_id", sa.text("lower(name)"), "id"],
        unique=False,
    )
    op.create_index(
        "uq_customers_external_reference",
        "customers",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column(
        "deliveries", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "deliveries",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "deliveries",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("deliveries", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column(
            "status_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.add_column("deliveries", sa.Column("pickup_depot_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column("pickup_address", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
    )
    op.add_column("deliveries", sa.Column("pickup_lat", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("pickup_lon", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("deliveries", sa.Column("window_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("window_to", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deliveries", sa.Column("service_minutes", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("weight_kg", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("volume_m3", sa.Float(), nullable=True))
    op.add_column(
        "deliveries", sa.Column("parcels", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("deliveries", sa.Column("length_cm", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("width_cm", sa.Float(), nullable=True))
    op.add_column("deliveries", sa.Column("height_cm", sa.Float(), nullable=True))
    op.add_column(
        "deliveries",
        sa.Column(
            "priority",
            sa.Enum(
                "low", "normal", "high", "urgent", name="priority", native_enum=False, length=24
            ),
            server_default="normal",
            nullable=False,
        ),
    )
    op.add_column(
        "deliveries",
        sa.Column(
            "required_skills",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "deliveries",
        sa.Column(
            "required_proof",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "deliveries",
        sa.Column(
            "instructions",
            sqlmodel.sql.sqltypes.AutoString(length=2000),
            server_default="",
            nullable=False,
        ),
    )
    op.add_column(
        "deliveries",
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
    )
    op.add_column(
        "deliveries",
        sa.Column("contact_phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    )
    op.add_column(
        "deliveries",
        sa.Column("contact_email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
    )
    op.create_index(
        "ix_deliveries_fleet_address",
        "deliveries",
        ["fleet_id", sa.text("lower(address)"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_fleet_created_at",
        "deliveries",
        ["fleet_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_fleet_due",
        "deliveries",
        ["fleet_id", sa.text("due_on DESC NULLS LAST"), sa.text("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_fleet_tracking_number",
        "deliveries",
        ["fleet_id", sa.text("lower(tracking_number)"), "id"],
        unique=False,
    )
    op.create_index(
        "ix_deliveries_fleet_window_from",
        "deliveries",
        ["fleet_id", "window_from", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_deliveries_pickup_depot_id"), "deliveries", ["pickup_depot_id"], unique=False
    )
    op.create_index(
        "uq_deliveries_external_reference",
        "deliveries",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(None, "deliveries", "depots", ["pickup_depot_id"], ["id"])
    op.add_column("drivers", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "drivers",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "drivers",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("drivers", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("drivers", sa.Column("depot_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "drivers",
        sa.Column(
            "license_classes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("drivers", sa.Column("license_expires_on", sa.Date(), nullable=True))
    op.add_column(
        "drivers", sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True)
    )
    op.add_column(
        "drivers",
        sa.Column(
            "skills",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "drivers",
        sa.Column(
            "shift", sqlmodel.sql.sqltypes.AutoString(length=200), server_default="", nullable=False
        ),
    )
    op.add_column(
        "drivers", sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True)
    )
    op.add_column("drivers", sa.Column("photo_file_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "drivers",
        sa.Column(
            "note", sqlmodel.sql.sqltypes.AutoString(length=2000), server_default="", nullable=False
        ),
    )
    op.drop_constraint(op.f("uq_drivers_license"), "drivers", type_="unique")
    op.create_index(
        "uq_drivers_license",
        "drivers",
        ["fleet_id", sa.literal_column("upper(license_number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_drivers_depot_id"), "drivers", ["depot_id"], unique=False)
    op.create_index(
        "ix_drivers_fleet_name", "drivers", ["fleet_id", sa.text("lower(name)"), "id"], unique=False
    )
    op.create_index(op.f("ix_drivers_photo_file_id"), "drivers", ["photo_file_id"], unique=False)
    op.create_index(
        "uq_drivers_external_reference",
        "drivers",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(None, "drivers", "files", ["photo_file_id"], ["id"], ondelete="SET NULL")
    op.create_foreign_key(None, "drivers", "depots", ["depot_id"], ["id"])
    op.add_column("fleets", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "fleets",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "fleets",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("fleets", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "fleets",
        sa.Column(
            "units",
            sa.Enum("metric", "imperial", name="units", native_enum=False, length=24),
            server_default="metric",
            nullable=False,
        ),
    )
    op.add_column(
        "fleets",
        sa.Column(
            "currency",
            sqlmodel.sql.sqltypes.AutoString(length=3),
            server_default="EUR",
            nullable=False,
        ),
    )
    op.add_column(
        "fleets",
        sa.Column(
            "language",
            sqlmodel.sql.sqltypes.AutoString(length=8),
            server_default="en",
            nullable=False,
        ),
    )
    op.add_column(
        "fleets",
        sa.Column(
            "working_hours",
            sqlmodel.sql.sqltypes.AutoString(length=200),
            server_default="",
            nullable=False,
        ),
    )
    op.add_column(
        "fleets",
        sa.Column("brand_name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "fleets",
        sa.Column("brand_color", sqlmodel.sql.sqltypes.AutoString(length=7), nullable=True),
    )
    op.add_column("fleets", sa.Column("logo_file_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "fleets",
        sa.Column("support_phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    )
    op.add_column(
        "fleets",
        sa.Column("support_email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
    )
    op.add_column(
        "maintenance_records",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column(
        "maintenance_records",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "maintenance_records",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
    op.add_column(
        "maintenance_records",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column(
        "maintenance_records", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("maintenance_records", sa.Column("fleet_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE maintenance_records SET fleet_id = vehicles.fleet_id FROM vehicles"
        " WHERE vehicles.id = maintenance_records.vehicle_id"
    )
    op.alter_column("maintenance_records", "fleet_id", nullable=False)
    op.add_column("maintenance_records", sa.Column("work_order_id", sa.BigInteger(), nullable=True))
    op.add_column("maintenance_records", sa.Column("engine_hours", sa.Float(), nullable=True))
    op.add_column(
        "maintenance_records",
        sa.Column("supplier", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
    )
    op.add_column(
        "maintenance_records",
        sa.Column("invoice_number", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    )
    op.create_index(
        "ix_maintenance_records_fleet_date",
        "maintenance_records",
        ["fleet_id", "date", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_maintenance_records_fleet_id"), "maintenance_records", ["fleet_id"], unique=False
    )
    op.create_index(
        op.f("ix_maintenance_records_work_order_id"),
        "maintenance_records",
        ["work_order_id"],
        unique=False,
    )
    op.create_index(
        "uq_maintenance_records_external_reference",
        "maintenance_records",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(None, "maintenance_records", "fleets", ["fleet_id"], ["id"])
    op.create_foreign_key(
        None, "maintenance_records", "work_orders", ["work_order_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column("routes", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "routes",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "routes",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("now()"),
        ),
    )
    op.add_column(
        "routes",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("routes", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("routes", sa.Column("depot_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "routes",
        sa.Column(
            "name", sqlmodel.sql.sqltypes.AutoString(length=120), server_default="", nullable=False
        ),
    )
    op.add_column("routes", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "routes",
        sa.Column(
            "note", sqlmodel.sql.sqltypes.AutoString(length=2000), server_default="", nullable=False
        ),
    )
    op.create_index(op.f("ix_routes_depot_id"), "routes", ["depot_id"], unique=False)
    op.create_index(
        "uq_routes_external_reference",
        "routes",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(None, "routes", "depots", ["depot_id"], ["id"])
    op.add_column("users", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "users",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "users",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "users", sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True)
    )
    op.add_column(
        "users", sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True)
    )
    op.add_column(
        "vehicle_live", sa.Column("distance_m", sa.Float(), server_default="0", nullable=False)
    )
    op.add_column(
        "vehicle_live", sa.Column("engine_s", sa.Float(), server_default="0", nullable=False)
    )
    op.add_column(
        "vehicles", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "vehicles",
        sa.Column("external_reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    )
    op.add_column(
        "vehicles",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("vehicles", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("vehicles", sa.Column("depot_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "vehicles", sa.Column("vin", sqlmodel.sql.sqltypes.AutoString(length=17), nullable=True)
    )
    op.add_column(
        "vehicles", sa.Column("make", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True)
    )
    op.add_column(
        "vehicles", sa.Column("model", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True)
    )
    op.add_column("vehicles", sa.Column("year", sa.Integer(), nullable=True))
    op.add_column("vehicles", sa.Column("capacity_kg", sa.Float(), nullable=True))
    op.add_column("vehicles", sa.Column("capacity_m3", sa.Float(), nullable=True))
    op.add_column("vehicles", sa.Column("capacity_parcels", sa.Integer(), nullable=True))
    op.add_column(
        "vehicles",
        sa.Column(
            "skills",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "vehicles",
        sa.Column(
            "equipment",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column(
        "vehicles",
        sa.Column(
            "energy",
            sa.Enum(
                "diesel",
                "petrol",
                "electric",
                "hybrid",
                "gas",
                "hydrogen",
                "human",
                name="energytype",
                native_enum=False,
                length=24,
            ),
            server_default="diesel",
            nullable=False,
        ),
    )
    op.add_column("vehicles", sa.Column("consumption_per_100km", sa.Float(), nullable=True))
    op.add_column(
        "vehicles", sa.Column("odometer_m", sa.Float(), server_default="0", nullable=False)
    )
    op.add_column(
        "vehicles", sa.Column("odometer_tracked_m", sa.Float(), server_default="0", nullable=False)
    )
    op.add_column("vehicles", sa.Column("engine_s", sa.Float(), server_default="0", nullable=False))
    op.add_column(
        "vehicles", sa.Column("engine_tracked_s", sa.Float(), server_default="0", nullable=False)
    )
    op.add_column("vehicles", sa.Column("photo_file_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "vehicles",
        sa.Column(
            "note", sqlmodel.sql.sqltypes.AutoString(length=2000), server_default="", nullable=False
        ),
    )
    op.drop_constraint(op.f("uq_vehicles_registration"), "vehicles", type_="unique")
    op.create_index(
        "uq_vehicles_registration",
        "vehicles",
        ["fleet_id", sa.literal_column("upper(registration_number)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_vehicles_depot_id"), "vehicles", ["depot_id"], unique=False)
    op.create_index(
        "ix_vehicles_fleet_name",
        "vehicles",
        ["fleet_id", sa.text("lower(name)"), "id"],
        unique=False,
    )
    op.create_index(op.f("ix_vehicles_photo_file_id"), "vehicles", ["photo_file_id"], unique=False)
    op.create_index(
        "uq_vehicles_external_reference",
        "vehicles",
        ["fleet_id", "external_reference"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_vehicles_vin",
        "vehicles",
        ["fleet_id", "vin"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(None, "vehicles", "files", ["photo_file_id"], ["id"], ondelete="SET NULL")
    op.create_foreign_key(None, "vehicles", "depots", ["depot_id"], ["id"])


def downgrade() -> None:
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_index(
        "uq_vehicles_vin", table_name="vehicles", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "uq_vehicles_external_reference",
        table_name="vehicles",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_vehicles_photo_file_id"), table_name="vehicles")
    op.drop_index("ix_vehicles_fleet_name", table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_depot_id"), table_name="vehicles")
    op.drop_index(
        "uq_vehicles_registration",
        table_name="vehicles",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_vehicles_registration"),
        "vehicles",
        ["fleet_id", "registration_number"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("vehicles", "note")
    op.drop_column("vehicles", "photo_file_id")
    op.drop_column("vehicles", "engine_tracked_s")
    op.drop_column("vehicles", "engine_s")
    op.drop_column("vehicles", "odometer_tracked_m")
    op.drop_column("vehicles", "odometer_m")
    op.drop_column("vehicles", "consumption_per_100km")
    op.drop_column("vehicles", "energy")
    op.drop_column("vehicles", "equipment")
    op.drop_column("vehicles", "skills")
    op.drop_column("vehicles", "capacity_parcels")
    op.drop_column("vehicles", "capacity_m3")
    op.drop_column("vehicles", "capacity_kg")
    op.drop_column("vehicles", "year")
    op.drop_column("vehicles", "model")
    op.drop_column("vehicles", "make")
    op.drop_column("vehicles", "vin")
    op.drop_column("vehicles", "depot_id")
    op.drop_column("vehicles", "deleted_at")
    op.drop_column("vehicles", "updated_at")
    op.drop_column("vehicles", "external_reference")
    op.drop_column("vehicles", "version")
    op.drop_column("vehicle_live", "engine_s")
    op.drop_column("vehicle_live", "distance_m")
    op.drop_column("users", "language")
    op.drop_column("users", "phone")
    op.drop_column("users", "deleted_at")
    op.drop_column("users", "updated_at")
    op.drop_column("users", "external_reference")
    op.drop_column("users", "version")
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_index(
        "uq_routes_external_reference",
        table_name="routes",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_routes_depot_id"), table_name="routes")
    op.drop_column("routes", "note")
    op.drop_column("routes", "starts_at")
    op.drop_column("routes", "name")
    op.drop_column("routes", "depot_id")
    op.drop_column("routes", "deleted_at")
    op.drop_column("routes", "updated_at")
    op.drop_column("routes", "created_at")
    op.drop_column("routes", "external_reference")
    op.drop_column("routes", "version")
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_index(
        "uq_maintenance_records_external_reference",
        table_name="maintenance_records",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_maintenance_records_work_order_id"), table_name="maintenance_records")
    op.drop_index(op.f("ix_maintenance_records_fleet_id"), table_name="maintenance_records")
    op.drop_index("ix_maintenance_records_fleet_date", table_name="maintenance_records")
    op.drop_column("maintenance_records", "invoice_number")
    op.drop_column("maintenance_records", "supplier")
    op.drop_column("maintenance_records", "engine_hours")
    op.drop_column("maintenance_records", "work_order_id")
    op.drop_column("maintenance_records", "fleet_id")
    op.drop_column("maintenance_records", "deleted_at")
    op.drop_column("maintenance_records", "updated_at")
    op.drop_column("maintenance_records", "created_at")
    op.drop_column("maintenance_records", "external_reference")
    op.drop_column("maintenance_records", "version")
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_column("fleets", "support_email")
    op.drop_column("fleets", "support_phone")
    op.drop_column("fleets", "logo_file_id")
    op.drop_column("fleets", "brand_color")
    op.drop_column("fleets", "brand_name")
    op.drop_column("fleets", "working_hours")
    op.drop_column("fleets", "language")
    op.drop_column("fleets", "currency")
    op.drop_column("fleets", "units")
    op.drop_column("fleets", "deleted_at")
    op.drop_column("fleets", "updated_at")
    op.drop_column("fleets", "external_reference")
    op.drop_column("fleets", "version")
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_index(
        "uq_drivers_external_reference",
        table_name="drivers",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_drivers_photo_file_id"), table_name="drivers")
    op.drop_index("ix_drivers_fleet_name", table_name="drivers")
    op.drop_index(op.f("ix_drivers_depot_id"), table_name="drivers")
    op.drop_index(
        "uq_drivers_license", table_name="drivers", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_unique_constraint(
        op.f("uq_drivers_license"),
        "drivers",
        ["fleet_id", "license_number"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("drivers", "note")
    op.drop_column("drivers", "photo_file_id")
    op.drop_column("drivers", "language")
    op.drop_column("drivers", "shift")
    op.drop_column("drivers", "skills")
    op.drop_column("drivers", "email")
    op.drop_column("drivers", "license_expires_on")
    op.drop_column("drivers", "license_classes")
    op.drop_column("drivers", "depot_id")
    op.drop_column("drivers", "deleted_at")
    op.drop_column("drivers", "updated_at")
    op.drop_column("drivers", "external_reference")
    op.drop_column("drivers", "version")
    # WARNING: constraint name is None; this directive will fail as
    # rendered.  Add a name, or use a naming convention; see
    # https://alembic.sqlalchemy.org/en/latest/naming.html
    op.drop_index(
        "uq_deliveries_external_reference",
        table_name="deliveries",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_deliveries_pickup_depot_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_window_from", table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_tracking_number", table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_due", table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_created_at", table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_address", table_name="deliveries")
    op.drop_column("deliveries", "contact_email")
    op.drop_column("deliveries", "contact_phone")
    op.drop_column("deliveries", "contact_name")
    op.drop_column("deliveries", "instructions")
    op.drop_column("deliveries", "required_proof")
    op.drop_column("deliveries", "required_skills")
    op.drop_column("deliveries", "priority")
    op.drop_column("deliveries", "height_cm")
    op.drop_column("deliveries", "width_cm")
    op.drop_column("deliveries", "length_cm")
    op.drop_column("deliveries", "parcels")
    op.drop_column("deliveries", "volume_m3")
    op.drop_column("deliveries", "weight_kg")
    op.drop_column("deliveries", "service_minutes")
    op.drop_column("deliveries", "window_to")
    op.drop_column("deliveries", "window_from")
    op.drop_column("deliveries", "due_on")
    op.drop_column("deliveries", "pickup_lon")
    op.drop_column("deliveries", "pickup_lat")
    op.drop_column("deliveries", "pickup_address")
    op.drop_column("deliveries", "pickup_depot_id")
    op.drop_column("deliveries", "status_at")
    op.drop_column("deliveries", "deleted_at")
    op.drop_column("deliveries", "updated_at")
    op.drop_column("deliveries", "external_reference")
    op.drop_column("deliveries", "version")
    op.drop_index(
        "uq_customers_external_reference",
        table_name="customers",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_customers_fleet_name", table_name="customers")
    op.drop_column("customers", "note")
    op.drop_column("customers", "consent_at")
    op.drop_column("customers", "consent_sms")
    op.drop_column("customers", "consent_email")
    op.drop_column("customers", "language")
    op.drop_column("customers", "preferred_windows")
    op.drop_column("customers", "addresses")
    op.drop_column("customers", "lon")
    op.drop_column("customers", "lat")
    op.drop_column("customers", "address")
    op.drop_column("customers", "contacts")
    op.drop_column("customers", "deleted_at")
    op.drop_column("customers", "updated_at")
    op.drop_column("customers", "created_at")
    op.drop_column("customers", "external_reference")
    op.drop_column("customers", "version")
    op.drop_index(op.f("ix_delivery_events_fleet_id"), table_name="delivery_events")
    op.drop_index("ix_delivery_events_fleet", table_name="delivery_events")
    op.drop_index(op.f("ix_delivery_events_delivery_id"), table_name="delivery_events")
    op.drop_index("ix_delivery_events_delivery", table_name="delivery_events")
    op.drop_index(op.f("ix_delivery_events_actor_id"), table_name="delivery_events")
    op.drop_table("delivery_events")
    op.drop_index(
        "uq_work_orders_external_reference",
        table_name="work_orders",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_work_orders_vehicle_id_status", table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_vehicle_id"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_status"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_schedule_id"), table_name="work_orders")
    op.drop_index(op.f("ix_work_orders_fleet_id"), table_name="work_orders")
    op.drop_index("ix_work_orders_fleet_due_on", table_name="work_orders")
    op.drop_table("work_orders")
    op.drop_index(
        "uq_documents_external_reference",
        table_name="documents",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_documents_vehicle_id"), table_name="documents")
    op.drop_index(op.f("ix_documents_fleet_id"), table_name="documents")
    op.drop_index("ix_documents_fleet_expires_on", table_name="documents")
    op.drop_index(op.f("ix_documents_file_id"), table_name="documents")
    op.drop_index(op.f("ix_documents_driver_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_index(
        "uq_maintenance_schedules_external_reference",
        table_name="maintenance_schedules",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_maintenance_schedules_vehicle_id"), table_name="maintenance_schedules")
    op.drop_index("ix_maintenance_schedules_fleet_name", table_name="maintenance_schedules")
    op.drop_index(op.f("ix_maintenance_schedules_fleet_id"), table_name="maintenance_schedules")
    op.drop_table("maintenance_schedules")
    op.drop_index(op.f("ix_import_problems_import_id"), table_name="import_problems")
    op.drop_table("import_problems")
    op.drop_index(op.f("ix_saved_views_user_id"), table_name="saved_views")
    op.drop_index("ix_saved_views_fleet_kind", table_name="saved_views")
    op.drop_index(op.f("ix_saved_views_fleet_id"), table_name="saved_views")
    op.drop_table("saved_views")
    op.drop_index(op.f("ix_imports_user_id"), table_name="imports")
    op.drop_index(op.f("ix_imports_fleet_id"), table_name="imports")
    op.drop_table("imports")
    op.drop_index(
        "uq_depots_name", table_name="depots", postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.drop_index(
        "uq_depots_external_reference",
        table_name="depots",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_depots_fleet_id"), table_name="depots")
    op.drop_table("depots")
    op.drop_index(op.f("ix_files_uploaded_by"), table_name="files")
    op.drop_index(op.f("ix_files_fleet_id"), table_name="files")
    op.drop_table("files")
    op.drop_table("audit_heads")
    op.drop_index("ix_audit_entries_object", table_name="audit_entries")
    op.drop_index("ix_audit_entries_at", table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_actor_id"), table_name="audit_entries")
    op.drop_index(op.f("ix_audit_entries_action"), table_name="audit_entries")
    op.drop_table("audit_entries")
