"""OwnTracks in HTTP mode: the password of Basic authentication is the device token.

Its iOS client deletes what is answered 4xx and its Android client repeats it for ever, so only
wrong credentials and bodies beyond the limit are refused. A store that is down and a body that
does not arrive in time are 503, never 429.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fleet_app.kernel.errors import Unauthenticated
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, Source
from fleet_app.location.protocols import owntracks
from mobile_api.body import read_body
from mobile_api.deps import device_identity
from mobile_api.envelope import failure
from mobile_api.ingest import basic_password, known, now_ms, reject
from mobile_api.pairs import text_of
from mobile_api.readings import take_messages
from mobile_api.schemas.trackers import OWNTRACKS

CHALLENGE = {"WWW-Authenticate": 'Basic realm="fleet", charset="UTF-8"'}

router = APIRouter(tags=["phone trackers"])


@router.post("/devices/owntracks", **OWNTRACKS)
@router.post("/devices/owntracks/", include_in_schema=False)
async def owntracks_message(request: Request) -> Response:
    """For OwnTracks in HTTP mode: any user name, the device token as password.

    Locations are taken over; other messages are answered and ignored. Names of wireless networks
    are never stored.
    """
    received = now_ms()
    try:
        device = await device_identity(request, basic_password(request))
    except Unauthenticated as error:
        return failure(request, 401, error.type, error.message, headers=CHALLENGE)
    sender, body = known(request, device), b""
    try:
        body = await read_body(request)
        messages = owntracks.from_json(body)
    except MalformedPayload as error:
        await reject(request, sender, Source.OWNTRACKS, error, text_of(body))
        return _nothing_for_you()

    def read(message: object) -> Fix | None:
        return owntracks.read(message, received)

    await take_messages(request, sender, Source.OWNTRACKS, messages, read, received_at_ms=received)
    return _nothing_for_you()


def _nothing_for_you() -> Response:
    """The list of messages for the phone, always empty."""
    return Response(b"[]", media_type="application/json")
