"""A small world behind the HTTP API, and a client for each kind of caller in it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import msgspec
from fastapi import FastAPI
from starlette.routing import BaseRoute

from fleet_app.access.actor import SYSTEM
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.identity.models import SpeedUnit
from fleet_app.location.models import Fix, FixBatch
from mobile_api.app import create_api
from tests.builders.people import PASSWORD, Person, a_driver, a_fleet, a_person, a_vehicle

ORIGIN = "http://api.test"


@dataclass
class World:
    """One fleet with a vehicle, its driver, a device and a dispatcher; and another fleet."""

    container: Container
    app: FastAPI
    client: httpx.AsyncClient
    fleet_id: int
    vehicle_id: int
    driver: Person
    device_token: str
    other_fleet_id: int
    other_vehicle_id: int
    tokens: dict[str, str] = field(default_factory=dict)

    async def bearer(self, person: Person) -> dict[str, str]:
        """The header of a signed-in person."""
        if person.email not in self.tokens:
            answer = await self.client.post(
                "/api/v1/auth/token", json={"email": person.email, "password": PASSWORD}
            )
            assert answer.status_code == 200, answer.text
            self.tokens[person.email] = answer.json()["data"]["access_token"]
        return {"Authorization": f"Bearer {self.tokens[person.email]}"}

    async def a(self, role: Role, *, fleet_id: int | None = None) -> dict[str, str]:
        """The header of a new person with that role, of the first fleet unless told otherwise."""
        owner = None if role is Role.SYSTEM_ADMIN else fleet_id or self.fleet_id
        return await self.bearer(await a_person(self.container, role, owner))

    @property
    def device(self) -> dict[str, str]:
        """The header of the vehicle's device."""
        return {"Authorization": f"Bearer {self.device_token}"}

    async def stored(self) -> list[FixBatch]:
        """What has been appended to the durable log since the last call."""
        batches = []
        for partition in range(self.container.fix_log.partitions):
            key = f"log:{{{partition}}}"
            for _, fields in await self.container.redis.xrange(key):
                batches.append(msgspec.msgpack.decode(fields[b"b"], type=FixBatch))
            await self.container.redis.delete(key)
        return batches

    async def fixes(self) -> list[Fix]:
        """The fixes of `stored`."""
        return [fix for batch in await self.stored() for fix in batch.fixes]


def an_api(container: Container) -> FastAPI:
    """The API of one test: its own application, around the routes that all of them share.

    Routes keep nothing of a test and are dear: the framework works out what each one takes when
    an application is first asked for something, which costs more than most tests do.
    """
    app = create_api(container)
    app.router.routes = list(_routes())
    return app


@cache
def _routes() -> list[BaseRoute]:
    """The routes of the API, in their order."""
    return create_api().router.routes


async def a_world(container: Container, stack: AsyncExitStack) -> World:
    """Build it; `stack` closes the client."""
    app = an_api(container)
    transport = httpx.ASGITransport(app)
    client = await stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url=ORIGIN)
    )
    fleet_id, other_fleet_id = await a_fleet(container), await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    driver = await a_person(container, Role.DRIVER, fleet_id)
    await a_driver(container, driver, vehicle_id)
    return World(
        container=container,
        app=app,
        client=client,
        fleet_id=fleet_id,
        vehicle_id=vehicle_id,
        driver=driver,
        device_token=await a_device(container, vehicle_id),
        other_fleet_id=other_fleet_id,
        other_vehicle_id=await a_vehicle(container, other_fleet_id),
    )


async def a_device(container: Container, vehicle_id: int, unit: SpeedUnit = SpeedUnit.KNOTS) -> str:
    """The token of a new device."""
    created = await container.devices.create(
        SYSTEM, vehicle_id=vehicle_id, name="Phone", speed_unit=unit
    )
    return created.token


def a_fix(**changes: Any) -> dict[str, Any]:
    """A fix as our own clients send it."""
    now = datetime.now(UTC).isoformat()
    return {"recorded_at": now, "latitude": 60.17, "longitude": 24.94, **changes}
