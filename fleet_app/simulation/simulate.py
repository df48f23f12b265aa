"""`./fleet simulate`: vehicles that drive real roads and report through the public API."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import httpx

from fleet_app.fleet.models import VehicleType
from fleet_app.simulation import cast, logins
from fleet_app.simulation.api import (
    Account,
    Api,
    Refused,
    TryLater,
)
from fleet_app.simulation.beginning import (
    Beginning,
    begin,
    ending,
    report_at,
    seen_at,
    streets_and_town,
    tell,
)
from fleet_app.simulation.company import Registrar
from fleet_app.simulation.drive import Drive
from fleet_app.simulation.errands import Errands
from fleet_app.simulation.life import Sample, live, parked
from fleet_app.simulation.opening import Part, hurrying
from fleet_app.simulation.outbox import Outbox, Tally, load_unsent, save_unsent
from fleet_app.simulation.rounds import Work, succeeds
from fleet_app.simulation.streets import Streets
from fleet_app.simulation.tours import Place
from fleet_app.simulation.traffic import Pace, pace_of
from fleet_app.simulation.units import Unit, in_workshop, units_of

logger = logging.getLogger(__name__)

POSTS_PER_SECOND = 250
"""Above this many, vehicles keep fixes for some seconds and send them together."""
PROGRESS_EVERY_S = 15.0
LAST_FLUSH_S = 4.0
UNSENT = "simulator-unsent.json"
DEVICES = "simulator-devices.json"
DAY_S = 86_400.0
APART_S = 10_800.0
"""Vehicles that share a tour are spread over so much of it."""
ASK_EVERY_S = 45.0
"""So often a driver's phone looks for changes of the route, about."""
FIRST_ANSWER_S = 6.0
"""So long a vehicle waits at its start to hear what is to be done."""
KEEP_ALIVE_S = 4.0
"""Shorter than servers keep an idle connection, which is 5 s at least in the usual ones."""


@dataclass
class Fleet:
    """What the vehicles of one run share."""

    streets: Streets
    seed: int
    speedup: float
    upload_every: float
    standing: frozenset[str] = frozenset()
    """Registrations of the vehicles in the workshop."""
    tally: Tally = field(default_factory=Tally)
    offline: set[str] = field(default_factory=set)
    boxes: dict[str, Outbox] = field(default_factory=dict)
    beginning: Beginning | None = None

    def part_of(self, unit: Unit) -> Part:
        """What the vehicle does first."""
        found = self.beginning.parts.get(unit.crew) if self.beginning is not None else None
        return found or Part()


def main(  # noqa: PLR0917 - the command line's options
    url: str, vehicles: int, seed: int, speedup: float, home: Path, past_days: int = 0
) -> None:
    """Drive until SIGINT or SIGTERM. Raises `LoginsUnreadable`, `Refused` or ValueError."""
    asyncio.run(_until_signal(url, vehicles, seed, speedup, home, past_days))


