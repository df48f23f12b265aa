"""Ways back from steps: of work orders and of deliveries, where going back is legal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.audit.models import AuditEntry
from fleet_app.delivery import taking_back as delivery
from fleet_app.delivery.models import DeliveryStatus, Route
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import Changed
from fleet_app.fleet.maintenance import taking_back as maintenance
from fleet_app.fleet.maintenance.models import WorkOrder

READING_STAYS = "The odometer reading stays."


class StepBack(TypedDict):
    """One step to take back: of a work order by its audit entries, of a delivery by its status.

    `stays` says what a way back leaves as it is.
    """

    plural: str
    number: int
    version: int
    entries: list[int]
    since: str
    to: str
    stays: str


def order_back(order: WorkOrder, entries: Iterable[AuditEntry]) -> StepBack | None:
    """The way back from a work order's step, told by the entries of its unit of work."""
    known = list(entries)
    own = _of(known, "work_order", order.id)
    if not own or not maintenance.way_back(own[0]):
        return None
    plan = [one for one in _of(known, "maintenance_schedule", order.schedule_id)
            if own[0].action == "finish"]  # fmt: skip
    read = [one for one in _of(known, "vehicle", order.vehicle_id) if one.action == "set_odometer"]
    return StepBack(
        plural="work_orders",
        number=order.id or 0,
        version=order.version,
        entries=[one.id for one in (own[0], *plan) if one.id],
        since="",
        to="",
        stays=READING_STAYS if read else "",
    )


def delivery_back(done: Changed) -> StepBack | None:
    """The way back from a delivery's new status."""
    to = delivery.way_back(done)
    if to is None:
        return None
    return StepBack(
        plural="deliveries",
        number=done.delivery.id or 0,
        version=0,
        entries=[],
        since=str(done.event.to_status),
        to=to.value,
        stays="",
    )


def published_back(route: Route) -> StepBack:
    """The way back from publishing a route."""
    return StepBack(
        plural="routes",
        number=route.id or 0,
        version=route.version,
        entries=[],
        since="",
        to="",
        stays="",
    )


async def step_back(session: AsyncSession, actor: Actor, step: StepBack) -> object:
    """Take one step back. Raises what the domain says to it."""
    if step["plural"] == "work_orders":
        return await maintenance.take_back(session, actor, step["entries"], version=step["version"])
    if step["plural"] == "routes":
        routes = RouteService(session)
        return await routes.recall(actor, step["number"], version=step["version"])
    since, to = DeliveryStatus(step["since"]), DeliveryStatus(step["to"])
    return await delivery.take_back(session, actor, step["number"], since=since, to=to)


def _of(entries: Sequence[AuditEntry], kind: str, number: int | None) -> list[AuditEntry]:
    return [one for one in entries if (one.kind, one.object_id) == (kind, number)]
