"""What becomes of open alerts when time passes and their rule is another, or none any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.notification.life import Step
from fleet_app.notification.models import AlertRule, AlertStatus
from tests.builders.alert_times import (
    NOW,
    look,
    messages,
    minutes,
    step,
)
from tests.builders.alerts import a_rule, alerts, happened, hears, trail
from tests.builders.people import a_vehicle
from tests.builders.records import an_actor, records

S = AlertStatus
TOLD = {"roles": ["dispatcher"], "channels": ["in_app"]}


async def too_fast(container: Container, fleet_id: int, at: datetime = NOW) -> int:
    """A vehicle that is."""
    vehicle_id = await a_vehicle(container, fleet_id)
    event = happened("vehicle.speeding", fleet_id, vehicle_id, at=at, limit=13.9, max_speed=25.0)
    await hears(container, event, now=at)
    return vehicle_id


async def change_rule(container: Container, fleet_id: int, rule_id: int, **values: Any) -> None:
    async with records(container, "alert_rules", an_actor(Role.FLEET_MANAGER, fleet_id)) as rules:
        await (rules.update(rule_id, values) if values else rules.delete(rule_id))


async def told(container: Container, fleet_id: int) -> list[str]:
    return [
        f"{one.channel.value} {one.status.value}" for one in await messages(container, fleet_id)
    ]


async def take(container: Container, actor: Actor, fleet_id: int, name: Step, at: datetime,
               **said: Any) -> None:  # fmt: skip
    (alert,) = await alerts(container, fleet_id)
    await step(container, actor, alert, name, at, **said)


async def test_what_wakes_is_told_however_lately_it_was_told(
    container: Container, fleet_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding", cool_down_minutes=600, **TOLD)
    await too_fast(container, fleet_id)
    await take(container, dispatcher, fleet_id, Step.SNOOZE, NOW, minutes=10)
    assert await look(container, minutes(10)) == 1
    assert await told(container, fleet_id) == ["in_app sent", "in_app sent"]


@pytest.mark.parametrize("gone", [{"active": False}, {}], ids=["switched off", "deleted"])
async def test_a_rule_that_is_off_or_deleted_tells_nobody_of_its_open_alerts(
    container: Container, fleet_id: int, dispatcher: Actor, gone: dict[str, Any]
) -> None:
    rule = await a_rule(container, fleet_id, "speeding", escalate_after_minutes=15,
                        cool_down_minutes=0, quiet_hours="Mon 11:00-13:00", roles=["dispatcher"],
                        channels=["in_app", "email"])  # fmt: skip
    await too_fast(container, fleet_id)
    assert await told(container, fleet_id) == ["in_app sent", "email queued"]
    await change_rule(container, fleet_id, rule, **gone)
    assert await told(container, fleet_id) == ["in_app sent", "email suppressed"]
    await look(container, minutes(20))
    await take(container, dispatcher, fleet_id, Step.SNOOZE, minutes(21), minutes=5)
    await look(container, minutes(30))
    await take(container, dispatcher, fleet_id, Step.ACKNOWLEDGE, minutes(31))
    await take(container, dispatcher, fleet_id, Step.REOPEN, minutes(32))
    await look(container, minutes(120))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.status, alert.severity.value, alert.escalate_at) == (S.RAISED, "warning", None)
    assert "escalated" not in await trail(container, alert.id)
    assert len(await told(container, fleet_id)) == 2


async def test_who_waits_for_somebody_waits_as_long_as_the_rule_says_now(
    container: Container, fleet_id: int, dispatcher: Actor
) -> None:
    rule = await a_rule(container, fleet_id, "speeding", escalate_after_minutes=15, **TOLD)
    await too_fast(container, fleet_id)
    await change_rule(container, fleet_id, rule, escalate_after_minutes=40)
    assert await look(container, minutes(39)) == 0
    await change_rule(container, fleet_id, rule, name="Another name")
    assert (await alerts(container, fleet_id))[0].escalate_at == minutes(40)
    await change_rule(container, fleet_id, rule, escalate_after_minutes=None)
    assert await look(container, minutes(41)) == 0
    assert (await alerts(container, fleet_id))[0].severity.value == "warning"


async def test_one_that_cannot_be_looked_after_keeps_up_no_other(
    container: Container, fleet_id: int, dispatcher: Actor
) -> None:
    broken = await a_rule(container, fleet_id, "speeding", escalate_after_minutes=5, **TOLD)
    await too_fast(container, fleet_id)
    await a_rule(container, fleet_id, "speeding", escalate_after_minutes=5, **TOLD)
    await too_fast(container, fleet_id, minutes(1))
    async with container.work() as session:
        rule = await session.get_one(AlertRule, broken)
        rule.channels = ["by pigeon"]
    assert await look(container, minutes(10)) == 1
    severities = [one.severity.value for one in await alerts(container, fleet_id)]
    assert severities == ["warning", "warning", "critical"]
