"""Domain events: facts that other parts of the system, and the outside world, act on."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from fleet_app.kernel.clock import utc_now

PENDING = "domain_events"
"""Where a session keeps the events of its transaction until the commit."""


class DomainEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, such as `delivery.assigned` to subject `delivery:17`.

    `occurred_at` is when it happened, `received_at` when we heard of it; `data` is JSON.
    """

    type: str
    fleet_id: int | None
    subject: str
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    occurred_at: datetime = msgspec.field(default_factory=utc_now)
    received_at: datetime = msgspec.field(default_factory=utc_now)
    id: UUID = msgspec.field(default_factory=uuid4)
    version: int = 1


def publish(session: Any, *events: DomainEvent) -> None:
    """Announce events when, and only if, the transaction of `session` commits."""
    session.info.setdefault(PENDING, []).extend(events)


def take_pending(session: Any) -> list[DomainEvent]:
    """The events announced so far, which are no longer pending then."""
    pending: list[DomainEvent] = session.info.pop(PENDING, [])
    return pending
