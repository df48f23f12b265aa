"""How much longer driving takes at which hour of the week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.roads.ports import UNREACHABLE, RoadMatrix

HOURS = 7 * 24
SLOWEST, FASTEST = 5.0, 0.5


_STEP = timedelta(minutes=30)


def hour_of_week(moment: datetime) -> int:
    """0 is the hour after midnight of Monday, by the clock of the moment's own time zone."""
    return moment.weekday() * 24 + moment.hour


@dataclass(frozen=True, slots=True)
class HourlyPace:
    """What durations are multiplied by, for each hour of the week from Monday midnight on, by the
    clocks of the place. Nothing changes unless something has been learnt."""

    factors: tuple[float, ...] = (1.0,) * HOURS
    usual: ClassVar[HourlyPace]
    """Every hour as the road network says."""

    def __post_init__(self) -> None:
        if len(self.factors) != HOURS:
            raise ValueError(f"a week has {HOURS} hours")
        if not all(FASTEST <= factor <= SLOWEST for factor in self.factors):
            raise ValueError(f"factors lie between {FASTEST} and {SLOWEST}")

    def factor(self, departs_at: datetime) -> float:
        """For who departs then, given in the time zone of the place."""
        return self.factors[hour_of_week(departs_at)]

    def over(self, begins: datetime, ends: datetime) -> float:
        """The mean of who drives from then to then, given in the time zone of the place."""
        zone, first = begins.tzinfo, begins.astimezone(UTC)
        steps = max(1, (ends.astimezone(UTC) - first) // _STEP)
        moments = ((first + _STEP * step).astimezone(zone) for step in range(steps))
        return sum(map(self.factor, moments)) / steps

    def stretched(self, matrix: RoadMatrix, departs_at: datetime | None) -> RoadMatrix:
        """Durations as they are at that hour; what is out of reach stays so."""
        factor = 1.0 if departs_at is None else self.factor(departs_at)
        if factor == 1.0:
            return matrix
        return replace(matrix, durations_s=slower(matrix.durations_s, factor))


def slower(durations: NDArray[np.int64], factor: float) -> NDArray[np.int64]:
    """Durations that so much more is needed for; what is out of reach stays so."""
    within = durations < UNREACHABLE
    seconds = durations.copy()
    stretched = np.rint(seconds[within] * factor).astype(np.int64)
    seconds[within] = np.minimum(stretched, UNREACHABLE - 1)
    return seconds


HourlyPace.usual = HourlyPace()
