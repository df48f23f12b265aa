"""What becomes of a message: sent once, tried again, given up, or kept because nobody can take it.

A worker runs the jobs, and a webhook's real receiver takes what it sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from backend_jobs.tasks.registry import Task
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import User
from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.claiming import LEASE
from fleet_app.notification.channels.guarded import GuardedHttp
from fleet_app.notification.channels.models import Channel, PushSubscription, Webhook
from fleet_app.notification.channels.outgoing import SEND, Notice, notify
from fleet_app.notification.channels.ports import Gone, Message, Sends
from fleet_app.notification.channels.sending import Sender
from fleet_app.notification.channels.webhook import WebhookChannel, signature
from tests.builders.http_server import Answer, Respond, Served, http_server
from tests.builders.jobs import rows, running, until
from tests.builders.people import Person, a_person

SECRET = "a secret of the fleet"


def a_sender(container: Container, channel: Sends | None = None, **options: Any) -> Sender:
    """Sends by a webhook channel that may post to this machine."""
    channel = channel or WebhookChannel(GuardedHttp(private=True))
    return Sender(container.work, lambda _: channel, container.sealer, "https://fleet.example",
                  **{"first_seconds": 0.01, **options})  # fmt: skip


@contextmanager
def receiver(respond: Respond) -> Iterator[Served]:
    with http_server(respond) as served:
        yield served


async def a_hook(container: Container, url: str, person: Person) -> None:
    async with container.work() as session:
        session.add(Webhook(fleet_id=person.fleet_id, url=url,
                            sealed_secret=container.sealer.seal(SECRET)))  # fmt: skip


async def say(container: Container, person: Person, key: str = "k", **changes: Any) -> list[int]:
    said: dict[str, Any] = {
        "fleet_id": person.fleet_id, "about": "alert:1", "dedupe_key": key, "title": "Hello",
        "path": "/alerts?id=1", "channels": [Channel.WEBHOOK], "data": {"vehicle_id": 3}, **changes,
    }  # fmt: skip
    async with container.work() as session:
        return await notify(session, Notice(**said))


async def the_one(container: Container, number: int) -> Any:
    query = """SELECT status, attempts, last_error, next_at, sent_at, provider_id
        FROM notifications WHERE id = :id"""
    (row,) = await rows(container, query, id=number)
    return row


async def ends(container: Container, number: int, *statuses: str) -> Any:
    async def found() -> Any:
        row = await the_one(container, number)
        return row if row.status in statuses else None

    return await until(found, 20)


@pytest.fixture
async def person(container: Container) -> Person:
    return await a_person(container, Role.DISPATCHER)


async def test_a_worker_sends_a_message_signed_and_once(container: Container, person: Person):
    with receiver(lambda _: Answer(204)) as served:
        await a_hook(container, served.url, person)
        async with running(container, tasks=[Task(SEND, a_sender(container).send)]):
            (number,) = await say(container, person)
            row = await ends(container, number, "sent")
            assert await say(container, person) == []
            await asyncio.sleep(0.5)
    assert (row.attempts, row.last_error, row.next_at) == (1, None, None)
    assert row.sent_at is not None
    (asked,) = served.asked
    stamp = asked.headers["x-fleet-timestamp"]
    assert asked.headers["x-fleet-signature"] == signature(SECRET, stamp, asked.body)
    assert asked.json["url"] == "https://fleet.example/alerts?id=1"
    assert asked.json["data"] == {"vehicle_id": 3}


async def test_the_job_again_and_at_the_same_time_sends_nothing_more(
    container: Container, person: Person
):
    with receiver(lambda _: Answer()) as served:
        await a_hook(container, served.url, person)
        (number,) = await say(container, person)
        sender = a_sender(container)
        await asyncio.gather(*(sender.send(id=number) for _ in range(4)))
        await sender.send(id=number)
    assert len(served.asked) == 1


async def test_a_passing_failure_is_tried_again_until_it_works(
    container: Container, person: Person
):
    answers = iter([Answer(503), Answer(500), Answer(200)])
    with receiver(lambda _: next(answers)) as served:
        await a_hook(container, served.url, person)
        async with running(container, tasks=[Task(SEND, a_sender(container).send)]):
            (number,) = await say(container, person)
            row = await ends(container, number, "sent", "failed", "dead")
    assert (row.status, row.attempts) == ("sent", 3)
    assert {asked.headers["x-fleet-delivery"] for asked in served.asked} == {str(number)}
    tries = await rows(container, "SELECT error FROM notification_attempts ORDER BY id")
    assert [error for (error,) in tries] == [
        "The webhook answered 503.", "The webhook answered 500.", None,
    ]  # fmt: skip


async def test_after_many_failures_a_message_is_dead(container: Container, person: Person):
    with receiver(lambda _: Answer(503)) as served:
        await a_hook(container, served.url, person)
        sender = a_sender(container, attempts=3)
        async with running(container, tasks=[Task(SEND, sender.send)]):
            (number,) = await say(container, person)
            row = await ends(container, number, "dead")
            await asyncio.sleep(0.3)
    assert (row.attempts, row.next_at) == (3, None)
    assert len(served.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301])
async def test_a_refusal_for_good_is_not_tried_again(
    container: Container, person: Person, status: int
):
    elsewhere = {"Location": "http://127.0.0.1:1/"}
    with receiver(lambda _: Answer(status, b"no", elsewhere)) as served:
        await a_hook(container, served.url, person)
        (number,) = await say(container, person)
        await a_sender(container).send(id=number)
    row = await the_one(container, number)
    assert (row.status, row.attempts) == ("failed", 1)
    assert str(status) in row.last_error
    assert len(served.asked) == 1


async def test_a_provider_says_when_to_come_back(container: Container, person: Person):
    with receiver(lambda _: Answer(429, b"", {"Retry-After": "1800"})) as served:
        await a_hook(container, served.url, person)
        (number,) = await say(container, person)
        before = utc_now()
        await a_sender(container).send(id=number)
    row = await the_one(container, number)
    assert row.status == "queued"
    assert timedelta(seconds=1799) < row.next_at - before < timedelta(seconds=1900)
    ((at,),) = await rows(
        container, "SELECT scheduled_at FROM procrastinate_jobs WHERE scheduled_at IS NOT NULL"
    )
    assert at == row.next_at


async def test_pauses_grow_with_every_failure(container: Container, person: Person):
    pauses = []
    (number,) = await say(container, person, channels=[Channel.EMAIL], user_ids=[person.id])
    for _ in range(5):
        now = max(utc_now(), (await the_one(container, number)).next_at)
        fails = Fails(OSError("broken"))
        await a_sender(container, fails, first_seconds=30, clock=partial(at, now)).send(id=number)
        pauses.append(((await the_one(container, number)).next_at - now).total_seconds())
    assert pauses == [30, 120, 480, 1920, 3600]


async def test_a_channel_that_is_not_set_up_keeps_what_it_would_have_sent(
    container: Container, person: Person
):
    async with running(container):
        (number,) = await say(container, person, channels=[Channel.EMAIL], user_ids=[person.id])
        row = await ends(container, number, "suppressed", "failed", "sent")
    assert (row.status, row.attempts) == ("suppressed", 0)
    assert "would have been sent" in row.last_error


async def test_a_message_in_the_hands_of_a_worker_that_died_goes_out_later(
    container: Container, person: Person
):
    (number,) = await say(container, person, channels=[Channel.EMAIL], user_ids=[person.id])
    with pytest.raises(asyncio.CancelledError):
        await a_sender(container, Fails(asyncio.CancelledError())).send(id=number)
    takes = Takes()
    await a_sender(container, takes).send(id=number)
    assert takes.got == []  # the first worker may still be at it
    after = utc_now() + LEASE + timedelta(seconds=1)
    await a_sender(container, takes, clock=lambda: after).send(id=number)
    assert [message.id for message in takes.got] == [number]
    assert (await the_one(container, number)).status == "sent"


async def test_no_channel_sends_more_in_a_minute_than_it_may(container: Container, person: Person):
    takes, now = Takes(per_minute=3), utc_now() + timedelta(seconds=1)
    numbers = [
        (await say(container, person, key, channels=[Channel.SMS],
                   addresses=[(Channel.SMS, "+358401234567")], user_ids=[]))[0]
        for key in "abcde"
    ]  # fmt: skip
    sender = a_sender(container, takes, clock=lambda: now)
    await asyncio.gather(*(sender.send(id=one) for one in numbers))
    assert len(takes.got) == 3
    found = [await the_one(container, one) for one in numbers]
    waiting = [row for row in found if row.status == "queued"]
    assert [row.attempts for row in waiting] == [0, 0]
    assert {row.next_at for row in waiting} == {now + timedelta(minutes=1)}
    now += timedelta(minutes=1)
    await asyncio.gather(*(sender.send(id=one) for one in numbers))
    assert len(takes.got) == 5


async def test_who_left_meanwhile_hears_nothing(container: Container, person: Person):
    (number,) = await say(container, person, channels=[Channel.EMAIL], user_ids=[person.id])
    async with container.work() as session:
        (await session.get_one(User, person.id)).is_active = False
    takes = Takes()
    await a_sender(container, takes).send(id=number)
    assert takes.got == []
    assert (await the_one(container, number)).status == "failed"


async def test_a_browser_that_is_gone_is_forgotten_and_only_that_one(
    container: Container, person: Person
):
    async with container.work() as session:
        for name in ("old", "new"):
            session.add(PushSubscription(user_id=person.id, endpoint=f"https://push.example/{name}",
                                         p256dh="k", auth="a"))  # fmt: skip
    old, _ = await say(container, person, channels=[Channel.WEB_PUSH], user_ids=[person.id])
    await a_sender(container, Fails(Gone("switched off"))).send(id=old)
    left = await rows(container, "SELECT endpoint FROM push_subscriptions")
    assert [endpoint for (endpoint,) in left] == ["https://push.example/new"]
    assert (await the_one(container, old)).status == "failed"


async def test_a_browser_that_is_somebody_elses_by_now_shows_nothing(
    container: Container, person: Person
):
    other = await a_person(container, Role.DRIVER, person.fleet_id)
    async with container.work() as session:
        browser = PushSubscription(user_id=person.id, endpoint="https://push.example/1",
                                   p256dh="k", auth="a")  # fmt: skip
        session.add(browser)
    (number,) = await say(container, person, channels=[Channel.WEB_PUSH], user_ids=[person.id])
    async with container.work() as session:
        (await session.get_one(PushSubscription, browser.id)).user_id = other.id
    takes = Takes()
    await a_sender(container, takes).send(id=number)
    assert takes.got[0].place is None


async def test_a_receiver_inside_the_network_is_refused_unless_that_is_allowed(
    container: Container, person: Person
):
    with receiver(lambda _: Answer()) as served:
        await a_hook(container, served.url.replace("http:", "https:"), person)
        (number,) = await say(container, person)
        await a_sender(container, WebhookChannel(GuardedHttp())).send(id=number)
    assert served.asked == []
    row = await the_one(container, number)
    assert row.status == "failed"
    assert "inside a network" in row.last_error


def at(moment: datetime) -> datetime:
    return moment


class Takes:
    """A channel that takes everything."""

    def __init__(self, per_minute: int | None = None) -> None:
        self.per_minute = per_minute
        self.got: list[Message] = []

    async def send(self, message: Message) -> str:
        self.got.append(message)
        return "taken"

    async def close(self) -> None:
        pass


class Fails(Takes):
    """A channel that fails with one error."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    async def send(self, message: Message) -> str:
        raise self._error
