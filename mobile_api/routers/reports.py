"""Map files: trip reports and heat maps that people keep and mail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import fleet_in_view
from fleet_app.analytics.map_files.heat import Heat, HeatQuery, heat_of
from fleet_app.analytics.map_files.heat_page import LISTED, Asked, heat_page
from fleet_app.analytics.map_files.page import POLICY
from fleet_app.analytics.map_files.reading import (
    REPORTS,
    Material,
    brand_of,
    read_material,
    told_ways,
    trip_period,
)  # fmt: skip
from fleet_app.analytics.map_files.report import report_page
from fleet_app.analytics.map_files.texts import local_of
from fleet_app.audit.trail import note
from fleet_app.bootstrap import Container
from fleet_app.fleet.models import Fleet
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.units import METRIC, Ruler
from fleet_app.location.past.files.pieces import utc
from fleet_app.location.past.replay import Columns, gathered
from fleet_app.location.past.service import Past
from mobile_api.deps import allow, container
from mobile_api.downloads import content_disposition
from mobile_api.schemas import reports as schemas
from mobile_api.schemas.tracks import PeriodQuery

router = APIRouter(tags=["reports"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("reports.read")]
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


@router.get("/trips/{trip_id}/report.html", responses=schemas.FILE, response_class=Response)
async def trip_report(request: Request, actor: Reader, trip_id: Identifier) -> Response:
    """A trip as one HTML file with a map that needs no network. It is in the audit log."""
    box, now = container(request), utc_now()
    async with box.work(box.patience) as session:
        trip, since, until = await trip_period(session, actor.principal, trip_id, now)
        material = await read_material(
            session, actor.principal, trip.vehicle_id, since, until, now=now, trip=trip
        )
        _note_report(session, actor, material)
    return await _report(box, actor, material)


@router.get("/vehicles/{vehicle_id}/report.html", responses=schemas.FILE, response_class=Response)
async def vehicle_report(
    request: Request,
    actor: Reader,
    vehicle_id: Identifier,
    query: Annotated[PeriodQuery, Query()],
) -> Response:
    """Trips, stops and what was noticed of at most 31 days, as one HTML file with a map that needs
    no network. It is in the audit log."""
    since, until = query.period()
    box, now = container(request), utc_now()
    async with box.work(box.patience) as session:
        material = await read_material(
            session, actor.principal, vehicle_id, since, until, now=now
        )  # fmt: skip
        _note_report(session, actor, material)
    return await _report(box, actor, material)


async def _report(box: Container, actor: Actor, material: Material) -> Response:
    columns = await _track(box, actor, material)
    places = await box.place_names.of(actor.principal, material.listed)
    folder = box.settings.home / "map"
    body = await asyncio.to_thread(report_page, material, columns, places, folder)
    vehicle, zone = material.vehicle, material.words.zone
    last = material.until - timedelta(milliseconds=1)
    days = [local_of(one, zone).date() for one in (material.since, last)]
    kind = "trip" if material.trip else "report"
    return _file(body, [kind, vehicle.registration_number or vehicle.name, *map(str, days)])


async def _track(box: Container, actor: Actor, material: Material) -> Columns:
    vehicle_id, since, until = material.vehicle.id or 0, material.since, material.until
    blocks = box.history.columns(vehicle_id, since, until)
    columns, _ = await gathered(blocks, material.gap_ms)
    if len(columns):
        return columns
    async with box.work(box.patience) as session:
        return await told_ways(session, actor.principal, material.listed)


@router.get("/reports/heatmap.html", responses=schemas.FILE, response_class=Response)
async def heat_map(
    request: Request, actor: Reader, query: Annotated[schemas.HeatQuery, Query()]
) -> Response:
    """Where much happens, as one HTML file with a map that needs no network: stops, fixes, speeding
    or harsh driving of at most 31 days. It is in the audit log."""
    since, until = query.period()
    box, ids = container(request), query.vehicles()
    fleet_id = fleet_in_view(actor.principal, query.fleet_id)
    wanted = HeatQuery(
        what=query.what, fleet_id=fleet_id, vehicle_ids=ids, since=since, until=until
    )
    async with box.work(box.patience) as session:
        asked = await _asked(session, actor, wanted)
        heat: Heat = await heat_of(session, wanted, asked.now)
        _note_heat(session, actor, wanted)
    cells = [(cell.lat, cell.lon) for cell in heat.cells[:LISTED]]
    names = await box.place_names.at(actor.principal, fleet_id, cells)
    body = await asyncio.to_thread(heat_page, asked, heat, names, box.settings.home / "map")
    days = [str(local_of(one, asked.zone).date()) for one in (since, until - _MOMENT)]
    return _file(body, ["heatmap", query.what.value, *days])


_MOMENT = timedelta(milliseconds=1)


async def _asked(session: AsyncSession, actor: Actor, wanted: HeatQuery) -> Asked:
    """Raises `NotFound` for a vehicle that is not the person's to see."""
    past = Past(session)
    vehicles = [await past.vehicle(actor.principal, one, REPORTS) for one in wanted.vehicle_ids]
    owner = wanted.fleet_id or (vehicles[0].fleet_id if vehicles else None)
    fleet = None if owner is None else await session.get(Fleet, owner)
    return Asked(
        brand=brand_of(fleet), vehicles=[one.name for one in vehicles], query=wanted,
        zone=ZoneInfo(fleet.time_zone) if fleet else UTC,
        ruler=Ruler(fleet.units) if fleet else METRIC, now=utc_now(),
    )  # fmt: skip


def _note_report(session: AsyncSession, actor: Actor, material: Material) -> None:
    vehicle = material.vehicle
    changes = _told(material.since, material.until, "report")
    note(session, actor, "export", kind="vehicle", object_id=vehicle.id, label=vehicle.name,
         fleet_id=vehicle.fleet_id, changes=changes)  # fmt: skip


def _note_heat(session: AsyncSession, actor: Actor, wanted: HeatQuery) -> None:
    changes = _told(wanted.since, wanted.until, f"heat map of {wanted.what.value}")
    note(session, actor, "export", kind="vehicle", object_id=None, label="Heat map",
         fleet_id=wanted.fleet_id, changes=changes)  # fmt: skip


def _told(since: datetime, until: datetime, form: str) -> dict[str, list[str | None]]:
    return {"from": [None, utc(since)], "to": [None, utc(until)], "form": [None, form]}


def _file(body: bytes, words: Sequence[str]) -> Response:
    name = "_".join(dict.fromkeys(_NOT_IN_NAMES.sub("-", word).strip("-.") for word in words))
    headers = {
        "Content-Disposition": content_disposition(f"{name}.html"),
        "Content-Security-Policy": POLICY,
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type="text/html", headers=headers)
