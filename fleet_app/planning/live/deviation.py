"""Whether a vehicle has left its route: for long enough, far enough, and to no stop of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

FAR_M, NEAR_M = 250.0, 100.0
"""Beside the way: left from the first on, back again within the second (hysteresis)."""
EXCUSED_M = 100.0
"""A reported inaccuracy excuses twice itself, up to so much."""
FOR_S, FIXES = 120.0, 4
"""It must last so long, and be seen so often: a bypass or a yard is no other way."""
GAIN = 0.35
"""Who comes nearer to a stop by this share of the time that goes by is heading for it."""
BACK_GAIN_S = 60.0
"""Who has come so much nearer to a stop than ever since leaving is on the route again."""


class Deviation(msgspec.Struct):
    """What is remembered while a vehicle is beside its way.

    `since` is when it was first seen there, `left` how far each stop was then and `least` the
    nearest it has been since, in seconds of driving by the numbers of stops.
    """

    since: float = 0.0
    fixes: int = 0
    left: dict[int, float] = msgspec.field(default_factory=dict)
    least: dict[int, float] = msgspec.field(default_factory=dict)
    is_off: bool = False
    told_at: float = 0.0

    @property
    def watched(self) -> bool:
        """Whether the vehicle was seen beside its way."""
        return self.fixes > 0 or self.is_off

    def beside(self, at: float, beside_m: float, accuracy: float | None) -> bool:
        """Seen beside the way it was given; whether that is far enough to count."""
        if beside_m <= (NEAR_M if self.watched else FAR_M) + _excuse(accuracy):
            self.forget()
            return False
        if not self.watched:
            self.since = at
        self.fixes += 1
        return True

    def measure(self, at: float, remaining: Mapping[int, float]) -> None:
        """So many seconds of driving are left to each of the next stops; judges."""
        for stop, seconds in remaining.items():
            self.left.setdefault(stop, seconds)
            self.least[stop] = min(self.least.get(stop, seconds), seconds)
        passed = at - self.since
        if self.is_off:
            if any(self._nearer(stop, remaining[stop]) for stop in remaining):
                self.forget()
        elif passed >= FOR_S and self.fixes >= FIXES and not self._heading(remaining, passed):
            self.is_off, self.told_at = True, at
            self.left = dict(remaining)

    def forget(self) -> None:
        """It is on its way."""
        self.since, self.fixes, self.is_off, self.told_at = 0.0, 0, False, 0.0
        self.left, self.least = {}, {}

    def _heading(self, remaining: Mapping[int, float], passed: float) -> bool:
        """Whether it comes nearer to one of them about as fast as time goes by."""
        gains = (self.left[stop] - seconds for stop, seconds in remaining.items())
        return max(gains, default=0.0) >= GAIN * passed

    def _nearer(self, stop: int, seconds: float) -> bool:
        return self.left.get(stop, seconds) - seconds >= BACK_GAIN_S


def _excuse(accuracy: float | None) -> float:
    return 0.0 if accuracy is None else 2 * min(max(accuracy, 0.0), EXCUSED_M / 2)
