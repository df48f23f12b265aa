"""Tokens of tracking devices: made for one vehicle, shown once, revocable."""

from __future__ import annotations

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.identity.authenticator import Authenticator
from fleet_app.identity.models import DeviceToken, SpeedUnit
from fleet_app.identity.ports import UnitOfWork
from fleet_app.identity.repository import IdentityRepository
from fleet_app.identity.tokens import digest, new_device_token
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import InvalidInput, NotFound
from fleet_app.kernel.texts import is_blank, one_line


class NewDevice(msgspec.Struct, frozen=True):
    """A stored device and its token, which cannot be shown again."""

    device: DeviceToken
    token: str


class DeviceService:
    """Device tokens of the fleets that the acting user manages."""

    def __init__(
        self, work: UnitOfWork, authenticator: Authenticator, *, clock: Clock = utc_now
    ) -> None:
        self._work = work
        self._authenticator = authenticator
        self._clock = clock

    async def create(
        self,
        actor: Actor,
        *,
        vehicle_id: int,
        name: str,
        speed_unit: SpeedUnit = SpeedUnit.KNOTS,
    ) -> NewDevice:
        """A new token for a vehicle. Raises `Forbidden`, `NotFound` or `InvalidInput`."""
        authorize(actor.principal, "devices.manage")
        label = _label(name)
        token = new_device_token()
        async with self._work() as session:
            fleet_id = await IdentityRepository(session).fleet_of_vehicle(vehicle_id)
            if fleet_id is None or not actor.principal.sees_fleet(fleet_id):
                raise NotFound("Vehicle", vehicle_id)
            device = DeviceToken(
                fleet_id=fleet_id,
                vehicle_id=vehicle_id,
                name=label,
                token_hash=digest(token),
                hint=token[-4:],
                speed_unit=speed_unit,
            )
            session.add(device)
            await session.flush()
            _note(session, actor, "token_created", device)
        return NewDevice(device, token)

    async def page(
        self, actor: Principal, *, vehicle_id: int | None = None, page: int = 1, limit: int = 50
    ) -> tuple[list[DeviceToken], int]:
        """One page of device tokens, newest first, and their total. Raises `Forbidden`."""
        authorize(actor, "devices.read")
        async with self._work() as session:
            return await IdentityRepository(session).device_tokens(
                actor.fleet_id, vehicle_id, offset=(page - 1) * limit, limit=limit
            )

    async def revoke(self, actor: Actor, device_id: int) -> DeviceToken:
        """Refuse the token from now on; again is no error. Raises `Forbidden` or `NotFound`."""
        authorize(actor.principal, "devices.manage")
        async with self._work() as session:
            device = await IdentityRepository(session).device_token(device_id)
            if device is None or not actor.principal.sees_fleet(device.fleet_id):
                raise NotFound("Device", device_id)
            if device.revoked_at is None:
                device.revoked_at = self._clock()
                _note(session, actor, "token_revoked", device)
        self._authenticator.forget_device(device.token_hash)
        return device


def _label(name: str) -> str:
    """A device's name as it is kept. Raises `InvalidInput`."""
    try:
        label = one_line(name.strip())
    except ValueError as error:
        raise InvalidInput(f"The name {error}", fields={"name": str(error)}) from None
    if is_blank(label) or len(label) > 120:
        raise InvalidInput("A name is needed", fields={"name": "1 to 120 characters"})
    return label


def _note(session: AsyncSession, actor: Actor, action: str, device: DeviceToken) -> None:
    changes = {"vehicle_id": [None, device.vehicle_id]} if action == "token_created" else {}
    note(session, actor, action, kind="device", object_id=device.id, label=device.name,
         fleet_id=device.fleet_id, changes=changes)  # fmt: skip
