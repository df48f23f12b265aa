"""Steps of the work order, and the counters of the vehicle, that are on the screen."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

import reflex as rx

from fleet_app.audit.trail import noted
from fleet_app.bootstrap import get_container
from fleet_app.delivery.needing import needed, routes_needing
from fleet_app.fleet.maintenance.errors import ReadingBackwards
from fleet_app.fleet.maintenance.models import WorkOrder, WorkOrderStatus
from fleet_app.fleet.maintenance.readings import set_odometer
from fleet_app.fleet.maintenance.service import NEXT, Completion, MaintenanceService
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.kernel.units import Measure, Ruler, Units
from fleet_app.records.fields import words_of
from fleet_app.records.sheets.numerals import read_number
from fleet_app.web.gate import current_actor, requires
from fleet_app.web.states.records.doubtful import require_clear
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.steps_back import order_back
from fleet_app.web.states.records.texts import YES
from fleet_app.web.states.records.toasts import Way, say, way_of

_ACTS = {
    WorkOrderStatus.IN_PROGRESS: ("start", "Start"),
    WorkOrderStatus.DONE: ("finish", "Finish…"),
    WorkOrderStatus.CANCELLED: ("cancel", "Cancel"),
    WorkOrderStatus.OPEN: ("reopen", "Open again"),
}
_STORED = {"odometer_km": "km"}
_MOST = {"odometer_km": 10_000_000.0, "engine_hours": 1_000_000.0, "cost": 9_999_999.0}


class WorkStep(TypedDict):
    """A step of a work order."""

    act: str
    label: str


class WorkSteps(rx.State):
    """The work order of `RecordForm`, as far as its life goes."""

    steps: list[WorkStep] = []
    finishing: bool = False
    losing: list[str] = []
    """What is planned with the vehicle that starting takes away: asked about first."""
    problem: str = ""
    backwards: bool = False
    """The reading is below the vehicle's: it has to be confirmed."""

    @rx.event
    @requires("work_orders.read")
    async def open(self) -> None:
        """See what can follow."""
        self._ask_nothing()
        self._offer(await self.get_state(RecordForm))

    @rx.event
    @requires("work_orders.update")
    async def choose(self, act: str) -> None:
        """Take a step; finishing asks what was done first."""
        self._ask_nothing()
        if act == "start" and (losing := await self._losing()):
            self.losing = losing
        elif act == "finish":
            self.finishing, self.backwards = True, False
        elif act in {name for name, _ in _ACTS.values()}:
            await self._take(act)

    @rx.event
    @requires("work_orders.update")
    async def leave(self) -> None:
        """Do not start or finish after all."""
        self._ask_nothing()

    @rx.event
    @requires("work_orders.update")
    async def start_anyway(self) -> None:
        """Start although routes lose their vehicle by it."""
        await self._take("start")

    def _ask_nothing(self) -> None:
        self.finishing, self.losing, self.problem = False, [], ""

    async def _losing(self) -> list[str]:
        """Which routes need the vehicle that starting puts into the workshop."""
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        vehicle = form.base.get("vehicle_id", "")
        if form.base.get("blocks_vehicle") != YES or not vehicle.isdigit():
            return []
        try:
            async with get_container().work() as session:
                order = await session.get(WorkOrder, form.number)
                if order is None or not actor.principal.sees_fleet(order.fleet_id):
                    return []
                return [one.message for one in needed(await routes_needing(session, int(vehicle)))]
        except FleetError:
            return []  # starting says so itself

    @rx.event
    @requires("work_orders.update")
    async def finish(self, form: dict[str, Any]) -> None:
        """Finish with what the form says."""
        try:
            done = _completion(form, (await self.get_state(RecordForm)).units)
        except InvalidInput as error:
            self.problem = error.message
            return
        await self._take("finish", done)

    async def _take(self, act: str, *more: Any) -> None:
        form, actor = await self.get_state(RecordForm), await current_actor(self)
        way: Way | None = None
        try:
            async with get_container().work() as session:
                done = await getattr(MaintenanceService(session), act)(actor, form.number, *more)
                entries = list(noted(session))
            way = way_of("work_orders", [order_back(_order(done), entries)])
        except FleetError as error:
            self.problem = Ruler.named(form.units).retold(error.message)
            self.backwards = isinstance(error, ReadingBackwards)
        else:
            self._ask_nothing()
        await form.refresh()
        self._offer(form)
        if not self.problem:
            await say(self, f"{form.title} is now {words_of(form.status).lower()}.", way=way)

    def _offer(self, form: RecordForm) -> None:
        known = form.status in {one.value for one in WorkOrderStatus} and not form.deleted
        following = NEXT[WorkOrderStatus(form.status)] if known else ()
        pairs = (_ACTS[one] for one in following)
        self.steps = [WorkStep(act=act, label=label) for act, label in pairs]


