"""Quiet hours of alert rules: what leaves the house waits until they end, and only if it must."""

from __future__ import annotations

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.notification.life import Step
from fleet_app.notification.service import AlertService, Wish
from tests.builders.alert_times import (
    NOW,
    messages,
    minutes,
    speeding,
)
from tests.builders.alerts import a_rule, alerts, hears
from tests.builders.people import a_person
from tests.builders.records import an_actor


async def test_in_quiet_hours_nothing_leaves_the_house_until_they_end(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_person(container, Role.DISPATCHER, fleet_id)
    for hours in ("Mon 11:00-13:00", "Mon 13:00-15:00", "Mon-Sun 00:00-24:00"):
        await a_rule(container, fleet_id, "speeding", name=hours, quiet_hours=hours,
                     roles=["dispatcher"], channels=["in_app", "email"])  # fmt: skip
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    told = [(one.subject, one.channel.value) for one in await messages(container, fleet_id)]
    assert told == [
        ("Mon 11:00-13:00", "in_app"), ("Mon 11:00-13:00", "email"),
        ("Mon 13:00-15:00", "in_app"), ("Mon 13:00-15:00", "email"),
        ("Mon-Sun 00:00-24:00", "in_app"),
    ]  # fmt: skip
    later, at_once = [one for one in await messages(container, fleet_id) if one.channel == "email"]
    assert (later.status.value, later.next_at) == ("queued", minutes(60))
    assert at_once.next_at is not None
    assert at_once.next_at != later.next_at


async def test_what_happens_again_in_quiet_hours_is_said_once_when_they_end(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_person(container, Role.DISPATCHER, fleet_id)
    await a_rule(container, fleet_id, "speeding", quiet_hours="Mon 11:00-13:00",
                 roles=["dispatcher"], channels=["in_app", "email"],
                 cool_down_minutes=10)  # fmt: skip
    for at in (0, 20, 40):
        await hears(container, speeding(fleet_id, vehicle_id, minutes(at)), now=minutes(at))
    ways = [one.channel.value for one in await messages(container, fleet_id)]
    assert (ways.count("in_app"), ways.count("email")) == (3, 1)
    (alert,) = await alerts(container, fleet_id)
    assert alert.count == 3


@pytest.mark.parametrize("taken", [Step.RESOLVE, Step.SNOOZE])
async def test_what_is_no_news_when_quiet_hours_end_is_not_sent_and_the_next_alert_is(
    container: Container, fleet_id: int, vehicle_id: int, taken: Step
) -> None:
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    await a_rule(container, fleet_id, "speeding", quiet_hours="Mon 11:00-13:00",
                 roles=["dispatcher"], channels=["email"], cool_down_minutes=120)  # fmt: skip
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    (alert,) = await alerts(container, fleet_id)
    wish = Wish(step=taken, until=minutes(30) if taken is Step.SNOOZE else None)
    async with container.work() as session:
        actor = an_actor(Role.DISPATCHER, fleet_id, user_id=person.id)
        await AlertService(session, lambda: NOW).take(actor, alert.id or 0, wish)
    assert [one.status.value for one in await messages(container, fleet_id)] == ["suppressed"]
    again = (await alerts(container, fleet_id))[0]
    assert again.told_at is None
    if taken is Step.RESOLVE:
        at = minutes(90)
        await hears(container, speeding(fleet_id, vehicle_id, at), now=at)
        status = [one.status.value for one in await messages(container, fleet_id)]
        assert status == ["suppressed", "queued"]
