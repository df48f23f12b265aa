"""What the screen says of a delivery's life: its past, the steps that can follow, the way back."""

from __future__ import annotations

from typing import TypedDict
from zoneinfo import ZoneInfo

from fleet_app.delivery import life
from fleet_app.delivery.errors import MovedOn
from fleet_app.delivery.models import DeliveryEvent, DeliveryStatus
from fleet_app.delivery.reasons import WORDS, Reason
from fleet_app.kernel.clock import utc_now
from fleet_app.records.fields import words_of
from fleet_app.web.states.records.moments import moment_words

BACK = frozenset({DeliveryStatus.CANCELLED, DeliveryStatus.FAILED, DeliveryStatus.RETURNED})
"""Steps that nobody takes by mistake gladly; they are shown as such."""
_ACTS = {
    DeliveryStatus.CREATED: "Take off its route",
    DeliveryStatus.ASSIGNED: "Back to assigned",
    DeliveryStatus.OUT_FOR_DELIVERY: "Send out",
    DeliveryStatus.ARRIVING: "Mark as arriving",
    DeliveryStatus.ARRIVED: "Mark as arrived",
    DeliveryStatus.COMPLETED: "Mark as completed",
    DeliveryStatus.FAILED: "Mark as failed",
    DeliveryStatus.RESCHEDULED: "Reschedule",
    DeliveryStatus.RETURNED: "Mark as returned",
    DeliveryStatus.CANCELLED: "Cancel delivery",
}
"""What a button says that leads to a status."""
BACKS = {
    DeliveryStatus.COMPLETED: "Take back: it was not completed",
    DeliveryStatus.RETURNED: "Take back: it was not returned",
    DeliveryStatus.CANCELLED: "Take back: it is not cancelled",
}
"""What leaves a final status says, which was a mistake."""
GOODS = {None: "", False: "waiting", True: "fetched"}
FETCHED = {True: "were fetched", False: "still have to be fetched"}
AGAIN = "Somebody has just changed this delivery. Nothing was done; please look again."
_CODES = frozenset(one.value for one in Reason)


class Step(TypedDict):
    """A status that can follow."""

    to: str
    label: str
    danger: bool


class Happening(TypedDict):
    """One event of the past."""

    id: int
    status: str
    label: str
    when: str
    who: str
    why: str
    late: bool


def moved_on(error: MovedOn, shown: str) -> str:
    """What to say of a delivery that is not any more as it was shown."""
    if error.fields["status"] != shown:
        return f"{error.message}."
    return AGAIN


def back_of(events: list[DeliveryEvent]) -> DeliveryStatus | None:
    """What the final status can be taken back to."""
    state = life.fold(events)
    return None if state is None else life.reopening(state, utc_now())


def steps_of(events: list[DeliveryEvent], status: DeliveryStatus) -> list[Step]:
    """What can follow, apart from being put on a route, which routes do."""
    state = life.fold(events)
    following = life.LEGAL[status] if state is None else life.legal_next(state)
    return [
        Step(to=one.value, label=_ACTS[one], danger=one in BACK)
        for one in following
        if one is not DeliveryStatus.ASSIGNED or status == DeliveryStatus.OUT_FOR_DELIVERY
    ]


def happening_of(event: DeliveryEvent, zone: ZoneInfo) -> Happening:
    """An event as the timeline tells it."""
    reason = WORDS.get(Reason(event.reason), event.reason) if event.reason in _CODES else ""
    note = str(event.data.get("note") or "")
    return Happening(
        id=event.id or 0,
        status=DeliveryStatus(event.to_status).value,
        label=_label(event),
        when=moment_words(event.occurred_at.isoformat(), zone),
        who=event.actor_name,
        why=" · ".join(one for one in (reason or event.reason or "", note) if one),
        late=bool(event.data.get("late")),
    )


def _label(event: DeliveryEvent) -> str:
    """The new status, or what happened without one."""
    if event.from_status == event.to_status:
        return words_of(event.event_type.removeprefix("delivery."))
    return words_of(DeliveryStatus(event.to_status).value)
