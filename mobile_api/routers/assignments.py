"""What a driver has to do."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.tours import Tours
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import routes as schemas

router = APIRouter(prefix="/drivers", tags=["drivers"])


@router.get("/{driver_id}/assignments", responses=schemas.ASSIGNMENTS, response_class=Response)
async def driver_assignments(
    request: Request,
    actor: Annotated[Actor, allow("assignments.read")],
    driver_id: Annotated[int, Path(gt=0, lt=2**63)],
    date: Annotated[
        dt.date | None,
        Query(
            description="Only the routes of this day. Unless told, those of today where the fleet "
            "is, and of the days before those that are still driven."
        ),
    ] = None,
) -> Response:
    """A driver's routes of one day with their stops, progress and the next stop.

    Drivers see their own, once these are published; the office sees drafts as well. A tour of the
    night keeps the day on which it began: asked after midnight without a `date`, what was started
    and is not completed comes first, and so does what was to leave in that night and has not yet.
    """
    async with container(request).work() as session:
        found = await Tours(session).assignments(actor, driver_id, date)
    return ok(request, schemas.assignments_view(found))
