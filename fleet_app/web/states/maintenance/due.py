"""What is due, and what stands in the workshop."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

import reflex as rx

from fleet_app.access.matrix import may
from fleet_app.access.roles import Role
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.fleet.maintenance.due import DueStatus
from fleet_app.fleet.maintenance.due_list import DueList, DueQuery, DueRow
from fleet_app.fleet.maintenance.models import WorkOrder, WorkOrderStatus
from fleet_app.kernel.clock import zone_of
from fleet_app.kernel.units import Ruler, Units
from fleet_app.records.listing import Listing, Row
from fleet_app.records.query import ListQuery, parse_query
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.maintenance import wording
from fleet_app.web.states.records.measures import units_of
from fleet_app.web.states.records.reading import house_style
from fleet_app.web.states.session import shown_fleet

PAGE = 50
PRESSING = (DueStatus.OVERDUE, DueStatus.DUE_SOON)
WORKSHOP = "workshop"


class DueLine(TypedDict):
    """One schedule that is due; `order_status` is empty without a work order."""

    schedule_id: int
    vehicle_id: int
    vehicle: str
    plate: str
    name: str
    kind: str
    state: str
    state_text: str
    why: str
    also: str
    last: str
    order_id: int
    order_status: str


class Job(TypedDict):
    """Work under way."""

    order_id: int
    vehicle_id: int
    vehicle: str
    title: str
    supplier: str
    since: str
    blocks: bool


class Maintenance(rx.State):
    """The due list of one fleet."""

    ready: bool = False
    counts: dict[str, int] = {}
    """State -> schedules in it; `workshop` -> work under way."""
    chosen: str = ""
    """A state, `workshop`, or empty for everything pressing."""
    lines: list[DueLine] = []
    jobs: list[Job] = []
    page: int = 1
    total: int = 0
    may: list[str] = []
    """What the person may do: create, update, costs."""
    units: str = Units.METRIC.value
    """The units of the fleet on the screen."""

    @rx.var
    def pages(self) -> int:
        """How many pages the list has."""
        return max(1, -(-self.total // PAGE))

    @rx.event
    @requires("maintenance.due")
    async def open(self) -> None:
        """Read the list from its beginning."""
        who = await current_principal(self)
        names = {"create": "work_orders.create", "update": "work_orders.update",
                 "costs": "maintenance_records.read"}  # fmt: skip
        self.may = [name for name, permission in names.items() if may(who, permission)]
        self.page = 1
        self.units = await units_of(await shown_fleet(self))
        await self.read()
        self.ready = True

    @rx.event
    @requires("maintenance.due")
    async def refresh(self) -> None:
        """Read it again where it stands."""
        await self.read()

    @rx.event
    @requires("maintenance.due")
    async def choose(self, state: str) -> None:
        """Show one state only; the same again shows everything pressing."""
        if state in (*DueStatus, WORKSHOP):
            self.chosen = "" if state == self.chosen else state
            self.page = 1
            await self.read()

    @rx.event
    @requires("maintenance.due")
    async def turn(self, page: int) -> None:
        """Show another page."""
        self.page = min(max(1, int(page)), self.pages)
        await self.read()

    async def read(self) -> None:
        """Take the list over as it is in the database. No event of its own."""
        actor = await current_actor(self)
        fleet = await shown_fleet(self) if actor.role is Role.SYSTEM_ADMIN else None
        wanted = [DueStatus(self.chosen)] if self.chosen in [*DueStatus] else PRESSING
        query = DueQuery(page=self.page, limit=PAGE, statuses=wanted, fleet_id=fleet or None)
        async with get_container().work() as session:
            due = DueList(session)
            rows, self.total = await due.page(actor, query)
            counts = await due.counts(actor, fleet or None)
            orders = {row.work_order_id for row in rows if row.work_order_id}
            known = [await session.get(WorkOrder, one) for one in sorted(orders)]
            busy, under_way = await self._under_way(session, fleet or None)
        status = {one.id: str(one.status.value) for one in known if one is not None}
        self.counts = {str(name): count for name, count in counts.items()} | {WORKSHOP: under_way}
        self.lines = [_line(row, status, Ruler.named(self.units)) for row in rows]
        zones = {row["fleet_id"]: "" for row in busy}
        for fleet_id in zones:
            zones[fleet_id], _ = await house_style(fleet_id)
        self.jobs = [job_of(row, zones[row["fleet_id"]]) for row in busy]

    async def _under_way(self, session: Any, fleet_id: int | None) -> tuple[list[Row], int]:
        kind, who = KINDS["work_orders"], await current_principal(self)
        parameters = {"status": WorkOrderStatus.IN_PROGRESS.value, "limit": str(PAGE)}
        if fleet_id is not None:
            parameters["fleet_id"] = str(fleet_id)
        query: ListQuery = parse_query(kind, parameters.items())
        return await Listing(session, KINDS, kind, get_container().view()).page(who, query)


def _line(row: DueRow, orders: Mapping[int | None, str], ruler: Ruler) -> DueLine:
    schedule, vehicle, state = row.schedule, row.vehicle, row.state
    return DueLine(
        schedule_id=schedule.id or 0,
        vehicle_id=vehicle.id or 0,
        vehicle=vehicle.name,
        plate=vehicle.registration_number,
        name=schedule.name,
        kind=schedule.kind.value,
        state=state.status.value,
        state_text=wording.STATES[state.status],
        why=wording.why(state, ruler),
        also=wording.besides(state, ruler),
        last=wording.last_done(row, ruler),
        order_id=row.work_order_id or 0,
        order_status=orders.get(row.work_order_id, ""),
    )


def job_of(row: Row, zone: str) -> Job:
    """A work order as the lists show it; its days are those of the time zone."""
    return Job(
        order_id=row["id"],
        vehicle_id=row["vehicle_id"],
        vehicle=row["vehicle"]["label"],
        title=row["title"],
        supplier=row["supplier"] or "",
        since=_day(row["started_at"], zone),
        blocks=bool(row["blocks_vehicle"]),
    )


def _day(moment: datetime | str | None, zone: str) -> str:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.astimezone(zone_of(zone)):%-d %b %Y}" if moment else ""
