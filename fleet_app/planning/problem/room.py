"""How much one plan takes: so many places, and so many stops. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fleet_app.delivery.models import Delivery, Priority
from fleet_app.planning.workday.day import Day
from fleet_app.planning.workday.pickups import pickup_of
from fleet_app.planning.workday.wanting import points_of
from fleet_app.routing.optimiser.plan import Why
from fleet_app.routing.optimiser.problem import MOST_STOPS
from fleet_app.routing.roads.ports import LatLon

_URGENCY = {one: rank for rank, one in enumerate(reversed(Priority))}


class Room:
    """What a plan has already, for what waits to be let in or refused in words."""

    def __init__(self, day: Day, points: Iterable[LatLon], on_rows: Iterable[Delivery]) -> None:
        self._day = day
        self.points = set(points)
        self._stops = sum(self._stops_of(one) for one in on_rows)

    def refuse(self, waiting: Sequence[Delivery]) -> dict[int, tuple[str, str]]:
        """Let in what waits, the most urgent first; returns what is too much, and why."""
        refused = {}
        for one in sorted(waiting, key=lambda one: _URGENCY[Priority(one.priority)]):
            why = self._why_not(one)
            if why:
                refused[one.id or 0] = (Why.TIME.value, why)
                continue
            self.points |= points_of(self._day, one)
            self._stops += self._stops_of(one)
        return refused

    def _why_not(self, delivery: Delivery) -> str:
        new = points_of(self._day, delivery) - self.points
        if len(self.points) + len(new) > MOST_STOPS:
            return f"One plan takes {MOST_STOPS:,} places at most"
        if self._stops + self._stops_of(delivery) > MOST_STOPS:
            return f"One plan takes {MOST_STOPS:,} stops at most"
        return ""

    def _stops_of(self, delivery: Delivery) -> int:
        return 1 if pickup_of(self._day, delivery) is None else 2
