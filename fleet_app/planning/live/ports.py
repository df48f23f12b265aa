"""Where routes in progress are looked up while they are driven. The adapter is in `storage`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from fleet_app.planning.live.sheet import Risk


class StopEta(msgspec.Struct, frozen=True):
    """When a stop will be reached, as far as is known now; `there` while the vehicle is there. At a
    pickup the goods of the delivery are fetched."""

    stop_id: int
    delivery_id: int | None
    eta: datetime
    risk: Risk
    late_s: int | None = None
    there: bool = False
    is_pickup: bool = False


class LiveRouteState(msgspec.Struct, frozen=True, kw_only=True):
    """A route in progress: the stops that are left in the order in which they will be made, how
    many deliveries are done of how many, and how much later than planned the last one will be.

    `seen_at` is when its vehicle was where all this was worked out from, `updated_at` when it was
    worked out. `stale`: nothing has been heard of it for longer than the fleet allows. Arrivals are
    as if it went on from there now, then, and risks and the delay are the best that can be.
    """

    route_id: int
    vehicle_id: int
    updated_at: datetime
    stops: tuple[StopEta, ...]
    risk: Risk
    off_route: bool
    done: int
    total: int
    delay_s: int
    seen_at: datetime | None = None
    stale: bool = False

    @property
    def known_risk(self) -> Risk | None:
        """The risk as far as anybody knows it: nobody can say that a stale route is on time."""
        return self._known(self.risk)

    def risk_of(self, stop: StopEta) -> Risk | None:
        """The same of one of its stops."""
        return self._known(stop.risk)

    def _known(self, risk: Risk) -> Risk | None:
        return None if self.stale and risk is Risk.ON_TIME else risk

    @property
    def next_stop(self) -> StopEta | None:
        """The stop that the vehicle is at or heading for."""
        return self.stops[0] if self.stops else None

    def of_delivery(self, delivery_id: int) -> StopEta | None:
        """The stop where a delivery will be made, if that is still to come."""
        found = (
            stop for stop in self.stops if stop.delivery_id == delivery_id and not stop.is_pickup
        )
        return next(found, None)


class ActiveRoutes(Protocol):
    """Remembers routes in progress for an hour. Every method raises `StoreUnavailable`."""

    async def put(self, states: Sequence[LiveRouteState]) -> None:
        """Remember how routes stand."""

    async def get(self, route_ids: Collection[int]) -> dict[int, LiveRouteState]:
        """Those of the routes that are remembered, by id."""

    async def forget(self, route_ids: Collection[int]) -> None:
        """Remember nothing of routes."""
