"""What an alert says, in the units and by the clocks of its fleet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
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


class Speech(msgspec.Struct, frozen=True):
    """How a fleet is told things, and when that is."""

    ruler: Ruler
    zone: tzinfo
    now: datetime

    def clock(self, moment: datetime) -> str:
        """`02:13`, or `22 Nov, 23:50` when that is not today."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone)
        day = "" if local.date() == today.date() else f"{local.day} {local:%b}, "
        return f"{day}{local:%H:%M}"


def message(rule: AlertRule, occasion: Occasion, names: Names, speech: Speech) -> str:
    """One sentence for people: what happened to what."""
    said = _SENTENCES[rule.event](rule, occasion, speech)
    subject = names.delivery if occasion.delivery_id is not None else names.vehicle
    text = f"{subject or 'A vehicle'} {said}"
    return f"{text}, driven by {names.driver}" if names.driver else text


_Say = Callable[[AlertRule, Occasion, Speech], str]


def _plain(words: str) -> _Say:
    return lambda _rule, _occasion, _speech: words


def _zone(verb: str) -> _Say:
    return lambda _rule, occasion, _speech: f"{verb} {occasion.zone or 'a zone'}"


def _lasting(goes_on: str, is_over: str, unknown: str, at: Occasion, speech: Speech) -> str:
    """Since when; from when to when if it is over; and in other words where nobody knows."""
    if at.began is None:
        return unknown
    if at.ended is None:
        return f"{goes_on} since {speech.clock(at.began)}"
    return f"{is_over} from {speech.clock(at.began)} to {speech.clock(at.ended)}"


def _stay(rule: AlertRule, occasion: Occasion, speech: Speech) -> str:
    zone = occasion.zone or "a zone"
    if rule.after_minutes is None:
        stayed = f"stayed too long in {zone},"
        return _lasting(f"has {stayed}", stayed, f"has {stayed[:-1]}", occasion, speech)
    been = f"has been in {zone}"
    known = f"{been} for {minutes(rule.after_minutes)}"
    return _lasting(been, f"was in {zone}", known, occasion, speech)


def _speeding(_: AlertRule, occasion: Occasion, speech: Speech) -> str:
    most, limit = occasion.number("max_speed"), occasion.number("limit")
    if most is None or limit is None:
        return "was too fast"
    speed, allowed = (speech.ruler.said(one, "m/s", 0) for one in (most, limit))
    whose = "by the fleet" if occasion.data.get("source") == "fleet" else "there"
    return f"drove {speed} where {allowed} is allowed {whose}"


_HARSH = {
    "braking": "braked hard",
    "accelerating": "accelerated hard",
    "cornering": "took a corner too fast",
    "impact": "may have been in a crash",
}


def _harsh(_: AlertRule, occasion: Occasion, __: Speech) -> str:
    return _HARSH.get(str(occasion.data.get("what")), "was driven harshly")


def _idling(_: AlertRule, occasion: Occasion, speech: Speech) -> str:
    stood = "stood with its engine on"
    return _lasting(f"has {stood}", stood, "stands with its engine on", occasion, speech)


def _battery(_: AlertRule, occasion: Occasion, __: Speech) -> str:
    percent = occasion.number("percent")
    return "has a tracker with a low battery" + ("" if percent is None else f" ({percent:.0f} %)")


def _silent(_: AlertRule, occasion: Occasion, speech: Speech) -> str:
    unknown = "has stopped sending its position"
    return _lasting("has not been heard of", "was not heard of", unknown, occasion, speech)


def _maintenance(state: str) -> _Say:
    def say(_: AlertRule, occasion: Occasion, __: Speech) -> str:
        work: Any = occasion.data.get("name") or "Maintenance"
        return f"needs maintenance: {work} is {state}"

    return say


def _late(_: AlertRule, occasion: Occasion, speech: Speech) -> str:
    try:
        eta = datetime.fromisoformat(str(occasion.data.get("eta")))
    except ValueError:
        return "will be late"
    return f"will be late: it is expected at {speech.clock(eta)}"


def _behind(_: AlertRule, occasion: Occasion, __: Speech) -> str:
    late, behind = occasion.number("late_stops") or 0, occasion.number("delay_s") or 0
    said = [f"is {minutes(round(behind / 60))} behind its plan"] if behind >= 60 else []
    if late:
        said.append(f"will be late at {late:.0f} stop" + ("" if late == 1 else "s"))
    return (" and ".join(said) or "is behind its plan") + _on_route(occasion)


def _astray(_: AlertRule, occasion: Occasion, __: Speech) -> str:
    return "has left the way to its next stops" + _on_route(occasion)


def _on_route(occasion: Occasion) -> str:
    name = occasion.data.get("route")
    return f" on the route {name}" if name else ""


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
    E.MOCK_LOCATION: _plain("sends a mock location, made up by an application"),
    E.TRIP_OUTSIDE_HOURS: _plain("set off outside working hours"),
    E.DELIVERY_FAILED: _plain("could not be delivered"),
    E.DELIVERY_RESCHEDULED: _plain("was rescheduled"),
    E.DELIVERY_RETURNED: _plain("was returned"),
    E.DELIVERY_CANCELLED: _plain("was cancelled"),
    E.DELIVERY_LATE: _late,
    E.ROUTE_DELAYED: _behind,
    E.ROUTE_DEVIATED: _astray,
    E.MAINTENANCE_DUE: _maintenance("due"),
    E.MAINTENANCE_OVERDUE: _maintenance("overdue"),
}
