"""What phones sent that does not count: fixes kept apart, and payloads nobody could read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.location.models import QuarantineReason
from fleet_app.location.overview import OverviewService
from fleet_app.records.query import Deleted
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.ingest import one_fleet
from mobile_api.routers.vehicles import FleetId
from mobile_api.schemas import vehicles as schemas

router = APIRouter(tags=["quarantine"])

Reader = Annotated[Actor, allow("quarantine.read")]


@router.get("/quarantine", responses=schemas.QUARANTINE, response_class=Response)
async def list_quarantine(
    *,
    request: Request,
    actor: Reader,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    vehicle_id: Annotated[int | None, Query(gt=0, lt=2**63)] = None,
    reason: QuarantineReason | None = None,
    fleet_id: FleetId = None,
    deleted: Annotated[
        Deleted, Query(description="Fixes of deleted vehicles: hidden, alone, or among the others.")
    ] = Deleted.NO,
) -> Response:
    """Fixes that were taken over but are not believed, the newest first."""
    async with container(request).work() as session:
        rows, total = await OverviewService(session).quarantine(
            actor.principal,
            page=page,
            limit=limit,
            vehicle_id=vehicle_id,
            reason=reason,
            fleet_id=fleet_id,
            deleted=deleted,
        )
    pagination = Pagination(page=page, limit=limit, total=total)
    return ok(request, [schemas.quarantine_view(row) for row in rows], pagination=pagination)


@router.get("/quarantine/unreadable", responses=schemas.UNREADABLE, response_class=Response)
async def list_unreadable(
    request: Request,
    actor: Reader,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    fleet_id: FleetId = None,
) -> Response:
    """The beginnings of the newest payloads that nobody could read (about 1000 are kept)."""
    fleet = one_fleet(actor.principal, "quarantine.read", fleet_id)
    found = await container(request).ingest.rejected(fleet, limit)
    return ok(request, [schemas.unreadable_view(payload) for payload in found])
