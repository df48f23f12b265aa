"""Vehicles, where they are and where they have been."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.bootstrap import Container
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import NotFound, StoreUnavailable
from fleet_app.location.frames import LivePosition
from fleet_app.location.overview import OverviewService
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import vehicles as schemas

TRAIL_POINTS = 2000
ROSTER_COLUMNS = ["id", "name", "registration_number", "type", "driver"]

router = APIRouter(tags=["vehicles"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Viewer = Annotated[Actor, allow("vehicles.read")]
FleetId = Annotated[int | None, Query(gt=0, lt=2**63, description="One fleet, for administrators.")]


@router.get("/vehicles/roster", responses=schemas.ROSTER, response_class=Response)
async def roster(
    request: Request,
    actor: Annotated[Actor, allow("overview.watch")],
    fleet_id: FleetId = None,
) -> Response:
    """Who is who in the whole fleet, compact: columns once, then a row a vehicle."""
    async with container(request).work() as session:
        rows = await FleetService(session).roster(actor.principal, fleet_id)
    return ok(request, {"columns": ROSTER_COLUMNS, "rows": rows})


@router.get("/vehicles/{vehicle_id}/location", responses=schemas.POSITION, response_class=Response)
async def vehicle_location(request: Request, actor: Viewer, vehicle_id: Identifier) -> Response:
    """Where the vehicle is; `stale`, with status offline, when it was last seen there long ago."""
    stores = container(request)
    async with stores.work() as session:
        last = await OverviewService(session).last_position(actor.principal, vehicle_id)
    seen_after = utc_now() - offline_after(stores)
    position = await _live(stores, vehicle_id)
    if position is not None:
        return ok(request, schemas.live_view(position, seen_after))
    if last is None:
        raise NotFound("A position of vehicle", vehicle_id)
    return ok(request, schemas.stored_view(last, seen_after))


@router.get("/vehicles/{vehicle_id}/trail", responses=schemas.TRAIL, response_class=Response)
async def vehicle_trail(
    request: Request,
    actor: Viewer,
    vehicle_id: Identifier,
    minutes: Annotated[int, Query(ge=1, le=7 * 24 * 60)] = 60,
) -> Response:
    """Where the vehicle has been: `[lon, lat, epoch s, m/s]`, oldest first, newest 2000."""
    stores = container(request)
    async with stores.work() as session:
        await FleetService(session).vehicle(actor.principal, vehicle_id)
    now = utc_now()
    # Phones' clocks may be a little ahead of ours; plausible fixes are at most that much newer.
    fixes = await stores.history.track(
        vehicle_id, now - timedelta(minutes=minutes), now + timedelta(minutes=10), TRAIL_POINTS
    )
    return ok(request, {"vehicle_id": vehicle_id, "points": schemas.trail_points(fixes)})


def offline_after(stores: Container) -> timedelta:
    """How old the last fix of a vehicle that is online may be."""
    return timedelta(seconds=stores.settings.offline_after_seconds)


async def _live(stores: Container, vehicle_id: int) -> LivePosition | None:
    try:
        return await stores.live.get(vehicle_id)
    except StoreUnavailable:  # the database still knows where the vehicle was
        return None
