"""Rules that say what people want to be alerted to, and the alerts that came of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Float, Index, String, Text, text
from sqlmodel import Field, SQLModel

from fleet_app.kernel.columns import choice, document, moment, primary_key, reference, tags
from fleet_app.records.base import Record, by_text, unique_alive

_OPEN = text("status <> 'resolved'")


class AlertEvent(StrEnum):
    """What a rule listens for."""

    ENTERS_ZONE = "enters_a_zone"
    LEAVES_ZONE = "leaves_a_zone"
    CROSSES_ZONE = "passes_through_a_zone"
    """In and out again between two fixes."""
    STAYS = "stays_too_long_in_a_zone"
    SPEEDING = "speeding"
    HARSH = "harsh_driving"
    IDLING = "idling"
    LOW_BATTERY = "low_battery"
    SILENT = "tracker_silent"
    MOCK_LOCATION = "mock_location"
    TRIP_OUTSIDE_HOURS = "trip_outside_hours"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERY_RESCHEDULED = "delivery_rescheduled"
    DELIVERY_RETURNED = "delivery_returned"
    DELIVERY_CANCELLED = "delivery_cancelled"
    DELIVERY_LATE = "delivery_late"
    """It will be, by where its vehicle is now."""
    ROUTE_DELAYED = "route_delayed"
    ROUTE_DEVIATED = "route_left"
    """Its vehicle has left the way to the next stops."""
    MAINTENANCE_DUE = "maintenance_due"
    MAINTENANCE_OVERDUE = "maintenance_overdue"


LASTING = frozenset({AlertEvent.STAYS, AlertEvent.IDLING, AlertEvent.SILENT})
"""What goes on for a while: it has a beginning, and a rule may want it to have lasted."""


class Severity(StrEnum):
    """How much an alert matters, the least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertStatus(StrEnum):
    """Where an alert stands in its life."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    """Somebody looks after it."""
    SNOOZED = "snoozed"
    """Quiet until `snoozed_until`."""
    RESOLVED = "resolved"


class Trail(StrEnum):
    """What a line of an alert's trail is about."""

    RAISED = "raised"
    REPEATED = "repeated"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze_ended"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    COMMENT = "comment"


