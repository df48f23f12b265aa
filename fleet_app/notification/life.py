"""The life of an alert as a pure state machine: which steps lead where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from fleet_app.kernel.errors import InvalidInput
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.models import AlertStatus, Severity

S = AlertStatus


class Step(StrEnum):
    """What people do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    REOPEN = "reopen"


LEGAL: Mapping[AlertStatus, Mapping[Step, AlertStatus]] = {
    S.RAISED: {
        Step.ACKNOWLEDGE: S.ACKNOWLEDGED, Step.SNOOZE: S.SNOOZED, Step.RESOLVE: S.RESOLVED,
    },
    S.ACKNOWLEDGED: {
        Step.SNOOZE: S.SNOOZED, Step.RESOLVE: S.RESOLVED, Step.REOPEN: S.RAISED,
    },
    S.SNOOZED: {
        Step.ACKNOWLEDGE: S.ACKNOWLEDGED, Step.SNOOZE: S.SNOOZED, Step.RESOLVE: S.RESOLVED,
        Step.REOPEN: S.RAISED,
    },
    S.RESOLVED: {Step.REOPEN: S.RAISED},
}  # fmt: skip
"""From a status by a step to the next one. A snooze can be made longer or shorter."""

LONGEST_SNOOZE = timedelta(days=30)


def legal_steps(status: AlertStatus) -> tuple[Step, ...]:
    """What can be done with an alert in this status."""
    return tuple(LEGAL[status])


def after(status: AlertStatus, step: Step) -> AlertStatus:
    """The status to which a step leads. Raises `IllegalStep`."""
    following = LEGAL[status].get(step)
    if following is None:
        raise IllegalStep(status.value, step.value, [one.value for one in LEGAL[status]])
    return following


def snooze_end(until: datetime | None, minutes: int | None, now: datetime) -> datetime:
    """When a snooze ends. Raises `InvalidInput` unless it is one moment in the next 30 days."""
    if (until is None) == (minutes is None):
        message = "say until when, or for how many minutes"
        raise InvalidInput("How long is it to be quiet?", fields={"until": message})
    end = now + timedelta(minutes=minutes or 0) if until is None else until
    if end <= now:
        raise InvalidInput("This time is over", fields={"until": "must be in the future"})
    if end - now > LONGEST_SNOOZE:
        message = f"at most {LONGEST_SNOOZE.days} days ahead"
        raise InvalidInput("This is too long", fields={"until": message})
    return end


def more_severe(severity: Severity) -> Severity:
    """One degree more urgent; critical stays so."""
    order = list(Severity)
    return order[min(order.index(severity) + 1, len(order) - 1)]
