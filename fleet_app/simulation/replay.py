"""`./fleet replay FILE`: a recorded trace, posted through the public API at N times its speed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from random import Random

import httpx
import msgspec

from fleet_app.identity.models import SpeedUnit
from fleet_app.simulation import logins
from fleet_app.simulation.api import Account, Api, DeviceChannel, Report
from fleet_app.simulation.company import Registrar, Wanted
from fleet_app.simulation.outbox import Outbox, Tally
from fleet_app.simulation.trace import Point, Reading, Trace

logger = logging.getLogger(__name__)

TICK_S = 0.5
"""Real seconds between two rounds of posts."""
ROUND_ROWS = 20_000
"""Rows taken together at most, when the replay runs as fast as it can."""
POSTS_AT_ONCE = 16
DEVICES = "replay-devices.json"


class Progress(msgspec.Struct, kw_only=True):
    """How far a replay has come; kept, so that it can go on after an interruption."""

    shift: float
    """Seconds added to every time of the trace."""
    done_until: float = 0.0
    """Everything up to this time of the trace is on the server's disk."""


@dataclass(frozen=True)
class Plan:
    """What to replay and how."""

    file: Path
    url: str
    speed: float
    """Seconds of the trace in one real second; 0 means as fast as the server takes it."""
    home: Path
    until_now: bool = False
    limit_vehicles: int | None = None
    speed_unit: SpeedUnit = SpeedUnit.METRES_PER_SECOND
    manager: logins.Login | None = None
    """Who creates vehicles and devices; None takes the demo's fleet manager."""

    def __post_init__(self) -> None:
        if self.speed < 0:
            raise ValueError(f"the speed must not be negative: {self.speed}")

    @property
    def progress_file(self) -> Path:
        """Where the progress of this file to this server is kept."""
        content = f"{self.file.resolve()} {self.file.stat().st_size} {self.url} {self.until_now}"
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        return self.home / "replays" / f"{digest}.json"


@dataclass
class Outcome:
    """What a replay did, for the last line."""

    reading: Reading
    tally: Tally = field(default_factory=Tally)
    finished: bool = False
    seconds: float = 0.0


def main(  # noqa: PLR0917 - the command line's options
    file: Path, url: str, speed: float, home: Path, until_now: bool = False,
    limit_vehicles: int | None = None, speed_unit: str = "mps",
    manager: logins.Login | None = None,
) -> None:  # fmt: skip
    """Replay a file until its end, SIGINT or SIGTERM; a later run goes on where this one stopped.

    Raises `BadTrace`, `LoginsUnreadable`, `Refused` or ValueError.
    """
    plan = Plan(file, url, speed, home, until_now, limit_vehicles, SpeedUnit(speed_unit), manager)
    outcome = asyncio.run(_until_signal(plan))
    for line in summary(plan, outcome):
        logger.info("%s", line)


async def _until_signal(plan: Plan) -> Outcome:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return await replay(plan, stop)


def summary(plan: Plan, outcome: Outcome) -> Iterator[str]:
    """What happened, line by line."""
    reading, tally = outcome.reading, outcome.tally
    end = "Replayed" if outcome.finished else "Stopped; run it again to go on. Replayed"
    rate = tally.sent / outcome.seconds if outcome.seconds else 0.0
    yield (
        f"{end} {tally.sent:,} fixes of {len(reading.vehicles)} vehicles from {plan.file.name} in "
        f"{outcome.seconds:.1f} s ({rate:,.0f} fixes/s), {tally.quarantined} quarantined"
    )
    if tally.refused:
        yield f"{tally.refused} fixes were refused: {tally.last_problem}"
    if reading.bad_rows:
        yield f"{reading.bad_rows} of {reading.rows + reading.bad_rows:,} rows were skipped:"
        yield from (f"  {complaint}" for complaint in reading.complaints)
        if reading.bad_rows > len(reading.complaints):
            yield f"  … and {reading.bad_rows - len(reading.complaints)} more"


async def replay(plan: Plan, stop: asyncio.Event) -> Outcome:
    """Post the trace, oldest fix first. Raises `BadTrace`, `LoginsUnreadable` or `Refused`."""
    manager = plan.manager or logins.load(plan.home).manager
    logger.info("Reading %s ...", plan.file)
    opened = Trace(plan.file, plan.speed_unit, plan.limit_vehicles)
    trace = await asyncio.to_thread(opened.__enter__)
    try:
        outcome = Outcome(trace.reading)
        logger.info("%s", _found(trace.reading))
        limits = httpx.Limits(max_connections=POSTS_AT_ONCE, keepalive_expiry=4.0)
        async with httpx.AsyncClient(
            base_url=plan.url, timeout=30.0, limits=limits, trust_env=False
        ) as client:
            api = Api(client)
            registrar = Registrar(Account(api, manager), plan.home / DEVICES, plan.url, "mps")
            boxes = await _boxes(api, registrar, outcome)
            await _post_all(plan, trace, boxes, outcome, stop)
    finally:
        opened.__exit__()
    return outcome


def _found(reading: Reading) -> str:
    first, last = (datetime.fromtimestamp(at, UTC) for at in (reading.first, reading.last))
    return (
        f"{reading.rows:,} fixes of {len(reading.vehicles)} vehicles, {first:%Y-%m-%d %H:%M} to "
        f"{last:%Y-%m-%d %H:%M} UTC, {reading.bad_rows} bad rows"
    )


