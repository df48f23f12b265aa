"""A commit anywhere reaches the browsers of its fleet over a really running application."""

from __future__ import annotations

import json
from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.outbox.changes import changed
from fleet_app.web.states.live import Live
from tests.web.conftest import Browser, GateServer, signed_in
from tests.web.raw_socket import RawSocket

LIVE = Live.get_full_name()
CHANGES = "changes_rx_state_"


async def touch(people: Container, fleet_id: int | None, *ids: int) -> None:
    """Commit a change of deliveries in another process than the web's."""
    async with people.work() as session:
        changed(session, fleet_id, "deliveries", ids)


def notices(page: RawSocket) -> list[dict[str, Any]]:
    """The notices about deliveries that a page got, oldest first."""
    deltas = [data["delta"].get(LIVE, {}) for name, data in page.messages if name == "event"]
    told = [delta[CHANGES].get("deliveries") for delta in deltas if CHANGES in delta]
    return [notice for notice in told if notice]


async def join(page: RawSocket) -> None:
    await page.event(f"{LIVE}.join")
    await page.settled()


async def test_a_commit_reaches_the_pages_of_its_fleet_only(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    stranger = await signed_in(people, Role.DISPATCHER)
    async with (
        gate_server.socket(dispatcher.cookie) as page,
        gate_server.socket(stranger.cookie) as strange,
    ):
        await join(page)
        await join(strange)
        await touch(people, dispatcher.person.fleet_id, 17, 18)
        await page.until_received('"ids": [17, 18]')
        assert notices(page)[-1]["kind"] == "updated"
        assert "[17, 18]" not in await strange.settled()


async def test_a_page_that_comes_back_learns_that_it_missed_something(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    fleet_id = dispatcher.person.fleet_id
    async with gate_server.socket(dispatcher.cookie) as page:
        await join(page)
        await touch(people, fleet_id, 1)
        await page.until_received('"ids": [1]')
        before = notices(page)[-1]["sequence"]
    await touch(people, fleet_id, 2)  # while nobody of the fleet is there
    async with gate_server.socket(dispatcher.cookie) as witness:
        await join(witness)
        await touch(people, fleet_id, 3)
        await witness.until_received("3]")  # alone or with the 2
    async with gate_server.socket(dispatcher.cookie) as page:
        await join(page)
        await page.until_received(json.dumps(CHANGES)[1:-1])
        last = notices(page)[-1]
    assert last["sequence"] > before
    assert last["ids"] == []
