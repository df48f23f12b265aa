"""What happens to a delivery, as it is planned: steps with their times. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from fleet_app.delivery.life import LEGAL, UNDER_WAY
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.reasons import Reason
from fleet_app.simulation.demo.rounds import PLANNED_AT, Round, moment

S = DeliveryStatus
_FAILURES = {
    Reason.NOBODY_HOME: 55, Reason.NO_ACCESS: 20, Reason.WRONG_ADDRESS: 13,
    Reason.NO_TIME: 7, Reason.VEHICLE_PROBLEM: 5,
}  # fmt: skip
_NOTES = {
    Reason.NOBODY_HOME: (
        "Rang twice, nobody answered",
        "Closed, no sign of when they are back",
        "",
    ),
    Reason.NO_ACCESS: ("The door code did not work", "Building site in front of the door", ""),
    Reason.REFUSED: ("Did not order anything", "Does not want it any more", ""),
    Reason.DAMAGED: ("Box was wet on one side",),
    Reason.CUSTOMER_REQUEST: ("Asked for another day on the phone", ""),
}
FOLLOW_UP = timedelta(days=3)
"""After so long, what could not be delivered goes back."""
SETTLED = dt.time(23, 50)
"""By then the day's work has an end."""


class Who(StrEnum):
    """Who makes a step."""

    SYSTEM = "system"
    OFFICE = "office"
    DRIVER = "driver"


class Outcome(StrEnum):
    """How a delivery is meant to end."""

    DONE = "done"
    SECOND_TRY = "second_try"
    FAILED = "failed"
    PUT_OFF = "put_off"
    SENT_BACK = "sent_back"
    CALLED_OFF = "called_off"


@dataclass(frozen=True)
class Step:
    """One change of a delivery; or its goods are fetched on the way, and it stays as it is."""

    to: DeliveryStatus
    at: datetime
    who: Who
    reason: Reason | None = None
    note: str = ""
    fetches: bool = False


def called_off(created: datetime, day: dt.date, random: Random) -> list[Step]:
    """Nobody can deliver it; until the sender sees that on its day, it waits to be planned."""
    why = random.choice((Reason.CUSTOMER_REQUEST, Reason.SENDER_REQUEST, Reason.DUPLICATE))
    later = moment(day, dt.time(8)) + timedelta(minutes=random.randrange(120))
    return [Step(S.CREATED, created, Who.SYSTEM), Step(S.CANCELLED, later, Who.OFFICE, why)]


def driven(
    created: datetime, tour: Round, arrival: datetime, outcome: Outcome, random: Random,
    *, assigned: datetime | None = None,
) -> list[Step]:  # fmt: skip
    """On a round, to whatever end; `assigned` when it joined after the round was planned."""
    planned = assigned or moment(tour.day, PLANNED_AT)
    leaves = max(tour.starts_at, planned + timedelta(minutes=6))
    arrival = max(arrival, leaves + timedelta(minutes=8))
    door = arrival + timedelta(seconds=random.randrange(70, 420))
    steps = [
        Step(S.CREATED, created, Who.SYSTEM),
        Step(S.ASSIGNED, planned, Who.OFFICE if assigned else Who.SYSTEM),
        Step(S.OUT_FOR_DELIVERY, leaves, Who.DRIVER),
        Step(S.ARRIVING, arrival - timedelta(seconds=random.randrange(90, 330)), Who.DRIVER),
        Step(S.ARRIVED, arrival, Who.DRIVER),
    ]
    return steps + _end(outcome, door, tour, random)


def fetched(steps: Sequence[Step], at: datetime) -> list[Step]:
    """The same life, whose goods are picked up at that time, by a vehicle that is out already."""
    before = [step for step in steps if step.at < at]
    return [*before, Step(before[-1].to, at, Who.DRIVER, fetches=True), *steps[len(before) :]]


def _end(outcome: Outcome, door: datetime, tour: Round, random: Random) -> list[Step]:
    if outcome is Outcome.DONE:
        return [Step(S.COMPLETED, door, Who.DRIVER)]
    if outcome is Outcome.SENT_BACK:
        why = random.choice((Reason.REFUSED, Reason.REFUSED, Reason.DAMAGED))
        later = door + timedelta(hours=random.randrange(3, 20))
        failed = _step(S.FAILED, door, Who.DRIVER, why, random)
        return [failed, Step(S.RETURNED, later, Who.OFFICE, why)]
    (reason,) = random.choices(list(_FAILURES), list(_FAILURES.values()))
    failed = _step(S.FAILED, door, Who.DRIVER, reason, random)
    if outcome is Outcome.SECOND_TRY:
        return [failed, *_second_try(door, random)]
    goes_back = moment(tour.day + FOLLOW_UP, dt.time(10, random.randrange(60)))
    back = Step(S.RETURNED, goes_back, Who.OFFICE, Reason.UNDELIVERABLE)
    if outcome is Outcome.FAILED:
        return [failed, back]
    later, asked = door + timedelta(minutes=random.randrange(5, 90)), Reason.CUSTOMER_REQUEST
    return [failed, _step(S.RESCHEDULED, later, Who.OFFICE, asked, random), back]


def _second_try(door: datetime, random: Random) -> Iterable[Step]:
    again = door + timedelta(minutes=random.randrange(15, 60))
    there = again + timedelta(minutes=random.randrange(4, 15))
    yield Step(S.OUT_FOR_DELIVERY, again, Who.DRIVER)
    yield Step(S.ARRIVED, there, Who.DRIVER)
    yield Step(S.COMPLETED, there + timedelta(minutes=random.randrange(1, 6)), Who.DRIVER)


def _step(to: S, at: datetime, who: Who, reason: Reason, random: Random) -> Step:
    return Step(to, at, who, reason, random.choice(_NOTES.get(reason, ("",))))


def what_follows(
    known: Sequence[tuple[DeliveryStatus, datetime]],
    steps: Sequence[Step],
    day: dt.date,
    now: datetime,
) -> list[Step]:
    """The steps that have happened by `now` beyond what is known of a delivery.

    Where its life took another way than planned, nothing is added until its day is over; what is
    still in a vehicle then was delivered, and what stayed failed goes back days later.
    """
    planned = [step.to for step in steps]
    lived = [status for status, _ in known]
    ahead = steps[len(lived) :] if lived == planned[: len(lived)] else _settling(lived[-1], day)
    added: list[Step] = []
    last = known[-1][1] if known else None
    for step in ahead:
        at = step.at if last is None else max(step.at, last + timedelta(seconds=20))
        if at > now:
            break
        added.append(replace(step, at=at))
        last = at
    return added


def _settling(status: DeliveryStatus, day: dt.date) -> list[Step]:
    late = moment(day, SETTLED)
    if status in UNDER_WAY:
        arrive = [Step(S.ARRIVED, late, Who.DRIVER)] if S.ARRIVED in LEGAL[status] else []
        return [*arrive, Step(S.COMPLETED, late + timedelta(minutes=2), Who.DRIVER)]
    if status is S.FAILED:
        back = moment(day + FOLLOW_UP, dt.time(11))
        return [Step(S.RETURNED, back, Who.OFFICE, Reason.UNDELIVERABLE)]
    return []
