"""A place where the vehicle rests, as the middle of where its receiver said it was."""

from __future__ import annotations

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sample import UNTOLD_M, Sample, drive_ms

MOST_PLACES = 32
"""Places kept for the median. Then every second one is dropped, and every second one taken from
there on, so that the kept ones stay spread evenly over the rest, however long it is."""


class Rest(msgspec.Struct, omit_defaults=True):
    """`since_ms` is the arrival, `last_ms` when it was last seen standing here; the middle is the
    median, which a few stray fixes do not move. Longitudes are kept on one side of the
    antimeridian."""

    since_ms: int
    last_ms: int
    lat: float
    lon: float
    fixes: int = 0
    unseen_s: float = 0.0
    lats: list[float] = []
    lons: list[float] = []
    stride: int = 1
    set_off_ms: int | None = None
    """When it began to move about here."""
    stirred: bool = False
    """Whether that led it away from the middle."""
    moved_ms: int = 0
    """When it last moved here."""

    def add(self, sample: Sample, parameters: Parameters) -> None:
        """One more fix at rest here."""
        if self.fixes and sample.seconds > parameters.gap_after_s:
            self.unseen_s += sample.seconds
        self.last_ms = sample.at_ms
        if self.fixes % self.stride == 0:
            self._take(sample.lat, sample.lon)
        self.fixes += 1

    def _take(self, lat: float, lon: float) -> None:
        self.lats.append(lat)
        self.lons.append(self.lon + _turn(lon - self.lon))
        if len(self.lats) >= MOST_PLACES:
            self.lats, self.lons = self.lats[::2], self.lons[::2]
            self.stride *= 2
        self.lat = _median(self.lats)
        self.lon = _turn(_median(self.lons))

    def stir(self, sample: Sample, parameters: Parameters) -> None:
        """It moves, and is still here."""
        if self._stood(sample.at_ms, parameters):
            self.set_off_ms, self.stirred = None, False
        if self.set_off_ms is None:
            needed_ms = drive_ms(self.metres_to(sample), sample.speed)
            self.set_off_ms = max(self.last_ms, sample.at_ms - needed_ms)
        self.stirred = self.stirred or self.led_away(sample)
        self.moved_ms = sample.at_ms

    def settle(self, sample: Sample, parameters: Parameters) -> None:
        """It stands. What moved it was noise, or over when it has stood for a stop since."""
        if not self.stirred or self._stood(sample.at_ms, parameters):
            self.set_off_ms, self.stirred = None, False

    def left_ms(self, at_ms: int, parameters: Parameters) -> int:
        """When it set off, if it was on the way out at `at_ms`: then it may have waited at the
        gate, though not for as long as a stop."""
        if self.set_off_ms is None or not self.stirred or self._stood(at_ms, parameters):
            return at_ms
        return self.set_off_ms

    def _stood(self, at_ms: int, parameters: Parameters) -> bool:
        return at_ms - self.moved_ms >= parameters.stop_after_s * 1000

    def led_away(self, sample: Sample) -> bool:
        """Whether the fix is farther from the middle than noise."""
        return self.metres_to(sample) > max(UNTOLD_M, sample.slack_m)

    def holds(self, sample: Sample, parameters: Parameters) -> bool:
        """Whether the fix is here, as far as its accuracy tells."""
        radius = parameters.stop_radius_m
        return self.metres_to(sample) <= radius + min(sample.slack_m, radius)

    def metres_to(self, sample: Sample) -> float:
        """From the middle to the fix."""
        return self.metres_from(sample.lat, sample.lon)

    def metres_from(self, lat: float, lon: float) -> float:
        """From a place to the middle."""
        return distance_m(self.lat, self.lon, lat, lon)

    @property
    def lasted_ms(self) -> int:
        """From the arrival to the last fix here."""
        return self.last_ms - self.since_ms


def _turn(degrees: float) -> float:
    return (degrees + 180.0) % 360.0 - 180.0


def _median(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