async def _boxes(api: Api, registrar: Registrar, outcome: Outcome) -> dict[str, Outbox]:
    """An outbox for every vehicle of the trace, its device made when it is new."""
    wanted = {name: Wanted(_registration(name), f"Trace {name}"[:120])
              for name in outcome.reading.vehicles}  # fmt: skip
    logger.info("Making sure that their %d vehicles exist ...", len(wanted))
    tokens = await registrar.tokens(list(wanted.values()))
    return {
        name: Outbox(DeviceChannel(api, tokens[vehicle.registration]), outcome.tally,
                     Random(name))  # noqa: S311 - spreads retries
        for name, vehicle in wanted.items()
    }  # fmt: skip


def _registration(name: str) -> str:
    """A plate for a vehicle of the trace: its name, or a digest of a long one."""
    if len(name) <= 16:
        return f"TR-{name}"
    return f"TR-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


async def _post_all(
    plan: Plan, trace: Trace, boxes: dict[str, Outbox], outcome: Outcome, stop: asyncio.Event
) -> None:
    progress = _progress(plan, trace.reading)
    points = (point for point in trace.points() if point.at > progress.done_until)
    clock = _Clock(plan.speed, max(progress.done_until, trace.reading.first))
    started = told = time.monotonic()
    for some in rounds(points, TICK_S * plan.speed or inf):
        await _pause(stop, clock.due(some[-1].at) - time.monotonic())
        if stop.is_set() or not await _post_round(some, boxes, progress.shift, stop):
            break
        progress.done_until = some[-1].at
        outcome.seconds = time.monotonic() - started
        if time.monotonic() - told >= 1.0:
            told = time.monotonic()
            _save(plan, progress)
            _show(outcome, progress)
    else:
        outcome.finished = True
    _show(outcome, progress, end="\n")
    if outcome.finished:
        plan.progress_file.unlink(missing_ok=True)
    else:
        _save(plan, progress)


@dataclass
class _Clock:
    """When a time of the trace is due, in seconds of `time.monotonic`."""

    speed: float
    first: float
    started: float = field(default_factory=time.monotonic)

    def due(self, at: float) -> float:
        return self.started + (at - self.first) / self.speed if self.speed else 0.0


def rounds(points: Iterable[Point], seconds: float) -> Iterator[list[Point]]:
    """Points to post together: about `seconds` of the trace each, equal times never split.

    So "done until a time" is always a truthful place to go on from.
    """
    some: list[Point] = []
    for point in points:
        full = len(some) >= ROUND_ROWS or (some and point.at - some[0].at >= seconds)
        if full and point.at != some[-1].at:
            yield some
            some = []
        some.append(point)
    if some:
        yield some


async def _post_round(
    points: Sequence[Point], boxes: dict[str, Outbox], shift: float, stop: asyncio.Event
) -> bool:
    """Whether every point is on the server's disk; only a stop prevents that."""
    touched: dict[str, Outbox] = {}
    for point in points:
        touched[point.vehicle] = boxes[point.vehicle]
        boxes[point.vehicle].add(report_of(point, shift))
    places = asyncio.Semaphore(POSTS_AT_ONCE)

    async def deliver(box: Outbox) -> None:
        async with places:
            while not await box.flush(time.monotonic()) and not stop.is_set():
                await _pause(stop, 0.3)

    await asyncio.gather(*(deliver(box) for box in touched.values()))
    return not any(len(box) for box in touched.values())


def report_of(point: Point, shift: float) -> Report:
    """The fix of a recorded point, `shift` seconds later."""
    return Report(
        recorded_at=round((point.at + shift) * 1000),
        latitude=point.lat,
        longitude=point.lon,
        speed=point.speed,
        heading=point.heading,
    )


def _progress(plan: Plan, reading: Reading) -> Progress:
    """Where an interrupted replay stopped, or the beginning."""
    try:
        found = msgspec.json.decode(plan.progress_file.read_bytes(), type=Progress)
    except (OSError, msgspec.DecodeError):
        shift = float(int(time.time() - reading.last)) if plan.until_now else 0.0
        return Progress(shift=shift)
    at = datetime.fromtimestamp(found.done_until, UTC)
    logger.info("Going on after %s of the trace, where the last replay stopped", f"{at:%H:%M:%S}")
    return found


def _save(plan: Plan, progress: Progress) -> None:
    logins.write_private(plan.progress_file, msgspec.json.encode(progress))


def _show(outcome: Outcome, progress: Progress, end: str = "") -> None:
    """The progress line, rewritten in place on a terminal."""
    at = datetime.fromtimestamp(progress.done_until + progress.shift, UTC)
    rate = outcome.tally.sent / outcome.seconds if outcome.seconds else 0.0
    line = (
        f"{at:%Y-%m-%d %H:%M:%S} UTC  {outcome.tally.sent:,} fixes  {rate:,.0f} fixes/s  "
        f"{len(outcome.reading.vehicles)} vehicles  {outcome.tally.quarantined} quarantined"
    )
    if problem := outcome.tally.last_problem:
        line += f"  ({problem})"
        outcome.tally.last_problem = ""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}{end}")
        sys.stderr.flush()
    else:
        logger.info("%s", line)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
