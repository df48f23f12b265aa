"""What maintenance is due, work orders on their way, readings and costs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.needing import needed, routes_needing
from fleet_app.fleet.maintenance.costs import CostHistory
from fleet_app.fleet.maintenance.due import DueStatus
from fleet_app.fleet.maintenance.due_list import DueList, DueQuery
from fleet_app.fleet.maintenance.models import WorkOrder
from fleet_app.fleet.maintenance.readings import set_odometer
from fleet_app.fleet.maintenance.service import MaintenanceService
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.errors import InvalidInput
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.schemas import maintenance as schemas
from mobile_api.schemas.records import IF_MATCH
from mobile_api.schemas.routes import warning_view
from mobile_api.versions import if_match

router = APIRouter(tags=["maintenance"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Filter = Annotated[int | None, Query(gt=0, lt=2**63)]
Workshop = Annotated[Actor, allow("work_orders.update")]
_STEP: dict[str, Any] = {
    "responses": schemas.STEP,
    "response_class": Response,
    "openapi_extra": {"parameters": [IF_MATCH]},
}


@router.get("/maintenance/due", responses=schemas.DUE, response_class=Response)
async def list_due_maintenance(
    *,
    request: Request,
    actor: Annotated[Actor, allow("maintenance.due")],
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    state: Annotated[
        str, Query(max_length=100, description="Any of overdue, due_soon, unknown, ok; commas.")
    ] = "",
    vehicle_id: Filter = None,
    fleet_id: Annotated[
        int | None, Query(gt=0, lt=2**63, description="One fleet, for administrators.")
    ] = None,
) -> Response:
    """Active schedules of vehicles in use, the most urgent first, with what is left of each.

    Overdue comes first, then due soon, then unknown (the last time or the reading is missing),
    then the rest; within each, whatever has the smallest part of its interval left.
    """
    query = DueQuery(
        page=page,
        limit=limit,
        statuses=_statuses(state),
        vehicle_id=vehicle_id,
        fleet_id=fleet_id,
    )
    async with container(request).work() as session:
        rows, total = await DueList(session).page(actor, query)
    views = [schemas.due_view(row) for row in rows]
    return ok(request, views, pagination=Pagination(page=page, limit=limit, total=total))


@router.post(
    "/work_orders/{order_id}/start",
    responses=schemas.STARTED,
    response_class=Response,
    openapi_extra={"parameters": [IF_MATCH]},
)
async def start_work_order(request: Request, actor: Workshop, order_id: Identifier) -> Response:
    """Begin the work. If the order says so, the vehicle goes into the workshop.

    `warnings` names the published and started routes that lose their vehicle by it.
    """
    version = if_match(request)
    async with container(request).work() as session:
        order = await MaintenanceService(session).start(actor, order_id, version=version)
        losing = await routes_needing(session, order.vehicle_id) if order.blocks_vehicle else []
    return _answer(request, order, warnings=[warning_view(one) for one in needed(losing)])


@router.post(
    "/work_orders/{order_id}/finish",
    responses=schemas.FINISHED,
    response_class=Response,
    openapi_extra={"parameters": [IF_MATCH]},
)
async def finish_work_order(
    request: Request,
    actor: Workshop,
    order_id: Identifier,
    body: schemas.CompletionBody | None = None,
) -> Response:
    """Complete the work: the vehicle is back unless other work keeps it.

    A maintenance record is made, and the order's schedule counts from now on afresh.
    """
    version = if_match(request)
    done = None if body is None else body.completion()
    async with container(request).work() as session:
        service = MaintenanceService(session)
        order, record = await service.finish(actor, order_id, done, version=version)
    return _answer(request, order, maintenance_record_id=record.id)


@router.post("/work_orders/{order_id}/cancel", **_STEP)
async def cancel_work_order(request: Request, actor: Workshop, order_id: Identifier) -> Response:
    """Give the work up. The vehicle is back unless other work keeps it."""
    return await _step(
        request, lambda orders, version: orders.cancel(actor, order_id, version=version)
    )


@router.post("/work_orders/{order_id}/reopen", **_STEP)
async def reopen_work_order(request: Request, actor: Workshop, order_id: Identifier) -> Response:
    """Take back that the work was done or given up; the record of it is deleted."""
    return await _step(
        request, lambda orders, version: orders.reopen(actor, order_id, version=version)
    )


@router.put(
    "/vehicles/{vehicle_id}/odometer",
    responses=schemas.READING,
    response_class=Response,
    openapi_extra={"parameters": [IF_MATCH]},
)
async def set_vehicle_odometer(
    request: Request,
    actor: Annotated[Actor, allow("vehicles.update")],
    vehicle_id: Identifier,
    body: schemas.OdometerBody,
) -> Response:
    """Set what the dashboard shows; tracked distance counts on from there.

    A reading below the last one is refused unless it is marked as a correction. The `ETag` is the
    vehicle's.
    """
    version = if_match(request)
    async with container(request).work() as session:
        now = await set_odometer(
            session, actor, vehicle_id, body.odometer_km,
            hours=body.engine_hours, correction=body.correction, version=version,
        )  # fmt: skip
        vehicle = await session.get_one(Vehicle, vehicle_id)
    headers = {"ETag": f'"{vehicle.version}"'}
    return ok(request, schemas.reading_view(vehicle_id, now), headers=headers)


@router.get("/vehicles/{vehicle_id}/costs", responses=schemas.COSTS, response_class=Response)
async def vehicle_costs(
    request: Request,
    actor: Annotated[Actor, allow("maintenance_records.read")],
    vehicle_id: Identifier,
    months: Annotated[int, Query(ge=1, le=240, description="The present one included.")] = 24,
) -> Response:
    """What the vehicle's upkeep has cost, by month and kind of work."""
    async with container(request).work() as session:
        report = await CostHistory(session).of_vehicle(actor, vehicle_id, months)
    return ok(request, schemas.costs_view(report))


async def _step(
    request: Request, take: Callable[[MaintenanceService, int | None], Awaitable[WorkOrder]]
) -> Response:
    version = if_match(request)
    async with container(request).work() as session:
        order = await take(MaintenanceService(session), version)
    return _answer(request, order)


def _answer(request: Request, order: WorkOrder, **more: Any) -> Response:
    headers = {"ETag": f'"{order.version}"'}
    return ok(request, schemas.order_view(order, **more), headers=headers)


def _statuses(text: str) -> list[DueStatus]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return [DueStatus(word) for word in words]
    except ValueError:
        message = f"any of {', '.join(DueStatus)}, separated by commas"
        raise InvalidInput("There is no such state", fields={"state": message}) from None
