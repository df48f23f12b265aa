"""Where a vehicle has been, fix by fix."""

from __future__ import annotations

import gzip
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.cursors import cursor_of, position_of
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.replay import Replay, gathered, replay_of
from fleet_app.location.past.service import Past
from fleet_app.location.past.stored_track import TrackQuery
from mobile_api.deps import allow, container
from mobile_api.envelope import CursorPagination, ok
from mobile_api.schemas import tracks as schemas

router = APIRouter(tags=["history"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("track.read")]
SMALL = 2_000
"""Bytes that are not worth compressing."""
FASTEST = 1
"""A tenth larger than the usual level, in a quarter of the time."""


@router.get("/vehicles/{vehicle_id}/track", responses=schemas.TRACK, response_class=Response)
async def vehicle_track(
    request: Request,
    actor: Reader,
    vehicle_id: Identifier,
    query: Annotated[schemas.TrackQuery, Query()],
) -> Response:
    """Every stored fix of a period, oldest first. With `raw=true` those kept apart as well."""
    since, until = query.period()
    box, above = container(request), position_of(query.cursor)
    async with box.work() as session:
        await Past(session).vehicle(actor.principal, vehicle_id)
    found = await box.history.page(
        TrackQuery(vehicle_id=vehicle_id, since=since, until=until, above=above,
                   limit=query.limit + 1, raw=query.raw)
    )  # fmt: skip
    fixes, more = found[: query.limit], len(found) > query.limit
    following = cursor_of(fixes[-1].position) if more else None
    views = [schemas.track_view(fix) for fix in fixes]
    return ok(request, views, pagination=CursorPagination(query.limit, following))


@router.get("/vehicles/{vehicle_id}/replay", responses=schemas.REPLAY, response_class=Response)
async def vehicle_replay(
    request: Request,
    actor: Reader,
    vehicle_id: Identifier,
    query: Annotated[schemas.PeriodQuery, Query()],
) -> Response:
    """A period as a player reads it: columns of whole numbers. `t` is epoch milliseconds, `lat`
    and `lon` are millionths of a degree, each the first value and then differences; `speed` is in
    tenths of m/s, `altitude` in m, `heading` in degrees, null where unknown. `gaps` are silences,
    and leaps that no vehicle can have driven. Of more than 20,000 fixes those are left out that lie
    where their neighbours say anyway; `thinned` tells of it."""
    since, until = query.period()
    found = await read_replay(container(request), actor, vehicle_id, since, until)
    return compressed(request, ok(request, found))


@router.get("/trips/{trip_id}/snapped", responses=schemas.SNAPPED, response_class=Response)
async def snapped_trip(request: Request, actor: Reader, trip_id: Identifier) -> Response:
    """A trip on the roads it was driven on, in pieces: encoded polylines of six decimals. A silence
    ends a piece, and what fits no road is in pieces with `matched` false, as it was told.
    `confidence` is from 0 to 1; `agreement` is the share of the fixes that lie within 25 m of the
    road they were put on."""
    box = container(request)
    async with box.work() as session:
        past = Past(session)
        trip = await past.fact(actor.principal, trip_id, kind=FactKind.TRIP)
        vehicle = await past.vehicle(actor.principal, trip.vehicle_id)
        gap_ms = await past.gap_ms(vehicle.fleet_id)
    found = await box.snapping.snapped(trip, gap_ms, vehicle.type)
    return compressed(request, ok(request, schemas.snapped_view(found)))


async def read_replay(
    box: Container, actor: Actor, vehicle_id: int, since: datetime, until: datetime
) -> Replay:
    """The replay of a vehicle that the actor may watch. Raises `Forbidden`, `NotFound`."""
    async with box.work() as session:
        past = Past(session)
        vehicle = await past.vehicle(actor.principal, vehicle_id)
        gap_ms = await past.gap_ms(vehicle.fleet_id)
    columns, count = await gathered(box.history.columns(vehicle_id, since, until), gap_ms)
    return replay_of(
        columns, count, vehicle_id=vehicle_id, from_ms=to_ms(since), to_ms=to_ms(until),
        gap_ms=gap_ms,
    )  # fmt: skip


def compressed(request: Request, answer: Response) -> Response:
    """The same answer, smaller where the caller can read that."""
    answer.headers["Vary"] = "Accept-Encoding"
    if len(answer.body) < SMALL or "gzip" not in request.headers.get("accept-encoding", ""):
        return answer
    answer.body = gzip.compress(bytes(answer.body), FASTEST)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.body))
    return answer
