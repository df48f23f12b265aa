"""When recurring work is due: a schedule, the vehicle's reading and a day in, a state out."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Protocol

import msgspec


class DueStatus(StrEnum):
    """How pressing the work is, the most pressing first."""

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    UNKNOWN = "unknown"
    """Nothing is known to be due, but a number is missing to be sure."""
    OK = "ok"


RANKS = {status: rank for rank, status in enumerate(DueStatus)}
"""The lower, the more pressing."""


KM_A_DAY, HOURS_A_DAY = 50.0, 2.0
"""What a vehicle is taken to do in a day, so that work only gets more urgent as days pass."""


class Criterion(StrEnum):
    """What a schedule counts."""

    KM = "km"
    HOURS = "hours"
    DAYS = "days"


class Reading(msgspec.Struct, frozen=True):
    """What a vehicle's odometer (km) and engine hour meter show; None is unknown."""

    odometer_km: float | None
    engine_hours: float | None


class DueState(msgspec.Struct, frozen=True):
    """How pressing the work is, by which criterion, and what is left of each (below zero: past it).

    `urgency` is in how many days that is first so, by estimate, for ordering.
    """

    status: DueStatus
    criterion: Criterion | None
    remaining_km: float | None
    remaining_hours: float | None
    remaining_days: int | None
    urgency: float | None


class Plan(Protocol):
    """What a schedule says."""

    every_km: float | None
    every_hours: float | None
    every_days: int | None
    last_on: dt.date | None
    last_km: float | None
    last_hours: float | None
    warn_km: float
    warn_hours: float
    warn_days: int


class _Part(msgspec.Struct, frozen=True):
    """One criterion of a schedule."""

    criterion: Criterion
    warn: float
    left: float | None
    a_day: float = 1.0
    """How much of it passes in a day."""

    @property
    def status(self) -> DueStatus:
        if self.left is None:
            return DueStatus.UNKNOWN
        if self.left < 0:
            return DueStatus.OVERDUE
        return DueStatus.DUE_SOON if self.left <= self.warn else DueStatus.OK

    @property
    def urgency(self) -> float:
        return float("inf") if self.left is None else self.left / self.a_day


def due_state(plan: Plan, reading: Reading, today: dt.date) -> DueState:
    """The state on `today`, a day where the fleet is. Whichever criterion is first decides.

    On the day itself, and at the very kilometre, work is due soon; after it, it is overdue. A
    criterion without its last time is unknown rather than due.
    """
    parts = _parts(plan, reading, today)
    known = [part for part in parts if part.left is not None]
    status = min((part.status for part in parts), key=RANKS.__getitem__, default=DueStatus.UNKNOWN)
    deciding = [part for part in known if part.status is status]
    left = {part.criterion: part.left for part in known}
    days = left.get(Criterion.DAYS)
    return DueState(
        status=status,
        criterion=min(deciding, key=_urgency).criterion if deciding else None,
        remaining_km=left.get(Criterion.KM),
        remaining_hours=left.get(Criterion.HOURS),
        remaining_days=None if days is None else int(days),
        urgency=min(map(_urgency, known), default=None),
    )


def _parts(plan: Plan, reading: Reading, today: dt.date) -> list[_Part]:
    parts = []
    if plan.every_km and plan.every_km > 0:
        left = _left(plan.last_km, plan.every_km, reading.odometer_km)
        parts.append(_Part(Criterion.KM, plan.warn_km, left, KM_A_DAY))
    if plan.every_hours and plan.every_hours > 0:
        left = _left(plan.last_hours, plan.every_hours, reading.engine_hours)
        parts.append(_Part(Criterion.HOURS, plan.warn_hours, left, HOURS_A_DAY))
    if plan.every_days and plan.every_days > 0:
        days = None if plan.last_on is None else (plan.last_on - today).days + plan.every_days
        parts.append(_Part(Criterion.DAYS, plan.warn_days, days))
    return parts


def _left(last: float | None, every: float, now: float | None) -> float | None:
    return None if last is None or now is None else last + every - now


def _urgency(part: _Part) -> float:
    return part.urgency
