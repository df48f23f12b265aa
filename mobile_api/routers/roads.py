"""Ways along roads, with what a driver has to do, and how far one gets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.routing.roads.errors import RoadsBusy
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import roads as schemas

MOST_A_MINUTE = 60
"""Questions of one person: ways of up to 200 places are work, and services bill for each."""


async def take_turn(request: Request, actor: Actor) -> None:
    """Raises `RoadsBusy` for somebody who asks too often."""
    mine = {f"roads:{actor.principal.user_id}": MOST_A_MINUTE}
    if wait := await container(request).road_questions.take(mine):
        raise RoadsBusy(retry_after=wait)


async def spare(request: Request, actor: Annotated[Actor, allow("roads.read")]) -> None:
    """A turn of whoever asks."""
    await take_turn(request, actor)


router = APIRouter(
    prefix="/roads", tags=["roads"], dependencies=[allow("roads.read"), Depends(spare)]
)


@router.get("/route", responses=schemas.ROUTE, response_class=Response)
async def find_route(request: Request, query: Annotated[schemas.RouteQuery, Query()]) -> Response:
    """The fastest way through some places in their order, turn by turn.

    `maneuvers[].shape_index` is where on `shape` each is done. `language` says in which language
    the instructions are: English where the wanted one is not known. With `is_estimate` no roads
    were looked at: the way is straight, and length and time are guessed.
    """
    roads = container(request).roads
    found = await roads.directions(query.places, query.costing, query.language)
    return ok(request, schemas.RouteView.of(found))


@router.get("/isochrone", responses=schemas.REACH, response_class=Response)
async def find_reach(request: Request, query: Annotated[schemas.ReachQuery, Query()]) -> Response:
    """How far one gets from a place in some minutes: outlines, the outer ones only."""
    roads = container(request).roads
    found = await roads.isochrone((query.lat, query.lon), query.times, query.costing)
    return ok(request, [schemas.ReachView.of(reach) for reach in found])
