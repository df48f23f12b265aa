"""What goes wrong on the demo's past days, so that there is something to find. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from fleet_app.simulation.diary import Call, Diary, Shift
from fleet_app.simulation.life import Activity, Sample

DEAD_PHONE, TUNNEL, BRAKING, FLAT, IDLING, HASTY = 6, 13, 15, 17, 5, 10
"""The crews that it happens to."""
HOUR = 3600.0
HARSH_MPS2 = 4.8
_IDLES_S = 15 * 60.0
Change = Callable[[Sample], Sample | None]


def told(diary: Diary, samples: Iterable[Sample]) -> Iterator[Sample]:
    """The samples with the mishap of the crew, on the last day but one, if it has any."""
    shift = yesterday(diary)
    change = None if shift is None else _change(diary.crew, shift)
    if change is None:
        yield from samples
        return
    for sample in samples:
        if (changed := change(sample)) is not None:
            yield changed


def prepared(diary: Diary) -> Diary:
    """The diary, with one call much longer where somebody leaves the engine on."""
    shift = yesterday(diary)
    if diary.crew != IDLING or shift is None or len(shift.calls) < 3:
        return diary
    calls = list(shift.calls)
    calls[2] = replace(calls[2], leaves=calls[2].arrives + _IDLES_S)
    longer = replace(shift, calls=tuple(calls))
    return replace(diary, shifts=(*diary.shifts[:-2], longer, diary.shifts[-1]))


def rushes(diary: Diary) -> Callable[[Call], bool]:
    """Which calls somebody hurries to."""
    shift = yesterday(diary)
    hasty = shift.calls[3:7] if shift is not None and diary.crew == HASTY else ()
    return lambda call: call in hasty


def yesterday(diary: Diary) -> Shift | None:
    """The shift of the day before the last one."""
    return diary.shifts[-2] if len(diary.shifts) >= 2 else None


def _change(crew: int, shift: Shift) -> Change | None:
    begins = shift.starts
    match crew:
        case n if n == DEAD_PHONE:
            return _unheard(begins + 3 * HOUR, HOUR)
        case n if n == TUNNEL:
            return _unheard(begins + 2 * HOUR, 7 * 60.0)
        case n if n == BRAKING:
            return Braking(begins + HOUR)
        case n if n == FLAT:
            return lambda sample: replace(
                sample, battery=weak(sample.at - begins, sample.battery, 3 * HOUR)
            )
        case n if n == IDLING and len(shift.calls) > 2:
            return _engine_on(shift.calls[2])
    return None


def weak(passed: float, battery: float, lasts: float) -> float:
    """A battery that runs from 22 down to 6 percent in so many seconds, and then is charged."""
    if passed < 0:
        return battery
    if passed < lasts:
        return round(22.0 - 16.0 * passed / lasts, 1)
    return round(min(6.0 + (passed - lasts) / 60.0, max(battery, 20.5)), 1)


class Braking:
    """Marks one moment of quick driving after a time as a hard braking."""

    def __init__(self, after: float) -> None:
        self._after = after
        self._done = False

    def __call__(self, sample: Sample) -> Sample:
        """The sample, marked if it is the one."""
        if self._done or sample.at < self._after or sample.speed < 7.0:
            return sample
        self._done = True
        return replace(sample, harsh=HARSH_MPS2)


def _unheard(begins: float, seconds: float) -> Change:
    return lambda sample: None if begins <= sample.at < begins + seconds else sample


def _engine_on(call: Call) -> Change:
    def change(sample: Sample) -> Sample:
        if call.arrives <= sample.at < call.leaves and sample.activity is Activity.DELIVERING:
            return replace(sample, activity=Activity.IDLING)
        return sample

    return change
