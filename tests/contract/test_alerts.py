"""From what happens to alerts, on a real database: merged, ended, escalated, and each told once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from fleet_app.access.actor import Actor
from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.bootstrap import Container
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.events import DomainEvent
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.notification.channels.models import Notification
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.life import Step
from fleet_app.notification.models import Alert, AlertComment, AlertStatus, HeardEvent, Severity
from fleet_app.notification.service import AlertService, Wish
from fleet_app.notification.watching import KEPT, forget_heard, look_after
from fleet_app.outbox.models import StoredEvent
from tests.builders.alerts import a_rule, alerts, happened, hears, trail
from tests.builders.people import a_person, a_vehicle
from tests.builders.records import an_actor

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
S = AlertStatus


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


@pytest.fixture
async def vehicle_id(container: Container, fleet_id: int) -> int:
    return await a_vehicle(container, fleet_id)


@pytest.fixture
async def dispatcher(container: Container, fleet_id: int) -> Actor:
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    return an_actor(Role.DISPATCHER, fleet_id, user_id=person.id)


async def a_fact(container: Container, fleet_id: int, vehicle_id: int, kind: FactKind,
                 **said: Any) -> int:  # fmt: skip
    values: dict[str, Any] = {
        "fleet_id": fleet_id, "vehicle_id": vehicle_id, "kind": kind, "started_at": NOW,
        "known_ms": 0, "lat": 60.17, "lon": 24.94, **said,
    }  # fmt: skip
    fact = StoredFact(**values)
    async with container.work() as session:
        session.add(fact)
        await session.flush()
    return fact.id or 0


async def change_fact(container: Container, fact_id: int, **values: Any) -> None:
    async with container.work() as session:
        fact = await session.get_one(StoredFact, fact_id)
        for name, value in values.items():
            setattr(fact, name, value)


async def look(container: Container, now: datetime) -> int:
    async with container.work() as session:
        return await look_after(session, now)


async def step(container: Container, actor: Actor, alert: Alert, name: Step, now: datetime = NOW,
               **said: Any) -> Alert:  # fmt: skip
    async with container.work() as session:
        service = AlertService(session, lambda: now)
        return await service.take(actor, alert.id or 0, Wish(step=name, **said))


async def messages(container: Container, fleet_id: int) -> Sequence[Notification]:
    async with container.work() as session:
        query = select(Notification).where(col(Notification.fleet_id) == fleet_id)
        return (await session.exec(query.order_by(col(Notification.id)))).all()


async def news(container: Container) -> list[str]:
    async with container.work() as session:
        query = select(StoredEvent.type).where(col(StoredEvent.type).startswith("alert."))
        return list(await session.exec(query.order_by(col(StoredEvent.sequence))))


def speeding(fleet_id: int, vehicle_id: int, at: datetime = NOW, **data: Any) -> DomainEvent:
    said = {"limit": 13.9, "max_speed": 25.0, **data}
    return happened("vehicle.speeding", fleet_id, vehicle_id, at=at, **said)


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


async def lines(container: Container, alert_id: int | None) -> Sequence[AlertComment]:
    async with container.work() as session:
        query = select(AlertComment).where(col(AlertComment.alert_id) == alert_id)
        return (await session.exec(query.order_by(col(AlertComment.id)))).all()


async def test_one_act_of_speeding_that_breaks_two_limits_counts_once_by_the_worse(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    async def too_fast(begin: float, end: float | None, limit: float, **said: Any) -> int:
        ended = None if end is None else minutes(end)
        measured = {"limit": limit, "max_speed": 20.0}
        return await a_fact(container, fleet_id, vehicle_id, FactKind.SPEEDING, data=measured,
                            started_at=minutes(begin), ended_at=ended, **said)  # fmt: skip

    await a_rule(container, fleet_id, "speeding", roles=["dispatcher"], cool_down_minutes=0)
    await a_person(container, Role.DISPATCHER, fleet_id)
    road = await too_fast(1, 2, 11.1)
    zone = await too_fast(1.2, None, 8.3, subject="geofence:5")
    other_zone = await too_fast(1.9, 3, 13.9, subject="geofence:6")  # overlaps that of the road
    later = await too_fast(5, 6, 13.9)
    for at, fact, limit in ((1, road, 11.1), (1.2, zone, 8.3), (1.9, other_zone, 13.9)):
        event = speeding(fleet_id, vehicle_id, minutes(at), fact_id=fact, limit=limit)
        await hears(container, event, now=minutes(at))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.count, alert.fact_id) == (1, zone)
    assert "72 km/h where 30 km/h is allowed" in alert.message
    (line,) = await lines(container, alert.id)
    assert (line.happened_at, line.fact_ids) == (minutes(1), [road, zone, other_zone])
    assert line.text == alert.message
    assert len(await messages(container, fleet_id)) == 1

    await change_fact(container, zone, ended_at=minutes(3))
    again = speeding(fleet_id, vehicle_id, minutes(5), fact_id=later, limit=13.9)
    await hears(container, again, now=minutes(5))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.count, alert.first_at, alert.last_at) == (2, minutes(1), minutes(5))
    assert "where 30 km/h is allowed" in alert.message, "the milder one was taken over"
    _, second = await lines(container, alert.id)
    assert (second.happened_at, second.fact_ids, second.lat) == (minutes(5), [later], 60.17)
    assert "where 50 km/h is allowed" in second.text


async def test_what_lasts_says_since_when_on_the_clock_of_the_fleet(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    async with container.work() as session:
        (await session.get_one(Fleet, fleet_id)).time_zone = "Europe/Helsinki"
    await a_rule(container, fleet_id, "idling", name="idle", after_minutes=10)
    await a_rule(container, fleet_id, "tracker_silent", name="silent")
    idle = await a_fact(container, fleet_id, vehicle_id, FactKind.IDLE)
    silent = await a_fact(container, fleet_id, vehicle_id, FactKind.SILENT, started_at=minutes(-3))
    stands = happened("vehicle.idling", fleet_id, vehicle_id, at=minutes(5), fact_id=idle)
    lost = happened("vehicle.offline", fleet_id, vehicle_id, at=minutes(7), fact_id=silent)
    await hears(container, stands, now=minutes(5))
    await hears(container, lost, now=minutes(7))
    await look(container, minutes(10.2))
    found = {one.title: one for one in await alerts(container, fleet_id)}
    assert "has stood with its engine on since 14:00" in found["idle"].message
    assert "has not been heard of since 13:57" in found["silent"].message
    moments = {name: (one.first_at, one.raised_at) for name, one in found.items()}
    assert moments["idle"] == (NOW, minutes(10.2))
    assert moments["silent"] == (minutes(-3), minutes(7))


async def test_what_was_over_before_it_was_looked_at_says_until_when(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "idling", after_minutes=6)
    yesterday = minutes(-720 - 20)
    idle = await a_fact(container, fleet_id, vehicle_id, FactKind.IDLE, started_at=yesterday)
    stands = happened("vehicle.idling", fleet_id, vehicle_id, at=yesterday, fact_id=idle)
    await hears(container, stands, now=yesterday)
    await change_fact(container, idle, ended_at=minutes(-720 + 5))
    await look(container, minutes(-720 + 6))
    (alert,) = await alerts(container, fleet_id)
    assert "stood with its engine on from 22 Nov, 23:40 to 00:05" in alert.message


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


async def test_a_tracker_that_is_heard_again_ends_its_silence(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "tracker_silent")
    other = await a_vehicle(container, fleet_id)
    for one in (vehicle_id, other):
        await hears(container, happened("vehicle.offline", fleet_id, one, at=NOW), now=NOW)
    await hears(container, happened("vehicle.online", fleet_id, other, at=minutes(-30)), now=NOW)
    back = happened("vehicle.online", fleet_id, vehicle_id, at=minutes(5))
    await hears(container, back, now=minutes(5))
    first, second = await alerts(container, fleet_id)
    assert (first.status, first.resolved_by) == (S.RESOLVED, None)
    assert second.status is S.RAISED  # it was heard again before that silence began


async def test_a_stay_is_an_alert_after_the_minutes_of_the_rule_and_ends_with_the_exit(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "stays_too_long_in_a_zone", after_minutes=20)
    fact = await a_fact(container, fleet_id, vehicle_id, FactKind.VISIT, subject="geofence:5")
    short = await a_fact(container, fleet_id, vehicle_id, FactKind.VISIT, subject="geofence:6")
    for number in (fact, short):
        entry = happened("geofence.entered", fleet_id, vehicle_id, at=NOW, fact_id=number)
        await hears(container, entry, now=NOW)
    await change_fact(container, short, ended_at=minutes(19))
    assert await look(container, minutes(19)) == 0
    assert await alerts(container, fleet_id) == []
    await look(container, minutes(20))
    (alert,) = await alerts(container, fleet_id)
    assert (alert.geofence_id, alert.fact_id, alert.status) == (5, fact, S.RAISED)
    await change_fact(container, fact, ended_at=minutes(25))
    left = happened("geofence.exited", fleet_id, vehicle_id, at=minutes(25), fact_id=fact)
    await hears(container, left, now=minutes(26))
    (alert,) = await alerts(container, fleet_id)
    assert alert.status is S.RESOLVED
    assert await look(container, minutes(60)) == 0


async def test_what_has_an_end_is_resolved_and_what_never_was_as_well(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    for event in ("low_battery", "speeding", "harsh_driving"):
        await a_rule(container, fleet_id, event, name=event)
    low, fast, hard = [
        await a_fact(container, fleet_id, vehicle_id, kind)
        for kind in (FactKind.LOW_BATTERY, FactKind.SPEEDING, FactKind.HARSH)
    ]
    await hears(
        container,
        happened("vehicle.low_battery", fleet_id, vehicle_id, at=NOW, fact_id=low, percent=9),
        speeding(fleet_id, vehicle_id, fact_id=fast),
        happened("vehicle.harsh_event", fleet_id, vehicle_id, at=NOW, fact_id=hard, what="braking"),
        now=NOW,
    )
    for one in (low, fast):
        await change_fact(container, one, ended_at=minutes(3))
    await change_fact(container, hard, withdrawn_at=minutes(3))
    await look(container, minutes(4))
    found = {one.title: one.status for one in await alerts(container, fleet_id)}
    assert found == {
        "low_battery": S.RESOLVED,  # charged
        "speeding": S.RAISED,  # that it is over does not make it good
        "harsh_driving": S.RESOLVED,  # it never happened
    }


async def test_a_battery_below_the_percent_of_the_rule_is_looked_for_while_it_is_low(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "low_battery", below_percent=5)
    fact = await a_fact(container, fleet_id, vehicle_id, FactKind.LOW_BATTERY, data={"percent": 14})
    low = happened("vehicle.low_battery", fleet_id, vehicle_id, at=NOW, fact_id=fact, percent=14)
    await hears(container, low, now=NOW)
    await look(container, minutes(6))
    assert await alerts(container, fleet_id) == []
    await change_fact(container, fact, data={"percent": 4})
    await look(container, minutes(12))
    (alert,) = await alerts(container, fleet_id)
    assert "(4 %)" in alert.message


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


async def test_trips_outside_working_hours_need_working_hours(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "trip_outside_hours", name="the fleet's")
    await a_rule(container, fleet_id, "trip_outside_hours", name="own", hours="Mon-Fri 07:00-18:00")
    at_noon = happened("trip.started", fleet_id, vehicle_id, at=NOW)
    at_night = happened("trip.started", fleet_id, vehicle_id, at=minutes(600))
    await hears(container, at_noon, at_night, now=minutes(600))
    assert [one.title for one in await alerts(container, fleet_id)] == ["own"]
