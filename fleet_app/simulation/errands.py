"""Where a working vehicle drives next: the stops of its route, with other errands in between."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from fleet_app.simulation.drive import Drive
from fleet_app.simulation.life import Activity, Sample
from fleet_app.simulation.rounds import Stop, Work
from fleet_app.simulation.tours import Place, Tour
from fleet_app.simulation.wander import Wander

ARRIVING_S = 100.0
"""So long before the end of the trip the customer hears of it."""
ERRAND_S = 420.0
"""What a trip and the stop at its end take, about."""
MOST_ERRANDS = 3
"""Trips between two stops of the route at most, when there is time."""

Scene = Callable[[Wander], Drive | None]
"""A trip that is made before any other; None when there is no way."""


class Errands:
    """The trips of one vehicle and what they mean for its deliveries.

    Without work it makes the usual round; once there is work, it goes from stop to stop.
    """

    def __init__(self, work: Work, tour: Tour, wander: Callable[[Place], Wander]) -> None:
        self._work = work
        self._tour = tour
        self._new_wander = wander
        self._wander: Wander | None = None
        self._bound: dict[int, Stop] = {}
        self._told: dict[int, str] = {}
        self._scenes: deque[Scene] = deque()
        self._pause = 0
        self._here: Place | None = None
        self._last: Drive | None = None
        self.hurry: Scene = lambda _: None
        """Tried before every trip that leads to no stop."""
        self.is_live = False
        """Before, trips only fill the hours that are over."""

    def begin_at(self, place: Place) -> None:
        """The vehicle stands there, and has work."""
        self._here, self.is_live = place, True

    def go_on_at(self, place: Place, *scenes: Scene, last: Drive | None = None) -> None:
        """The vehicle stands there, with or without work, and first of all does these trips.

        `last` is the trip that led there, if there was one.
        """
        self.begin_at(place)
        self._wander = self._new_wander(place)
        self._wander.last = last
        self._scenes.extend(scenes)

    def drive(self, number: int) -> Drive:
        """Trip `number`. Raises `NoRoads`."""
        while self._scenes and self._wander is not None:
            if drive := self._scenes.popleft()(self._wander):
                return drive
        stop = self._next_stop() if self.is_live else None
        if self._wander is None:
            if stop is None or self._here is None:
                return self._usual(number)
            self._wander = self._new_wander(self._here)
            self._wander.last = self._last
        wander = self._wander
        if stop is None:
            return self.hurry(wander) or wander.anywhere()
        self._bound[number] = stop
        self._pause = self._errands_after(stop)
        return wander.to(stop.place) or wander.anywhere()

    def notice(self, sample: Sample, at: float) -> None:
        """What a sample taken at epoch second `at` says about the deliveries."""
        for number in [number for number in self._bound if number < sample.leg]:
            self._end(number, at)
        stop = self._bound.get(sample.leg)
        if stop is None:
            return
        if sample.activity is not Activity.DRIVING:
            self._tell(sample.leg, stop, "arrived", at)
        elif sample.left <= ARRIVING_S:
            self._tell(sample.leg, stop, "arriving", at)

    def _usual(self, number: int) -> Drive:
        drive = self._tour.leg(number)
        end = drive.at(drive.duration)
        self._here, self._last = (end.lat, end.lon), drive
        return drive

    def _next_stop(self) -> Stop | None:
        if self._pause > 0:
            self._pause -= 1
            return None
        bound = set(self._bound.values())
        return next((stop for stop in self._work.stops if stop not in bound), None)

    def _errands_after(self, stop: Stop) -> int:
        """So many that the round takes about as long as planned."""
        left = max(stop.ends - time.time(), 0.0) / max(len(self._work.stops), 1)
        return min(max(round(left / ERRAND_S) - 1, 0), MOST_ERRANDS)

    def _tell(self, number: int, stop: Stop, status: str, at: float) -> None:
        if self._told.get(number) != status:
            self._told[number] = status
            self._work.tell(stop, status, at)

    def _end(self, number: int, at: float) -> None:
        stop = self._bound.pop(number)
        if self._told.pop(number, "") != "arrived":
            self._work.tell(stop, "arrived", at - 1)
        self._work.tell(stop, self._work.outcome(stop), at)
