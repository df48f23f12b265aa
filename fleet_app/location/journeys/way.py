"""A way driven: how far, how fast, how long moving and standing, and its path.

Distance is counted from place to place. A step must be longer than the noise (`STEP_M` and twice
the accuracy), so standing adds nothing. Between two places the road is longer than the straight
line; what is cut off is estimated from how much the path turns where two steps meet:
`CUT * turn² * shorter step`, with more for longer intervals, during which more turns go unseen.
Where the phone tells speeds, their sum over time is a second measure of the same way: exact with
fixes every few seconds, rough with few fixes far apart, and weighed accordingly.
"""

from __future__ import annotations

from math import pi, radians

import msgspec

from fleet_app.kernel.geo import bearing_deg, distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.polyline import Vertex, simplified
from fleet_app.location.journeys.rest import Rest
from fleet_app.location.journeys.sample import Sample

STEP_M = 25.0
"""The shortest step counted: sideways noise of 3 m lengthens it by 1.5 percent."""
NOISE_STEPS = 2.0
"""A step is at least so many times the accuracy, at most `STEP_MOST_M`."""
BLIND_STEP_S = 10.0
"""A step lasts at least so long when the phone tells no speeds: from one second to the next, the
places of a poor receiver zigzag by more than a vehicle drives."""
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
TRUSTED = (0.62, 1.50)
"""Speeds that tell a way shorter or longer than the places by more than this are in the wrong unit
(km/h taken for mph are 0.62) or always zero."""
TOLD_SHARE = 0.8
"""The least share of the time on the way for which speeds were told at both ends."""
ROUGH_MOST, ROUGH_PER_S = 25.0, 0.8
"""So many intervals make the sum of speeds as good as the places: in town, speeds at the two ends
of half a minute miss the mean between them by 40 percent, at the ends of a second by little."""
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
    places_m: float = 0.0
    """The way from place to place, with what was cut off."""
    told_m: float = 0.0
    told_s: float = 0.0
    told: int = 0
    """The way that the speeds tell, over how long and how many intervals."""
    extent_m: float = 0.0
    """How far from the start the way has led."""
    max_speed: float = 0.0
    moving_s: float = 0.0
    idle_s: float = 0.0
    unseen_s: float = 0.0
    gap_m: float = 0.0
    fixes: int = 0
    jumped: bool = False
    """Whether a part of it is a leap of the receiver."""
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
        self._reach(sample, parameters)
        self.extent_m = max(
            self.extent_m, distance_m(self.lat, self.lon, sample.lat, sample.lon) - sample.slack_m
        )

    def _reach(self, sample: Sample, parameters: Parameters) -> None:
        self.fixes += 1
        self.last_ms = sample.at_ms
        speed = sample.speed
        if speed is not None:
            self.tells_speed = True
            self.max_speed = max(self.max_speed, speed)
        elif sample.metres_seen > STEP_M + sample.slack_m:
            self.max_speed = max(self.max_speed, min(sample.pace, parameters.max_speed_mps))
        self._count(sample, parameters)

    @property
    def distance_m(self) -> float:
        """How far, from the places and, where they can be trusted, the speeds."""
        seen_m, seen_s = self.places_m - self.gap_m, self.moving_s
        if seen_m <= 0 or seen_s <= 0 or self.told_s < TOLD_SHARE * seen_s:
            return self.places_m
        told_m = self.told_m * max(1.0, seen_s / self.told_s)
        if not TRUSTED[0] * seen_m <= told_m <= TRUSTED[1] * seen_m:
            return self.places_m
        rough = min(ROUGH_MOST, ROUGH_PER_S * self.told_s / self.told)
        weight = self.told / (self.told + rough)
        return self.places_m + weight * (told_m - seen_m)

    def _sum(self, sample: Sample, seconds: float, parameters: Parameters) -> None:
        """The way between two fixes that tell speeds, at the mean of both."""
        before = sample.before
        if sample.speed is None or before is None or before.speed is None:
            return
        if 0 < seconds <= parameters.gap_after_s and sample.seconds <= parameters.gap_after_s:
            self.told_m += (sample.speed + before.speed) / 2 * seconds
            self.told_s += seconds
            self.told += 1

    def catch_up(self, rest: Rest, sample: Sample) -> None:
        """Count the way from the middle of a rest to the fix before, which still was within it,
        as told by a straight line: its speeds were taken for part of the rest."""
        before = sample.before
        if sample.speed is None or before is None or before.speed is None:
            return
        self.told_m += distance_m(rest.lat, rest.lon, before.lat, before.lon)

    def come_to(self, sample: Sample, at_ms: int, parameters: Parameters) -> None:
        """Count the way to a fix at rest, where the vehicle arrived at `at_ms`."""
        seconds = max(0, at_ms - max(self.last_ms, self.started_ms)) / 1000
        if sample.seconds > parameters.gap_after_s:
            self.unseen_s += seconds
            self.gap_m += sample.metres
        else:
            self.moving_s += seconds
        self._sum(sample, seconds, parameters)
        self._reach(sample, parameters)

    def _clock(self, sample: Sample, parameters: Parameters) -> None:
        seconds = min(sample.seconds, (sample.at_ms - self.started_ms) / 1000)
        self._sum(sample, seconds, parameters)
        if sample.seconds > parameters.gap_after_s:
            self.unseen_s += seconds
            self.gap_m += sample.metres
        elif _moved(sample, parameters):
            self.moving_s += seconds
        else:
            self.idle_s += seconds

    def _count(self, sample: Sample, parameters: Parameters) -> None:
        if sample.jump:
            self._go_on_from(sample)
            return
        _, lat, lon = self.path[-1]
        metres = distance_m(lat, lon, sample.lat, sample.lon)
        seconds = (sample.at_ms - self.counted_ms) / 1000
        least = max(STEP_M, min(NOISE_STEPS * sample.slack_m, STEP_MOST_M))
        if sample.speed is None and seconds < BLIND_STEP_S:
            return
        if least <= metres <= parameters.max_speed_mps * seconds:
            self._step(sample, metres, seconds, parameters)

    def _go_on_from(self, sample: Sample) -> None:
        """The receiver has leapt here: that is no distance."""
        self.jumped, self.step_m = True, 0.0
        self._lead_to(sample)

    def _step(self, sample: Sample, metres: float, seconds: float, parameters: Parameters) -> None:
        _, lat, lon = self.path[-1]
        bearing = bearing_deg(lat, lon, sample.lat, sample.lon)
        self.places_m += metres
        if self.step_m and max(seconds, self.step_s) <= parameters.gap_after_s:
            self.places_m += self._cut(metres, seconds, bearing)
        self.step_m, self.step_s, self.step_deg = metres, seconds, bearing
        self._lead_to(sample)

    def _lead_to(self, sample: Sample) -> None:
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
            way.places_m += metres
            way.path.append((max(at_ms, self.path[-1][0]), lat, lon))
        return way


def _moved(sample: Sample, parameters: Parameters) -> bool:
    """Whether the vehicle moved for most of the time since the fix before."""
    if sample.seconds >= LONG_S:
        return sample.metres >= parameters.rest_speed_mps * sample.seconds
    return sample.pace >= parameters.rest_speed_mps
