"""How a demo begins: the days before its first start, told in the background, and first scenes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import msgspec

from fleet_app.location.zones.shapes import Polygon
from fleet_app.simulation import cast, mishaps
from fleet_app.simulation.api import DriverChannel, Refused, Report, TryLater
from fleet_app.simulation.diary import Diary, Town, days_until
from fleet_app.simulation.drive import Drive
from fleet_app.simulation.life import Leg, Sample
from fleet_app.simulation.logins import write_private
from fleet_app.simulation.opening import Part, parts
from fleet_app.simulation.outbox import Outbox, Tally
from fleet_app.simulation.past import Plan, samples
from fleet_app.simulation.rounds import Work
from fleet_app.simulation.streets import Sign, Streets, area_of
from fleet_app.simulation.tours import Place

logger = logging.getLogger(__name__)

FILE = "simulator-past.json"
FEWEST_CUSTOMERS = 40
"""A map with fewer addresses has nothing to deliver to."""
BREATH_S = 2.0
"""Between two vehicles: who looks at the demo comes first."""
NEWS_S = 1800.0


class Progress(msgspec.Struct, kw_only=True):
    """How much of the past is told; kept, so that it can go on after an interruption."""

    until: float
    """Epoch second of the first start."""
    done: list[int] = []


@dataclass
class Beginning:
    """What the vehicles of the demo did before, and do first. `progress` is None when there is
    nothing to tell: the demo has run before."""

    diaries: Mapping[int, Diary]
    parts: Mapping[int, Part]
    now: float
    days: int
    file: Path
    progress: Progress | None = None
    _driven: dict[int, asyncio.Task[list[Leg]]] = field(default_factory=dict)

    async def driven(self, crew: int, streets: Streets) -> list[Leg]:
        """What a vehicle did until the first start; worked out once."""
        if crew not in self._driven:
            work = asyncio.to_thread(legs_before, self, streets, crew)
            self._driven[crew] = asyncio.create_task(work)
        return await asyncio.shield(self._driven[crew])

    def forget(self, crew: int) -> None:
        """What a vehicle did is told."""
        self._driven.pop(crew, None)

    def part_before(self, crew: int) -> Part:
        """What a vehicle does first, as far as it began in the past."""
        return self.parts[crew] if self.is_first else Part()

    @property
    def is_first(self) -> bool:
        """Whether nobody has driven in this demo yet."""
        return self.progress is not None and self.progress.until == self.now


def signs(town: Town) -> list[Sign]:
    """The limits of the demo's zones, which drivers heed."""
    return [
        Sign(zone.shape.outline, zone.rules["speed_limit"])
        for zone in town.zones()
        if isinstance(zone.shape, Polygon) and "speed_limit" in zone.rules
    ]


def streets_and_town(home: Path, seed: int) -> tuple[Streets, Town]:
    """The roads with their signs, and who lives there."""
    town = Town(home / "map", area_of(home / "map"))
    return Streets(home / "map", seed, signs(town)), town


async def begin(
    town: Town, streets: Streets, days: int, home: Path, first: Work | None
) -> Beginning | None:
    """What to tell and to play; None where nothing is delivered. Waits for the server."""
    if days < 1 or first is None or len(town.clients) < FEWEST_CUSTOMERS:
        return None
    file = home / FILE
    progress, now = _known(file), time.time()
    if not file.exists() and not await _has_driven(first):
        now = time.time()
        progress = Progress(until=now)
        _keep(file, progress)
    told = progress.until if progress is not None else now
    diaries = await asyncio.to_thread(town.diaries, days_until(told, days))
    return Beginning(diaries, parts(diaries, streets, now), now, days, file, progress)


async def tell(
    beginning: Beginning, streets: Streets, works: Mapping[int, Work], tally: Tally
) -> None:
    """Post the past of every vehicle, those first about whom there is something to see."""
    progress = beginning.progress
    if progress is None:
        return
    began, before = time.monotonic(), tally.sent
    crews = [crew for crew in works if crew in beginning.diaries and crew not in progress.done]
    seen = {crew: (p.silent_before or p.idles_before) > 0 for crew, p in beginning.parts.items()}
    for crew in sorted(crews, key=lambda crew: not seen[crew]):
        legs = await beginning.driven(crew, streets)
        reports = await asyncio.to_thread(_reports, beginning, crew, legs, progress.until)
        await _post(works[crew], reports, progress.until, tally)
        beginning.forget(crew)
        progress.done.append(crew)
        _keep(beginning.file, progress)
    if crews:
        logger.info(
            "%d vehicles told %d days: %d fixes in %.0f s", len(crews), beginning.days,
            tally.sent - before, time.monotonic() - began,
        )  # fmt: skip