class AlertRule(Record, table=True):
    """What to be alerted to, when, how urgently, and whom to tell by which ways.

    `vehicles`, `drivers` and the lists of people hold what somebody typed; the columns of ids
    beside them what it meant then. Hours are weekly hours on the fleet's clock, empty for always
    (quiet hours: never). Speeds are m/s.
    """

    __tablename__ = "alert_rules"
    __table_args__ = (
        unique_alive("uq_alert_rules_external_reference", "fleet_id", "external_reference"),
        *by_text("alert_rules", "name"),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    name: str = Field(max_length=120)
    event: AlertEvent = choice(AlertEvent)
    active: bool = True
    severity: Severity = choice(Severity, Severity.WARNING)
    geofence_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    """No foreign key: a rule outlives its zone, and then never applies."""
    zone_group: str | None = Field(default=None, max_length=80)
    vehicles: list[str] = tags()
    vehicle_ids: list[int] = tags()
    drivers: list[str] = tags()
    driver_ids: list[int] = tags()
    over_by_mps: float | None = None
    after_minutes: int | None = None
    below_percent: int | None = None
    hours: str = Field(default="", max_length=200)
    quiet_hours: str = Field(default="", max_length=200)
    roles: list[str] = tags()
    people: list[str] = tags()
    user_ids: list[int] = tags()
    channels: list[str] = tags()
    cool_down_minutes: int = 30
    escalate_after_minutes: int | None = None
    escalate_roles: list[str] = tags()
    escalate_people: list[str] = tags()
    escalate_user_ids: list[int] = tags()
    escalate_channels: list[str] = tags()
    keep_late: bool = False
    note: str = Field(default="", max_length=2000)


class Alert(SQLModel, table=True):
    """Something that somebody should look after; repeats of it while it is open are merged.

    `subject` is what it is about (`vehicle:12`, or `vehicle:12/geofence:5`): of one rule and
    subject at most one alert is open. `first_at` and `last_at` are when it happened, or when it
    began if it lasts; `raised_at` is when we knew. `escalate_at` is when it becomes more urgent
    unless somebody looks after it, `told_at` when people were told last.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_open", "rule_id", "subject", unique=True, postgresql_where=_OPEN),
        Index("ix_alerts_fleet_status", "fleet_id", "status", "last_at", "id"),
        Index("ix_alerts_fleet_last", "fleet_id", "last_at", "id"),
        Index("ix_alerts_vehicle", "vehicle_id", "last_at"),
        Index(
            "ix_alerts_escalate", "escalate_at", postgresql_where=text("escalate_at IS NOT NULL")
        ),
        Index("ix_alerts_snoozed", "snoozed_until", postgresql_where=text("status = 'snoozed'")),
    )

    id: int | None = primary_key()
    fleet_id: int = reference("fleets.id")
    rule_id: int = reference("alert_rules.id")
    version: int = 1
    event: AlertEvent = choice(AlertEvent)
    status: AlertStatus = choice(AlertStatus, AlertStatus.RAISED)
    severity: Severity = choice(Severity)
    subject: str = Field(sa_column=Column(String(120), nullable=False))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    message: str = Field(default="", sa_column=Column(Text, nullable=False))
    vehicle_id: int | None = reference("vehicles.id", optional=True)
    driver_id: int | None = reference("drivers.id", optional=True)
    delivery_id: int | None = reference("deliveries.id", optional=True)
    geofence_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    fact_id: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    lat: float | None = Field(default=None, sa_column=Column(Float))
    lon: float | None = Field(default=None, sa_column=Column(Float))
    count: int = 1
    late: bool = False
    first_at: datetime = moment()
    last_at: datetime = moment()
    raised_at: datetime = moment(now=True)
    updated_at: datetime = moment(now=True)
    acknowledged_at: datetime | None = moment(optional=True)
    acknowledged_by: int | None = reference("users.id", optional=True)
    assigned_to: int | None = reference("users.id", optional=True)
    snoozed_until: datetime | None = moment(optional=True)
    resolved_at: datetime | None = moment(optional=True)
    resolved_by: int | None = reference("users.id", optional=True)
    """None of a resolved alert: it ended by itself."""
    escalate_at: datetime | None = moment(optional=True)
    escalated_at: datetime | None = moment(optional=True)
    told_at: datetime | None = moment(optional=True)
    data: dict[str, Any] = document()
    """What the last event said; of speeding, that of the worst."""


class AlertComment(SQLModel, table=True):
    """A line of an alert's trail: what somebody said, or what happened to it.

    Each time that counts (`raised`, `repeated`) says when and where it happened, what the event
    said, and which facts told it: several, if one act of speeding broke more than one limit.
    """

    __tablename__ = "alert_comments"

    id: int | None = primary_key()
    alert_id: int = reference("alerts.id", ondelete="CASCADE")
    at: datetime = moment(now=True)
    what: Trail = choice(Trail, Trail.COMMENT)
    actor_id: int | None = reference("users.id", optional=True)
    actor_name: str = Field(default="", sa_column=Column(String(120), nullable=False))
    text: str = Field(default="", sa_column=Column(Text, nullable=False))
    happened_at: datetime | None = moment(optional=True)
    lat: float | None = Field(default=None, sa_column=Column(Float))
    lon: float | None = Field(default=None, sa_column=Column(Float))
    fact_ids: list[int] = tags()
    data: dict[str, Any] = document()


class HeardEvent(SQLModel, table=True):
    """That a rule has dealt with an event, which may be handed over more than once."""

    __tablename__ = "alert_heard_events"

    event_id: UUID = Field(primary_key=True)
    rule_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = moment(now=True)


class AlertWait(SQLModel, table=True):
    """Something that will be an alert of a rule at `due_at`, if it still goes on then."""

    __tablename__ = "alert_waits"
    __table_args__ = (
        Index("uq_alert_waits_fact", "rule_id", "fact_id", unique=True),
        Index("ix_alert_waits_due", "due_at"),
    )

    id: int | None = primary_key()
    rule_id: int = reference("alert_rules.id", ondelete="CASCADE")
    fact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_at: datetime = moment()
    event: dict[str, Any] = document()
    """The domain event that began it."""
