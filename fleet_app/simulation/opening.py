"""The first minutes of a running demo: what happens at once, so that there is something to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from fleet_app.fleet.models import VehicleType
from fleet_app.simulation import cast
from fleet_app.simulation.demo.garage import EXPRESS
from fleet_app.simulation.demo.zones import IN_STREET
from fleet_app.simulation.diary import Diary
from fleet_app.simulation.drive import Drive
from fleet_app.simulation.errands import Scene
from fleet_app.simulation.life import Activity, Sample
from fleet_app.simulation.mishaps import HARSH_MPS2, Braking, weak
from fleet_app.simulation.streets import Streets
from fleet_app.simulation.tours import Area, Place
from fleet_app.simulation.wander import Wander

SILENT_S = 11 * 60.0
"""So long nothing has been heard of one vehicle when the demo starts, and a while after it."""
COMES_BACK_S = 200.0
IDLES_S = 9 * 60.0
STILL_IDLES_S = 150.0
_UNIONINKATU: Sequence[Sequence[Place]] = (
    ((60.1757, 24.9497), (60.1695, 24.9500)),
    ((60.1695, 24.9500), (60.1757, 24.9497)),
)
"""Straight through the low-emission zone, either way."""
_HURRY_CHANCE = 1 / 120
"""Share of the trips between two stops on which somebody is late."""
_CALM_TRIPS = 2
"""The first minutes have their own scenes."""
_BRAKING_CHANCE = 1 / 6000
"""Share of the moments of driving."""


@dataclass
class Part:
    """What one vehicle does when the demo starts."""

    scenes: list[Scene] = field(default_factory=list)
    delay: float = 0.0
    """Seconds until it sets off; the engine runs."""
    mute: float = 0.0
    """Seconds until its phone is heard."""
    battery_low: bool = False
    brakes: bool = False
    silent_before: float = 0.0
    idles_before: float = 0.0

    def played(self, samples: Iterator[Sample], random: Random) -> Iterator[Sample]:
        """The samples as they are told."""
        braking = Braking(10.0 if self.brakes else float("inf"))
        for sample in samples:
            if sample.at < self.mute:
                continue
            one = braking(sample)
            if self.battery_low:
                one = replace(one, battery=weak(2400.0 + one.at, one.battery, 3600.0))
            if _felt(one, random):
                one = replace(one, harsh=HARSH_MPS2)
            yield one


def _felt(sample: Sample, random: Random) -> bool:
    driving = sample.activity is Activity.DRIVING and sample.speed > 7.0
    return driving and random.random() < _BRAKING_CHANCE


def parts(diaries: Mapping[int, Diary], streets: Streets, now: float) -> dict[int, Part]:
    """Who does what: those who have no round at this hour, so that no delivery is disturbed."""
    free = [crew for crew in diaries if crew != EXPRESS and _is_van(crew)]
    free = [crew for crew in free if not _at_work(diaries[crew], now)]
    found = {crew: Part() for crew in diaries}
    seats = iter(free)
    for part in _scenes(streets):
        if (crew := next(seats, None)) is not None:
            found[crew] = part
    return found


def _scenes(streets: Streets) -> Iterator[Part]:
    yield Part(scenes=[_into_street(streets.area)])
    yield Part(scenes=[racing(streets, "racer")], brakes=True)
    yield Part(delay=COMES_BACK_S, mute=COMES_BACK_S, silent_before=SILENT_S)
    yield Part(delay=STILL_IDLES_S, idles_before=IDLES_S)
    yield Part(battery_low=True)


def _is_van(crew: int) -> bool:
    return cast.CREWS[crew - 1].type is VehicleType.VAN


def _at_work(diary: Diary, now: float) -> bool:
    return any(shift.starts - 1800 <= now < shift.ends + 900 for shift in diary.shifts)


def _into_street(area: Area) -> Scene:
    return lambda wander: wander.into(IN_STREET) if area.contains(IN_STREET) else None


def racing(streets: Streets, seed: str) -> Scene:
    """Far too fast through the low-emission zone."""

    def race(wander: Wander) -> Drive | None:
        hasty = streets.wander(VehicleType.VAN, seed, wander.here, in_a_hurry=True)
        hasty.goes_on_from(wander)
        for ends in _UNIONINKATU:
            if drive := hasty.through(*ends):
                wander.goes_on_from(hasty)
                return drive
        return None

    return race


def hurrying(streets: Streets, kind: VehicleType, seed: str) -> Scene:
    """A trip to anywhere, now and then in a hurry; None of it the other times."""
    random = Random(f"{seed} hurry")  # noqa: S311 - a simulation
    trips = count()

    def hurry(wander: Wander) -> Drive | None:
        if next(trips) < _CALM_TRIPS or random.random() >= _HURRY_CHANCE:
            return None
        hasty = streets.wander(kind, f"{seed} {random.random()}", wander.here, in_a_hurry=True)
        hasty.goes_on_from(wander)
        drive = hasty.anywhere()
        wander.goes_on_from(hasty)
        return drive

    return hurry
