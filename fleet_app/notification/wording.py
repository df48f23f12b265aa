"""What an alert says, in the units of its fleet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from fleet_app.kernel.units import Ruler
from fleet_app.notification.models import AlertEvent, AlertRule
from fleet_app.notification.occasions import Occasion

E = AlertEvent


class Names(msgspec.Struct, frozen=True):
    """What the things that an alert is about are called."""

    vehicle: str = ""
    driver: str = ""
    delivery: str = ""


def message(rule: AlertRule, occasion: Occasion, names: Names, ruler: Ruler) -> str:
    """One sentence for people: what happened to what."""
    said = _SENTENCES[rule.event](rule, occasion, ruler)
    subject = names.delivery if occasion.delivery_id is not None else names.vehicle
    text = f"{subject or 'A vehicle'} {said}"
    return f"{text}, driven by {names.driver}" if names.driver else text


_Say = Callable[[AlertRule, Occasion, Ruler], str]


def _plain(words: str) -> _Say:
    return lambda _rule, _occasion, _ruler: words


def _zone(verb: str) -> _Say:
    return lambda _rule, occasion, _ruler: f"{verb} {occasion.zone or 'a zone'}"


def _stay(rule: AlertRule, occasion: Occasion, _: Ruler) -> str:
    zone = occasion.zone or "a zone"
    if rule.after_minutes is None:
        return f"has stayed too long in {zone}"
    return f"has been in {zone} for {minutes(rule.after_minutes)}"


def _speeding(_: AlertRule, occasion: Occasion, ruler: Ruler) -> str:
    most, limit = occasion.number("max_speed"), occasion.number("limit")
    if most is None or limit is None:
        return "was too fast"
    speed = ruler.said(most, "m/s", 0)
    whose = "by the fleet" if occasion.data.get("source") == "fleet" else "there"
    return f"drove {speed} where {ruler.said(limit, 'm/s', 0)} is allowed {whose}".strip()


_HARSH = {
    "braking": "braked hard",
    "accelerating": "accelerated hard",
    "cornering": "took a corner too fast",
    "impact": "may have been in a crash",
}


def _harsh(_: AlertRule, occasion: Occasion, __: Ruler) -> str:
    return _HARSH.get(str(occasion.data.get("what")), "was driven harshly")


def _idling(rule: AlertRule, occasion: Occasion, _: Ruler) -> str:
    lasted = (occasion.number("for_s") or 0) / 60
    most = max(rule.after_minutes or 0, round(lasted))
    return f"has stood with its engine on for {minutes(most)}" if most else "stands, engine on"


def _battery(_: AlertRule, occasion: Occasion, __: Ruler) -> str:
    percent = occasion.number("percent")
    return "has a tracker with a low battery" + ("" if percent is None else f" ({percent:.0f} %)")


def _silent(rule: AlertRule, _: Occasion, __: Ruler) -> str:
    if rule.after_minutes is None:
        return "has stopped sending its position"
    return f"has not sent its position for {minutes(rule.after_minutes)}"


def _maintenance(state: str) -> _Say:
    def say(_: AlertRule, occasion: Occasion, __: Ruler) -> str:
        work: Any = occasion.data.get("name") or "Maintenance"
        return f"needs maintenance: {work} is {state}"

    return say


def minutes(count: int) -> str:
    """`45 minutes`, `2 h 5 min`."""
    if count < 90:
        return f"{count} minute" + ("" if count == 1 else "s")
    hours, rest = divmod(count, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


_SENTENCES: Mapping[AlertEvent, _Say] = {
    E.ENTERS_ZONE: _zone("entered"),
    E.LEAVES_ZONE: _zone("left"),
    E.CROSSES_ZONE: _zone("passed through"),
    E.STAYS: _stay,
    E.SPEEDING: _speeding,
    E.HARSH: _harsh,
    E.IDLING: _idling,
    E.LOW_BATTERY: _battery,
    E.SILENT: _silent,
    E.MOCK_LOCATION: _plain("sends positions that an application made up"),
    E.TRIP_OUTSIDE_HOURS: _plain("set off outside working hours"),
    E.DELIVERY_FAILED: _plain("could not be delivered"),
    E.DELIVERY_RESCHEDULED: _plain("was rescheduled"),
    E.DELIVERY_RETURNED: _plain("was returned"),
    E.DELIVERY_CANCELLED: _plain("was cancelled"),
    E.MAINTENANCE_DUE: _maintenance("due"),
    E.MAINTENANCE_OVERDUE: _maintenance("overdue"),
}
