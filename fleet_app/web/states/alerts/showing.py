"""One alert as its panel shows it. Pure; times are by the clocks of the fleet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fleet_app.notification.channels.models import Channel, Notification
from fleet_app.notification.channels.models import Status as Sent
from fleet_app.notification.models import (
    LASTING,
    Alert,
    AlertComment,
    AlertStatus,
    Severity,
    Trail,
)
from fleet_app.notification.reading import AlertRow

STATUSES = {
    AlertStatus.RAISED: "Open",
    AlertStatus.ACKNOWLEDGED: "Acknowledged",
    AlertStatus.SNOOZED: "Snoozed",
    AlertStatus.RESOLVED: "Resolved",
}
SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.WARNING: "Warning",
    Severity.INFO: "Information",
}
DID = {
    Trail.RAISED: "raised it",
    Trail.REPEATED: "saw it happen again",
    Trail.ACKNOWLEDGED: "acknowledged it",
    Trail.SNOOZED: "snoozed it",
    Trail.SNOOZE_ENDED: "woke it: the snooze is over",
    Trail.RESOLVED: "resolved it",
    Trail.REOPENED: "reopened it",
    Trail.ESCALATED: "escalated it",
    Trail.ASSIGNED: "gave it to",
    Trail.COMMENT: "wrote",
}
BY_ITSELF = {
    Trail.RAISED: "Raised",
    Trail.REPEATED: "Happened again",
    Trail.SNOOZE_ENDED: "The snooze is over",
    Trail.RESOLVED: "Resolved by itself",
    Trail.ESCALATED: "Escalated, as nobody had acknowledged it",
}
CHANNELS = {
    Channel.IN_APP: "in the app",
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by SMS",
    Channel.WEB_PUSH: "in the browser",
    Channel.PUSH: "on the phone",
    Channel.WEBHOOK: "by webhook",
}
SENT = {
    Sent.QUEUED: "waiting",
    Sent.SENDING: "being sent",
    Sent.SENT: "sent",
    Sent.FAILED: "refused",
    Sent.DEAD: "given up",
    Sent.SUPPRESSED: "not sent",
}
FEW_TIMES, MOST_TIMES = 3, 200
"""How many repeats are shown unasked, and at most."""
AROUND = timedelta(minutes=15)
"""How much of the past is shown before and after what happened."""
_LONGEST = timedelta(days=2)


class Fact(TypedDict):
    """A line about an alert; `href` is empty where there is nothing to open."""

    label: str
    text: str
    href: str


class Line(TypedDict):
    """A line of the trail. `happened` is when it happened, and `place` the way to that moment on
    the map; `more` offers the repeats that are folded away behind the line."""

    id: int
    what: str
    said: str
    text: str
    at: str
    exact: str
    happened: str
    place: str
    more: str


class Told(TypedDict):
    """One message that was, will or would have been sent."""

    id: int
    to: str
    how: str
    status: str
    label: str
    exact: str
    why: str


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment by the clocks of the fleet."""
    return at.astimezone(zone).strftime("%-d %b %Y, %H:%M:%S")


def facts_of(row: AlertRow, rule: str, place: str, zone: ZoneInfo) -> list[Fact]:
    """What it is about and whose it is, with ways there."""
    alert: Alert = row.alert
    links = (
        ("Vehicle", row.vehicle, f"/vehicles/{alert.vehicle_id}"),
        ("Driver", row.driver, f"/drivers/{alert.driver_id}"),
        ("Zone", place, f"/geofences/{alert.geofence_id}"),
        ("Delivery", f"No. {alert.delivery_id}" if alert.delivery_id else "",
         f"/deliveries/{alert.delivery_id}"),
        ("Rule", rule, f"/alert_rules/{alert.rule_id}"),
        ("Raised", moment(alert.raised_at, zone), ""),
        ("Looked after by", row.assigned, ""),
        ("Quiet until", _some(alert.snoozed_until, zone), ""),
        ("Escalates", _some(alert.escalate_at, zone), ""),
        ("Resolved", _some(alert.resolved_at, zone), ""),
    )  # fmt: skip
    return [Fact(label=label, text=text, href=href) for label, text, href in links if text]


