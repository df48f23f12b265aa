"""A route in progress as the estimate sees it. Moments are epoch seconds, durations seconds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from fleet_app.kernel.geo import distance_m

GUESSED_MPS, DETOUR = 8.0, 1.3
"""For a drive that nobody has looked up: town traffic, and how much longer roads are."""
USUAL_SERVICE_S = 300.0
"""Where neither plan nor order say how long a stop takes."""
NO_WINDOW_SLACK_S = 1_800.0
"""A stop without a window was promised to nobody: it is late half an hour after its plan."""
SILENT_S = 600.0
"""Nothing heard of a vehicle for longer: nobody knows where it is. Fleets may set another limit."""


class Risk(StrEnum):
    """Whether a stop will be made in time, the best first."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    LATE = "late"


class Margins(msgspec.Struct, frozen=True):
    """What a fleet calls late: at risk from `at_risk_s` before the promised time on, late from
    `late_s` after it."""

    at_risk_s: float = 600.0
    late_s: float = 0.0


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One stop; `is_open` while somebody still has to go there. `planned_at` is the arrival that
    was planned, `arrived_at` the one that was reported. At a pickup the goods of the delivery are
    fetched."""

    id: int
    lat: float
    lon: float
    delivery_id: int | None = None
    service_s: float = USUAL_SERVICE_S
    windows: tuple[tuple[float, float], ...] = ()
    planned_at: float | None = None
    is_open: bool = True
    arrived_at: float | None = None
    is_pickup: bool = False

    @property
    def due(self) -> float | None:
        """The last moment at which it is in time; None where nothing was promised or planned."""
        if self.windows:
            return max(end for _, end in self.windows)
        return None if self.planned_at is None else self.planned_at + NO_WINDOW_SLACK_S

    def begins(self, arrival: float) -> float:
        """When service can begin for somebody who is there at `arrival`."""
        waits = [max(arrival, start) for start, end in self.windows if arrival <= end]
        return min(waits, default=arrival)


class Rest(msgspec.Struct, frozen=True):
    """A break that is planned: from when on, and how long."""

    starts: float
    lasts: float


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A route: its stops in driving order, and what driving from one to another takes by itself.

    `legs` are seconds by the numbers of two stops. It `began` when the vehicle was sent off, 0
    where nobody knows; whoever is silent for longer than `silent_s` may be anywhere.
    """

    route_id: int
    stops: tuple[Stop, ...]
    legs: Mapping[tuple[int, int], float] = {}
    margins: Margins = Margins()
    rests: tuple[Rest, ...] = ()
    began: float = 0.0
    silent_s: float = SILENT_S

    @property
    def open(self) -> tuple[Stop, ...]:
        """The stops that are still to be made, in driving order."""
        return tuple(stop for stop in self.stops if stop.is_open)

    @property
    def deliveries(self) -> int:
        """How many are made on the route."""
        return sum(not stop.is_pickup for stop in self.stops)

    def ordered(self, first: int | None) -> tuple[Stop, ...]:
        """The open stops as they will be made when `first` comes first."""
        mine = self.open
        return (*(s for s in mine if s.id == first), *(s for s in mine if s.id != first))

    def drive(self, start: Stop, end: Stop) -> float:
        """Seconds from one stop to another by themselves, guessed where nobody has asked."""
        known = self.legs.get((start.id, end.id))
        return known if known is not None else guessed(start.lat, start.lon, end.lat, end.lon)


def guessed(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Seconds of driving between two places that no road network was asked about."""
    return distance_m(lat1, lon1, lat2, lon2) * DETOUR / GUESSED_MPS
