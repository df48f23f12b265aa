"""Trips on the roads they were driven on, worked out when somebody asks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta

import numpy as np

from fleet_app.fleet.models import VehicleType
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import Conflict
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.replay import Columns, gathered
from fleet_app.location.ports import HistoryStore
from fleet_app.routing.roads import Costing, RoadMatcher
from fleet_app.routing.roads.matching import Matched, Place

AT_ONCE = 2
"""Trips matched at a time in a process; others wait."""
REMEMBERED = 64
"""Trips, the last ones asked for: somebody who looks at a day asks for it again."""

COSTING: dict[VehicleType, Costing] = {
    VehicleType.BIKE: "bicycle",
    VehicleType.SCOOTER: "bicycle",
}
"""Who may use other roads than cars. Lorries do drive where they may not, so they count as cars."""

_Key = tuple[int, int, datetime]


class NoRoads(Conflict):
    """This installation has no road network."""

    type = "no_roads"

    def __init__(self) -> None:
        super().__init__("There is no road network here, so trips cannot be snapped to roads")


class Snapping:
    """Reads the fixes of trips and puts them on roads, in a thread of its own. Checks nobody."""

    def __init__(
        self, history: HistoryStore, matcher: RoadMatcher | None, clock: Clock = utc_now
    ) -> None:
        self._history = history
        self._matcher = matcher
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._known: OrderedDict[_Key, Matched] = OrderedDict()

    async def snapped(
        self, trip: StoredFact, gap_ms: int, vehicle: VehicleType = VehicleType.VAN
    ) -> Matched:
        """The way of a trip, as far as it is known. Raises `NoRoads`, `StoreUnavailable`."""
        if self._matcher is None:
            raise NoRoads
        costing = COSTING.get(vehicle, "auto")
        key = (trip.id or 0, trip.known_ms, trip.changed_at)
        if key not in self._known:
            async with self._turns:
                if key not in self._known:  # whoever was first has not just asked for the same
                    self._known[key] = await self._matched(self._matcher, trip, gap_ms, costing)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return self._known[key]

    async def _matched(
        self, matcher: RoadMatcher, trip: StoredFact, gap_ms: int, costing: Costing
    ) -> Matched:
        until = (trip.ended_at or self._clock()) + timedelta(milliseconds=1)
        fixes = self._history.columns(trip.vehicle_id, trip.started_at, until)
        columns, _ = await gathered(fixes, gap_ms)
        return await asyncio.to_thread(matcher.match, _places(columns), gap_ms, costing)


def _places(columns: Columns) -> list[Place]:
    told = np.isfinite(columns.lat) & np.isfinite(columns.lon)
    kept = columns.only(told)
    rows = zip(kept.t.tolist(), kept.lat.tolist(), kept.lon.tolist(), strict=True)
    return [Place(*row) for row in rows]
