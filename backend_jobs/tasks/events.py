"""From stored events to subscribers: one job for each subscriber and subject."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backend_jobs.subscribers import Subscriber
from fleet_app.bootstrap import PATIENT_SECONDS, Container
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.events import DomainEvent
from fleet_app.outbox.reading import claim, read
from fleet_app.outbox.store import EVENTS, Job, defer_all

DELIVER = "events.deliver"


class EventTasks:
    """The two jobs that bring events to their subscribers."""

    def __init__(self, container: Container, subscribers: Sequence[Subscriber]) -> None:
        self._container = container
        self._subscribers = subscribers

    async def dispatch(self, *, ids: list[str]) -> None:
        """Defer the deliveries of events, once, however often this job runs."""
        async with self._container.work(PATIENT_SECONDS) as session:
            events = await claim(session, _uuids(ids), utc_now())
            await defer_all(session, deliveries(events, self._subscribers))

    async def deliver(self, *, subscriber: str, ids: list[str]) -> None:
        """Hand events of one subject to one subscriber, in order."""
        (found,) = [one for one in self._subscribers if one.name == subscriber]
        async with self._container.work(PATIENT_SECONDS) as session:
            events = await read(session, _uuids(ids))
        for event in events:
            await found.handle(self._container, event)


def deliveries(events: Sequence[DomainEvent], subscribers: Sequence[Subscriber]) -> list[Job]:
    """The jobs that hand events on. Their locks keep the order per subscriber and subject."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for event in events:
        for subscriber in subscribers:
            if subscriber.wants(event):
                wanted.setdefault((subscriber.name, event.subject), []).append(str(event.id))
    return [
        Job(
            task_name=DELIVER,
            args={"subscriber": name, "ids": ids},
            queue_name=EVENTS,
            lock=f"{name}:{subject}",
        )
        for (name, subject), ids in wanted.items()
    ]


def _uuids(ids: Sequence[str]) -> list[UUID]:
    return [UUID(one) for one in ids]
