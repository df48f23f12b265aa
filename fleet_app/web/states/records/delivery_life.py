"""The life of the delivery on the screen: what happened, and what can follow."""

from __future__ import annotations

from typing import TypedDict
from zoneinfo import ZoneInfo

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.delivery import life
from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.models import DeliveryEvent, DeliveryStatus
from fleet_app.delivery.reasons import REASONS, WORDS, Reason
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.records.fields import words_of
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.steps_back import delivery_back
from fleet_app.web.states.records.texts import zone_of
from fleet_app.web.states.records.toasts import say, way_of

MOST_EVENTS = 100
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


class DeliverySteps(rx.State):
    """The delivery of `RecordForm`, as far as its life goes."""

    happenings: list[Happening] = []
    steps: list[Step] = []
    asking: str = ""
    """The status that needs a reason before it is set."""
    asking_label: str = ""
    reasons: list[dict[str, str]] = []
    problem: str = ""

    @rx.event
    @requires("deliveries.read")
    async def open(self) -> None:
        """Read what happened."""
        self.asking, self.problem = "", ""
        await self._read()

    @rx.event
    @requires("deliveries.set_status")
    async def choose(self, to: str) -> None:
        """Take a step, or ask for its reason first."""
        self.problem = ""
        status = _status(to)
        if status in REASONS:
            self.asking, self.asking_label = to, words_of(to)
            self.reasons = [{"value": one.value, "label": WORDS[one]} for one in REASONS[status]]
        else:
            await self._take(status)

    @rx.event
    @requires("deliveries.set_status")
    async def leave(self) -> None:
        """Give no reason, take no step."""
        self.asking, self.problem = "", ""

    @rx.event
    @requires("deliveries.set_status")
    async def explain(self, form: dict[str, str]) -> None:
        """Take the step that was asked about, with the reason from the form."""
        reason = str(form.get("reason") or "")
        known = {one.value: one for one in Reason}
        if reason not in known:
            self.problem = "Choose a reason."
            return
        note = str(form.get("note") or "").strip()[:500] or None
        await self._take(_status(self.asking), known[reason], note)

    async def _take(
        self, to: DeliveryStatus, reason: Reason | None = None, note: str | None = None
    ) -> None:
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        try:
            async with get_container().work() as session:
                life_of = DeliveryLife(session)
                done = await life_of.change(actor, form.number, to, reason=reason, note=note)
        except IllegalChange as error:
            self.problem, self.asking = error.message, ""
        except FleetError as error:
            self.problem = error.message
            return
        else:
            self.problem, self.asking = "", ""
            way = way_of("deliveries", [delivery_back(done)])
            await say(self, f"{form.title} is now {words_of(to.value).lower()}.", way=way)
        await form.refresh()
        await self._read()

    async def _read(self) -> None:
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        try:
            async with get_container().work() as session:
                service = DeliveryLife(session)
                events, total = await service.events(actor, form.number, limit=MOST_EVENTS)
                if total > MOST_EVENTS:
                    last = -(-total // MOST_EVENTS)
                    events, _ = await service.events(
                        actor, form.number, page=last, limit=MOST_EVENTS
                    )
        except FleetError as error:
            self.problem = error.message
            return
        zone = zone_of(form.zone)
        self.happenings = [_happening(event, zone) for event in reversed(events)]
        self.steps = [] if form.deleted else _steps(events, form.status)


def _status(text: str) -> DeliveryStatus:
    try:
        return DeliveryStatus(text)
    except ValueError:
        raise InvalidInput("There is no such status") from None


def _steps(events: list[DeliveryEvent], status: str) -> list[Step]:
    """What can follow, apart from being put on a route, which routes do."""
    state = life.fold(events)
    if state is None:
        following = life.LEGAL.get(DeliveryStatus(status), ()) if status else ()
    else:
        following = life.legal_next(state, utc_now())
    return [
        Step(to=one.value, label=_ACTS[one], danger=one in BACK)
        for one in following
        if one is not DeliveryStatus.ASSIGNED or status == DeliveryStatus.OUT_FOR_DELIVERY
    ]


def _happening(event: DeliveryEvent, zone: ZoneInfo) -> Happening:
    reason = WORDS.get(Reason(event.reason), event.reason) if event.reason in _CODES else ""
    note = str(event.data.get("note") or "")
    return Happening(
        id=event.id or 0,
        status=DeliveryStatus(event.to_status).value,
        label=words_of(DeliveryStatus(event.to_status).value),
        when=event.occurred_at.astimezone(zone).strftime("%-d %b %Y %H:%M"),
        who=event.actor_name,
        why=" · ".join(one for one in (reason or event.reason or "", note) if one),
        late=bool(event.data.get("late")),
    )


_CODES = frozenset(one.value for one in Reason)
