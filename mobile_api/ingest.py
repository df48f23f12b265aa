"""What the ways in for positions share: who sends, taking the fixes over, counting them."""

from __future__ import annotations

import base64
import binascii
import time

from starlette.requests import Request

from fleet_app.access.matrix import authorize, fleet_in_view, may
from fleet_app.access.principal import Principal
from fleet_app.identity.principal import DeviceIdentity
from fleet_app.kernel.errors import Forbidden, NotFound, Unauthenticated
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, Source
from fleet_app.location.service import Receipt, Sender
from mobile_api.counters import NO_FLEET, Counters
from mobile_api.deps import container, device_identity

DEVICE_TOKEN_PREFIX = "fdt_"  # noqa: S105 - what tokens begin with


def now_ms() -> int:
    """The time of receipt, epoch milliseconds."""
    return time.time_ns() // 1_000_000


def counters(request: Request) -> Counters:
    """The counters of this process."""
    state = request.app.state
    own: Counters | None = getattr(state, "counters", None)
    if own is None:
        own = state.counters = Counters(container(request).counts)
    return own


async def sender_of(request: Request) -> Sender:
    """Who a Bearer token speaks for: a device's vehicle, or the vehicle a driver drives now.

    Raises `Unauthenticated`, `Forbidden` for people who do not drive, `NotFound` for a driver
    without a vehicle, `StoreUnavailable`.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("An access token or a device token is needed")
    if token.startswith(DEVICE_TOKEN_PREFIX):
        return known(request, await device_identity(request, token))
    principal = await container(request).authenticator.principal_from_access_token(token)
    if not may(principal, "locations.send") or principal.fleet_id is None:
        raise Forbidden("Only drivers and devices send positions")
    request.state.fleet_id = principal.fleet_id
    if principal.vehicle_id is None:
        raise NotFound("Vehicle of driver", principal.driver_id)
    return Sender(principal.vehicle_id, principal.fleet_id)


def one_fleet(principal: Principal, permission: str, fleet_id: int | None) -> int:
    """The one fleet whose ingest is shown; 0, what belongs to none, for administrators.

    Raises `Forbidden`, `NotFound`.
    """
    authorize(principal, permission)
    return fleet_in_view(principal, fleet_id) or NO_FLEET


def known(request: Request, device: DeviceIdentity) -> Sender:
    """The sender behind a device; whatever happens next counts for its fleet."""
    request.state.fleet_id = device.fleet_id
    return Sender(device.vehicle_id, device.fleet_id)


def basic_password(request: Request) -> str | None:
    """The password of Basic authentication, if that is what the request carries."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return pair.partition(":")[2] or None


async def take(
    request: Request, sender: Sender, source: Source, fixes: list[Fix], received_at_ms: int
) -> Receipt:
    """Make the fixes durable, then count them. Raises `StoreUnavailable`."""
    receipt = await container(request).ingest.take(sender, source, fixes, received_at_ms)
    counts = counters(request)
    counts.add(sender.fleet_id, "accepted", receipt.accepted)
    counts.add(sender.fleet_id, "duplicates", receipt.duplicates)
    for _, reason in receipt.quarantined:
        counts.add(sender.fleet_id, f"quarantined.{reason}")
    return receipt


async def reject(
    request: Request, sender: Sender, source: Source, error: MalformedPayload, text: str
) -> None:
    """Keep an unreadable payload for people to see, then count it. Raises `StoreUnavailable`."""
    await container(request).ingest.reject(sender, source, error, text, now_ms())
    counters(request).add(sender.fleet_id, f"unreadable.{error.reason}")
