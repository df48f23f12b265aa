"""What happened: trips, stops and events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.kernel.clock import utc_now
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.query import PastQuery
from fleet_app.location.past.service import Past
from mobile_api.deps import allow, container
from mobile_api.envelope import CursorPagination, ok
from mobile_api.schemas import past as schemas

router = APIRouter(tags=["history"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("trips.read")]
Facts = Annotated[schemas.FactsQuery, Query()]


@router.get("/trips", responses=schemas.TRIPS, response_class=Response)
async def list_trips(request: Request, actor: Reader, query: Facts) -> Response:
    """Trips, those that began last first; one that goes on has no end yet."""
    return await _page(request, actor, query.asked(FactKind.TRIP), query)


@router.get("/trips/{trip_id}", responses=schemas.TRIP, response_class=Response)
async def get_trip(request: Request, actor: Reader, trip_id: Identifier) -> Response:
    """A trip with its way: an encoded polyline of six decimals, and the second since the start of
    each of its vertices. `path` is null while the trip goes on."""
    box = container(request)
    async with box.work() as session:
        past = Past(session)
        fact = await past.fact(actor.principal, trip_id, kind=FactKind.TRIP)
        names, path = await past.names([fact]), await past.path(fact)
    places = await box.place_names.of(actor.principal, [fact])
    times = [(at_ms - path[0][0]) // 1000 for at_ms, _, _ in path]
    return ok(request, schemas.trip_view(fact, names, places, times))


@router.get("/stops", responses=schemas.STOPS, response_class=Response)
async def list_stops(request: Request, actor: Reader, query: Facts) -> Response:
    """Stops of at least a few minutes, those that began last first."""
    return await _page(request, actor, query.asked(FactKind.STOP), query)


@router.get("/movement-events", responses=schemas.EVENTS_SHOWN, response_class=Response)
async def list_movement_events(
    request: Request, actor: Reader, query: Annotated[schemas.EventsQuery, Query()]
) -> Response:
    """Everything else that was noticed: gaps, idling, speeding, harsh driving, visits of
    zones, low batteries, mock locations and silences; those that began last first."""
    return await _page(request, actor, query.events(), query)


async def _page(
    request: Request, actor: Actor, wanted: PastQuery, query: schemas.FactsQuery
) -> Response:
    box = container(request)
    async with box.work() as session:
        past = Past(session)
        page = await past.page(actor.principal, wanted, query.cursor, query.limit)
        names = await past.names(page.rows)
        unclear = not page.rows and await past.unclear(actor.principal, wanted, utc_now())
    places = await box.place_names.of(actor.principal, page.rows)
    views = [schemas.fact_view(fact, names, places) for fact in page.rows]
    pagination = CursorPagination(query.limit, page.next_cursor)
    return ok(request, views, pagination=pagination, unclear=unclear)
