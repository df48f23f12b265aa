"""GPSLogger's custom URL: the device token is `id` or the password of Basic authentication."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fleet_app.kernel.errors import Unauthenticated
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, Source
from fleet_app.location.protocols import gpslogger
from mobile_api.body import read_body
from mobile_api.deps import device_identity
from mobile_api.envelope import failure
from mobile_api.ingest import basic_password, known, now_ms, reject
from mobile_api.pairs import pairs_of, text_of
from mobile_api.readings import take_messages
from mobile_api.routers.owntracks import CHALLENGE
from mobile_api.schemas.trackers import GPSLOGGER, GPSLOGGER_GET

router = APIRouter(tags=["phone trackers"])


@router.get("/devices/gpslogger", **GPSLOGGER_GET)
@router.post("/devices/gpslogger", **GPSLOGGER)
@router.api_route("/devices/gpslogger/", methods=["GET", "POST"], include_in_schema=False)
async def gpslogger_position(request: Request) -> Response:
    """For GPSLogger's custom URL: its placeholders as query string, form or JSON, also `%ALL`."""
    received = now_ms()
    query = gpslogger.from_pairs(pairs_of(request.url.query))
    body = b""
    broken: MalformedPayload | None = None
    try:
        body = await read_body(request)
        in_body = _from_body(request, body)
    except MalformedPayload as error:
        in_body, broken = {}, error
    message = {**in_body, **query}
    try:
        token = basic_password(request) or gpslogger.token_of(message)
        device = await device_identity(request, token)
    except Unauthenticated as error:
        return failure(request, 401, error.type, error.message, headers=CHALLENGE)
    sender = known(request, device)
    if broken is not None:
        await reject(request, sender, Source.GPSLOGGER, broken, text_of(body))
        return Response(status_code=200)

    def read(one: gpslogger.Message) -> Fix | None:
        return gpslogger.read(one, received)

    await take_messages(request, sender, Source.GPSLOGGER, [message], read, received_at_ms=received)
    return Response(status_code=200)


def _from_body(request: Request, body: bytes) -> gpslogger.Message:
    if "json" in request.headers.get("content-type", "") and body.strip():
        return gpslogger.from_json(body)
    return gpslogger.from_pairs(pairs_of(text_of(body)))