class Counters(rx.State):
    """Setting the odometer of the vehicle of `RecordForm` right."""

    open_form: bool = False
    problem: str = ""
    backwards: bool = False
    """The reading is below the last one: it has to be confirmed."""

    @rx.event
    @requires("vehicles.update")
    async def toggle(self) -> None:
        """Show or hide the form."""
        self.open_form, self.problem, self.backwards = not self.open_form, "", False

    @rx.event
    @requires("vehicles.update")
    async def save(self, form: dict[str, Any]) -> None:
        """Take over what somebody read off the vehicle."""
        record, actor = await self.get_state(RecordForm), await current_actor(self)
        self.problem = ""
        try:
            km = _number(form, "odometer_km", record.units)
            hours = _number(form, "engine_hours")
            if km is None:
                raise InvalidInput("Write what the odometer shows.")
            correction = form.get("correction") == "true"
            async with get_container().work() as session:
                await set_odometer(
                    session, actor, record.number, km, hours=hours, correction=correction
                )
        except FleetError as error:
            self.problem = Ruler.named(record.units).retold(error.message)
            self.backwards = isinstance(error, ReadingBackwards)
            return
        self.open_form, self.backwards = False, False
        await record.refresh()
        await say(self, "The reading was taken over.")


def _order(done: Any) -> WorkOrder:
    """The work order out of what a step answers; finishing answers the record as well."""
    order: WorkOrder = done[0] if isinstance(done, tuple) else done
    return order


def _completion(form: dict[str, Any], units: str) -> Completion:
    texts = {name: str(form.get(name) or "").strip()[:2000] for name in
             ("done_on", "supplier", "invoice_number")}  # fmt: skip
    try:
        day = dt.date.fromisoformat(texts["done_on"]) if texts["done_on"] else None
    except ValueError:
        raise InvalidInput("The day must be a date.") from None
    return Completion(
        done_on=day,
        odometer_km=_number(form, "odometer_km", units),
        engine_hours=_number(form, "engine_hours"),
        cost=_number(form, "cost"),
        supplier=_line(texts["supplier"], 120),
        invoice_number=_line(texts["invoice_number"], 60),
        correction=form.get("correction") == "true",
    )


def _line(text: str, most: int) -> str | None:
    if len(text) > most or not text.isprintable():
        raise InvalidInput(f"One line of at most {most} letters, please.")
    return text or None


def _number(form: dict[str, Any], name: str, units: str = Units.METRIC.value) -> float | None:
    """A number as it is stored. Raises `InvalidInput`, with the limit as the form shows it."""
    text = str(form.get(name) or "").strip()
    if not text:
        return None
    measure = Ruler.named(units).of(_STORED.get(name)) or Measure(unit="")
    try:
        require_clear(text, _STORED.get(name), measure.unit)
        value = measure.stored(float(read_number(text, unit=measure.unit or None)))
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if not 0 <= value <= _MOST[name]:
        most = measure.exact(_MOST[name])
        raise InvalidInput(f"The number must be between 0 and {most:,.0f}.")
    return value
