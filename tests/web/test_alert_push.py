"""How a fleet's alerts stand is pushed to the pages of that fleet, and to no other."""

from __future__ import annotations

import json
from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.notification.models import AlertStatus, Severity
from fleet_app.notification.pulse import pulse_of
from fleet_app.outbox.changes import changed
from fleet_app.web.states.live import Live
from tests.builders.alerts import alerts, an_alert
from tests.builders.people import a_fleet
from tests.web.conftest import Browser, GateServer, signed_in
from tests.web.raw_socket import RawSocket

LIVE = Live.get_full_name()
ALERTS = "alerts_rx_state_"
SECRET = "Nobody elses business"


def pushed(page: RawSocket) -> list[dict[str, Any]]:
    """How alerts stood, each time the page was told."""
    deltas = [data["delta"].get(LIVE, {}) for name, data in page.messages if name == "event"]
    return [delta[ALERTS] for delta in deltas if ALERTS in delta]


async def join(page: RawSocket) -> None:
    await page.event(f"{LIVE}.join")
    await page.until_received(json.dumps(ALERTS)[1:-1])


async def raise_one(people: Container, fleet_id: int, **said: Any) -> None:
    number = await an_alert(people, fleet_id, **said)
    async with people.work() as session:
        changed(session, fleet_id, "alerts", [number], what="created")


async def test_an_alert_reaches_the_pages_of_its_fleet_only(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    fleet_id = dispatcher.person.fleet_id or 0
    stranger = await signed_in(people, Role.DISPATCHER)
    async with (
        gate_server.socket(dispatcher.cookie) as page,
        gate_server.socket(stranger.cookie) as strange,
    ):
        await join(page)
        await join(strange)
        before = pushed(page)[-1]["open"]
        await raise_one(people, fleet_id, title=SECRET, severity=Severity.CRITICAL)
        await page.until_received(SECRET)
        now = pushed(page)[-1]
        assert (now["open"], now["worst_open"]) == (before + 1, "critical")
        assert SECRET not in await strange.settled()
        assert pushed(strange)[-1]["open"] == 0


async def test_who_comes_later_is_told_how_it_stands(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    await raise_one(people, dispatcher.person.fleet_id or 0, title=f"{SECRET} of before")
    async with gate_server.socket(dispatcher.cookie) as page:
        await join(page)
        assert f"{SECRET} of before" in json.dumps(pushed(page)[-1])


async def test_drivers_and_customers_are_told_nothing(
    gate_server: GateServer, people: Container, dispatcher: Browser
) -> None:
    fleet_id = dispatcher.person.fleet_id or 0
    await raise_one(people, fleet_id, title=SECRET)
    for role in (Role.DRIVER, Role.CUSTOMER):
        who = await signed_in(people, role, fleet_id)
        async with gate_server.socket(who.cookie) as page:
            await page.event(f"{LIVE}.join")
            await raise_one(people, fleet_id)
            assert SECRET not in await page.settled()
            assert pushed(page) == []


async def test_what_counts_as_open_active_and_news(container: Container):
    fleet_id = await a_fleet(container)
    await an_alert(container, await a_fleet(container), severity=Severity.CRITICAL)
    first = await an_alert(container, fleet_id, severity=Severity.INFO)
    late = await an_alert(container, fleet_id, severity=Severity.INFO, late=True)
    await an_alert(container, fleet_id, status=AlertStatus.ACKNOWLEDGED, severity=Severity.CRITICAL)
    await an_alert(container, fleet_id, status=AlertStatus.SNOOZED, severity=Severity.CRITICAL)
    await an_alert(container, fleet_id, status=AlertStatus.RESOLVED, severity=Severity.CRITICAL)
    async with container.work() as session:
        pulse = await pulse_of(session, fleet_id)
    assert (pulse.open, pulse.active) == (2, 3)
    assert (pulse.worst, pulse.worst_open) == ("critical", "info")
    assert [(one.id, one.news > 0) for one in pulse.newest] == [(late, False), (first, True)]
    vehicles = [one.vehicle_id for one in await alerts(container, fleet_id)]
    ringed = [Severity.INFO, Severity.INFO, Severity.CRITICAL]
    assert pulse.vehicles == {
        str(vehicle): severity for vehicle, severity in zip(vehicles[:3], ringed, strict=True)
    }
