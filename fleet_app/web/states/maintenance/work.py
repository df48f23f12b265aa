"""Ordering, starting and finishing work, and what it cost: the dialogs of the screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import reflex as rx

from fleet_app.audit.trail import noted
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.maintenance.costs import CostHistory
from fleet_app.fleet.maintenance.errors import ReadingBackwards
from fleet_app.fleet.maintenance.service import MaintenanceService
from fleet_app.kernel.errors import FleetError, NotFound
from fleet_app.kernel.units import Ruler
from fleet_app.records.listing import Listing
from fleet_app.records.service import Records
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.maintenance import wording
from fleet_app.web.states.maintenance.due import DueLine, Job, Maintenance, job_of
from fleet_app.web.states.maintenance.forms import OrderFields, completion, read_form
from fleet_app.web.states.records.reading import house_style
from fleet_app.web.states.records.steps_back import order_back
from fleet_app.web.states.records.toasts import Way, say, way_of

COST_MONTHS = 12


class Workshop(rx.State):
    """The dialog that lies over the due list, if any."""

    ordering: bool = False
    line: DueLine = DueLine()  # type: ignore[typeddict-item]
    """The schedule that work is ordered for."""
    finishing: bool = False
    job: Job = Job()  # type: ignore[typeddict-item]
    """The work that is being finished."""
    problem: str = ""
    errors: dict[str, str] = {}
    """Field -> what is wrong with it."""
    backwards: bool = False
    """The reading is below the vehicle's: it has to be confirmed."""
    costs_open: bool = False
    cost_title: str = ""
    cost_total: str = ""
    cost_bars: list[wording.Bar] = []
    _way: Way | None = None
    """The way back from what was done last."""

    @rx.event
    @requires("maintenance.due")
    async def close(self) -> None:
        """Close what lies over the page."""
        self.ordering = self.finishing = self.costs_open = False

    @rx.event
    @requires("work_orders.create")
    async def ask_order(self, schedule_id: int) -> None:
        """Offer a work order for a schedule of the list, filled in as far as we know."""
        lines = (await self.get_state(Maintenance)).lines
        found = [one for one in lines if one["schedule_id"] == int(schedule_id)]
        if found:
            self.line, self.ordering = found[0], True
            self.problem, self.errors = "", {}

    @rx.event
    @requires("work_orders.create")
    async def create_order(self, form: dict[str, Any]) -> None:
        """Order the work. The vehicle stays in service until the work is started."""
        if self.ordering and await self._tried(lambda: self._order(form)):
            self.ordering = False
            await self._read_again()
            await say(self, f"Work order for {self.line['vehicle']} created.", way=self._way)

    @rx.event
    @requires("work_orders.update")
    async def start(self, order_id: int) -> None:
        """The vehicle goes into the workshop, when the order says so."""
        try:
            async with get_container().work() as session:
                service = MaintenanceService(session)
                order = await service.start(await current_actor(self), int(order_id))
                entries = list(noted(session))
        except FleetError as error:
            await say(self, error.message, tone="problem")
        else:
            way = way_of("work_orders", [order_back(order, entries)])
            await say(self, f"Started: {order.title}.", way=way)
        await self._read_again()

    @rx.event
    @requires("work_orders.update")
    async def ask_finish(self, order_id: int) -> None:
        """Ask what is known of the work before it is finished."""
        kind, who = KINDS["work_orders"], await current_principal(self)
        async with get_container().work() as session:
            listing = Listing(session, KINDS, kind, get_container().view())
            row = await listing.one(who, int(order_id))
        if row is not None:
            zone, _ = await house_style(row["fleet_id"])
            self.job, self.finishing, self.backwards = job_of(row, zone), True, False
            self.problem, self.errors = "", {}

    @rx.event
    @requires("work_orders.update")
    async def finish(self, form: dict[str, Any]) -> None:
        """Finish the work: the vehicle comes back, and its schedule starts afresh."""
        if self.finishing and await self._tried(lambda: self._finish(form)):
            self.finishing = False
            await self._read_again()
            text = f"{self.job['title']} is done for {self.job['vehicle']}."
            await say(self, text, way=self._way)

    @rx.event
    @requires("maintenance_records.read")
    async def show_costs(self, vehicle_id: int, name: str) -> None:
        """What a vehicle's upkeep cost, month by month."""
        try:
            async with get_container().work() as session:
                history = CostHistory(session)
                report = await history.of_vehicle(
                    await current_actor(self), int(vehicle_id), COST_MONTHS
                )
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        self.cost_title, self.costs_open = f"Upkeep of {str(name)[:120]}", True
        self.cost_total = wording.money(report.total, report.currency)
        self.cost_bars = wording.bars(report)

    async def _tried(self, act: Callable[[], Awaitable[None]]) -> bool:
        """Whether it worked; the dialog says what did not."""
        try:
            await act()
        except FleetError as error:
            ruler = await self._ruler()
            self.problem = ruler.retold(error.message)
            self.errors = {name: ruler.retold(text) for name, text in error.fields.items()}
            self.backwards = self.backwards or isinstance(error, ReadingBackwards)
            return False
        return True

    async def _order(self, form: dict[str, Any]) -> None:
        said = read_form(OrderFields, form).model_dump(mode="json")
        actor, container = await current_actor(self), get_container()
        async with container.work() as session:
            schedules = Listing(session, KINDS, KINDS["maintenance_schedules"], container.view())
            schedule = await schedules.one(actor.principal, self.line["schedule_id"])
            if schedule is None or schedule["deleted_at"] is not None:
                raise NotFound("Schedule", self.line["name"])
            values = {
                **said,
                "schedule_id": schedule["id"],
                "vehicle_id": schedule["vehicle_id"],
                "kind": schedule["kind"],
                "fleet_id": schedule["fleet_id"],
            }
            kind = KINDS["work_orders"]
            row = await Records(session, KINDS, kind, actor, container.view()).create(values)
            entries = list(noted(session))
        made = [one.id for one in entries if (one.kind, one.object_id) == (kind.name, row["id"])]
        self._way = Way(plural=kind.plural, restore=[], entries=[one for one in made if one])

    async def _finish(self, form: dict[str, Any]) -> None:
        async with get_container().work() as session:
            order, _ = await MaintenanceService(session).finish(
                await current_actor(self),
                self.job["order_id"],
                completion(form, await self._ruler()),
            )
            entries = list(noted(session))
        self._way = way_of("work_orders", [order_back(order, entries)])

    async def _ruler(self) -> Ruler:
        """How the fleet on the screen measures."""
        return Ruler.named((await self.get_state(Maintenance)).units)

    async def _read_again(self) -> None:
        await (await self.get_state(Maintenance)).read()
