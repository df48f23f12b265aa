"""A road service that can be made to think for long, or to fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fleet_app.routing.roads import RoadNetwork
from fleet_app.routing.roads.breaker import Breaker
from fleet_app.routing.roads.fallback import FallbackRoads
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.online import RoadServer
from fleet_app.routing.roads.osrm import OsrmRoads
from fleet_app.routing.roads.service import RoadService
from tests.builders.http_server import Answer, Asked, Served, http_server
from tests.builders.osrm import osrm

LONGEST_S = 15.0
"""Nothing is held for ever, so that a test that waits for an answer fails and ends."""


@dataclass
class SlowRoads:
    """An OSRM server: what it was asked, and how many questions it had at once."""

    served: Served = field(default_factory=lambda: Served(""))
    most: int = 0
    fails: bool = False
    _free: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _now: int = 0

    def hold(self) -> None:
        """Answer nothing for now."""
        self._free.clear()

    def release(self) -> None:
        """Answer, also what was asked meanwhile."""
        self._free.set()

    def asked(self, service: str) -> int:
        """How many questions of a kind have come in."""
        return sum(one.path.startswith(f"/{service}/") for one in self.served.asked)

    def service(self, *, stand_in: bool = False) -> RoadService:
        """The road network that asks it, with straight lines standing in if wanted."""
        server = RoadServer(self.served.url, breaker=Breaker(1_000_000))
        network: RoadNetwork = OsrmRoads(server)
        if stand_in:
            network = FallbackRoads(network, GreatCircleRoads())
        return RoadService(lambda: network)

    def answer(self, asked: Asked) -> Answer:
        """As soon as it may."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._free.wait(LONGEST_S)
        with self._lock:
            self._now -= 1
        return Answer(503) if self.fails else osrm(asked)


@contextmanager
def slow_roads() -> Iterator[SlowRoads]:
    """Serve until the end of the block; it answers at once until told otherwise."""
    slow = SlowRoads()
    slow.release()
    with http_server(slow.answer) as served:
        slow.served = served
        try:
            yield slow
        finally:
            slow.release()
