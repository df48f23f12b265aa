"""The hourly chores: done once by one worker, and only what is old goes."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from backend_jobs.chores import Chores
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import RefreshToken
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.location.models import Fix, FixBatch, Source
from fleet_app.notification.channels.chores import forget_messages
from fleet_app.notification.channels.models import (
    Channel,
    Notification,
    NotificationAttempt,
    Status,
)
from fleet_app.outbox.models import JobError, StoredEvent
from tests.builders.outbox import a_dead_message
from tests.builders.people import a_person, a_vehicle

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def history(container: Container, vehicle_id: int) -> list[int]:
    fixes = await container.history.track(vehicle_id, NOW - timedelta(days=90), NOW)
    return [fix.recorded_at_ms for fix in fixes]


async def a_vehicle_with_history(container: Container, *days_ago: int) -> int:
    person = await a_person(container, Role.DISPATCHER)
    assert person.fleet_id is not None
    vehicle_id = await a_vehicle(container, person.fleet_id)
    fixes = [
        Fix(recorded_at_ms=to_ms(NOW - timedelta(days=ago)), lat=60.0, lon=25.0) for ago in days_ago
    ]
    batch = FixBatch(
        vehicle_id=vehicle_id,
        fleet_id=person.fleet_id,
        received_at_ms=to_ms(NOW),
        source=Source.API,
        fixes=fixes,
    )
    await container.history.store([batch])
    return vehicle_id


async def test_history_is_kept_for_ever_unless_told_otherwise(container: Container):
    vehicle_id = await a_vehicle_with_history(container, 60, 1)
    assert await Chores(container, lambda: NOW).run()
    assert len(await history(container, vehicle_id)) == 2


async def test_days_beyond_the_limit_are_dropped_and_newer_ones_stay(container: Container):
    vehicle_id = await a_vehicle_with_history(container, 60, 31, 29, 1)
    container.settings.history_days = 30
    assert await Chores(container, lambda: NOW).run()
    newest = [to_ms(NOW - timedelta(days=ago)) for ago in (29, 1)]
    assert await history(container, vehicle_id) == newest


async def test_only_one_worker_tidies_within_the_hour(container: Container):
    first, second = Chores(container, lambda: NOW), Chores(container, lambda: NOW)
    assert await first.run()
    assert not await second.run()
    assert not await first.run()


async def test_chores_that_failed_are_tried_again(container: Container):
    chores = Chores(container, lambda: NOW)
    container.settings.history_days = 30
    working, container.__dict__["history"] = container.history, None
    with pytest.raises(AttributeError):
        await chores.run()
    container.__dict__["history"] = working
    assert await chores.run()


async def test_expired_refresh_tokens_are_forgotten_and_living_ones_stay(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    async with container.work() as session:
        for name, age in (("dead", -1), ("alive", 1)):
            expires = NOW + timedelta(days=age)
            session.add(
                RefreshToken(user_id=person.id, family=name, token_hash=name, expires_at=expires)
            )
    await Chores(container, lambda: NOW).run()
    async with container.work() as session:
        left = (await session.exec(select(RefreshToken.family))).all()
        count = (await session.exec(select(func.count()).select_from(RefreshToken))).one()
    assert (list(left), count) == (["alive"], 1)


ENDED = """
WITH job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    VALUES ('default', :name, CAST(:status AS procrastinate_job_status)) RETURNING id),
error AS (INSERT INTO job_errors SELECT id, :at, 'reason' FROM job)
INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'failed', :at FROM job"""


async def test_jobs_and_events_are_kept_for_a_while_and_waiting_jobs_for_ever(
    container: Container,
):
    async with container.work() as session:
        connection = await session.connection()
        for status, hours in (
            ("succeeded", 25), ("succeeded", 23), ("failed", 721), ("failed", 719),
            ("todo", 9999), ("doing", 9999),
        ):  # fmt: skip
            at = NOW - timedelta(hours=hours)
            values = {"name": f"{status} {hours}", "status": status, "at": at}
            await connection.execute(text(ENDED), values)
        for hours in (721, 719):
            at = NOW - timedelta(hours=hours)
            event = DomainEvent(type="t", fleet_id=1, subject=f"{hours}", received_at=at)
            publish(session, event)
    await Chores(container, lambda: NOW).run()
    async with container.work() as session:
        jobs = text("SELECT task_name FROM procrastinate_jobs WHERE queue_name = 'default'")
        left = set((await (await session.connection()).execute(jobs)).scalars())
        events = list(await session.exec(select(StoredEvent.subject)))
        errors = (await session.exec(select(func.count()).select_from(JobError))).one()
    assert left == {"succeeded 23", "failed 719", "todo 9999", "doing 9999"}
    assert events == ["719"]
    assert errors == len(left)


async def test_old_messages_go_with_their_tries_and_what_waits_stays(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    assert person.fleet_id is not None
    kept = {}
    for status, ago, sent_ago in (
        (Status.SENT, 91, 91), (Status.DEAD, 91, None), (Status.SUPPRESSED, 91, None),
        (Status.SENT, 91, 89), (Status.DEAD, 89, None),
        (Status.QUEUED, 91, None), (Status.SENDING, 91, None),
    ):  # fmt: skip
        sent_at = None if sent_ago is None else NOW - timedelta(days=sent_ago)
        at = NOW - timedelta(days=ago)
        number = await a_dead_message(
            container, person.fleet_id, status=status, created_at=at, sent_at=sent_at
        )
        kept[number] = status in {Status.QUEUED, Status.SENDING} or (sent_ago or ago) < 90
        async with container.work() as session:
            session.add(NotificationAttempt(notification_id=number, channel=Channel.EMAIL, at=at))
    await Chores(container, lambda: NOW).run()
    async with container.work() as session:
        left = set(await session.exec(select(Notification.id)))
        tries = set(await session.exec(select(NotificationAttempt.notification_id)))
    assert left == tries == {number for number, stays in kept.items() if stays}


@pytest.mark.parametrize(("days", "left"), [(0, 3), (30, 0)])
async def test_for_how_long_messages_stay_is_a_setting_and_many_go_in_batches(
    container: Container, days: int, left: int, monkeypatch: pytest.MonkeyPatch
):
    person = await a_person(container, Role.DISPATCHER)
    for _ in range(3):
        await a_dead_message(container, person.fleet_id or 0, created_at=NOW - timedelta(days=31))
    container.settings.message_days = days
    in_twos = functools.partial(forget_messages, batch=2)
    monkeypatch.setattr("backend_jobs.chores.forget_messages", in_twos)
    await Chores(container, lambda: NOW).run()
    async with container.work() as session:
        assert (await session.exec(select(func.count()).select_from(Notification))).one() == left
