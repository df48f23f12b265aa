"""Addresses and roads."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from fleet_app.bootstrap.stores import Stores
from fleet_app.catalogue.place_names import PlaceNames
from fleet_app.location.past.road_limits import RoadLimits
from fleet_app.location.past.snapping import Snapping
from fleet_app.routing.geocoding import Geocoder, open_geocoder
from fleet_app.routing.roads import RoadService, open_limits, open_matcher, open_roads
from fleet_app.routing.roads.opening import RoadSource
from fleet_app.storage.live.road_rows import ValkeyRoadRows
from fleet_app.storage.live.sessions import RedisAttempts
from fleet_app.storage.live.turns import SharedTurns


class Maps(Stores):
    """What is known of the world outside."""

    @cached_property
    def geocoder(self) -> Geocoder:
        """Finds addresses, where and how this installation wants it."""
        settings = self.settings
        key = settings.geocoder_key
        return open_geocoder(
            settings.geocoder,
            settings.home / "map",
            url=settings.geocoder_url or "",
            key=key.get_secret_value() if key else "",
            processes=settings.web_processes,
        )

    @cached_property
    def place_names(self) -> PlaceNames:
        """What the places of trips and stops are called, out of what is at hand."""
        return PlaceNames(self.work, open_geocoder("offline", self.settings.home / "map"))

    @property
    def road_source(self) -> RoadSource:
        """Where ways and driving times come from; all processes share what a service allows."""
        return replace(self.settings.road_source, turns=self._turns)

    def _turns(self, per_second: float, burst: int) -> SharedTurns:
        # One worker, and a process that plans: how many there are is not known here.
        processes = self.settings.web_processes + 2
        return SharedTurns(self.redis_url, "roads", per_second, burst, processes)

    @cached_property
    def road_questions(self) -> RedisAttempts:
        """How many questions about roads who asked within a minute."""
        return RedisAttempts(self.redis, window_seconds=60)

    @cached_property
    def roads(self) -> RoadService:
        """Ways along roads, or straight lines where there are none."""
        return RoadService(
            lambda: open_roads(self.settings.home / "map", self.road_source),
            store=ValkeyRoadRows(self.redis),
        )

    @cached_property
    def road_limits(self) -> RoadLimits | None:
        """Posted speed limits; None without a road network."""
        posted = open_limits(self.settings.home / "map")
        return None if posted is None else RoadLimits(posted, posted.version)

    @cached_property
    def snapping(self) -> Snapping:
        """Ways on the roads they were driven on."""
        return Snapping(self.history, open_matcher(self.settings.home / "map", self.road_source))
