"""The delivery log's screen, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import utc_now
from fleet_app.notification.channels.models import Notification, Status
from fleet_app.web.states.outbox.screen import OutboxScreen
from tests.builders.outbox import a_dead_message
from tests.builders.people import a_fleet
from tests.builders.screens import a_screen_of


async def the_screen(
    container: Container, fleet_id: int, role: Role = Role.FLEET_MANAGER, query: str = ""
) -> Any:
    root = await a_screen_of(container, role, fleet_id, f"/notifications{query}")
    screen = await root.get_state(OutboxScreen)
    await OutboxScreen.open.fn(screen)
    return screen


async def test_a_message_is_shown_with_its_text_and_sent_again(container: Container):
    fleet_id = await a_fleet(container)
    number = await a_dead_message(container, fleet_id, path="/alerts?id=1")
    screen = await the_screen(container, fleet_id)
    await OutboxScreen.show.fn(screen, number)
    assert (screen.body, screen.problem, screen.link) == (
        "Its text.", "Nobody there.", "/alerts?id=1",
    )  # fmt: skip
    assert ["Status", "Given up"] in screen.facts
    assert screen.again
    await OutboxScreen.retry.fn(screen)
    assert (screen.status, screen.again, screen.version) == ("queued", False, 1)


async def test_who_may_not_send_again_is_offered_no_button(container: Container):
    fleet_id = await a_fleet(container)
    number = await a_dead_message(container, fleet_id)
    screen = await the_screen(container, fleet_id, Role.DISPATCHER)
    await OutboxScreen.show.fn(screen, number)
    assert screen.message == number
    assert not screen.again


async def test_another_fleets_message_is_not_shown(container: Container):
    number = await a_dead_message(container, await a_fleet(container))
    screen = await the_screen(container, await a_fleet(container))
    await OutboxScreen.show.fn(screen, number)
    assert (screen.message, screen.body) == (0, "")


@pytest.mark.parametrize(
    ("query", "kept"),
    [("?status=dead", "status=dead"), ("?status=nonsense", ""), ("?q=van", "q=van"), ("?x=1", "")],
)
async def test_an_address_brings_possible_filters_only(container: Container, query: str, kept: str):
    screen = await the_screen(container, await a_fleet(container), query=query)
    assert screen.query == kept


async def test_the_message_beside_the_list_follows_what_becomes_of_it(container: Container):
    fleet_id = await a_fleet(container)
    number = await a_dead_message(
        container, fleet_id, status=Status.QUEUED, attempts=0, next_at=utc_now()
    )
    screen = await the_screen(container, fleet_id)
    await OutboxScreen.show.fn(screen, number)
    assert [name for name, _ in screen.facts][-1] == "To be sent"
    async with container.work() as session:
        row = await session.get_one(Notification, number)
        row.status, row.attempts, row.sent_at, row.next_at = Status.SENT, 1, utc_now(), None
    await OutboxScreen.follow.fn(screen)
    assert screen.status == "sent"
    assert [name for name, _ in screen.facts][-1] == "Sent"


async def test_without_a_message_beside_the_list_nothing_is_read(container: Container):
    screen = await the_screen(container, await a_fleet(container))
    await OutboxScreen.follow.fn(screen)
    assert (screen.message, screen.title) == (0, "")
