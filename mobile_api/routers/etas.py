"""When routes on their way reach their stops, who is nearest, and what came of the plan."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.tours import Tours
from fleet_app.kernel.clock import utc_now
from fleet_app.planning.live.nearest import nearest, positions
from fleet_app.planning.live.reading import Etas
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.routers.roads import take_turn
from mobile_api.routers.vehicles import offline_after
from mobile_api.schemas import etas as schemas

router = APIRouter(tags=["arrivals"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
RouteReader = Annotated[Actor, allow("routes.read")]


@router.get("/routes/{route_id}/eta", responses=schemas.ROUTE_ETA, response_class=Response)
async def route_eta(request: Request, actor: RouteReader, route_id: Identifier) -> Response:
    """When a route reaches the stops that are left, by where its vehicle is now.

    `live` is false before it starts and when nothing has been heard of its vehicle for longer than
    the fleet's *Silent after*. Only what was planned is told then; `seen_at` says when it was heard
    last, and a `risk` is one that holds wherever the vehicle is. `late_s` is how much after the end
    of its window (without one, half an hour after its plan) a stop is reached; negative is before
    it. Drivers: their own routes.
    """
    stores = container(request)
    async with stores.work() as session:
        found = await Etas(session, stores.active_routes).route(actor, route_id)
    return ok(request, schemas.route_view(found))


@router.get(
    "/deliveries/{delivery_id}/eta", responses=schemas.DELIVERY_ETA, response_class=Response
)
async def delivery_eta(
    request: Request,
    actor: Annotated[Actor, allow("deliveries.read")],
    delivery_id: Identifier,
) -> Response:
    """When a delivery will be made, and how many stops come before it; `live` and `seen_at` as of
    its route. Drivers: their own."""
    stores = container(request)
    async with stores.work() as session:
        found = await Etas(session, stores.active_routes).delivery(actor, delivery_id)
    return ok(request, schemas.delivery_view(found))


@router.get("/routes/{route_id}/actuals", responses=schemas.ACTUALS, response_class=Response)
async def route_actuals(request: Request, actor: RouteReader, route_id: Identifier) -> Response:
    """What was planned beside what came of it: times, order, driving and service of each stop.

    What is reported or delivered late corrects it within a minute.
    """
    async with container(request).work() as session:
        tour = await Tours(session).tour(actor, route_id)
    return ok(request, schemas.actuals_view(tour))


@router.get("/vehicles/nearest", responses=schemas.NEAREST, response_class=Response)
async def nearest_vehicles(
    request: Request,
    actor: Annotated[Actor, allow("overview.watch")],
    query: Annotated[schemas.NearestQuery, Query()],
) -> Response:
    """The active vehicles that are there soonest, by the roads; `age_s` is how old the position
    is, and `is_estimate` says that no roads were looked at."""
    await take_turn(request, actor)
    stores = container(request)
    async with stores.work() as session:
        seen = await positions(session, actor.principal, query.fleet_id)
    found = await nearest(seen, (query.lat, query.lon), query.limit, stores.roads)
    now, online_for = utc_now(), offline_after(stores)
    return ok(request, [schemas.near_view(one, now, online_for) for one in found])
