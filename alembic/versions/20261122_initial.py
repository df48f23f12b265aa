"""The first tables: identity, fleet, delivery, location."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fleets",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "location_event_keys",
        sa.Column("vehicle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id", "event_id"),
    )
    op.create_table(
        "location_events",
        sa.Column("vehicle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("speed", sa.REAL(), nullable=True),
        sa.Column("heading", sa.REAL(), nullable=True),
        sa.Column("accuracy", sa.REAL(), nullable=True),
        sa.Column("altitude", sa.REAL(), nullable=True),
        sa.Column("battery", sa.REAL(), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("vehicle_id", "recorded_at"),
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_table(
        "quarantined_fixes",
        sa.Column("vehicle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("vehicle_id", "recorded_at", "reason"),
    )
    op.create_index(
        "ix_quarantined_fixes_fleet_id_received_at",
        "quarantined_fixes",
        ["fleet_id", "received_at"],
        unique=False,
    )
    op.create_table(
        "vehicle_live",
        sa.Column("vehicle_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("speed", sa.REAL(), nullable=True),
        sa.Column("heading", sa.REAL(), nullable=True),
        sa.Column("accuracy", sa.REAL(), nullable=True),
        sa.Column("battery", sa.REAL(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column(
            "tracker", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("vehicle_id"),
    )
    op.create_index(
        "ix_vehicle_live_fleet_id_recorded_at",
        "vehicle_live",
        ["fleet_id", "recorded_at"],
        unique=False,
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=160), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=True),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_customers_email"), "customers", ["email"], unique=False)
    op.create_index(op.f("ix_customers_fleet_id"), "customers", ["fleet_id"], unique=False)
    op.create_index(op.f("ix_customers_phone"), "customers", ["phone"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "system_admin",
                "fleet_manager",
                "dispatcher",
                "driver",
                "customer",
                name="role",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_users_fleet_id"), "users", ["fleet_id"], unique=False)
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "vehicles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column(
            "registration_number", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False
        ),
        sa.Column(
            "type",
            sa.Enum(
                "van",
                "truck",
                "car",
                "bike",
                "scooter",
                name="vehicletype",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active", "workshop", "retired", name="vehiclestatus", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fleet_id", "registration_number", name="uq_vehicles_registration"),
    )
    op.create_index(op.f("ix_vehicles_fleet_id"), "vehicles", ["fleet_id"], unique=False)
    op.create_index("ix_vehicles_fleet_id_status", "vehicles", ["fleet_id", "status"], unique=False)
    op.create_index(
        op.f("ix_vehicles_registration_number"), "vehicles", ["registration_number"], unique=False
    )
    op.create_index(op.f("ix_vehicles_status"), "vehicles", ["status"], unique=False)
    op.create_table(
        "device_tokens",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hint", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column(
            "speed_unit",
            sa.Enum("kn", "mps", "kmh", "mph", name="speedunit", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_device_tokens_fleet_id"), "device_tokens", ["fleet_id"], unique=False)
    op.create_index(
        op.f("ix_device_tokens_vehicle_id"), "device_tokens", ["vehicle_id"], unique=False
    )
    op.create_table(
        "drivers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("license_number", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "off_duty", "on_duty", "inactive", name="driverstatus", native_enum=False, length=24
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fleet_id", "license_number", name="uq_drivers_license"),
        sa.UniqueConstraint("user_id"),
    )
    op.create_index(op.f("ix_drivers_fleet_id"), "drivers", ["fleet_id"], unique=False)
    op.create_index(op.f("ix_drivers_license_number"), "drivers", ["license_number"], unique=False)
    op.create_index(op.f("ix_drivers_status"), "drivers", ["status"], unique=False)
    op.create_index(op.f("ix_drivers_vehicle_id"), "drivers", ["vehicle_id"], unique=False)
    op.create_table(
        "fleet_managers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id"),
    )
    op.create_index(op.f("ix_fleet_managers_email"), "fleet_managers", ["email"], unique=False)
    op.create_index(
        op.f("ix_fleet_managers_fleet_id"), "fleet_managers", ["fleet_id"], unique=False
    )
    op.create_table(
        "maintenance_records",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("odometer_km", sa.Float(), nullable=True),
        sa.Column("cost", sa.Numeric(precision=12, scale=2, asdecimal=False), nullable=True),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_maintenance_records_date"), "maintenance_records", ["date"], unique=False
    )
    op.create_index(
        op.f("ix_maintenance_records_vehicle_id"),
        "maintenance_records",
        ["vehicle_id"],
        unique=False,
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("family", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "routes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=True),
        sa.Column("driver_id", sa.BigInteger(), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "published",
                "started",
                "completed",
                name="routestatus",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["driver_id"],
            ["drivers.id"],
        ),
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
    op.create_index(op.f("ix_routes_date"), "routes", ["date"], unique=False)
    op.create_index(op.f("ix_routes_driver_id"), "routes", ["driver_id"], unique=False)
    op.create_index(op.f("ix_routes_fleet_id"), "routes", ["fleet_id"], unique=False)
    op.create_index("ix_routes_fleet_id_date", "routes", ["fleet_id", "date"], unique=False)
    op.create_index(op.f("ix_routes_status"), "routes", ["status"], unique=False)
    op.create_index(op.f("ix_routes_vehicle_id"), "routes", ["vehicle_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("fleet_id", sa.BigInteger(), nullable=False),
        sa.Column("route_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("tracking_number", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column(
            "tracking_token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True
        ),
        sa.Column(
            "status",
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
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["fleet_id"],
            ["fleets.id"],
        ),
        sa.ForeignKeyConstraint(
            ["route_id"],
            ["routes.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tracking_number"),
        sa.UniqueConstraint("tracking_token_hash"),
    )
    op.create_index(op.f("ix_deliveries_customer_id"), "deliveries", ["customer_id"], unique=False)
    op.create_index(op.f("ix_deliveries_fleet_id"), "deliveries", ["fleet_id"], unique=False)
    op.create_index(
        "ix_deliveries_fleet_id_status", "deliveries", ["fleet_id", "status"], unique=False
    )
    op.create_index(op.f("ix_deliveries_route_id"), "deliveries", ["route_id"], unique=False)
    op.create_index(op.f("ix_deliveries_status"), "deliveries", ["status"], unique=False)
    op.create_table(
        "route_stops",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("route_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.id"],
        ),
        sa.ForeignKeyConstraint(["route_id"], ["routes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("route_id", "position", name="uq_route_stops_position"),
    )
    op.create_index(
        op.f("ix_route_stops_delivery_id"), "route_stops", ["delivery_id"], unique=False
    )
    op.create_index(op.f("ix_route_stops_route_id"), "route_stops", ["route_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_route_stops_route_id"), table_name="route_stops")
    op.drop_index(op.f("ix_route_stops_delivery_id"), table_name="route_stops")
    op.drop_table("route_stops")
    op.drop_index(op.f("ix_deliveries_status"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_route_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_fleet_id_status", table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_fleet_id"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_customer_id"), table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index(op.f("ix_routes_vehicle_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_status"), table_name="routes")
    op.drop_index("ix_routes_fleet_id_date", table_name="routes")
    op.drop_index(op.f("ix_routes_fleet_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_driver_id"), table_name="routes")
    op.drop_index(op.f("ix_routes_date"), table_name="routes")
    op.drop_table("routes")
    op.drop_index(op.f("ix_refresh_tokens_user_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index(op.f("ix_maintenance_records_vehicle_id"), table_name="maintenance_records")
    op.drop_index(op.f("ix_maintenance_records_date"), table_name="maintenance_records")
    op.drop_table("maintenance_records")
    op.drop_index(op.f("ix_fleet_managers_fleet_id"), table_name="fleet_managers")
    op.drop_index(op.f("ix_fleet_managers_email"), table_name="fleet_managers")
    op.drop_table("fleet_managers")
    op.drop_index(op.f("ix_drivers_vehicle_id"), table_name="drivers")
    op.drop_index(op.f("ix_drivers_status"), table_name="drivers")
    op.drop_index(op.f("ix_drivers_license_number"), table_name="drivers")
    op.drop_index(op.f("ix_drivers_fleet_id"), table_name="drivers")
    op.drop_table("drivers")
    op.drop_index(op.f("ix_device_tokens_vehicle_id"), table_name="device_tokens")
    op.drop_index(op.f("ix_device_tokens_fleet_id"), table_name="device_tokens")
    op.drop_table("device_tokens")
    op.drop_index(op.f("ix_vehicles_status"), table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_registration_number"), table_name="vehicles")
    op.drop_index("ix_vehicles_fleet_id_status", table_name="vehicles")
    op.drop_index(op.f("ix_vehicles_fleet_id"), table_name="vehicles")
    op.drop_table("vehicles")
    op.drop_index("uq_users_email", table_name="users")
    op.drop_index(op.f("ix_users_fleet_id"), table_name="users")
    op.drop_table("users")
    op.drop_index(op.f("ix_customers_phone"), table_name="customers")
    op.drop_index(op.f("ix_customers_fleet_id"), table_name="customers")
    op.drop_index(op.f("ix_customers_email"), table_name="customers")
    op.drop_table("customers")
    op.drop_index("ix_vehicle_live_fleet_id_recorded_at", table_name="vehicle_live")
    op.drop_table("vehicle_live")
    op.drop_index("ix_quarantined_fixes_fleet_id_received_at", table_name="quarantined_fixes")
    op.drop_table("quarantined_fixes")
    op.drop_table("location_events")
    op.drop_table("location_event_keys")
    op.drop_table("fleets")
