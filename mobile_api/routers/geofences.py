"""Geofences from and to the files of other programs, all at once for maps, and along a way."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import fleet_of_new
from fleet_app.audit.trail import note
from fleet_app.catalogue.corridors import corridor, places_of_route
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import TooLarge
from fleet_app.location.geofences.drawing import ZoneForm, shapes, shapes_version, written
from fleet_app.location.geofences.importing import FileOutcome, ZoneImport
from fleet_app.location.geofences.kinds import GEOFENCES
from fleet_app.location.geofences.reading import ReadFile, read_file
from fleet_app.location.zones.drawn import MAX_FILE_BYTES
from fleet_app.records.query import parse_query
from fleet_app.records.references import require_fleet
from fleet_app.records.service import Records
from fleet_app.records.turns import take_turn
from mobile_api.deps import allow, container
from mobile_api.downloads import content_disposition, matches
from mobile_api.envelope import ok
from mobile_api.multipart import UploadForm
from mobile_api.schemas import geofences as schemas
from mobile_api.schemas.records import parameters_of

router = APIRouter(tags=[GEOFENCES.label_plural.lower()])
FleetId = Annotated[int | None, Query(gt=0, lt=2**63, description="For administrators.")]
_PAGING = frozenset({"page", "limit", "cursor"})


class _OnlyTried(Exception):
    """Nothing of a dry run is kept."""


@router.post(
    "/geofences/import",
    responses=schemas.IMPORTED,
    response_class=Response,
    openapi_extra=schemas.FORM,
)
async def import_geofences(
    *,
    request: Request,
    actor: Annotated[Actor, allow("geofences.import")],
    fleet_id: FleetId = None,
    dry_run: Annotated[bool, Query(description="Only say what would become of each zone.")] = False,
) -> Response:
    """Take in the zones of a GeoJSON, KML or KMZ file, all in one transaction. A zone changes the
    one of its external reference or else its name, if there is one. What is wrong with one is told
    with it and does not keep the others out."""
    owner = fleet_of_new(actor.principal, fleet_id)
    form = await UploadForm.read(request)
    file = await asyncio.to_thread(read_file, await _content(form), form.filename)
    return ok(request, await _stored(request, actor, owner, file, dry_run=dry_run))


async def _content(form: UploadForm) -> bytes:
    pieces, size = [], 0
    async for piece in form.chunks():
        size += len(piece)
        if size > MAX_FILE_BYTES:
            raise TooLarge(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB.")
        pieces.append(piece)
    return b"".join(pieces)


async def _stored(
    request: Request, actor: Actor, owner: int, file: ReadFile, *, dry_run: bool
) -> FileOutcome:
    box, outcome = container(request), FileOutcome(dry_run=dry_run)
    try:
        async with box.work(box.patience) as session:
            await require_fleet(session, owner)
            await take_turn(session, GEOFENCES, [owner])
            records = Records(session, KINDS, GEOFENCES, actor, box.view())
            outcome = await ZoneImport(session, records, owner).store(file, dry_run=dry_run)
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        for zone in outcome.zones:
            zone.id = None if zone.what == "created" else zone.id
    return outcome


def _export_as(form: ZoneForm) -> None:
    about = [one for one in parameters_of(GEOFENCES) if one["name"] not in _PAGING]
    exporting = allow("geofences.export")

    @router.get(
        f"/geofences/export.{form.value}",
        summary=f"Export zones as {form.value}",
        description="Every zone that the list would show on all its pages.",
        name=f"export_geofences_{form.value}",
        responses=schemas.FILE,
        openapi_extra={"parameters": about},
        response_class=Response,
    )
    async def export_geofences(request: Request, actor: Actor = exporting) -> Response:
        return await _exported(request, actor, form)


async def _exported(request: Request, actor: Actor, form: ZoneForm) -> Response:
    box = container(request)
    query = parse_query(GEOFENCES, request.query_params.multi_items())
    async with box.work(box.patience) as session:
        records = Records(session, KINDS, GEOFENCES, actor, box.view())
        rows: list[dict[str, Any]] = []
        async for batch in records.listing.all(actor.principal, query):
            rows += batch
        changes: dict[str, list[Any]] = {"rows": [None, len(rows)], "form": [None, form.value]}
        fleet_id = query.fleet_id or actor.principal.fleet_id
        note(session, actor, "export", kind=GEOFENCES.name, object_id=None,
             label=GEOFENCES.label_plural, fleet_id=fleet_id, changes=changes)  # fmt: skip
    headers = {
        "Content-Disposition": content_disposition(f"zones.{form.value}"),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = await asyncio.to_thread(written, form, rows)
    return Response(body, headers=headers, media_type=form.media)


for _form in ZoneForm:
    _export_as(_form)


@router.get("/geofences/shapes", responses=schemas.SHAPES, response_class=Response)
async def list_shapes(
    request: Request,
    actor: Annotated[Actor, allow("geofences.read")],
    fleet_id: FleetId = None,
    inactive: Annotated[bool, Query(description="Also those that are switched off.")] = False,
) -> Response:
    """All active zones as one GeoJSON collection for a map; ask again with `If-None-Match`.
    Longitudes run on across the antimeridian, so that every shape is one piece."""
    async with container(request).work() as session:
        version = await shapes_version(session, actor.principal, fleet_id)
        scope = f"{fleet_id or actor.principal.fleet_id}:{version}:{inactive}".encode()
        headers = {
            "ETag": f'"{hashlib.sha256(scope).hexdigest()[:32]}"',
            "Cache-Control": "private, no-cache",
        }
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        body = await shapes(session, actor.principal, fleet_id, inactive=inactive)
    return Response(body, headers=headers, media_type=ZoneForm.GEOJSON.media)


@router.post(
    "/geofences/corridor", status_code=201, responses=schemas.MADE, response_class=Response
)
async def create_corridor(
    request: Request,
    actor: Annotated[Actor, allow("geofences.create")],
    wanted: schemas.CorridorIn,
) -> Response:
    """A zone along a route, or through places: on the roads where the map has them, else
    straight from one to the next."""
    box = container(request)
    places = [(one.lat, one.lon) for one in wanted.points]
    if wanted.route_id is not None:
        async with box.work() as session:
            places = await places_of_route(session, actor.principal, wanted.route_id)
        if len(places) < 2:
            raise schemas.no_way(wanted.route_id)
    drawn = await corridor(
        await asyncio.to_thread(lambda: box.roads.network), places, wanted.width_m
    )
    values = {"name": wanted.name, "group_name": wanted.group_name, **drawn}
    async with box.work() as session:
        records = Records(session, KINDS, GEOFENCES, actor, box.view())
        owner = {} if wanted.fleet_id is None else {"fleet_id": wanted.fleet_id}
        made = await records.create({**values, **owner})
    headers = {"Location": f"/api/v1/geofences/{made['id']}", "ETag": f'"{made["version"]}"'}
    return ok(request, made, status=201, headers=headers)
