"""A way driven: how far, how fast, how long moving and standing, and its path.

Distance is counted from place to place. A step must be longer than the noise (`STEP_M` and twice
the accuracy), so standing adds nothing. Between two places the road is longer than the straight
line; what is cut off is estimated from how much the path turns where two steps meet:
`CUT * turn² * shorter step`, with more for longer intervals, during which more turns go unseen.
"""

from __future__ import annotations

from math import pi, radians

import msgspec

from fleet_app.kernel.geo import bearing_deg, distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.polyline import Vertex, simplified
from fleet_app.location.journeys.sample import Sample

STEP_M = 25.0
"""The shortest step counted: sideways noise of 3 m lengthens it by 1.5 percent."""
NOISE_STEPS = 2.0
"""A step is at least so many times the accuracy, at most `STEP_MOST_M`."""
STEP_MOST_M = 100.0
CUT = 0.10
"""Measured on town taxis: of a way sampled every 15 s, its points 30 s apart keep 96 percent, 60 s
apart 91 and 120 s apart 85. A circle through the points would give 0.04 to 0.08."""
CUT_SECONDS = 30.0
CUT_LEAST, CUT_MOST = 0.05, 0.30
MOST_TURN = pi / 2
"""A sharper turn counts as this: there the vehicle may have turned round, with nothing cut."""
LONG_S = 20.0
"""Over so many seconds the places tell better than a speed told at the end whether it moved."""
PATH_MOST = 400
"""Vertices kept on the way; then they are simplified by a tolerance that doubles each time."""
PATH_TOLERANCE_M = 8.0
"""Half a road with its pavements: the drawn line stays on the street."""


class Way(msgspec.Struct, omit_defaults=True):
    """Begins at `started_ms` and the first vertex of the path. Speeds in m/s, times in seconds."""

    started_ms: int
    lat: float
    lon: float
    path: list[Vertex]
    counted_ms: int
    last_ms: int
    """The last fix on the way."""
    distance_m: float = 0.0
    extent_m: float = 0.0
    """How far from the start the way has led."""
    max_speed: float = 0.0
    moving_s: float = 0.0
    idle_s: float = 0.0
    unseen_s: float = 0.0
    gap_m: float = 0.0
    fixes: int = 0
    tells_speed: bool = False
    step_m: float = 0.0
    step_s: float = 0.0
    step_deg: float = 0.0
    tolerance_m: float = PATH_TOLERANCE_M

    @classmethod
    def begun(cls, at_ms: int, lat: float, lon: float) -> Way:
        """A way that begins then and there."""
        return cls(at_ms, lat, lon, [(at_ms, lat, lon)], at_ms, at_ms)

    def go(self, sample: Sample, parameters: Parameters) -> None:
        """On to the next fix."""
        self._clock(sample, parameters)
        self.reach(sample, parameters)
        self.extent_m = max(
            self.extent_m, distance_m(self.lat, self.lon, sample.lat, sample.lon) - sample.slack_m
        )

    def reach(self, sample: Sample, parameters: Parameters) -> None:
        """Count the way to the fix and its speed, but not the time."""
        self.fixes += 1
        self.last_ms = sample.at_ms
        speed = sample.speed
        if speed is not None:
            self.tells_speed = True
            self.max_speed = max(self.max_speed, speed)
        elif sample.metres > STEP_M + sample.slack_m and sample.seconds >= 5:
            self.max_speed = max(self.max_speed, sample.pace)
        self._count(sample, parameters)

    def _clock(self, sample: Sample, parameters: Parameters) -> None:
        seconds = min(sample.seconds, (sample.at_ms - self.started_ms) / 1000)
        if sample.seconds > parameters.gap_after_s:
            self.unseen_s += seconds
            self.gap_m += sample.metres
        elif _moved(sample, parameters):
            self.moving_s += seconds
        else:
            self.idle_s += seconds

    def _count(self, sample: Sample, parameters: Parameters) -> None:
        _, lat, lon = self.path[-1]
        metres = distance_m(lat, lon, sample.lat, sample.lon)
        seconds = (sample.at_ms - self.counted_ms) / 1000
        least = max(STEP_M, min(NOISE_STEPS * sample.slack_m, STEP_MOST_M))
        if least <= metres <= parameters.max_speed_mps * seconds:
            self._step(sample, metres, seconds, parameters)

    def _step(self, sample: Sample, metres: float, seconds: float, parameters: Parameters) -> None:
        _, lat, lon = self.path[-1]
        bearing = bearing_deg(lat, lon, sample.lat, sample.lon)
        self.distance_m += metres
        if self.step_m and max(seconds, self.step_s) <= parameters.gap_after_s:
            self.distance_m += self._cut(metres, seconds, bearing)
        self.step_m, self.step_s, self.step_deg = metres, seconds, bearing
        self.counted_ms = sample.at_ms
        self.path.append((sample.at_ms, sample.lat, sample.lon))
        while len(self.path) >= PATH_MOST:
            self.path = simplified(self.path, self.tolerance_m)
            if len(self.path) >= PATH_MOST // 2:
                self.tolerance_m *= 2

    def _cut(self, metres: float, seconds: float, bearing: float) -> float:
        turn = min(abs((bearing - self.step_deg + 180.0) % 360.0 - 180.0), 180.0)
        interval = (seconds + self.step_s) / 2
        share = min(max(CUT * interval / CUT_SECONDS, CUT_LEAST), CUT_MOST)
        return share * min(radians(turn), MOST_TURN) ** 2 * min(metres, self.step_m)

    def ended(self, at_ms: int, lat: float, lon: float) -> Way:
        """A copy that leads on to the place where the vehicle came to rest."""
        way = msgspec.structs.replace(self, path=[*self.path], last_ms=at_ms)
        _, last_lat, last_lon = self.path[-1]
        metres = distance_m(last_lat, last_lon, lat, lon)
        if metres > 1.0:
            way.distance_m += metres
            way.path.append((max(at_ms, self.path[-1][0]), lat, lon))
        return way


def _moved(sample: Sample, parameters: Parameters) -> bool:
    """Whether the vehicle moved for most of the time since the fix before."""
    if sample.speed is None or sample.seconds >= LONG_S:
        return sample.metres >= parameters.rest_speed_mps * sample.seconds
    return sample.speed >= parameters.rest_speed_mps
