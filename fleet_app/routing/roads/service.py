"""The road network for coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from fleet_app.routing.roads.costing import mode_of
from fleet_app.routing.roads.pace import HourlyPace
from fleet_app.routing.roads.ports import (
    MOST_MATRIX_POINTS,
    Costing,
    Directions,
    LatLon,
    Reach,
    RoadMatrix,
    RoadNetwork,
    RoadRoute,
    Snap,
    check_places,
)
from fleet_app.routing.roads.remembered import RememberedMatrices
from fleet_app.routing.roads.rows import RowStore


class RoadService:
    """Asks the road network of this installation in worker threads."""

    def __init__(self, opened: Callable[[], RoadNetwork], *, store: RowStore | None = None) -> None:
        """`opened` may be slow: it is called when first needed. `store` shares what matrices were
        among processes."""
        self._opened = opened
        self._remembered = RememberedMatrices(store=store)

    @cached_property
    def network(self) -> RoadNetwork:
        """The blocking port behind, for those who are in a thread already; slow to open."""
        return self._opened()

    async def is_estimate(self) -> bool:
        """Whether there is no road data, so that everything is a guess."""
        return (await self._network()).is_estimate

    async def knows_traffic(self) -> bool:
        """Whether durations depend on when one departs."""
        return (await self._network()).knows_traffic

    async def told_apart(self, costing: Costing) -> Costing:
        """What of a way of travelling makes a difference to what driving takes."""
        return costing if (await self._network()).knows_sizes else mode_of(costing)

    async def route(self, points: Sequence[LatLon], costing: Costing = "auto") -> RoadRoute:
        """The fastest way through `points`. Raises `InvalidInput`, `NoRoute`."""
        return await asyncio.to_thread((await self._network()).route, points, costing)

    async def directions(
        self, points: Sequence[LatLon], costing: Costing = "auto", language: str = "en"
    ) -> Directions:
        """The way with its turns. Raises `InvalidInput`, `NoRoute`."""
        network = await self._network()
        return await asyncio.to_thread(network.directions, points, costing, language)

    async def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
        departs_at: datetime | None = None,
        pace: HourlyPace = HourlyPace.usual,
    ) -> RoadMatrix:
        """From each of `points` to each of `targets` (the same unless given), out of memory as far
        as it goes. `departs_at` is in the time zone of the place; `pace` stretches the durations
        of a network that knows no traffic. Raises `InvalidInput`.
        """
        ends = points if targets is None else targets
        for places in (points, ends):
            check_places(places, MOST_MATRIX_POINTS)
        network = await self._network()
        costing = await self.told_apart(costing)
        if network.is_estimate or _is_passing(points, ends):
            found = await asyncio.to_thread(
                network.matrix, points, costing, targets=ends, departs_at=departs_at
            )
        else:
            found = await self._remembered.matrix(network, points, ends, costing, departs_at)
        if network.knows_traffic:
            return replace(found, knows_traffic=True)
        return pace.stretched(found, departs_at)

    async def isochrone(
        self, point: LatLon, minutes: Sequence[float], costing: Costing = "auto"
    ) -> tuple[Reach, ...]:
        """How far one gets from `point`. Raises `InvalidInput`, `NoRoute`."""
        return await asyncio.to_thread((await self._network()).isochrone, point, minutes, costing)

    async def snap(
        self, points: Sequence[LatLon], costing: Costing = "auto"
    ) -> tuple[Snap | None, ...]:
        """The nearest place on a road for each point; None where none is within 2 km."""
        return await asyncio.to_thread((await self._network()).snap, points, costing)

    async def nearest_road_m(
        self, points: Sequence[LatLon], costing: Costing = "auto"
    ) -> tuple[float | None, ...]:
        """How far each point is from a road, metres; None for more than 2 km (in the sea)."""
        snaps = await self.snap(points, costing)
        return tuple(None if snap is None else snap.distance_m for snap in snaps)

    async def _network(self) -> RoadNetwork:
        opened: RoadNetwork | None = self.__dict__.get("network")
        if opened is not None:
            return opened
        return await asyncio.to_thread(lambda: self.network)


def _is_passing(points: Sequence[LatLon], ends: Sequence[LatLon]) -> bool:
    """One place and many others: vehicles, as a rule, which will not be there again. They would
    only push the places of plans out of memory."""
    return len(points) != len(ends) and min(len(points), len(ends)) == 1
