"""From domain events to alerts: at most one open alert of a rule and a subject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.fleet.models import Fleet
from fleet_app.kernel.errors import Contended
from fleet_app.kernel.events import DomainEvent
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.notification.changing import (
    add_trail,
    end,
    escalation,
    tell_world,
)
from fleet_app.notification.matching import Clock, applies, due_at
from fleet_app.notification.models import (
    Alert,
    AlertRule,
    AlertStatus,
    AlertWait,
    HeardEvent,
    Trail,
)
from fleet_app.notification.occasions import RAISES, Occasion, occasion_of
from fleet_app.notification.repeats import mark, repeat
from fleet_app.notification.speaking import row_of, sentence
from fleet_app.notification.telling import tell

_TRIES = 3
_GROWS = {FactKind.SPEEDING: ("limit", "max_speed"), FactKind.LOW_BATTERY: ("percent",)}
_WHY_OVER = {
    "vehicle.online": "The tracker was heard again",
    "geofence.exited": "The vehicle has left the zone",
    "vehicle.battery_charged": "The battery is charged",
    "delivery.eta_changed": "The delivery is expected in time again",
    "route.caught_up": "The route has caught up",
    "route.back_on_route": "The vehicle is back on its route",
    "route.completed": "The route is completed",
    "route.recalled": "The route is planned anew",
    "route.removed": "The route was deleted",
}


async def hear(session: AsyncSession, event: DomainEvent, now: datetime) -> None:
    """Let the fleet's rules hear of an event; again, it changes nothing."""
    occasion = occasion_of(event)
    if occasion is None:
        return
    wanted = RAISES.get(event.type, ())
    rules = await _rules(session, occasion.fleet_id, wanted) if wanted else []
    if not rules and not occasion.ends:
        return
    occasion = await in_full(session, occasion)
    if occasion.ends:
        await _end(session, occasion, now)
    clock = await clock_of(session, occasion.fleet_id, now)
    for rule in rules:
        is_wanted = applies(rule, occasion, clock) and (rule.keep_late or not occasion.late)
        if not is_wanted or not await _is_new(session, event, rule, now):
            continue
        if not await _put_off(session, rule, event, occasion):
            await raise_alert(session, rule, occasion, clock)


async def raise_alert(
    session: AsyncSession, rule: AlertRule, occasion: Occasion, clock: Clock
) -> Alert:
    """The open alert of the rule about this: a new one, or the one there is, once more."""
    for _ in range(_TRIES):
        found = await _open(session, rule, occasion)
        if found is not None:
            await repeat(session, rule, found, occasion, clock)
            return found
        made = await _insert(session, rule, occasion, clock.now)
        if made is not None:
            await _announce(session, rule, made, occasion, clock)
            return made
    raise Contended


async def clock_of(session: AsyncSession, fleet_id: int, now: datetime) -> Clock:
    """The clock that a fleet's rules go by."""
    fleet = await session.get_one(Fleet, fleet_id)
    return Clock(now=now, time_zone=fleet.time_zone, working_hours=fleet.working_hours)


async def _put_off(
    session: AsyncSession, rule: AlertRule, event: DomainEvent, occasion: Occasion
) -> bool:
    """Whether it must go on for longer before it is an alert; it is looked at again then."""
    due = due_at(rule, occasion)
    if due is None:
        return False
    if occasion.fact_id is not None:
        told = msgspec.to_builtins(event)
        row = {"rule_id": rule.id, "fact_id": occasion.fact_id, "due_at": due, "event": told}
        adding = insert(AlertWait).values(row).on_conflict_do_nothing()
        await (await session.connection()).execute(adding)
    return True


async def _rules(
    session: AsyncSession, fleet_id: int, events: Sequence[Any]
) -> Sequence[AlertRule]:
    query = select(AlertRule).where(
        col(AlertRule.fleet_id) == fleet_id,
        col(AlertRule.event).in_(events),
        col(AlertRule.active),
        col(AlertRule.deleted_at).is_(None),
    )
    return (await session.exec(query.order_by(col(AlertRule.id)))).all()


