"""Alert rules, alerts with their trail, and what rules have heard or wait for."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import (
    MOMENT,
    choice,
    document,
    index_each,
    link,
    number,
    only_once,
    record,
    required,
)
from fleet_tables.columns import optional as may

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_EVENTS = (
    *("enters_a_zone", "leaves_a_zone", "passes_through_a_zone", "stays_too_long_in_a_zone"),
    *("speeding", "harsh_driving", "idling", "low_battery", "tracker_silent", "mock_location"),
    "trip_outside_hours",
    *("delivery_failed", "delivery_rescheduled", "delivery_returned", "delivery_cancelled"),
    *("maintenance_due", "maintenance_overdue"),
)
_SEVERITIES = ("info", "warning", "critical")
_STATUSES = ("raised", "acknowledged", "snoozed", "resolved")
_TRAIL = (
    *("raised", "repeated", "acknowledged", "snoozed", "snooze_ended", "resolved", "reopened"),
    *("escalated", "assigned", "comment"),
)
_LISTS = (
    *("vehicles", "vehicle_ids", "drivers", "driver_ids", "roles", "people", "user_ids"),
    *("channels", "escalate_roles", "escalate_people", "escalate_user_ids", "escalate_channels"),
)
_TABLES = ("alert_waits", "alert_heard_events", "alert_comments", "alerts", "alert_rules")


def upgrade() -> None:
    _rules()
    _alerts()
    _trail()
    _listening()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _rules() -> None:
    op.create_table(
        "alert_rules",
        *record(),
        required("name", sa.String(120)),
        choice("event", "alertevent", *_EVENTS),
        required("active", sa.Boolean()),
        choice("severity", "severity", *_SEVERITIES),
        may("geofence_id", sa.BigInteger()),
        may("zone_group", sa.String(80)),
        *(document(name, "[]") for name in _LISTS),
        may("over_by_mps", sa.Float()),
        *(may(name, sa.Integer()) for name in ("after_minutes", "below_percent")),
        *(required(name, sa.String(200)) for name in ("hours", "quiet_hours")),
        required("cool_down_minutes", sa.Integer()),
        may("escalate_after_minutes", sa.Integer()),
        required("keep_late", sa.Boolean()),
        required("note", sa.String(2000)),
    )
    index_each("alert_rules", "fleet_id")
    only_once("alert_rules", "external_reference", "external_reference")
    by_name = ["fleet_id", sa.text("lower(name)"), "id"]
    op.create_index("ix_alert_rules_fleet_name", "alert_rules", by_name)


def _alerts() -> None:
    op.create_table(
        "alerts",
        number(),
        link("fleet_id", "fleets"),
        link("rule_id", "alert_rules"),
        required("version", sa.Integer()),
        choice("event", "alertevent", *_EVENTS),
        choice("status", "alertstatus", *_STATUSES),
        choice("severity", "severity", *_SEVERITIES),
        required("subject", sa.String(120)),
        required("title", sa.String(200)),
        required("message", sa.Text()),
        link("vehicle_id", "vehicles", empty=True),
        link("driver_id", "drivers", empty=True),
        link("delivery_id", "deliveries", empty=True),
        *(may(name, sa.BigInteger()) for name in ("geofence_id", "fact_id")),
        *(may(name, sa.Float()) for name in ("lat", "lon")),
        required("count", sa.Integer()),
        required("late", sa.Boolean()),
        *(required(name, MOMENT) for name in ("first_at", "last_at", "raised_at", "updated_at")),
        may("acknowledged_at", MOMENT),
        *(link(name, "users", empty=True) for name in _PEOPLE),
        *(may(name, MOMENT) for name in ("snoozed_until", "resolved_at")),
        *(may(name, MOMENT) for name in ("escalate_at", "escalated_at", "told_at")),
        document("data", "{}"),
    )
    links = ("fleet_id", "rule_id", "vehicle_id", "driver_id", "delivery_id", "fact_id", *_PEOPLE)
    index_each("alerts", *links)
    _index("fleet_status", "fleet_id", "status", "last_at", "id")
    _index("fleet_last", "fleet_id", "last_at", "id")
    _index("vehicle", "vehicle_id", "last_at")
    _index("escalate", "escalate_at", where="escalate_at IS NOT NULL")
    _index("snoozed", "snoozed_until", where="status = 'snoozed'")
    op.create_index(
        "uq_alerts_open", "alerts", ["rule_id", "subject"], unique=True,
        postgresql_where=sa.text("status <> 'resolved'"),
    )  # fmt: skip


_PEOPLE = ("acknowledged_by", "assigned_to", "resolved_by")


def _index(name: str, *columns: str, where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(f"ix_alerts_{name}", "alerts", list(columns), postgresql_where=only)


def _trail() -> None:
    op.create_table(
        "alert_comments",
        number(),
        link("alert_id", "alerts", gone="CASCADE"),
        required("at", MOMENT),
        choice("what", "trail", *_TRAIL),
        link("actor_id", "users", empty=True),
        required("actor_name", sa.String(120)),
        required("text", sa.Text()),
    )
    index_each("alert_comments", "alert_id", "actor_id")


def _listening() -> None:
    op.create_table(
        "alert_heard_events",
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("rule_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        required("at", MOMENT),
    )
    op.create_table(
        "alert_waits",
        number(),
        link("rule_id", "alert_rules", gone="CASCADE"),
        required("fact_id", sa.BigInteger()),
        required("due_at", MOMENT),
        document("event", "{}"),
    )
    index_each("alert_waits", "rule_id")
    op.create_index("uq_alert_waits_fact", "alert_waits", ["rule_id", "fact_id"], unique=True)
    op.create_index("ix_alert_waits_due", "alert_waits", ["due_at"])
