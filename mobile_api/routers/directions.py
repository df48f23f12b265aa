"""Turn by turn along a route."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.planning.live.directing import directed, way_of
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.routers.roads import take_turn
from mobile_api.schemas import directions as schemas

router = APIRouter(tags=["routes"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]


@router.get("/routes/{route_id}/directions", responses=schemas.DIRECTIONS, response_class=Response)
async def route_directions(
    request: Request,
    actor: Annotated[Actor, allow("routes.read")],
    route_id: Identifier,
    query: Annotated[schemas.DirectionsQuery, Query()],
) -> Response:
    """The way through the stops of a route that are left, in their order, turn by turn.

    It begins where the vehicle of a started route was last (`start.seen_at` says when), before that
    at the depot, and where neither is known at the first stop. There is a leg to each stop;
    `shape_end` is where on `shape` it ends. Trucks are led along roads that they fit, as far as the
    road network knows. Instructions are in the `language` asked for, else the driver's, else the
    fleet's, in English where that one is not known. With `is_estimate` no roads were looked at: the
    way is straight, and length and time are guessed: of the whole, or of a leg that no road leads
    along. Drivers: their own routes.
    """
    await take_turn(request, actor)
    stores = container(request)
    async with stores.work() as session:
        way = await way_of(session, actor, route_id, query.language)
    found = await directed(way, stores.roads)
    return ok(request, schemas.directions_view(way, found))