async def _is_new(
    session: AsyncSession, event: DomainEvent, rule: AlertRule, now: datetime
) -> bool:
    """Whether the rule has not dealt with the event; whoever else does so now is waited for."""
    row = {"event_id": event.id, "rule_id": rule.id, "at": now}
    mark = insert(HeardEvent).values(row).on_conflict_do_nothing()
    marked = await (await session.connection()).execute(mark.returning(col(HeardEvent.rule_id)))
    return marked.first() is not None


async def in_full(session: AsyncSession, occasion: Occasion) -> Occasion:
    """With what the fact behind it knows: who drove, in which zone, since when."""
    fact = await row_of(session, StoredFact, occasion.fact_id)
    if fact is not None:
        zone_id = occasion.geofence_id
        if zone_id is None and occasion.type.startswith("geofence."):
            zone_id = int(fact.subject.partition(":")[2] or 0) or None
        occasion = msgspec.structs.replace(
            occasion,
            driver_id=occasion.driver_id or fact.driver_id,
            geofence_id=zone_id,
            began=fact.started_at,
            ended=fact.ended_at,
            data={**occasion.data, **_measured(fact)},
        )
    zone = await row_of(session, Geofence, occasion.geofence_id)
    if zone is None:
        return occasion
    return msgspec.structs.replace(occasion, zone=zone.name, zone_group=zone.group_name)


def _measured(fact: StoredFact) -> dict[str, Any]:
    """What may have become worse since it was told, as it is known by now."""
    return {name: fact.data[name] for name in _GROWS.get(fact.kind, ()) if name in fact.data}


async def _open(session: AsyncSession, rule: AlertRule, occasion: Occasion) -> Alert | None:
    query = select(Alert).where(
        col(Alert.rule_id) == rule.id,
        col(Alert.subject) == occasion.subject,
        col(Alert.status) != AlertStatus.RESOLVED,
    )
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def _insert(
    session: AsyncSession, rule: AlertRule, occasion: Occasion, now: datetime
) -> Alert | None:
    """A new alert; None when somebody else has just made one."""
    said = await sentence(session, rule, occasion, now)
    row = {
        "fleet_id": rule.fleet_id, "rule_id": rule.id, "version": 1, "event": rule.event,
        "status": AlertStatus.RAISED, "severity": rule.severity, "subject": occasion.subject,
        "title": rule.name, "message": said,
        "vehicle_id": occasion.vehicle_id, "driver_id": occasion.driver_id,
        "delivery_id": occasion.delivery_id, "geofence_id": occasion.geofence_id,
        "fact_id": occasion.fact_id, "lat": occasion.lat, "lon": occasion.lon, "count": 1,
        "late": occasion.late, "first_at": occasion.since, "last_at": occasion.since,
        "raised_at": now, "updated_at": now, "data": occasion.data,
    }  # fmt: skip
    adding = insert(Alert).values(row).on_conflict_do_nothing().returning(col(Alert.id))
    number = (await (await session.connection()).execute(adding)).scalar()
    return None if number is None else await session.get_one(Alert, number)


async def _announce(
    session: AsyncSession, rule: AlertRule, alert: Alert, occasion: Occasion, clock: Clock
) -> None:
    now = clock.now
    mark(add_trail(session, alert, Trail.RAISED, alert.message, now=now), occasion)
    tell_world(session, alert, Trail.RAISED, now=now, news="created")
    if not alert.late:
        alert.escalate_at = escalation(rule, alert, now)
        await tell(session, rule, alert, clock)
    session.add(alert)


async def _end(session: AsyncSession, occasion: Occasion, now: datetime) -> None:
    """Resolve what is over: the very same stay or silence, or anything that began before."""
    same = [] if occasion.fact_id is None else [col(Alert.fact_id) == occasion.fact_id]
    query = select(Alert).where(
        col(Alert.fleet_id) == occasion.fleet_id,
        col(Alert.event).in_(occasion.ends),
        col(Alert.subject) == occasion.subject,
        col(Alert.status) != AlertStatus.RESOLVED,
        or_(col(Alert.last_at) <= occasion.at, *same),
    )
    locked = query.order_by(col(Alert.id)).with_for_update()
    for alert in (await session.exec(locked.execution_options(populate_existing=True))).all():
        status = occasion.type.partition(".")[2].replace("_", " ")
        why = _WHY_OVER.get(occasion.type, f"The delivery is {status} now")
        await end(session, alert, why, now)
