"""Messages that were, will or would be sent, every try at sending them, and where to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Index, String, Text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference


class Channel(StrEnum):
    """Ways by which a message reaches somebody."""

    IN_APP = "in_app"
    EMAIL = "email"
    SMS = "sms"
    WEB_PUSH = "web_push"
    PUSH = "push"
    """A notification on a phone with our app, by Firebase Cloud Messaging."""
    WEBHOOK = "webhook"


class Status(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good: trying again as it is would change nothing."""
    DEAD = "dead"
    """Given up after many tries, each of which could have worked."""
    SUPPRESSED = "suppressed"
    """Not sent, and nothing went wrong: it would have been sent if its channel were set up."""


class Notification(SQLModel, table=True):
    """One message to one address by one channel.

    `next_at` is when it is (tried) next; while it is being sent, when another worker may take it
    for abandoned. `target_id` is the push subscription, phone or webhook behind `address`, if the
    channel has such. `target` says to whom it goes, for `dedupe_key`: the same notice twice is one
    message.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        Index(
            "uq_notifications_dedupe", "fleet_id", "dedupe_key", "channel", "target", unique=True
        ),
        Index("ix_notifications_fleet", "fleet_id", "id"),
        Index("ix_notifications_about", "about"),
    )  # fmt: skip

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    user_id: int | None = reference("users.id", optional=True)
    about: str = Field(default="", sa_column=Column(String(80), nullable=False))
    dedupe_key: str = Field(sa_column=Column(String(200), nullable=False))
    target: str = Field(sa_column=Column(String(300), nullable=False))
    channel: Channel = choice(Channel)
    status: Status = choice(Status, Status.QUEUED, index=True)
    severity: str = Field(default="info", sa_column=Column(String(16), nullable=False))
    recipient: str = Field(default="", sa_column=Column(String(120), nullable=False))
    address: str = Field(default="", sa_column=Column(String(500), nullable=False))
    target_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    subject: str = Field(sa_column=Column(String(200), nullable=False))
    body: str = Field(default="", sa_column=Column(Text, nullable=False))
    path: str = Field(default="", sa_column=Column(String(300), nullable=False))
    data: dict[str, Any] = document()
    attempts: int = 0
    last_error: str | None = Field(default=None, sa_column=Column(Text))
    provider_id: str | None = Field(default=None, sa_column=Column(String(200)))
    next_at: datetime | None = moment(optional=True)
    created_at: datetime = moment(now=True)
    sent_at: datetime | None = moment(optional=True)


class NotificationAttempt(SQLModel, table=True):
    """One try at sending a message; `error` is None when it was taken."""

    __tablename__ = "notification_attempts"
    __table_args__ = (Index("ix_notification_attempts_channel", "channel", "at"),)

    id: int | None = primary_key()
    notification_id: int = reference("notifications.id", ondelete="CASCADE")
    channel: Channel = choice(Channel)
    at: datetime = moment(now=True)
    error: str | None = Field(default=None, sa_column=Column(Text))


class PushSubscription(SQLModel, table=True):
    """A browser that shows our messages to its user, as it told us (RFC 8030 and 8291).

    It does so until its session is ended, or until the user has another password than `stamp` is
    of. Both are None of what was made before they were kept.
    """

    __tablename__ = "push_subscriptions"

    id: int | None = primary_key()
    user_id: int = reference("users.id", ondelete="CASCADE")
    endpoint: str = Field(sa_column=Column(String(1000), nullable=False, unique=True))
    p256dh: str = Field(sa_column=Column(String(120), nullable=False))
    auth: str = Field(sa_column=Column(String(40), nullable=False))
    name: str = Field(default="", sa_column=Column(String(120), nullable=False))
    session_id: str | None = Field(default=None, sa_column=Column(String(64), index=True))
    stamp: str | None = Field(default=None, sa_column=Column(String(64)))
    created_at: datetime = moment(now=True)


class PushToken(SQLModel, table=True):
    """A phone with our app, as Firebase knows it; `stamp` is as a browser's."""

    __tablename__ = "push_tokens"

    id: int | None = primary_key()
    user_id: int = reference("users.id", ondelete="CASCADE")
    token: str = Field(sa_column=Column(String(500), nullable=False, unique=True))
    name: str = Field(default="", sa_column=Column(String(120), nullable=False))
    stamp: str | None = Field(default=None, sa_column=Column(String(64)))
    created_at: datetime = moment(now=True)


class Webhook(SQLModel, table=True):
    """Where a fleet's other systems want to hear of messages; `sealed_secret` signs them."""

    __tablename__ = "notification_webhooks"

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id", unique=True)
    url: str = Field(sa_column=Column(String(1000), nullable=False))
    sealed_secret: str = Field(sa_column=Column(Text, nullable=False))
    changed_at: datetime = moment(now=True)
