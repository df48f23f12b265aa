"""Messages to people, every try at sending them, and where people are reached."""

from __future__ import annotations

import sqlalchemy as sa
from fleet_tables.columns import MOMENT, choice, document, index_each, link, number, required
from fleet_tables.columns import optional as may

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CHANNELS = ("in_app", "email", "sms", "web_push", "push", "webhook")
_STATUSES = ("queued", "sending", "sent", "failed", "dead", "suppressed")
_TABLES = (
    *("notification_webhooks", "push_tokens", "push_subscriptions"),
    *("notification_attempts", "notifications"),
)


def upgrade() -> None:
    _notifications()
    _attempts()
    _places()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _notifications() -> None:
    op.create_table(
        "notifications",
        number(),
        link("fleet_id", "fleets"),
        link("user_id", "users", empty=True),
        required("about", sa.String(80)),
        required("dedupe_key", sa.String(200)),
        required("target", sa.String(300)),
        choice("channel", "channel", *_CHANNELS),
        choice("status", "status", *_STATUSES),
        required("severity", sa.String(16)),
        required("recipient", sa.String(120)),
        required("address", sa.String(500)),
        may("target_id", sa.BigInteger()),
        required("subject", sa.String(200)),
        required("body", sa.Text()),
        required("path", sa.String(300)),
        document("data", "{}"),
        required("attempts", sa.Integer()),
        may("last_error", sa.Text()),
        may("provider_id", sa.String(200)),
        may("next_at", MOMENT),
        required("created_at", MOMENT),
        may("sent_at", MOMENT),
    )
    index_each("notifications", "fleet_id", "user_id", "status")
    once = ["fleet_id", "dedupe_key", "channel", "target"]
    op.create_index("uq_notifications_dedupe", "notifications", once, unique=True)
    op.create_index("ix_notifications_fleet", "notifications", ["fleet_id", "id"])
    op.create_index("ix_notifications_about", "notifications", ["about"])


def _attempts() -> None:
    op.create_table(
        "notification_attempts",
        number(),
        link("notification_id", "notifications", gone="CASCADE"),
        choice("channel", "channel", *_CHANNELS),
        required("at", MOMENT),
        may("error", sa.Text()),
    )
    index_each("notification_attempts", "notification_id")
    op.create_index("ix_notification_attempts_channel", "notification_attempts", ["channel", "at"])


def _places() -> None:
    op.create_table(
        "push_subscriptions",
        number(),
        link("user_id", "users", gone="CASCADE"),
        required("endpoint", sa.String(1000), unique=True),
        required("p256dh", sa.String(120)),
        required("auth", sa.String(40)),
        required("name", sa.String(120)),
        required("created_at", MOMENT),
    )
    index_each("push_subscriptions", "user_id")
    op.create_table(
        "push_tokens",
        number(),
        link("user_id", "users", gone="CASCADE"),
        required("token", sa.String(500), unique=True),
        required("name", sa.String(120)),
        required("created_at", MOMENT),
    )
    index_each("push_tokens", "user_id")
    op.create_table(
        "notification_webhooks",
        number(),
        sa.Column(
            "fleet_id", sa.BigInteger(), sa.ForeignKey("fleets.id"), nullable=False, unique=True
        ),
        required("url", sa.String(1000)),
        required("sealed_secret", sa.Text()),
        required("changed_at", MOMENT),
    )