def verb_of(alert: Alert) -> str:
    """What `first_at` and `last_at` are about: what lasts has a beginning."""
    verb = "began" if alert.event in LASTING else "happened"
    return verb.capitalize() if alert.count < 2 else f"Last {verb}"


def span_of(alert: Alert, zone: ZoneInfo) -> str:
    """When it happened, exactly; from the first to the last time."""
    last = moment(alert.last_at, zone)
    if alert.count < 2:
        return last
    if alert.last_at - alert.first_at < timedelta(minutes=1):
        return f"{alert.count:,} times, {last}"
    return f"{alert.count:,} times, from {moment(alert.first_at, zone)} until {last}"


def history_of(alert: Alert, zone: ZoneInfo) -> str:
    """Where the past of its vehicle is shown at that moment; empty without a vehicle."""
    if alert.vehicle_id is None:
        return ""
    first = max(alert.first_at, alert.last_at - _LONGEST) - AROUND
    ends = (first, alert.last_at + AROUND)
    since, until = (one.astimezone(zone).isoformat(timespec="minutes") for one in ends)
    return "/history?" + urlencode({"vehicles": alert.vehicle_id, "from": since, "to": until})


def lines_of(
    alert: Alert, trail: Sequence[AlertComment], zone: ZoneInfo, *, unfolded: bool
) -> list[Line]:
    """The trail, the newest line first; of many repeats only the newest unless unfolded."""
    repeats = [one for one in trail if one.what is Trail.REPEATED]
    is_folded = len(repeats) > FEW_TIMES and not unfolded
    shown = {one.id for one in repeats[-1 if is_folded else -MOST_TIMES :]}
    lines = [
        _line(alert, one, zone)
        for one in reversed(trail)
        if one.what is not Trail.REPEATED or one.id in shown
    ]
    for line in lines:
        if len(repeats) > FEW_TIMES and line["id"] == repeats[-1].id:
            line["more"] = _more(len(repeats) + 1) if is_folded else "Show less"
    return lines


def _more(times: int) -> str:
    if times > MOST_TIMES:
        return f"Show the last {MOST_TIMES} of {times:,}"
    return f"Show all {times}"


def who_did(trail: Sequence[AlertComment]) -> str:
    """Who changed an alert last, and how."""
    changes = [one for one in trail if one.what not in (Trail.COMMENT, Trail.REPEATED)]
    return _said(changes[-1]) if changes else ""


def told_of(rows: Sequence[Notification], zone: ZoneInfo) -> list[Told]:
    """What was sent to whom, the newest first."""
    return [
        Told(
            id=one.id or 0, to=one.recipient or one.address or "Webhook",
            how=CHANNELS[one.channel], status=one.status.value, label=SENT[one.status],
            exact=moment(one.sent_at or one.created_at, zone), why=one.last_error or "",
        )
        for one in rows
    ]  # fmt: skip


def _line(alert: Alert, one: AlertComment, zone: ZoneInfo) -> Line:
    text = "" if one.what is Trail.ASSIGNED else one.text
    verb = "Began" if alert.event in LASTING else "Happened"
    happened = "" if one.happened_at is None else f"{verb} {moment(one.happened_at, zone)}"
    return Line(
        id=one.id or 0, what=one.what.value, said=_said(one), text=text, at=one.at.isoformat(),
        exact=moment(one.at, zone), happened=happened, place=_place_of(alert, one, zone), more="",
    )  # fmt: skip


def _place_of(alert: Alert, one: AlertComment, zone: ZoneInfo) -> str:
    if alert.vehicle_id is None or one.happened_at is None or one.lat is None:
        return ""
    at = one.happened_at.astimezone(zone).isoformat(timespec="seconds")
    return "/history?" + urlencode({"vehicles": alert.vehicle_id, "at": at})


def _said(one: AlertComment) -> str:
    if one.actor_id is None:
        return BY_ITSELF.get(one.what, f"The system {DID[one.what]}")
    if one.what is Trail.ASSIGNED:
        return f"{one.actor_name} gave it to {one.text or 'nobody'}"
    return f"{one.actor_name} {DID[one.what]}"


def _some(at: Any, zone: ZoneInfo) -> str:
    return "" if at is None else moment(at, zone)
