"""Saying something to people: one message per person and channel, and never twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import User
from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.models import Channel, PushSubscription, PushToken
from fleet_app.notification.channels.outgoing import SEND, Notice, notify, withdraw
from tests.builders.jobs import jobs, rows
from tests.builders.people import Person, a_person

EVERYTHING = tuple(Channel)


def about(person: Person, **changes: Any) -> Notice:
    """A notice to one person."""
    said: dict[str, Any] = {
        "fleet_id": person.fleet_id,
        "about": "alert:1",
        "dedupe_key": "alert:1:raised",
        "title": "Van 1 left\nthe depot",
        "body": "At 22:15.",
        "user_ids": [person.id],
        "channels": [Channel.EMAIL],
        **changes,
    }
    return Notice(**said)


async def say(container: Container, notice: Notice) -> list[int]:
    """Say it in a unit of work of its own."""
    async with container.work() as session:
        return await notify(session, notice)


async def stored(container: Container) -> list[tuple[Any, ...]]:
    """(channel, status, address, error) of every message."""
    query = "SELECT channel, status, address, last_error FROM notifications ORDER BY id"
    return [tuple(row) for row in await rows(container, query)]


async def test_a_notice_becomes_a_message_and_its_job(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    (number,) = await say(container, about(person))
    assert await stored(container) == [("email", "queued", person.email, None)]
    assert await jobs(container) == [(SEND, "todo")]
    ((subject, args),) = await rows(
        container, "SELECT subject, args FROM notifications, procrastinate_jobs"
    )
    assert subject == "Van 1 left the depot"
    assert args == {"id": number}


async def test_the_same_notice_is_said_once_even_by_many_at_once(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    said = await asyncio.gather(*(say(container, about(person)) for _ in range(5)))
    assert sorted(len(ids) for ids in said) == [0, 0, 0, 0, 1]
    assert len(await jobs(container)) == 1
    assert len(await say(container, about(person, dedupe_key="alert:1:escalated"))) == 1


async def test_nothing_is_said_when_the_change_is_not_kept(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    try:
        async with container.work() as session:
            await notify(session, about(person))
            raise RuntimeError
    except RuntimeError:
        pass
    assert await stored(container) == []
    assert await jobs(container) == []


async def test_who_cannot_be_reached_is_seen_not_hidden(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    await say(container, about(person, channels=EVERYTHING))
    found = {
        channel: (status, bool(error)) for channel, status, _, error in await stored(container)
    }
    assert found == {
        "in_app": ("sent", False),
        "email": ("queued", False),
        **dict.fromkeys(("sms", "web_push", "push", "webhook"), ("suppressed", True)),
    }


async def test_every_browser_and_phone_of_a_person_hears(container: Container):
    person = await a_person(container, Role.DRIVER)
    async with container.work() as session:
        for number in (1, 2):
            session.add(PushSubscription(user_id=person.id, endpoint=f"https://push.example/{number}",
                                         p256dh="k", auth="a", name="Firefox"))  # fmt: skip
        session.add(PushToken(user_id=person.id, token="a-long-token-123456"))
        (await session.get_one(User, person.id)).phone = "+358401234567"
    channels = [Channel.WEB_PUSH, Channel.PUSH, Channel.SMS]
    await say(container, about(person, channels=channels))
    assert [(row[0], row[2]) for row in await stored(container)] == [
        ("web_push", "Firefox (push.example)"),
        ("web_push", "Firefox (push.example)"),
        ("push", "Phone (…123456)"),
        ("sms", "+358401234567"),
    ]


async def test_strangers_and_people_who_may_not_sign_in_hear_nothing(container: Container):
    person, stranger = [await a_person(container, Role.DISPATCHER) for _ in range(2)]
    async with container.work() as session:
        (await session.get_one(User, person.id)).is_active = False
    assert await say(container, about(person, user_ids=[person.id, stranger.id])) == []


async def test_plain_addresses_hear_without_being_users(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    plain = [(Channel.EMAIL, " guard@example.com "), (Channel.EMAIL, "Guard@example.com")]
    await say(container, about(person, user_ids=[], addresses=plain))
    assert [row[2] for row in await stored(container)] == ["guard@example.com"]


async def test_a_message_waits_for_its_hour_and_can_be_withdrawn_until_then(container: Container):
    person = await a_person(container, Role.DISPATCHER)
    later = utc_now() + timedelta(hours=8)
    await say(container, about(person, not_before=later))
    ((at, due),) = await rows(
        container, "SELECT scheduled_at, next_at FROM notifications, procrastinate_jobs"
    )
    assert at == due == later
    async with container.work() as session:
        assert await withdraw(session, person.fleet_id or 0, "alert:1") == 1
        assert await withdraw(session, person.fleet_id or 0, "alert:1") == 0
    assert [row[1] for row in await stored(container)] == ["suppressed"]