def ending(legs: Sequence[Leg]) -> tuple[Place, Drive | None]:
    """Where a vehicle stands in the end, and the trip that led there."""
    place = legs[-1].place
    return (place.lat, place.lon), next((leg.drive for leg in reversed(legs) if leg.drive), None)


def legs_before(beginning: Beginning, streets: Streets, crew: int) -> list[Leg]:
    """What a vehicle did on the days before and today, until the first start."""
    until = beginning.now if beginning.progress is None else beginning.progress.until
    diary = mishaps.prepared(beginning.diaries[crew])
    kind, seed = cast.CREWS[crew - 1].type, f"past {crew}"
    plan = Plan(
        diary,
        calm=streets.wander(kind, seed, diary.depot),
        hasty=streets.wander(kind, f"{seed} hasty", diary.depot, in_a_hurry=True),
        random=Random(seed),  # noqa: S311 - a simulation
        rush=mishaps.rushes(diary),
        idles_s=beginning.part_before(crew).idles_before,
    )
    return list(plan.legs(_since(diary), until))


def _reports(beginning: Beginning, crew: int, legs: Sequence[Leg], until: float) -> list[Report]:
    heard = until - beginning.part_before(crew).silent_before
    seen = samples_before(beginning, crew, legs, heard)
    return [report_at(sample, sample.at) for sample in seen]


def samples_before(
    beginning: Beginning, crew: int, legs: Sequence[Leg], until: float
) -> Iterator[Sample]:
    """What a vehicle's phone said of its legs until then, with its mishap."""
    diary = mishaps.prepared(beginning.diaries[crew])
    return mishaps.told(diary, samples(crew, legs, _since(diary), until))


def _since(diary: Diary) -> float:
    """Some hours before the first shift, when the vehicle stood at its depot."""
    return diary.shifts[0].starts - 4 * 3600.0


def report_at(sample: Sample, at: float, speedup: float = 1.0) -> Report:
    """The fix of a sample taken at epoch second `at`."""
    attributes: dict[str, str | bool | float]
    attributes = {"ignition": sample.ignition, "activity": sample.activity.value}
    if sample.harsh:
        attributes |= {"harsh": "braking", "harsh_mps2": sample.harsh}
    return Report(
        recorded_at=round(at * 1000),
        latitude=round(sample.lat, 7),
        longitude=round(sample.lon, 7),
        speed=round(sample.speed * speedup, 2),
        heading=sample.heading,
        accuracy=sample.accuracy,
        battery=sample.battery,
        attributes=attributes,
    )


async def _post(work: Work, reports: Sequence[Report], until: float, tally: Tally) -> None:
    """The latest first: what has just happened is news only for a while."""
    box = Outbox(DriverChannel(work.account), tally, Random(len(reports)))  # noqa: S311
    news_ms = (until - NEWS_S) * 1000
    for report in sorted(reports, key=lambda one: (one.recorded_at < news_ms, one.recorded_at)):
        box.add(report)
    while not await box.flush(time.monotonic()):
        await _breath()
    await _breath()


async def _breath() -> None:
    await asyncio.sleep(BREATH_S)


async def seen_at(work: Work) -> Place | None:
    """Where the server saw the vehicle last; asked until it answers. Raises `Refused`."""
    while True:
        with contextlib.suppress(TryLater):
            await work.refresh(time.time())
            return await work.position()
        await asyncio.sleep(2.0)


async def _has_driven(work: Work) -> bool:
    try:
        return await seen_at(work) is not None
    except Refused as problem:
        logger.debug("whether the demo is new is not known: %s", problem)
        return True


def _known(file: Path) -> Progress | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        return None


def _keep(file: Path, progress: Progress) -> None:
    write_private(file, msgspec.json.encode(progress))
