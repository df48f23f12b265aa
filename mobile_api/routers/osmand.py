"""OsmAnd and Traccar Client. The phone's device identifier is the device token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from fleet_app.identity.principal import DeviceIdentity
from fleet_app.kernel.errors import InvalidInput, NotFound, Unauthenticated
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, Source
from fleet_app.location.protocols import osmand
from mobile_api.body import read_body
from mobile_api.deps import device_identity
from mobile_api.ingest import known, now_ms, reject
from mobile_api.pairs import pairs_of, text_of
from mobile_api.readings import take_messages
from mobile_api.schemas.trackers import OSMAND, OSMAND_GET

router = APIRouter(tags=["phone trackers"])


@router.get("/devices/osmand", **OSMAND_GET)
@router.post("/devices/osmand", **OSMAND)
@router.api_route("/devices/osmand/", methods=["GET", "POST"], include_in_schema=False)
async def osmand_position(request: Request) -> Response:
    """For OsmAnd and Traccar Client (all versions): query string, form, or JSON.

    Put this address into the phone as server URL and the device token as device identifier.
    Speeds in query and form are in the device's unit (knots unless set otherwise).
    """
    query = pairs_of(request.url.query)
    body = b""
    try:
        body = await read_body(request)
        await _take_body(request, query, body)
    except MalformedPayload as error:
        await _reject(request, query, body, error)
    return Response(status_code=200)


async def _take_body(request: Request, query: list[tuple[str, str]], body: bytes) -> None:
    if _is_json(request) and body.strip():
        await _take_json(request, query, body)
    else:
        message = osmand.from_pairs([*query, *pairs_of(text_of(body))])
        device = await _device(request, osmand.token_of(message), unknown_is=InvalidInput)
        await _take(request, device, [message])


async def _reject(
    request: Request, query: list[tuple[str, str]], body: bytes, error: MalformedPayload
) -> None:
    """Keep a body that cannot be read; without a token in the query nobody knows whose it is."""
    token = osmand.token_of(osmand.from_pairs(query))
    if token is None:
        raise error
    device = await _device(request, token, unknown_is=InvalidInput)
    await reject(request, known(request, device), Source.OSMAND, error, text_of(body))


def _is_json(request: Request) -> bool:
    return "json" in request.headers.get("content-type", "")


async def _take_json(request: Request, query: list[tuple[str, str]], body: bytes) -> None:
    in_query = osmand.token_of(osmand.from_pairs(query))
    messages = osmand.from_json(body)
    by_token: dict[str | None, list[osmand.Message]] = {}
    for message in messages:
        by_token.setdefault(in_query or osmand.token_of(message), []).append(message)
    devices = {token: await _device(request, token, unknown_is=NotFound) for token in by_token}
    for token, of_token in by_token.items():
        await _take(request, devices[token], of_token)


async def _device(
    request: Request, token: str | None, *, unknown_is: type[InvalidInput | NotFound]
) -> DeviceIdentity:
    """The device; 400 without a token, and what the dialect expects for an unknown one."""
    if token is None:
        raise InvalidInput("The device identifier is missing", fields={"id": "is missing"})
    try:
        return await device_identity(request, token)
    except Unauthenticated:
        if unknown_is is NotFound:
            raise NotFound("This", "device") from None
        raise InvalidInput(
            "The device identifier is unknown or revoked", fields={"id": "is unknown"}
        ) from None


async def _take(request: Request, device: DeviceIdentity, messages: list[osmand.Message]) -> None:
    received = now_ms()

    def read(message: osmand.Message) -> Fix | None:
        return osmand.read(message, received, device.speed_unit)

    await take_messages(
        request, known(request, device), Source.OSMAND, messages, read, received_at_ms=received
    )
