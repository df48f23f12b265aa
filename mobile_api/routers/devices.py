"""Tokens for tracking devices: what a phone tracker sends to say which vehicle it rides in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from mobile_api.deps import allow, container
from mobile_api.envelope import Pagination, ok
from mobile_api.schemas import devices as schemas
from mobile_api.schemas.devices import DeviceCreate, NewDeviceView, device_view

router = APIRouter(prefix="/devices", tags=["devices"])

Manager = Annotated[Actor, allow("devices.manage")]


@router.get("", responses=schemas.DEVICES, response_class=Response)
async def list_devices(
    request: Request,
    actor: Annotated[Actor, allow("devices.read")],
    vehicle_id: Annotated[int | None, Query(gt=0, lt=2**63)] = None,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Devices of the caller's fleet, newest first, revoked ones included."""
    devices, total = await container(request).devices.page(
        actor.principal, vehicle_id=vehicle_id, page=page, limit=limit
    )
    rows = [device_view(device) for device in devices]
    return ok(request, rows, pagination=Pagination(page=page, limit=limit, total=total))


@router.post("", status_code=201, responses=schemas.CREATED, response_class=Response)
async def create_device(request: Request, actor: Manager, body: DeviceCreate) -> Response:
    """Register a device for a vehicle; the answer is the only one that holds its token.

    The token goes into OsmAnd's and Traccar Client's device identifier, and into the password of
    OwnTracks and GPSLogger.
    """
    new = await container(request).devices.create(
        actor, vehicle_id=body.vehicle_id, name=body.name, speed_unit=body.speed_unit
    )
    view = NewDeviceView(device_view(new.device), new.token)
    return ok(request, view, status=201, headers={"Cache-Control": "no-store"})


@router.delete("/{device_id}", responses=schemas.REVOKED, response_class=Response)
async def revoke_device(
    request: Request, actor: Manager, device_id: Annotated[int, Path(gt=0, lt=2**63)]
) -> Response:
    """Refuse a device's token from now on (within five seconds in every process)."""
    device = await container(request).devices.revoke(actor, device_id)
    return ok(request, device_view(device))
