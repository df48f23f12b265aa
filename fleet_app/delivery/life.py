"""The life of a delivery as a pure state machine over its events.

The events are the truth. Ordered by when they happened (and, within one moment, by when we heard
of them), the last one says the status. `docs/deliveries.md` draws the diagram.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import msgspec

from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.kernel.errors import InvalidInput

S = DeliveryStatus

LEGAL: Mapping[DeliveryStatus, tuple[DeliveryStatus, ...]] = {
    S.CREATED: (S.ASSIGNED, S.CANCELLED),
    S.ASSIGNED: (S.CREATED, S.OUT_FOR_DELIVERY, S.RESCHEDULED, S.CANCELLED),
    S.OUT_FOR_DELIVERY: (S.ASSIGNED, S.ARRIVING, S.ARRIVED, S.COMPLETED, S.FAILED),
    S.ARRIVING: (S.ARRIVED, S.COMPLETED, S.FAILED),
    S.ARRIVED: (S.COMPLETED, S.FAILED),
    S.FAILED: (S.OUT_FOR_DELIVERY, S.RESCHEDULED, S.RETURNED),
    S.RESCHEDULED: (S.ASSIGNED, S.RETURNED, S.CANCELLED),
    S.COMPLETED: (),
    S.RETURNED: (),
    S.CANCELLED: (),
}
"""What can follow what. Assigned to created takes a delivery off its route."""

FINAL = frozenset(status for status, following in LEGAL.items() if not following)
UNDER_WAY = frozenset({S.OUT_FOR_DELIVERY, S.ARRIVING, S.ARRIVED})
"""The parcel is in a vehicle that has left."""
ON_THE_ROAD = UNDER_WAY | {S.COMPLETED, S.FAILED}
"""What drivers report; everything else is the office's."""
ASSIGNABLE = frozenset({S.CREATED, S.RESCHEDULED})
"""What can be put on a route."""

REOPEN_WITHIN = timedelta(hours=24)
"""How long the office can take a final status back."""
CLOCK_SLACK = timedelta(minutes=2)
"""How far apart the clocks of two people may be without their reports changing places."""
AHEAD = timedelta(minutes=5)
"""How far a phone's clock may be ahead of ours."""
OLDEST = timedelta(days=30)
"""How late we may hear of something."""


class Happened(Protocol):
    """What the machine needs of an event. One that leaves the status as it was, such as that of a
    pickup, says nothing about it."""

    from_status: DeliveryStatus | None
    to_status: DeliveryStatus
    occurred_at: datetime
    actor_id: int | None


class State(msgspec.Struct, frozen=True):
    """Where a delivery stands: its status, since when, by whom, and the status before that."""

    status: DeliveryStatus
    since: datetime
    actor_id: int | None = None
    before: DeliveryStatus | None = None


class Verdict(msgspec.Struct, frozen=True):
    """An acceptable change: when it counts as made, from which status.

    `late` means that something newer is known already: the change enters the history, and the
    present status stays. `reopens` marks the taking back of a final status.
    """

    occurred_at: datetime
    from_status: DeliveryStatus
    late: bool = False
    reopens: bool = False


Event = TypeVar("Event", bound=Happened)


def ordered(events: Iterable[Event]) -> list[Event]:
    """As they happened; events of one moment stay in the order in which we heard of them."""
    return sorted(events, key=lambda event: event.occurred_at)


def fold(events: Iterable[Happened]) -> State | None:
    """Where the events lead to; None without any. They come in the order of hearing of them."""
    state: State | None = None
    for event in ordered(events):
        if event.from_status == event.to_status:
            continue
        before = None if state is None else state.status
        state = State(DeliveryStatus(event.to_status), event.occurred_at, event.actor_id, before)
    return state


def at(events: Sequence[Happened], moment: datetime) -> State | None:
    """Where the delivery stood at a moment, as far as we know today."""
    return fold([event for event in events if event.occurred_at <= moment])


def legal_next(state: State, *, office: bool = True) -> tuple[DeliveryStatus, ...]:
    """What can follow, for the office or for the driver. Taking back is not among it."""
    following = LEGAL[state.status]
    return following if office else tuple(one for one in following if one in ON_THE_ROAD)


def reopening(state: State, now: datetime) -> DeliveryStatus | None:
    """What a final status can be taken back to: the one before it, for a day.

    A cancelled delivery has lost its place on a route, so it is created rather than assigned.
    """
    if state.status not in FINAL or state.before is None or now - state.since > REOPEN_WITHIN:
        return None
    return S.CREATED if state.before is S.ASSIGNED else state.before


def judge(
    events: Sequence[Happened],
    to: DeliveryStatus,
    *,
    told: datetime | None,
    now: datetime,
    actor_id: int | None = None,
    office: bool = True,
    taking_back: bool = False,
) -> Verdict:
    """Whether `to` may follow, having happened at `told` (None: right now).

    A final status is only ever left by `taking_back` it, so that an old screen or a repeated
    report cannot do it by mistake.

    A change that is newer than all others must be legal from the present status. An older one
    must have been legal at its own moment, judged by the events known from before it; what came
    after stays as it is. Raises `IllegalChange`, and `InvalidInput` for impossible times.
    """
    state = fold(events)
    if state is None:
        raise ValueError("a delivery has at least the event of its creation")
    moment = max(now, state.since) if told is None else plausible(told, now)
    if moment < state.since and _is_clock_slack(state, moment, to, actor_id):
        moment = state.since
    possible = legal_next(state, office=office)
    if taking_back:
        return _taken_back(state, to, moment, now, office)
    if moment < state.since:
        return _late(at(events, moment), to, moment, (state, possible))
    if to not in possible:
        back = reopening(state, now) if office else None
        raise IllegalChange(state.status, to, possible, take_back_to=back)
    return Verdict(moment, state.status)


def _taken_back(
    state: State, to: DeliveryStatus, moment: datetime, now: datetime, office: bool
) -> Verdict:
    """The taking back of the present status, which nothing older can do."""
    back = reopening(state, now) if office else None
    if back is None or back is not to or moment < state.since:
        why = f"It is {state.status}, which cannot be taken back to {to}"
        possible = legal_next(state, office=office)
        raise IllegalChange(state.status, to, possible, why=why, take_back_to=back)
    return Verdict(moment, state.status, reopens=True)


def _late(
    then: State | None,
    to: DeliveryStatus,
    moment: datetime,
    present: tuple[State, Sequence[DeliveryStatus]],
) -> Verdict:
    if then is None:
        problem = "is before the delivery was created"
        raise InvalidInput(f"The time {problem}", fields={"occurred_at": problem})
    if to not in LEGAL[then.status]:
        why = f"It was {then.status} at that time and could not become {to}"
        raise IllegalChange(present[0].status, to, present[1], why=why)
    return Verdict(moment, then.status, late=True)


def plausible(told: datetime, now: datetime) -> datetime:
    """The moment, never in the future. Raises `InvalidInput` when no clock can be that wrong."""
    if told - now > AHEAD:
        problem = "is in the future; please check the clock of the device"
    elif now - told > OLDEST:
        problem = f"is more than {OLDEST.days} days ago"
    else:
        return min(told, now)
    raise InvalidInput(f"The time {problem}", fields={"occurred_at": problem})


def _is_clock_slack(
    state: State, moment: datetime, to: DeliveryStatus, actor_id: int | None
) -> bool:
    """Whether two people's clocks, rather than a late report, explain the order."""
    near = state.since - moment <= CLOCK_SLACK
    return near and state.actor_id != actor_id and to in LEGAL[state.status]
