"""Who acts on which domain events. The one place where that is said.

Every handler may be called more than once for an event, so it is idempotent. It sees the events of
one subject in their order, and is tried again until it works or has failed for good; meanwhile the
later events of that subject wait for it, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.fleet.service_status import SERVICE_CHANGED
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.notification.engine import hear
from fleet_app.outbox.changes import RecordChange
from fleet_app.planning.live.closing import close
from fleet_app.planning.live.disruptions import disruption_of
from fleet_app.planning.live.takers import overtaken

Handle = Callable[[Container, DomainEvent], Awaitable[None]]


@dataclass(frozen=True)
class Subscriber:
    """Hands events to `handle` whose type matches `pattern`. Waiting jobs know it by its name."""

    name: str
    pattern: str
    handle: Handle

    def wants(self, event: DomainEvent) -> bool:
        """Whether the event is for this subscriber."""
        return fnmatchcase(event.type, self.pattern)


def subject_id(event: DomainEvent) -> int:
    """The number in a subject such as `delivery:17`."""
    return int(event.subject.partition(":")[2])


async def remember_status(container: Container, event: DomainEvent) -> None:
    """Keep `delivery:status:{id}` in the live store at what is true now."""
    await container.delivery_status.refresh(subject_id(event))


async def show_delivery(container: Container, event: DomainEvent) -> None:
    """Have screens read the delivery again, should the news after its commit have been lost."""
    if event.fleet_id is not None:
        change = RecordChange(kind="deliveries", what="updated", ids=(subject_id(event),))
        await container.changes.announce({event.fleet_id: [change]})


async def raise_alerts(container: Container, event: DomainEvent) -> None:
    """Let the fleet's alert rules hear of it."""
    async with container.work(PATIENT_SECONDS) as session:
        await hear(session, event, utc_now())


async def suggest(container: Container, event: DomainEvent) -> None:
    """Offer dispatchers what can be done about a vehicle that is out, delays and urgent orders."""
    disruption = await disruption_of(container.work, event)
    if disruption is not None:
        await container.suggester.about(disruption)


async def suggest_others(container: Container, event: DomainEvent) -> None:
    """The same, and something else where a vehicle that is out was to take stops of others."""
    await suggest(container, event)
    async with container.work(PATIENT_SECONDS) as session:
        others = await overtaken(session, event, utc_now())
    for disruption in others:
        await container.suggester.renew(disruption)


async def close_suggestions(container: Container, event: DomainEvent) -> None:
    """End offers about vehicles that are back and routes that are over."""
    async with container.work(PATIENT_SECONDS) as session:
        await close(session, event)


SUBSCRIBERS = (
    Subscriber("suggestions-silent", "vehicle.offline", suggest_others),
    Subscriber("suggestions-workshop", SERVICE_CHANGED, suggest_others),
    *(
        Subscriber(f"suggestions-{name}", pattern, suggest)
        for name, pattern in (
            ("delay", "route.delayed"),
            ("order", DeliveryNews.CREATED),
            ("order-urgent", DeliveryNews.URGENT),
            ("order-off", DeliveryNews.UNASSIGNED),
            ("order-put-off", DeliveryNews.RESCHEDULED),
            ("order-reopened", DeliveryNews.REOPENED),
        )
    ),
    *(
        Subscriber(f"suggestions-{name}", pattern, close_suggestions)
        for name, pattern in (
            ("heard", "vehicle.online"),
            ("back", SERVICE_CHANGED),
            ("done", "route.completed"),
            ("gone", "route.removed"),
            ("recalled", "route.recalled"),
        )
    ),
    Subscriber("delivery-status", "delivery.*", remember_status),
    Subscriber("delivery-screens", "delivery.*", show_delivery),
    *(
        Subscriber(f"alerts-{of}", f"{of}.*", raise_alerts)
        for of in ("vehicle", "geofence", "trip", "delivery", "route", "maintenance")
    ),
)
