"""A vehicle with a true way, and a phone in it that samples the way with its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from fleet_app.kernel.geo import destination, distance_m
from fleet_app.location.models import Fix
from tests.builders.fixes import LAT, LON, NOON_MS

ACCELERATION = 1.5
CORNER_SPEED = 2.0


@dataclass(frozen=True)
class Moment:
    """Where the vehicle truly is, second by second."""

    second: int
    lat: float
    lon: float
    speed: float
    heading: float


@dataclass
class Drive:
    """Build the truth with `rest` and `go`; read it as a phone would with `fixes`."""

    lat: float = LAT
    lon: float = LON
    heading: float = 0.0
    moments: list[Moment] = field(default_factory=list)
    metres: float = 0.0
    departures: list[int] = field(default_factory=list)
    arrivals: list[int] = field(default_factory=list)

    @property
    def second(self) -> int:
        """The seconds that the truth has lasted."""
        return len(self.moments)

    def rest(self, seconds: int) -> Drive:
        """Stand."""
        for _ in range(seconds):
            self._note(0.0)
        return self

    def go(self, metres: float, speed: float = 12.0, turn_every: float | None = 300.0) -> Drive:
        """Pull away, drive through a town of right-angled streets, and come to rest."""
        self.departures.append(NOON_MS + 1000 * self.second)
        gone, pace, corner, turn = 0.0, 0.0, turn_every or 2 * metres, 90.0
        while gone < metres - 0.01:
            brake = (2 * ACCELERATION * max(0.3, metres - gone)) ** 0.5
            to_corner = corner - gone
            slow = (CORNER_SPEED**2 + 2 * ACCELERATION * to_corner) ** 0.5
            pace = min(speed, pace + ACCELERATION, brake, slow if turn_every else speed)
            step = min(pace, metres - gone)
            gone += self._drive(step, to_corner)
            if step >= to_corner and turn_every:
                self.heading = (self.heading + turn) % 360
                turn, corner = -turn, corner + turn_every
                gone += self._drive(step - to_corner, step)
            self._note(pace)
        self.metres += metres
        self.arrivals.append(NOON_MS + 1000 * self.second)
        return self

    def _drive(self, step: float, most: float) -> float:
        step = min(step, most)
        self.lat, self.lon = destination(self.lat, self.lon, self.heading, step)
        return step

    def _note(self, speed: float) -> None:
        self.moments.append(Moment(self.second, self.lat, self.lon, speed, self.heading))

    def fixes(
        self, every: int = 1, noise_m: float = 0.0, speeds: bool = True, seed: int = 1, **said: Any
    ) -> list[Fix]:
        """What a phone sends that looks every so many seconds."""
        random = Random(seed)
        return [_seen(moment, random, noise_m, speeds, said) for moment in self.moments[::every]]


def _seen(
    moment: Moment, random: Random, noise_m: float, speeds: bool, said: dict[str, Any]
) -> Fix:
    lat, lon = destination(
        moment.lat, moment.lon, random.uniform(0, 360), abs(random.gauss(0, noise_m))
    )
    felt = max(0.0, moment.speed + random.gauss(0, min(0.3, noise_m / 10)))
    return Fix(
        recorded_at_ms=NOON_MS + 1000 * moment.second,
        lat=lat,
        lon=lon,
        speed=felt if speeds else None,
        heading=moment.heading if speeds and felt > 1 else None,
        **said,
    )


def apart_m(lat1: float, lon1: float, lat2: float | None, lon2: float | None) -> float:
    """Metres between two places; the second must be known."""
    assert lat2 is not None
    assert lon2 is not None
    return distance_m(lat1, lon1, lat2, lon2)
