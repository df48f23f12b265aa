"""Routes planned by hand, and their way from draft to completed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.tours import Tour, Tours
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import routes as schemas
from mobile_api.schemas.records import IF_MATCH
from mobile_api.versions import if_match

router = APIRouter(prefix="/routes", tags=["routes"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Planner = Annotated[Actor, allow("routes.update")]
Runner = Annotated[Actor, allow("routes.run")]
_CHANGE: dict[str, Any] = {
    "responses": schemas.CHANGED,
    "response_class": Response,
    "openapi_extra": {"parameters": [IF_MATCH]},
}


@router.post("", status_code=201, responses=schemas.CREATED, response_class=Response)
async def create_route(
    request: Request, actor: Annotated[Actor, allow("routes.create")], body: schemas.RouteBody
) -> Response:
    """Plan a route by hand: a draft that its driver does not see yet.

    What the plan breaks (too heavy, skills missing, vehicle or driver busy that day) stands in
    `warnings`; the route is made all the same.
    """
    stores = container(request)
    async with stores.work(stores.patience) as session:
        tour = await RouteService(session).create(actor, body.plan())
    return _answer(request, tour, status=201)


@router.get("/{route_id}/stops", responses=schemas.ROUTE, response_class=Response)
async def route_stops(
    request: Request, actor: Annotated[Actor, allow("routes.read")], route_id: Identifier
) -> Response:
    """A route with its stops in driving order, its progress and what it breaks."""
    async with container(request).work() as session:
        tour = await Tours(session).tour(actor, route_id)
    return _answer(request, tour)


@router.put("/{route_id}/stops", **_CHANGE)
async def change_route_stops(
    request: Request, actor: Planner, route_id: Identifier, body: schemas.StopsBody
) -> Response:
    """Give a route these deliveries in this order.

    New ones become assigned; those left out are free again. A delivery that is already on its way
    or done cannot be left out. Goods that have to be fetched have a stop for it before their
    delivery: those stay in their places, or are told in `stops`.
    """
    version, stores = if_match(request), container(request)
    ids, order = body.wanted()
    async with stores.work(stores.patience) as session:
        service = RouteService(session)
        tour = await service.change_stops(actor, route_id, ids, version=version, order=order)
    timed = await stores.plans.retime_route(actor, route_id)
    if timed is not None:
        tour = msgspec.structs.replace(timed, warnings=tour.warnings)
    return _answer(request, tour)


@router.post("/{route_id}/optimise", **_CHANGE)
async def optimise_route(request: Request, actor: Planner, route_id: Identifier) -> Response:
    """Put the stops that are not done into their best order, at once; the times are kept."""
    tour = await container(request).plans.optimise_route(actor, route_id, if_match(request))
    return _answer(request, tour)


@router.post("/{route_id}/publish", **_CHANGE)
async def publish_route(request: Request, actor: Planner, route_id: Identifier) -> Response:
    """Show a draft to its driver. It needs a usable vehicle, a driver and stops."""
    return await _step(
        request, lambda routes, version: routes.publish(actor, route_id, version=version)
    )


@router.post("/{route_id}/recall", **_CHANGE)
async def recall_route(request: Request, actor: Planner, route_id: Identifier) -> Response:
    """Take a published route back to a draft, as long as nothing has happened on it."""
    return await _step(
        request, lambda routes, version: routes.recall(actor, route_id, version=version)
    )


@router.post("/{route_id}/start", **_CHANGE)
async def start_route(request: Request, actor: Runner, route_id: Identifier) -> Response:
    """The vehicle leaves: what is assigned becomes out for delivery. Drivers start their own."""
    return await _step(
        request, lambda routes, version: routes.start(actor, route_id, version=version)
    )


@router.post("/{route_id}/complete", **_CHANGE)
async def complete_route(request: Request, actor: Runner, route_id: Identifier) -> Response:
    """The vehicle is back, and nothing is left to deliver. Drivers complete their own."""
    return await _step(
        request, lambda routes, version: routes.complete(actor, route_id, version=version)
    )


async def _step(
    request: Request, take: Callable[[RouteService, int | None], Awaitable[Tour]]
) -> Response:
    version = if_match(request)
    async with container(request).work() as session:
        tour = await take(RouteService(session), version)
    return _answer(request, tour)


def _answer(request: Request, tour: Tour, *, status: int = 200) -> Response:
    headers = {"ETag": f'"{tour.route.version}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/routes/{tour.route.id}"
    return ok(request, schemas.tour_view(tour), status=status, headers=headers)
