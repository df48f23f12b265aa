"""Routes made over the API, as a dispatcher makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from fleet_app.access.roles import Role
from tests.builders.api import World
from tests.builders.orders import deliveries, driver_of

DAY = date(2041, 11, 25)
"""A day that is not today when a test is run: an act on another day is asked about first."""
API = "/api/v1"


@dataclass
class Depot:
    """The office of a fleet: who plans, who drives, and their ways to say so."""

    world: World
    office: dict[str, str]
    driver: dict[str, str]
    driver_id: int

    async def plan(self, ids: list[int], **said: Any) -> httpx.Response:
        """The answer to planning a route of the fleet's vehicle and driver."""
        body = {
            "date": DAY.isoformat(), "name": "North 1", "vehicle_id": self.world.vehicle_id,
            "driver_id": self.driver_id, "delivery_ids": ids, **said,
        }  # fmt: skip
        return await self.world.client.post(f"{API}/routes", json=body, headers=self.office)

    async def route(self, count: int = 2, *, steps: tuple[str, ...] = ()) -> dict[str, Any]:
        """A planned route over new deliveries, with these steps done."""
        ids = await deliveries(self.world.container, self.world.fleet_id, count)
        route = data(await self.plan(ids), 201)
        for step in steps:
            route = data(await self.step(route["id"], step))
        return route

    async def step(
        self, route_id: int, step: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The answer to publish, start or complete."""
        address = f"{API}/routes/{route_id}/{step}"
        return await self.world.client.post(address, headers=headers or self.office)

    async def set_status(
        self,
        delivery_id: int,
        status: str,
        headers: dict[str, str] | None = None,
        *,
        if_match: object = None,
        **said: Any,
    ) -> httpx.Response:
        """The answer to a report about a delivery, or to one about this version of it."""
        condition = {} if if_match is None else {"If-Match": f'"{if_match}"'}
        return await self.world.client.put(
            f"{API}/deliveries/{delivery_id}/status",
            json={"status": status, **said},
            headers={**(headers or self.office), **condition},
        )

    async def fetched(self) -> int:
        """A delivery whose goods the driver fetched on a route, and did not after all."""
        where = {"pickup_lat": 60.19, "pickup_lon": 24.97}
        ids = await deliveries(self.world.container, self.world.fleet_id, 1, **where)
        route = data(await self.plan(ids, name="Fetching"), 201)
        data(await self.step(route["id"], "publish"))
        for done in (True, False):
            address = f"{API}/deliveries/{ids[0]}/picked-up"
            said = {"picked_up": done}
            data(await self.world.client.put(address, json=said, headers=self.driver))
        return ids[0]

    async def history(self, delivery_id: int) -> list[dict[str, Any]]:
        """What happened to a delivery."""
        address = f"{API}/deliveries/{delivery_id}/events"
        found: list[dict[str, Any]] = data(
            await self.world.client.get(address, headers=self.office)
        )
        return found


def data(answer: httpx.Response, status: int = 200) -> Any:
    """What an answer holds, which must have succeeded."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """What was wrong."""
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    return error


def ids_of(route: dict[str, Any]) -> list[int]:
    """The deliveries of a route in driving order."""
    return [stop["delivery"]["id"] for stop in route["stops"]]


async def a_depot(world: World) -> Depot:
    """The first fleet's."""
    return Depot(
        world,
        await world.a(Role.DISPATCHER),
        await world.bearer(world.driver),
        await driver_of(world.container, world.driver.id),
    )


async def put_stops(
    depot: Depot, route: int, ids: list[int], version: int | None = None
) -> httpx.Response:
    """The answer to putting these deliveries on a route, in this order."""
    headers = depot.office | ({} if version is None else {"If-Match": f'"{version}"'})
    return await depot.world.client.put(
        f"{API}/routes/{route}/stops", json={"delivery_ids": ids}, headers=headers
    )


async def show(depot: Depot, route: int, headers: dict[str, str] | None = None) -> httpx.Response:
    """The answer to asking for the stops of a route."""
    return await depot.world.client.get(
        f"{API}/routes/{route}/stops", headers=headers or depot.office
    )


async def change(world: World, model: Any, identifier: int, **values: Any) -> None:
    """Change a row behind the back of everything that watches over it."""
    async with world.container.work() as session:
        row = await session.get_one(model, identifier)
        for name, value in values.items():
            setattr(row, name, value)
