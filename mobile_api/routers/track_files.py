"""Tracks as files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import StreamingResponse

from fleet_app.access.actor import Actor
from fleet_app.audit.trail import note
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.location.past.files.geojson import geojson
from fleet_app.location.past.files.gpx import gpx
from fleet_app.location.past.files.kml import kml
from fleet_app.location.past.files.pieces import Batches, Head, TrackForm, utc
from fleet_app.location.past.files.table import table
from fleet_app.location.past.service import EXPORT, Past
from fleet_app.location.past.stored_track import TrackFix, TrackQuery
from mobile_api.deps import allow, container
from mobile_api.downloads import content_disposition
from mobile_api.schemas import tracks as schemas

router = APIRouter(tags=["history"])
BATCH = 5000
WRITERS: Mapping[TrackForm, Callable[[Head, Batches], AsyncIterator[bytes]]] = {
    TrackForm.GPX: gpx,
    TrackForm.KML: kml,
    TrackForm.CSV: table,
    TrackForm.GEOJSON: geojson,
}


@router.get(
    "/vehicles/{vehicle_id}/track/export.{form}",
    responses=schemas.FILE,
    response_class=StreamingResponse,
)
async def export_track(
    request: Request,
    actor: Annotated[Actor, allow("track.export")],
    vehicle_id: Annotated[int, Path(gt=0, lt=2**63)],
    form: TrackForm,
    query: Annotated[schemas.PeriodQuery, Query()],
) -> StreamingResponse:
    """Every believed fix of a period as a file, with its gaps. Local times, where the form has
    them, are in the fleet's time zone. The export is in the audit log."""
    since, until = query.period()
    box = container(request)
    asked = TrackQuery(vehicle_id=vehicle_id, since=since, until=until, limit=BATCH)
    first = await box.history.page(asked)  # so that a store that is down is an answer, not a stump
    head = await _head(box, actor, asked, form)
    body = WRITERS[form](head, _batches(box, asked, first))
    headers = {
        "Content-Disposition": content_disposition(head.file_name(form)),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(body, media_type=schemas.MEDIA[form], headers=headers)


async def _head(box: Container, actor: Actor, asked: TrackQuery, form: TrackForm) -> Head:
    """Whose track it is; notes that somebody takes it away. Raises `Forbidden`, `NotFound`."""
    async with box.work() as session:
        past = Past(session)
        vehicle = await past.vehicle(actor.principal, asked.vehicle_id, EXPORT)
        fleet = await session.get_one(Fleet, vehicle.fleet_id)
        changes = {"from": utc(asked.since), "to": utc(asked.until), "form": form.value}
        note(
            session, actor, "export", kind="vehicle", object_id=vehicle.id, label=vehicle.name,
            fleet_id=vehicle.fleet_id,
            changes={name: [None, value] for name, value in changes.items()},
        )  # fmt: skip
        return Head(
            vehicle=vehicle.name, plate=vehicle.registration_number, since=asked.since,
            until=asked.until, zone=ZoneInfo(fleet.time_zone),
            gap_ms=await past.gap_ms(vehicle.fleet_id),
        )  # fmt: skip


async def _batches(
    box: Container, asked: TrackQuery, fixes: list[TrackFix]
) -> AsyncIterator[list[TrackFix]]:
    while fixes:
        yield fixes
        if len(fixes) < asked.limit:
            return
        asked = msgspec.structs.replace(asked, above=fixes[-1].position)
        fixes = await box.history.page(asked)
