"""What planning asks of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.routing.roads.ports import Costing, LatLon, RoadRoute

Work = Callable[..., AbstractAsyncContextManager[AsyncSession]]
"""Opens a unit of work."""


class Driving(Protocol):
    """What driving takes between points, n by n, from row to column."""

    @property
    def durations_s(self) -> NDArray[np.int64]:
        """Whole seconds."""
        ...

    @property
    def distances_m(self) -> NDArray[np.int64]:
        """Whole metres."""
        ...

    @property
    def is_estimate(self) -> bool:
        """Whether no roads were looked at."""
        ...

    @property
    def is_stand_in(self) -> bool:
        """Whether another road network answered than the one that should have."""
        ...

    @property
    def knows_traffic(self) -> bool:
        """Whether the traffic of the hour is in it already."""
        ...


class Roads(Protocol):
    """Ways along roads, asked from a coroutine."""

    async def matrix(
        self, points: Sequence[LatLon], costing: Costing, *, departs_at: datetime | None = None
    ) -> Driving:
        """Driving from each point to each other."""
        ...

    async def told_apart(self, costing: Costing) -> Costing:
        """What of a way of travelling makes a difference to what driving takes."""
        ...

    async def route(self, points: Sequence[LatLon], costing: Costing) -> RoadRoute:
        """The way through the points in this order. Raises `NoRoute`."""
        ...

    async def knows_traffic(self) -> bool:
        """Whether the hour counts, and each answer is billed."""
        ...
