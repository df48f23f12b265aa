"""A driver's work of the day through the public API: what is on the route, and how it goes."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from fleet_app.simulation.api import Account, Refused, TryLater
from fleet_app.simulation.tours import Place

logger = logging.getLogger(__name__)

SHIFT_S = 8.5 * 3600
"""How long a route may take from its start; what is left then waits for the next one."""
FAILING = 0.03
"""Share of the stops where it does not work out."""
_WHY = (("nobody_home", "Rang twice, nobody answered"), ("no_access", "The door code did not work"))
PICKED_UP = "picked_up"
_ENDS = frozenset({"completed", "failed", PICKED_UP})


@dataclass(frozen=True)
class Stop:
    """A delivery that is still to be made, or goods that are still to be fetched."""

    delivery_id: int
    place: Place
    ends: float = field(compare=False)
    """Epoch second at which the round should be over; another one when the office changes it."""
    is_pickup: bool = False


@dataclass(frozen=True)
class Change:
    """What happened to a delivery, at epoch second `at`."""

    stop: Stop
    status: str
    at: float


class Work:
    """One driver's routes of today. Methods that ask the server raise `TryLater` and `Refused`."""

    def __init__(self, account: Account, seed: str, keep_back: str) -> None:
        self.account = account
        self._random = Random(f"{seed} work")  # noqa: S311 - a simulation, not a secret
        self._keep_back = keep_back
        """This tracking number stays on its way: somebody may be following it."""
        self._driver: int | None = None
        self._vehicle: int | None = None
        self._waiting: deque[Change] = deque()
        self._talking = asyncio.Lock()
        self.stops: list[Stop] = []
        """What is still to be done, in driving order."""

    async def refresh(self, now: float) -> None:
        """Ask what is to be done; a route whose time has come is started, a done one completed."""
        await self.report()
        async with self._talking:
            found = await self._ask(now)
            over = {change.stop for change in self._waiting if change.status in _ENDS}
            self.stops = [stop for stop in found if stop not in over]

    async def _ask(self, now: float) -> list[Stop]:
        if self._driver is None:
            me = await self.account.request("GET", "/api/v1/auth/me")
            self._driver, self._vehicle = me["driver_id"], me["vehicle_id"]
        if self._driver is None or self._vehicle is None:
            return []
        path = f"/api/v1/drivers/{self._driver}/assignments"
        assigned = await self.account.request("GET", path)
        found: list[Stop] = []
        for route in assigned["routes"]:
            if route["vehicle_id"] == self._vehicle and (started := await self._begun(route, now)):
                found += self._open(started)
                await self._finish(started)
        return found

    async def position(self) -> Place | None:
        """Where the server saw the vehicle last."""
        if self._vehicle is None:
            return None
        try:
            path = f"/api/v1/vehicles/{self._vehicle}/location"
            last = await self.account.request("GET", path)
        except Refused:
            return None
        return last["latitude"], last["longitude"]

    def tell(self, stop: Stop, status: str, at: float) -> None:
        """Keep what happened until there is a network. Nobody waits for who comes to fetch."""
        if stop not in self.stops:  # somebody has taken it off the route
            return
        if stop.is_pickup and status != PICKED_UP:
            return
        if status in _ENDS:
            self.stops = [other for other in self.stops if other != stop]
        self._waiting.append(Change(stop, status, at))

    def outcome(self, stop: Stop) -> str:
        """How it ends at a stop."""
        if stop.is_pickup:
            return PICKED_UP
        return "failed" if self._random.random() < FAILING else "completed"

    async def report(self) -> None:
        """Send what happened, oldest first."""
        async with self._talking:
            while self._waiting:
                change = self._waiting[0]
                try:
                    await self._send(change)
                except Refused as problem:  # the office was faster, or knows better
                    logger.debug("delivery %d: %s", change.stop.delivery_id, problem)
                self._waiting.popleft()

    async def _send(self, change: Change) -> None:
        stop = change.stop
        body: dict[str, Any] = {
            "status": change.status,
            "occurred_at": datetime.fromtimestamp(change.at, dt.UTC).isoformat(),
            "event_id": f"sim-{stop.delivery_id}-{change.status}-{change.at:.0f}",
            "latitude": stop.place[0],
            "longitude": stop.place[1],
        }
        if change.status == "failed":
            body["reason"], body["note"] = self._random.choice(_WHY)
        what = "status"
        if change.status == PICKED_UP:
            what = "picked-up"
            del body["status"]
        path = f"/api/v1/deliveries/{stop.delivery_id}/{what}"
        await self.account.request("PUT", path, json=body)

    async def _begun(self, route: dict[str, Any], now: float) -> dict[str, Any] | None:
        """The route, if it is under way, or can be from now on."""
        if route["status"] == "started":
            return route
        if route["status"] != "published" or not _starts(route, now) <= now:
            return None
        try:
            started: dict[str, Any] = await self.account.request(
                "POST", f"/api/v1/routes/{route['id']}/start"
            )
        except Refused as problem:
            logger.debug("route %s: %s", route["id"], problem)
            return None
        return started

    def _open(self, route: dict[str, Any]) -> list[Stop]:
        ends = _starts(route, 0.0) + SHIFT_S
        return [
            Stop(
                stop["delivery"]["id"],
                (stop["latitude"], stop["longitude"]),
                ends,
                is_pickup=stop["kind"] == "pickup",
            )
            for stop in route["stops"]
            if stop["open"] and stop["delivery"]["tracking_number"] != self._keep_back
        ]

    async def _finish(self, route: dict[str, Any]) -> None:
        if route["progress"]["left"] or not route["stops"]:
            return
        try:
            await self.account.request("POST", f"/api/v1/routes/{route['id']}/complete")
        except Refused as problem:
            logger.debug("route %s: %s", route["id"], problem)


def _starts(route: dict[str, Any], otherwise: float) -> float:
    text = route["starts_at"]
    return datetime.fromisoformat(text).timestamp() if text else otherwise


async def succeeds(asking: Awaitable[object]) -> bool:
    """Whether the server could be asked."""
    try:
        await asking
    except (TryLater, Refused) as problem:
        logger.debug("the server could not be asked: %s", problem)
        return False
    return True
