"""Whether a rule applies to what happened. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from fleet_app.kernel.clock import from_ms, to_ms, zone_of
from fleet_app.location.zones.hours import WeeklyHours
from fleet_app.notification.models import AlertEvent, AlertRule
from fleet_app.notification.occasions import RAISES, Occasion

E = AlertEvent
_HAIR = 1e-6
"""What arithmetic may lose: 28.9 - 13.9 is a little less than 15."""
ASK_AGAIN = timedelta(minutes=5)
"""How often a battery that is not low enough yet is looked at again."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """What time it is, the fleet's clock, and when the fleet works."""

    now: datetime
    time_zone: str = "UTC"
    working_hours: str = ""

    def within(self, hours: str, at: datetime) -> bool:
        """Whether a moment lies within weekly hours that are not empty."""
        return self._weekly(hours).active(to_ms(at))

    def end_of(self, hours: str, at: datetime) -> datetime | None:
        """When the weekly hours end that a moment lies in; None for those that never end."""
        end = self._weekly(hours).until(to_ms(at))
        return None if end is None else from_ms(end)

    def _weekly(self, hours: str) -> WeeklyHours:
        return _weekly_hours(hours, self.time_zone)


@lru_cache(maxsize=512)
def _weekly_hours(hours: str, time_zone: str) -> WeeklyHours:
    """Read once: events are many, and rules and fleets few."""
    return WeeklyHours(hours, zone_of(time_zone).key)


def applies(rule: AlertRule, occasion: Occasion, clock: Clock) -> bool:
    """Whether the rule is about this, apart from how long it has gone on."""
    return (
        rule.event in RAISES.get(occasion.type, ())
        and _in_scope(rule, occasion)
        and _in_zone(rule, occasion)
        and _much_enough(rule, occasion)
        and _at_the_time(rule, occasion, clock)
        and _begins(rule, occasion)
    )


def listens(rule: AlertRule) -> bool:
    """Whether the rule is on: one that is off or deleted raises nothing and tells nobody."""
    return rule.active and rule.deleted_at is None


def due_at(rule: AlertRule, occasion: Occasion) -> datetime | None:
    """When to look whether it still goes on; None when it is an alert at once."""
    if rule.below_percent is not None and rule.event is E.LOW_BATTERY:
        percent = occasion.number("percent")
        is_low = percent is not None and percent <= rule.below_percent
        return None if is_low else occasion.at + ASK_AGAIN
    if rule.after_minutes is None:
        return None
    due = (occasion.began or occasion.at) + timedelta(minutes=rule.after_minutes)
    return None if due <= occasion.at else due


def is_quiet(rule: AlertRule, clock: Clock) -> bool:
    """Whether nothing is to be sent out now."""
    return bool(rule.quiet_hours) and clock.within(rule.quiet_hours, clock.now)


def quiet_until(rule: AlertRule, clock: Clock) -> datetime | None:
    """When something may be sent out again; None for a rule that is always quiet."""
    return clock.end_of(rule.quiet_hours, clock.now)


def _in_scope(rule: AlertRule, occasion: Occasion) -> bool:
    return (not rule.vehicle_ids or occasion.vehicle_id in rule.vehicle_ids) and (
        not rule.driver_ids or occasion.driver_id in rule.driver_ids
    )


def _in_zone(rule: AlertRule, occasion: Occasion) -> bool:
    if rule.geofence_id is not None:
        return occasion.geofence_id == rule.geofence_id
    if rule.zone_group:
        return occasion.zone_group.casefold() == rule.zone_group.casefold()
    return True


def _much_enough(rule: AlertRule, occasion: Occasion) -> bool:
    if rule.event is E.DELIVERY_LATE:  # told once, not whenever its arrival moves
        return occasion.is_late and occasion.data.get("previous_risk") != "late"
    if rule.over_by_mps is None or rule.event is not E.SPEEDING:
        return True
    limit, most = occasion.number("limit"), occasion.number("max_speed")
    return limit is not None and most is not None and most - limit >= rule.over_by_mps - _HAIR


def _at_the_time(rule: AlertRule, occasion: Occasion, clock: Clock) -> bool:
    if rule.event is E.TRIP_OUTSIDE_HOURS:
        working = rule.hours or clock.working_hours
        return bool(working) and not clock.within(working, occasion.at)
    return not rule.hours or clock.within(rule.hours, occasion.at)


def _begins(rule: AlertRule, occasion: Occasion) -> bool:
    """A stay has two beginnings: with minutes of the rule's own it is the entry into the zone,
    otherwise the moment at which the zone's own limit has passed."""
    if rule.event is not E.STAYS:
        return True
    return (occasion.type == "geofence.entered") == (rule.after_minutes is not None)
