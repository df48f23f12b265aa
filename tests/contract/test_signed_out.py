"""Browsers and phones that were signed out elsewhere show nothing any more."""

from __future__ import annotations

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.tokens import digest
from fleet_app.notification.channels.models import Channel, Notification
from fleet_app.notification.channels.outgoing import Notice, notify
from fleet_app.notification.channels.places import OwnPlaces
from fleet_app.notification.channels.ports import Message
from fleet_app.notification.channels.sending import Sender
from tests.builders.jobs import rows
from tests.builders.people import PASSWORD, Person, a_person
from tests.builders.push_service import BrowserKeys
from tests.builders.records import an_actor

LEFT = "SELECT name FROM push_subscriptions UNION SELECT name FROM push_tokens ORDER BY name"


class Takes:
    """A channel that takes everything."""

    per_minute: int | None = None

    def __init__(self) -> None:
        self.places: list[object] = []

    async def send(self, message: Message) -> str:
        self.places.append(message.place)
        return ""

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
async def person(container: Container) -> Person:
    return await a_person(container, Role.DISPATCHER)


async def signed_in(container: Container, person: Person, name: str) -> Actor:
    """In a browser of this name, which shows notifications."""
    opened = await container.sessions.sign_in(person.email, PASSWORD, "192.0.2.1", "Firefox")
    actor = an_actor(Role.DISPATCHER, person.fleet_id, user_id=person.id,
                     session_id=digest(opened.token))  # fmt: skip
    keys = BrowserKeys()
    async with container.work() as session:
        endpoint = f"https://push.example.com/{name}"
        await OwnPlaces(session, actor).add_browser(endpoint, keys.p256dh, keys.auth, name)
    return actor


async def left(container: Container) -> list[str]:
    return [name for (name,) in await rows(container, LEFT)]


async def test_a_session_ended_elsewhere_takes_its_browser_along_and_no_other(
    container: Container, person: Person
) -> None:
    for name in ("here", "there"):
        actor = await signed_in(container, person, name)
    await signed_in(container, await a_person(container, Role.DRIVER), "somebody else's")
    await container.sessions.revoke(person.id, str(actor.principal.session_id))
    assert await left(container) == ["here", "somebody else's"]


async def test_a_new_password_ends_what_was_signed_in_by_the_old_one(
    container: Container, person: Person
) -> None:
    actor = await signed_in(container, person, "browser")
    async with container.work() as session:
        await OwnPlaces(session, actor).add_phone("token-of-a-phone", "phone")
        said = {"fleet_id": person.fleet_id or 0, "about": "alert:1", "user_ids": [person.id]}
        both = [Channel.WEB_PUSH, Channel.PUSH]
        notice = Notice(dedupe_key="k", title="Hello", channels=both, **said)
        numbers = await notify(session, notice)
    takes = Takes()
    sender = Sender(container.work, lambda _: takes, container.sealer, "https://fleet.example")
    await sender.send(id=numbers[0])
    assert takes.places[0] is not None
    # As a manager does it: no session is ended, all have become worthless.
    await rows(container, "UPDATE users SET password_hash = 'another' RETURNING id")
    async with container.work() as session:
        for number in numbers:
            (await session.get_one(Notification, number)).status = "queued"
    for number in numbers:
        await sender.send(id=number)
    assert takes.places[1:] == [None, None]
    assert await left(container) == []