async def _until_signal(  # noqa: PLR0917 - the command line's options
    url: str, vehicles: int, seed: int, speedup: float, home: Path, past_days: int
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run(
        url, home / logins.FILE, vehicles, seed=seed, speedup=speedup, stop=stop,
        past_days=past_days,
    )  # fmt: skip


async def run(
    base_url: str, logins_file: Path, vehicles: int = 25, *, seed: int = 1, speedup: float = 1.0,
    stop: asyncio.Event, past_days: int = 0,
) -> Tally:  # fmt: skip
    """Drive `vehicles` until `stop` is set; returns the counts.

    With `past_days`, a new demo is told so many days that are over, and every start is eventful.

    `speedup` makes the day run faster than the clock; up to about 3 the server still believes it.
    What could not be sent by then is kept beside the logins file and sent by the next run.
    """
    if vehicles < 1 or speedup <= 0:
        raise ValueError("a simulation needs at least one vehicle and a positive speedup")
    home = logins_file.parent
    known = logins.load(home)
    streets, town = await asyncio.to_thread(streets_and_town, home, seed)
    fleet = Fleet(streets, seed, speedup, upload_every=vehicles / POSTS_PER_SECOND)
    async with _client(base_url) as client:
        api = Api(client)
        registrar = Registrar(Account(api, known.manager), home / DEVICES, base_url)
        units = await units_of(api, known, vehicles, registrar, stop)
        fleet.standing = await in_workshop(Account(api, known.manager))
        fleet.boxes = {
            unit.registration: Outbox(unit.channel, fleet.tally, Random(seed))  # noqa: S311
            for unit in units
        }
        load_unsent(home / UNSENT, fleet.boxes)
        first = next((unit.work for unit in units if unit.work is not None), None)
        fleet.beginning = await begin(town, streets, past_days, home, first)
        await _drive_all(units, fleet, stop)
    save_unsent(home / UNSENT, fleet.boxes)
    return fleet.tally


def _client(base_url: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=64, keepalive_expiry=KEEP_ALIVE_S)
    return httpx.AsyncClient(base_url=base_url, timeout=20.0, limits=limits, trust_env=False)


async def _drive_all(units: Sequence[Unit], fleet: Fleet, stop: asyncio.Event) -> None:
    roads = "real roads" if fleet.streets.are_real else "straight lines: there is no road data"
    logger.info("%d vehicles set off on %s", len(units), roads)
    started = time.time()
    works = [_drive(unit, fleet, started) for unit in units]
    works += [_attend(unit.work) for unit in units if unit.work is not None]
    works += [_tell(len(units), fleet), _tell_past(units, fleet)]
    tasks = [asyncio.create_task(work) for work in works]
    tasks.append(asyncio.create_task(_stopped(stop)))
    done, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for task in done:
        task.result()
    await _flush_all(fleet)


async def _tell_past(units: Sequence[Unit], fleet: Fleet) -> None:
    """What was before the first start, while the vehicles drive already."""
    if fleet.beginning is not None:
        works = {unit.crew: unit.work for unit in units if unit.work is not None}
        await tell(fleet.beginning, fleet.streets, works, fleet.tally)
    await asyncio.Event().wait()


async def _drive(unit: Unit, fleet: Fleet, started: float) -> None:
    """One vehicle, for ever."""
    box, sent_at = fleet.boxes[unit.registration], time.monotonic() - fleet.upload_every
    seed = f"{fleet.seed} {unit.registration}"
    errands = await _errands(unit, fleet, seed)
    samples = await _samples(unit, fleet, started, errands)
    spread = Random(seed).uniform(0.0, fleet.upload_every)  # noqa: S311 - a simulation
    # The first sample lies behind all trips of the day so far, which the map has to plan.
    sample = await asyncio.to_thread(next, samples)
    while True:
        due = started + sample.at / fleet.speedup
        await asyncio.sleep(max(due - time.time(), 0.0))
        box.add(report_at(sample, due, fleet.speedup))
        if errands is not None:
            errands.is_live = True
            errands.notice(sample, due)
        (fleet.offline.discard if sample.online else fleet.offline.add)(unit.registration)
        now = time.monotonic()
        if sample.online and now >= sent_at + fleet.upload_every + spread:
            if await box.flush(now) and unit.work is not None:
                await succeeds(unit.work.report())
            sent_at, spread = now, 0.0
        # With work to do, trips are planned on the way, and the map takes a moment.
        sample = await asyncio.to_thread(next, samples) if errands else next(samples)


async def _errands(unit: Unit, fleet: Fleet, seed: str) -> Errands | None:
    """What the vehicle does between its stops; None for one that has no driver, or stands."""
    if unit.work is None or unit.registration in fleet.standing:
        return None
    errands = Errands(
        unit.work, fleet.streets.tour(unit.type, unit.number),
        partial(fleet.streets.wander, unit.type, seed, pace=_pace(unit, seed)),
    )  # fmt: skip
    # A server that is slow, or not up yet, is asked again later: fixes must not wait for it.
    with contextlib.suppress(TryLater, TimeoutError):
        async with asyncio.timeout(FIRST_ANSWER_S):
            known = await succeeds(unit.work.refresh(time.time())) and bool(unit.work.stops)
            if known and (place := _still_unsent(unit, fleet) or await unit.work.position()):
                errands.begin_at(place)
    await _set_the_scene(errands, unit, fleet)
    return errands


def _pace(unit: Unit, seed: str) -> Pace | None:
    """Traffic, for what it holds up."""
    if unit.type in (VehicleType.BIKE, VehicleType.SCOOTER):
        return None
    return pace_of(seed, cast.TIME_ZONE, time.time)


async def _set_the_scene(errands: Errands, unit: Unit, fleet: Fleet) -> None:
    """A demo's vehicle goes on where it was, first with what it has to do for the eye."""
    beginning = fleet.beginning
    if beginning is None or unit.work is None or unit.crew not in beginning.diaries:
        return
    place: Place | None = None
    last: Drive | None = None
    if beginning.is_first:
        place, last = ending(await beginning.driven(unit.crew, fleet.streets))
    else:
        # Without its last place it would seem to leap to another one, so the server is waited for.
        with contextlib.suppress(Refused):
            place = _still_unsent(unit, fleet) or await seen_at(unit.work)
    place = place or beginning.diaries[unit.crew].place_at(beginning.now)
    errands.go_on_at(place, *fleet.part_of(unit).scenes, last=last)
    errands.hurry = hurrying(fleet.streets, unit.type, unit.registration)


def _still_unsent(unit: Unit, fleet: Fleet) -> Place | None:
    """Where the last run left the vehicle, if the server does not know that yet."""
    waiting = fleet.boxes[unit.registration].waiting
    return (waiting[-1].latitude, waiting[-1].longitude) if waiting else None


async def _samples(
    unit: Unit, fleet: Fleet, started: float, errands: Errands | None
) -> Iterator[Sample]:
    """What the phone will see, from where the vehicle is now."""
    seed = f"{fleet.seed} {unit.registration}"
    tour = fleet.streets.tour(unit.type, unit.number)
    if unit.registration in fleet.standing:
        drive = await asyncio.to_thread(tour.leg, 0)
        return parked(drive.at(drive.duration), seed)
    if errands is not None and errands.is_live:
        part = fleet.part_of(unit)
        ahead = (started - time.time()) * fleet.speedup - part.delay
        return part.played(live(errands.drive, seed, ahead=ahead), Random(seed))  # noqa: S311
    # Counted from midnight, so that a restarted simulator goes on where it stopped.
    ahead = (started % DAY_S) * fleet.speedup + unit.number * 977.0 % APART_S
    return live(errands.drive if errands else tour.leg, seed, ahead=ahead)


async def _attend(work: Work) -> None:
    """Ask every now and then what there is to do."""
    spread = Random(id(work))  # noqa: S311 - a simulation
    while True:
        await asyncio.sleep(ASK_EVERY_S * spread.uniform(0.8, 1.2))
        await succeeds(work.refresh(time.time()))


async def _tell(vehicles: int, fleet: Fleet) -> None:
    """A line every now and then about how it goes."""
    before, tally = 0, fleet.tally
    while True:
        await asyncio.sleep(PROGRESS_EVERY_S)
        rate, before = (tally.sent - before) / PROGRESS_EVERY_S, tally.sent
        line = f"{vehicles} vehicles, {rate:.1f} fixes/s, {kept(fleet)}"
        if tally.quarantined:
            line += f", {tally.quarantined} quarantined"
        problem, tally.last_problem = tally.last_problem, ""
        logger.info("%s%s", line, f"; last problem: {problem}" if problem else "")


def kept(fleet: Fleet) -> str:
    """What is not sent yet, and why that is as it should be."""
    sizes = {name: len(box) for name, box in fleet.boxes.items()}
    offline = sum(size for name, size in sizes.items() if name in fleet.offline)
    parts = [f"{sum(sizes.values()) - offline} about to be sent"]
    if fleet.offline:
        parts.append(f"{offline} kept while without network (simulated)")
    return ", ".join(parts)


async def _flush_all(fleet: Fleet) -> None:
    """A last try to hand over everything."""
    now = time.monotonic() + 3600.0  # whatever the pauses after failures say
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_FLUSH_S):
            await asyncio.gather(*(box.flush(now) for box in fleet.boxes.values() if len(box)))


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()
