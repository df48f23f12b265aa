"""From what happens to alerts, on a real database: merged, escalated, and each told once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.events import DomainEvent
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.life import Step
from fleet_app.notification.models import AlertStatus, HeardEvent, Severity
from fleet_app.notification.watching import KEPT, forget_heard
from tests.builders.alert_times import (
    NOW,
    look,
    messages,
    minutes,
    news,
    speeding,
    step,
)
from tests.builders.alerts import a_rule, alerts, hears, trail
from tests.builders.people import a_person, a_vehicle

S = AlertStatus


async def test_repeats_are_merged_while_it_is_open_and_a_new_alert_afterwards(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding", roles=["dispatcher"])
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    later = speeding(fleet_id, vehicle_id, minutes(5), max_speed=30.0)
    await hears(container, later, now=minutes(5))
    earlier = speeding(fleet_id, vehicle_id, minutes(-5), max_speed=20.0)
    await hears(container, earlier, now=minutes(6))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.count, alert.first_at, alert.last_at) == (3, minutes(-5), minutes(5))
    assert "108 km/h" in alert.message
    assert await trail(container, alert.id) == ["raised", "repeated", "repeated"]

    await step(container, dispatcher, alert, Step.RESOLVE)
    again = speeding(fleet_id, vehicle_id, minutes(40))
    await hears(container, again, now=minutes(40))
    first, second = await alerts(container, fleet_id)
    assert (first.status, first.count, second.status, second.count) == (S.RESOLVED, 3, S.RAISED, 1)
    assert await news(container) == ["alert.raised", "alert.resolved", "alert.raised"]


async def test_an_event_that_is_handed_over_again_changes_nothing(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "speeding")
    event = speeding(fleet_id, vehicle_id)
    await hears(container, event, event, now=NOW)
    (alert,) = await alerts(container, fleet_id)
    assert alert.count == 1
    async with container.work() as session:
        assert len((await session.exec(select(HeardEvent))).all()) == 1
        await forget_heard(session, NOW + KEPT + timedelta(seconds=1))
    async with container.work() as session:
        assert (await session.exec(select(HeardEvent))).all() == []


async def test_workers_who_hear_at_once_make_one_alert(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "speeding", roles=["dispatcher"])
    await a_person(container, Role.DISPATCHER, fleet_id)
    same = speeding(fleet_id, vehicle_id)
    events = [same, same, *(speeding(fleet_id, vehicle_id, minutes(n)) for n in range(6))]
    await asyncio.gather(*(hears(container, one, now=minutes(9)) for one in events))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.count, alert.last_at) == (7, minutes(5))
    assert len(await messages(container, fleet_id)) == 1
    assert (await news(container)).count("alert.raised") == 1


async def test_rules_hear_only_what_they_are_about(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    other = await a_vehicle(container, fleet_id)
    async with container.work() as session:
        plate = (await session.get_one(Vehicle, vehicle_id)).registration_number
    await a_rule(container, fleet_id, "speeding", name="this one", vehicles=[plate])
    await a_rule(container, fleet_id, "speeding", name="much", over_by_mps=15.0)
    await a_rule(container, fleet_id, "speeding", name="nights", hours="Mon-Sun 22:00-06:00")
    await a_rule(container, fleet_id, "speeding", name="off", active=False)
    await a_rule(container, fleet_id, "harsh_driving", name="harsh")
    await hears(
        container,
        speeding(fleet_id, vehicle_id),
        speeding(fleet_id, other, max_speed=28.9),
        speeding(fleet_id, other, minutes(-720)),
        now=NOW,
    )
    found = sorted((one.title, one.vehicle_id) for one in await alerts(container, fleet_id))
    assert found == [("much", other), ("nights", other), ("this one", vehicle_id)]


async def test_names_that_are_nobodys_are_refused(container: Container, fleet_id: int) -> None:
    for field, word in (("vehicles", "NO-PLATE"), ("drivers", "Nobody"), ("people", "x@y.fi")):
        with pytest.raises(InvalidInput) as refused:
            await a_rule(container, fleet_id, "speeding", **{field: [word]})
        assert word in refused.value.fields[field]


async def test_what_is_learnt_late_is_nobodys_news(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_person(container, Role.DISPATCHER, fleet_id)
    said = {"roles": ["dispatcher"], "severity": "critical", "escalate_after_minutes": 1}
    await a_rule(container, fleet_id, "speeding", name="not kept", **said)
    await a_rule(container, fleet_id, "speeding", name="kept", keep_late=True, **said)
    await hears(container, speeding(fleet_id, vehicle_id, late=True), now=minutes(60))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.title, alert.late, alert.severity) == ("kept", True, Severity.CRITICAL)
    assert await look(container, minutes(120)) == 0
    assert await messages(container, fleet_id) == []
    assert await news(container) == []


async def test_a_snoozed_alert_is_quiet_until_its_time(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding", roles=["dispatcher"], cool_down_minutes=0)
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    (alert,) = await alerts(container, fleet_id)
    await step(container, dispatcher, alert, Step.SNOOZE, minutes=30)
    await hears(container, speeding(fleet_id, vehicle_id, minutes(10)), now=minutes(10))
    assert await look(container, minutes(29)) == 0
    (alert,) = await alerts(container, fleet_id)
    assert (alert.status, alert.count, len(await messages(container, fleet_id))) == (
        S.SNOOZED, 2, 1,
    )  # fmt: skip
    assert await look(container, minutes(30)) == 1
    (alert,) = await alerts(container, fleet_id)
    assert (alert.status, alert.snoozed_until) == (S.RAISED, None)
    assert len(await messages(container, fleet_id)) == 2
    assert (await trail(container, alert.id))[-1] == "snooze_ended"


async def test_nobody_on_it_means_more_severe_and_others_told_once(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    boss = await a_person(container, Role.FLEET_MANAGER, fleet_id)
    said = {"escalate_after_minutes": 15, "escalate_roles": ["fleet_manager"],
            "escalate_channels": ["email"], "roles": ["dispatcher"]}  # fmt: skip
    await a_rule(container, fleet_id, "speeding", **said)
    other = await a_vehicle(container, fleet_id)
    await hears(container, speeding(fleet_id, vehicle_id), speeding(fleet_id, other), now=NOW)
    mine = (await alerts(container, fleet_id))[1]
    await step(container, dispatcher, mine, Step.ACKNOWLEDGE)
    assert await look(container, minutes(14)) == 0
    looked = await asyncio.gather(*(look(container, minutes(15)) for _ in range(3)))
    assert sum(looked) == 1
    assert await look(container, minutes(60)) == 0
    first, second = await alerts(container, fleet_id)
    assert (first.severity, second.severity) == (Severity.CRITICAL, Severity.WARNING)
    told = [(one.channel.value, one.user_id) for one in await messages(container, fleet_id)]
    assert told[2:] == [("email", boss.id)]


async def test_a_repeat_is_told_again_only_after_the_cool_down_and_if_nobody_is_on_it(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding", roles=["dispatcher"], cool_down_minutes=30)
    counts = []
    for at in (0, 29, 31, 70):
        if at == 70:
            await step(container, dispatcher, (await alerts(container, fleet_id))[0],
                       Step.ACKNOWLEDGE)  # fmt: skip
        await hears(container, speeding(fleet_id, vehicle_id, minutes(at)), now=minutes(at))
        counts.append(len(await messages(container, fleet_id)))
    assert counts == [1, 1, 2, 2]


async def test_a_delivery_that_is_on_its_way_again_has_not_failed(
    container: Container, fleet_id: int
) -> None:
    delivery = Delivery(fleet_id=fleet_id, tracking_number="T1", address="Somewhere 1")
    async with container.work() as session:
        session.add(delivery)
        await session.flush()
    await a_rule(container, fleet_id, "delivery_failed")

    def told(what: str, at: datetime) -> DomainEvent:
        return DomainEvent(type=f"delivery.{what}", fleet_id=fleet_id,
                           subject=f"delivery:{delivery.id}", occurred_at=at)  # fmt: skip

    await hears(container, told("failed", NOW), now=NOW)
    (alert,) = await alerts(container, fleet_id)
    assert (alert.message, alert.delivery_id) == (
        "Delivery T1 could not be delivered", delivery.id,
    )  # fmt: skip
    await hears(container, told("out_for_delivery", minutes(9)), now=minutes(9))
    (alert,) = await alerts(container, fleet_id)
    assert alert.status is S.RESOLVED


async def test_a_resolved_alert_that_came_back_as_another_cannot_be_reopened(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding")
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    (alert,) = await alerts(container, fleet_id)
    await step(container, dispatcher, alert, Step.RESOLVE)
    await hears(container, speeding(fleet_id, vehicle_id, minutes(1)), now=minutes(1))
    with pytest.raises(IllegalStep) as refused:
        await step(container, dispatcher, alert, Step.REOPEN)
    assert "come back since" in refused.value.message


async def test_what_people_do_is_in_the_audit_log(
    container: Container, fleet_id: int, vehicle_id: int, dispatcher: Actor
) -> None:
    await a_rule(container, fleet_id, "speeding")
    await hears(container, speeding(fleet_id, vehicle_id), now=NOW)
    (alert,) = await alerts(container, fleet_id)
    await step(container, dispatcher, alert, Step.ACKNOWLEDGE)
    async with container.work() as session:
        query = select(AuditEntry).where(col(AuditEntry.kind) == "alert")
        (entry,) = (await session.exec(query)).all()
    assert (entry.action, entry.object_id, entry.actor_id) == (
        "acknowledged", alert.id, dispatcher.user_id,
    )  # fmt: skip
    assert entry.changes["status"] == ["raised", "acknowledged"]
