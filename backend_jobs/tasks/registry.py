"""Every background job there is, by the name under which it waits in the queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from backend_jobs.subscribers import SUBSCRIBERS, Subscriber
from backend_jobs.tasks.events import DELIVER, EventTasks
from backend_jobs.tasks.imports import ImportTasks
from backend_jobs.tasks.planning import PlanningTasks
from fleet_app.bootstrap import Container
from fleet_app.notification.channels.outgoing import SEND
from fleet_app.outbox.store import DISPATCH
from fleet_app.planning.runs.service import JOB as PLAN
from fleet_app.records.imports.service import JOB as IMPORT


@dataclass(frozen=True)
class Task:
    """`run` gets the job's args by name. It may run twice, and must let the event loop breathe."""

    name: str
    run: Callable[..., Awaitable[None]]


def all_tasks(
    container: Container, subscribers: Sequence[Subscriber] = SUBSCRIBERS
) -> tuple[Task, ...]:
    """What a worker can run."""
    events = EventTasks(container, subscribers)
    return (
        Task(DISPATCH, events.dispatch),
        Task(DELIVER, events.deliver),
        Task(IMPORT, ImportTasks(container).work),
        Task(PLAN, PlanningTasks(container).run),
        Task(SEND, container.sender.send),
    )
