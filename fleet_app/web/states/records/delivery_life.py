"""The life of the delivery on the screen: what happened, and what can follow."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.bootstrap import get_container
from fleet_app.delivery.errors import IllegalChange, MovedOn
from fleet_app.delivery.fetching import Fetched, Fetching
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.reasons import REASONS, WORDS, Reason
from fleet_app.delivery.service import DeliveryLife
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.kernel.jsonb import clean
from fleet_app.records.errors import Stale
from fleet_app.records.fields import words_of
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.arrival import DeliveryArrival, show_arrival
from fleet_app.web.states.records.following import follow
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.life_words import (
    AGAIN,
    BACKS,
    FETCHED,
    GOODS,
    Happening,
    Step,
    back_of,
    happening_of,
    moved_on,
    steps_of,
)
from fleet_app.web.states.records.steps_back import delivery_back
from fleet_app.web.states.records.toasts import say, way_of

MOST_EVENTS = 100


class DeliverySteps(rx.State):
    """The delivery of `RecordForm`, as far as its life goes."""

    happenings: list[Happening] = []
    steps: list[Step] = []
    asking: str = ""
    """The status that needs a reason before it is set."""
    asking_label: str = ""
    reasons: list[dict[str, str]] = []
    problem: str = ""
    shown: str = ""
    """The status that the steps follow from. Where the page says another one, they wait."""
    back_to: str = ""
    """What taking a final status back leads to; empty where that is not possible."""
    back_label: str = ""
    goods: str = ""
    """Whether those that are fetched on the way were, "waiting" or "fetched"; else empty."""
    taking_back: bool = False
    """Whether it is being asked if the status was really a mistake."""
    _version: int = 0
    """The delivery's version that the steps belong to."""

    @rx.event
    @requires("deliveries.read")
    async def open(self) -> None:
        """Read what happened."""
        self._ask_nothing()
        await self._read()

    @rx.event
    @requires("deliveries.read")
    async def look_again(self) -> None:
        """Somebody changed the delivery: its badge and its buttons say so at once."""
        form, before = await self.get_state(RecordForm), self.shown
        if not form.number or form.plural != "deliveries":
            return
        await follow(form)
        await self._read()
        if self.shown != before:
            self._ask_nothing()

    @rx.event
    @requires("deliveries.set_status")
    async def choose(self, to: str) -> None:
        """Take a step, or ask for its reason first."""
        self._ask_nothing()
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
        self._ask_nothing()

    @rx.event
    @requires("deliveries.set_status")
    async def ask_back(self) -> None:
        """Ask whether the final status was really a mistake."""
        self._ask_nothing()
        self.taking_back = bool(self.back_to)

    @rx.event
    @requires("deliveries.set_status")
    async def take_back(self, form: dict[str, str]) -> None:
        """Take the final status back that the page shows, with the note of the form."""
        if self.back_to:
            await self._take(_status(self.back_to), note=_note(form), taking_back=True)

    @rx.event
    @requires("deliveries.set_status")
    async def explain(self, form: dict[str, str]) -> None:
        """Take the step that was asked about, with the reason from the form."""
        reason = str(form.get("reason") or "")
        known = {one.value: one for one in Reason}
        if reason not in known:
            self.problem = "Choose a reason."
            return
        await self._take(_status(self.asking), reason=known[reason], note=_note(form))

    @rx.event
    @requires("deliveries.set_status")
    async def fetch(self, fetched: bool) -> None:
        """Say that the goods were fetched, or that they were not after all."""
        self._ask_nothing()
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        said = Fetched(delivery_id=form.number, fetched=fetched is True, version=self._seen(form))
        try:
            async with get_container().work() as session:
                await Fetching(session).report(actor, said)
        except Stale:
            self.problem = AGAIN
        except FleetError as error:
            self.problem = error.message
        else:
            await say(self, f"The goods of {form.title} {FETCHED[said.fetched]}.")
        await follow(form)
        await self._read()

    def _ask_nothing(self) -> None:
        self.asking, self.problem, self.taking_back = "", "", False

    async def _take(self, to: DeliveryStatus, **said: Any) -> None:
        """Take a step of the delivery as the page shows it; of another one, none."""
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        shown, said["version"] = self.shown, self._seen(form)
        try:
            async with get_container().work() as session:
                done = await DeliveryLife(session).change(actor, form.number, to, **said)
        except MovedOn as error:
            self._ask_nothing()
            self.problem = moved_on(error, shown)
            await follow(form)
            await self._read()
            return
        except IllegalChange as error:
            self._ask_nothing()
            self.problem = error.message
        except FleetError as error:
            self.problem = error.message
            return
        else:
            self._ask_nothing()
            way = way_of("deliveries", [delivery_back(done)])
            await say(self, f"{form.title} is now {words_of(to.value).lower()}.", way=way)
        await form.refresh()
        await self._read()

    def _seen(self, form: RecordForm) -> int:
        """The version on the screen: the form, once saved, may know a newer one of its own."""
        if self._version and form.status != self.shown:
            return self._version
        return max(self._version, form.version)

    async def _read(self) -> None:
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        try:
            async with get_container().work() as session:
                service = DeliveryLife(session)
                version, status = await service.standing(actor, form.number)
                events, total = await service.events(actor, form.number, limit=MOST_EVENTS)
                aboard = await Fetching(session).aboard(actor, form.number)
                if total > MOST_EVENTS:
                    last = -(-total // MOST_EVENTS)
                    events, _ = await service.events(
                        actor, form.number, page=last, limit=MOST_EVENTS
                    )
        except FleetError as error:
            self.problem = error.message
            return
        zone = zone_of(form.zone)
        self.happenings = [happening_of(event, zone) for event in reversed(events)]
        self.shown, self._version = status.value, version
        self.steps = [] if form.deleted else steps_of(events, status)
        back = None if form.deleted else back_of(events)
        self.back_to = back.value if back else ""
        self.back_label = BACKS.get(status, "") if back else ""
        self.goods = "" if form.deleted else GOODS[aboard]
        await show_arrival(await self.get_state(DeliveryArrival), form, actor)


def _status(text: str) -> DeliveryStatus:
    try:
        return DeliveryStatus(text)
    except ValueError:
        raise InvalidInput("There is no such status") from None


def _note(form: dict[str, str]) -> str | None:
    return str(clean(str(form.get("note") or ""))).strip()[:500] or None
