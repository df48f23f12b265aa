"""Alerts of what lasts, on a real database: since when, counted once, and over when it is over."""

from __future__ import annotations

from typing import Any

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.location.journeys.facts import FactKind
from fleet_app.notification.models import AlertStatus
from tests.builders.alert_times import (
    NOW,
    a_fact,
    change_fact,
    lines,
    look,
    messages,
    minutes,
    speeding,
)
from tests.builders.alerts import a_rule, alerts, happened, hears
from tests.builders.people import a_person, a_vehicle

S = AlertStatus


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


async def test_trips_outside_working_hours_need_working_hours(
    container: Container, fleet_id: int, vehicle_id: int
) -> None:
    await a_rule(container, fleet_id, "trip_outside_hours", name="the fleet's")
    await a_rule(container, fleet_id, "trip_outside_hours", name="own", hours="Mon-Fri 07:00-18:00")
    at_noon = happened("trip.started", fleet_id, vehicle_id, at=NOW)
    at_night = happened("trip.started", fleet_id, vehicle_id, at=minutes(600))
    await hears(container, at_noon, at_night, now=minutes(600))
    assert [one.title for one in await alerts(container, fleet_id)] == ["own"]
