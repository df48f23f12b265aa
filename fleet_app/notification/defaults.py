"""The usual alert rules that a fleet begins with: what most want to know, told on screens alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.notification.kinds import ALERT_RULES
from fleet_app.notification.models import AlertRule
from fleet_app.records.kinds import Kinds, View, Write
from fleet_app.records.references import require_fleet
from fleet_app.records.service import Records
from fleet_app.records.turns import take_turn

_OFFICE = ("dispatcher", "fleet_manager")
_WORKDAY = "Mon-Fri 07:00-18:00"
_TEN_KMH = 25 / 9

DEFAULT_RULES: Sequence[Mapping[str, Any]] = (
    {"name": "Speeding", "event": "speeding", "over_by_mps": _TEN_KMH, "roles": _OFFICE,
     "note": "10 km/h or more above the limit"},
    {"name": "Harsh driving", "event": "harsh_driving", "severity": "info",
     "roles": ["fleet_manager"]},
    {"name": "Long idling", "event": "idling", "severity": "info", "after_minutes": 10,
     "roles": ["fleet_manager"]},
    {"name": "Stays too long in a zone", "event": "stays_too_long_in_a_zone", "roles": _OFFICE,
     "note": "Longer than the zone itself says"},
    {"name": "Trip outside working hours", "event": "trip_outside_hours", "roles": _OFFICE,
     "note": "Counts once the fleet has working hours"},
    # Phones are switched off in the evening, which nobody needs to hear of.
    {"name": "Tracker silent in working hours", "event": "tracker_silent", "after_minutes": 30,
     "hours": _WORKDAY, "roles": _OFFICE},
    {"name": "Low battery", "event": "low_battery", "severity": "info",
     "roles": ["dispatcher", "driver"]},
    {"name": "Mock location", "event": "mock_location", "severity": "critical",
     "roles": ["fleet_manager"]},
    {"name": "Delivery failed", "event": "delivery_failed", "roles": ["dispatcher"],
     "cool_down_minutes": 0, "escalate_after_minutes": 60, "escalate_roles": ["fleet_manager"]},
    {"name": "Delivery will be late", "event": "delivery_late", "roles": ["dispatcher"]},
    {"name": "Route behind its plan", "event": "route_delayed", "severity": "info",
     "roles": ["dispatcher"]},
    {"name": "Route left", "event": "route_left", "roles": ["dispatcher"]},
    {"name": "Maintenance overdue", "event": "maintenance_overdue", "roles": ["fleet_manager"],
     "cool_down_minutes": 1440},
)  # fmt: skip


async def begin_with_rules(write: Write) -> None:
    """Give a fleet that has just been made its first rules, in the same transaction."""
    if write.is_new:
        await add_first_rules(write.session, write.row.id, write.actor)


async def has_rules(session: AsyncSession, fleet_id: int) -> bool:
    """Whether the fleet has an alert rule, on or off."""
    return bool(await _names(session, fleet_id))


async def add_usual_rules(session: AsyncSession, fleet_id: int, actor: Actor) -> int:
    """Add those of the usual rules that the fleet has none of that name for; returns how many.

    Raises `Forbidden`, `NotFound`.
    """
    await require_fleet(session, fleet_id)
    await take_turn(session, ALERT_RULES, [fleet_id])
    known = await _names(session, fleet_id)
    missing = [one for one in DEFAULT_RULES if one["name"].casefold() not in known]
    await _add(session, fleet_id, actor, missing)
    return len(missing)


async def _names(session: AsyncSession, fleet_id: int) -> set[str]:
    of_fleet = (col(AlertRule.fleet_id) == fleet_id, col(AlertRule.deleted_at).is_(None))
    found = await session.exec(select(AlertRule.name).where(*of_fleet))
    return {name.casefold() for name in found}


async def add_first_rules(session: AsyncSession, fleet_id: int, actor: Actor) -> None:
    """Store a new fleet's first rules in the caller's transaction."""
    await _add(session, fleet_id, actor, DEFAULT_RULES)


async def _add(
    session: AsyncSession, fleet_id: int, actor: Actor, rules: Sequence[Mapping[str, Any]]
) -> None:
    records = Records(session, Kinds((ALERT_RULES,)), ALERT_RULES, actor, View.at_present())
    for values in rules:
        await records.add({**plain(values), "fleet_id": fleet_id})


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a rule with lists, as the columns have them."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
