"""Driving times and distances between the places of rows, kept between the edits of plans."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from fleet_app.planning.ports import Driving, Roads
from fleet_app.routing.roads.pace import slower
from fleet_app.routing.roads.ports import Costing, LatLon

KEPT = 2_000
"""Matrices that stay at hand, most of them of the places of one row."""
MOST_NUMBERS = 2_000_000
"""And of these as many pairs of places at most, at eight bytes each."""
LARGEST = 250_000
"""Larger ones are not kept here: the network remembers its answers as well."""
MANY = 100
"""Driving between so many places takes milliseconds to stretch: not where everybody waits."""
_Key = tuple[Costing, datetime, tuple[LatLon, ...]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What driving takes, in half the room. It was no guess."""

    seconds: NDArray[np.int32]
    metres: NDArray[np.int32]
    is_estimate: bool = False
    is_stand_in: bool = False
    knows_traffic: bool = False

    @property
    def durations_s(self) -> NDArray[np.int64]:
        """As `Driving` has it."""
        return self.seconds.astype(np.int64)

    @property
    def distances_m(self) -> NDArray[np.int64]:
        """As `Driving` has it."""
        return self.metres.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Travel:
    """How somebody travels, and how much longer than the network says that takes."""

    costing: Costing
    pace: float = 1.0


def at_pace(found: Driving, pace: float) -> Driving:
    """Driving at that pace; a network that knows traffic needs no other."""
    if pace == 1.0 or found.knows_traffic:
        return found
    seconds = slower(found.durations_s, pace).astype(np.int32)
    metres = found.distances_m.astype(np.int32)
    return Kept(seconds, metres, found.is_estimate, found.is_stand_in)


@dataclass(slots=True)
class _Flight:
    """A question that is under way, and how many wait for its answer."""

    asking: asyncio.Task[Driving]
    waiting: int = 0


class Matrices:
    """The road network, which is asked once for the same places. One for all in a process.

    Moving stops about changes the places of two rows at most, so nearly every edit finds its
    driving here; the network's own memory helps with the others.
    """

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._kept: OrderedDict[_Key, Kept] = OrderedDict()
        self._numbers = 0
        self._flights: dict[_Key, _Flight] = {}

    async def told_apart(self, travel: Travel) -> Travel:
        """What of it makes a difference: sizes do not where the roads know none."""
        return replace(travel, costing=await self._roads.told_apart(travel.costing))

    async def knows_traffic(self) -> bool:
        """Whether the network knows the traffic of the hour, and bills for it."""
        return await self._roads.knows_traffic()

    async def of(self, places: Sequence[LatLon], travel: Travel, departs_at: datetime) -> Driving:
        """Driving from each place to each other, for a departure at about that time. The network
        is asked, and its answer kept, once for all paces."""
        travel = await self.told_apart(travel)
        key = (travel.costing, departs_at, tuple(places))
        found: Driving | None = self._kept.get(key)
        if found is None:
            found = await self._once(key)
        else:
            self._kept.move_to_end(key)
        if travel.pace == 1.0 or len(places) < MANY:
            return at_pace(found, travel.pace)
        return await asyncio.to_thread(at_pace, found, travel.pace)

    async def _once(self, key: _Key) -> Driving:
        """The answer of the network; who asks the same meanwhile waits for it as well, and when
        nobody waits any more, it is not looked for any more."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._asked(key)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.asking)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.asking.cancel()
            if (not flight.waiting or flight.asking.done()) and self._flights.get(key) is flight:
                del self._flights[key]

    async def _asked(self, key: _Key) -> Driving:
        costing, departs_at, places = key
        found = await self._roads.matrix(places, costing, departs_at=departs_at)
        # A guess holds only until roads can be asked again.
        if not (found.is_estimate or found.is_stand_in) and len(places) ** 2 <= LARGEST:
            self._keep(key, found)
        return found

    def _keep(self, key: _Key, found: Driving) -> None:
        small = Kept(
            found.durations_s.astype(np.int32), found.distances_m.astype(np.int32),
            knows_traffic=found.knows_traffic,
        )  # fmt: skip
        if key not in self._kept:
            self._numbers += len(key[2]) ** 2
        self._kept[key] = small
        while len(self._kept) > KEPT or (self._numbers > MOST_NUMBERS and len(self._kept) > 1):
            gone, _ = self._kept.popitem(last=False)
            self._numbers -= len(gone[2]) ** 2
