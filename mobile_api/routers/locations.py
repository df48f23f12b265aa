"""Positions from our own clients: the busiest address of the product."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.errors import NotFound
from fleet_app.location.models import Source
from mobile_api.body import read_body
from mobile_api.decoding import decode_post
from mobile_api.deps import checks
from mobile_api.envelope import ok
from mobile_api.ingest import now_ms, sender_of, take
from mobile_api.schemas.locations import REQUEST_BODY, RESPONSES

router = APIRouter(tags=["positions"])


@router.post(
    "/locations",
    openapi_extra={"requestBody": REQUEST_BODY, "security": [{"HTTPBearer": []}]},
    responses=RESPONSES,
    response_class=Response,
)
@checks("locations.send")
async def post_locations(request: Request) -> Response:
    """Send one fix, a list of fixes, or `{"fixes": […]}`: 1 to 500, of one vehicle.

    The Bearer token is a device's, or the access token of a driver: then the vehicle is the one
    the driver drives now. 200 means that every fix is on disk. Implausible fixes (at 0/0, more
    than ten minutes in the future, before the year 2000) are taken over as well but kept apart:
    `quarantined` names them. A fix sent again is stored once. When one value cannot be right
    (latitude 95), nothing of the post is stored and `error.fields` names every such value.
    """
    received = now_ms()
    sender = await sender_of(request)
    post = decode_post(await read_body(request), received)
    for vehicle_id in post.claimed_vehicles:
        if vehicle_id != sender.vehicle_id:
            raise NotFound("Vehicle", vehicle_id)
    receipt = await take(request, sender, Source.API, post.fixes, received)
    quarantined = [{"index": index, "reason": reason} for index, reason in receipt.quarantined]
    data = {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "quarantined": quarantined,
        "received_at": from_ms(received),
    }
    return ok(request, data)
