"""What a phone reports of a day, with everything that goes wrong. Pure: seed in, fixes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp, sqrt
from random import Random
from typing import Any

from bench._truth.world import Day, Leg, Span
from fleet_app.kernel.geo import destination
from fleet_app.location.models import Fix
from fleet_app.location.plausibility import implausible
from fleet_app.simulation.drive import Motion

WHITE_M = 2.0
"""From fix to fix."""
DRIFT_M, DRIFT_S = 4.5, 60.0
"""Errors that last: a random walk drawn back to nothing (Gauss and Markov)."""
MULTIPATH_A_MINUTE = 0.08
MULTIPATH_M, MULTIPATH_S = (30.0, 250.0), (2.0, 25.0)
"""Reflections between buildings: the place is off by this much, for so long."""
TUNNELS = 0.15
"""Share of the longer drives that lead through one."""
TUNNEL_M = (250.0, 1200.0)
ASLEEP_AFTER_S = 60.0
"""Of standing, if it sleeps."""
DUPLICATES = 0.02
LATE_PIECES = 12
"""The fixes of an offline time arrive in so many posts, shuffled."""
PIECE_S = 60.0
"""Fixes of this long arrive together when there is a network."""


@dataclass(frozen=True)
class Phone:
    """What one phone is like and what befalls it; drawn from a seed, not from the day."""

    interval_s: float
    tells_speed: bool
    tells_accuracy: bool
    heartbeat_s: float | None
    """How often it reports at rest when it sleeps; None: it does not sleep."""
    off: tuple[Span, ...]
    """Times it recorded nothing."""
    offline: tuple[Span, ...]
    """Times it had no network."""
    wrong_clock: tuple[tuple[Span, float], ...]
    """Times its clock was off, and by how many seconds."""


@dataclass(frozen=True)
class Heard:
    """What arrived, in posts in the order of arrival; and when nothing told a place for long."""

    posts: list[list[Fix]]
    gaps: list[Span]

    def ordered(self) -> list[Fix]:
        """Every moment once, oldest first, as history holds them."""
        kept: dict[int, Fix] = {}
        for post in self.posts:
            for fix in post:
                kept.setdefault(fix.recorded_at_ms, fix)
        return [kept[moment] for moment in sorted(kept)]


def drawn(seed: str, day: Day, interval_s: float) -> Phone:
    """A phone for this day; the same for every interval."""
    random = Random(f"{seed} phone")
    return Phone(
        interval_s=interval_s,
        tells_speed=random.random() < 0.8,
        tells_accuracy=random.random() < 0.85,
        heartbeat_s=random.choice((None, None, 300.0, 600.0, 1800.0)),
        off=_times(random, day, 0.6, 420.0, 1500.0),
        offline=_times(random, day, 0.7, 3600.0, 9000.0),
        wrong_clock=tuple(
            (span, random.choice((-1, 1)) * random.uniform(20, 240))
            for span in _times(random, day, 0.3, 300.0, 1200.0)
        ),
    )


def _times(
    random: Random, day: Day, chance: float, shortest: float, longest: float
) -> tuple[Span, ...]:
    length = random.uniform(shortest, longest)
    start = random.uniform(day.begin + 600, day.end - 600 - length)
    return (Span(start, start + length),) if random.random() < chance else ()


def heard(seed: str, day: Day, phone: Phone, gap_s: float) -> Heard:
    """What the server gets of the day."""
    random = Random(f"{seed} every {phone.interval_s:g} s")
    placed: list[float] = []
    now: list[tuple[float, Fix]] = []
    late: list[tuple[float, Fix]] = []
    receiver = Receiver(random, phone, _tunnels(seed, day))
    for moment in _moments(random, day, phone):
        fix = receiver.fix(moment, day.at(moment))
        if fix is None or any(span.start <= moment < span.end for span in phone.off):
            continue
        if fix.quarantine is not None:
            continue
        if (fix.accuracy or 0.0) <= 100.0:
            placed.append(moment)
        hidden = next((span for span in phone.offline if span.start <= moment < span.end), None)
        (late if hidden else now).append((moment, fix))
        if random.random() < DUPLICATES:
            (late if hidden else now).append((moment, fix))
    gaps = [Span(a, b) for a, b in pairwise(placed) if b - a > gap_s]
    return Heard(_posts(random, phone, now, late), gaps)


def _moments(random: Random, day: Day, phone: Phone) -> Iterator[float]:
    """When it reports: every so often; asleep at rest less often, and awake soon after."""
    moment, still_since = day.begin, day.begin
    while moment < day.end:
        yield moment
        if day.at(moment).speed > 0.3:
            still_since = moment
        later = moment + phone.interval_s * random.uniform(0.97, 1.03)
        if phone.heartbeat_s is not None and moment - still_since > ASLEEP_AFTER_S:
            wake = day.next_start(moment) + random.uniform(4.0, 40.0)
            later = max(later, min(moment + phone.heartbeat_s, wake))
            if later >= wake:  # what woke it keeps it awake for a while
                still_since = later
        moment = later


def _posts(
    random: Random, phone: Phone, now: list[tuple[float, Fix]], late: list[tuple[float, Fix]]
) -> list[list[Fix]]:
    """Pieces in the order of arrival; what was kept while offline comes in between, shuffled."""
    pieces: dict[float, list[Fix]] = {}
    for moment, fix in now:
        pieces.setdefault(moment // PIECE_S * PIECE_S, []).append(fix)
    random.shuffle(late)
    size = max(1, ceil(len(late) / LATE_PIECES))
    back = max((span.end for span in phone.offline), default=0.0)
    for number in range(0, len(late), size):
        arrival = back + 1.0 + number / size * PIECE_S
        pieces[arrival] = [fix for _, fix in late[number : number + size]]
    return [pieces[arrival] for arrival in sorted(pieces)]


def _tunnels(seed: str, day: Day) -> list[tuple[Span, bool]]:
    """When it drives through a tunnel, and whether cell towers tell a rough place meanwhile."""
    random, found = Random(f"{seed} tunnels"), []
    for leg in day.legs:
        if leg.drive.length < 1500 or random.random() > TUNNELS:
            continue
        start = random.uniform(0.1, 0.5) * leg.drive.length
        end = start + random.uniform(*TUNNEL_M)
        found.append((Span(_passing(leg, start), _passing(leg, end)), random.random() < 0.4))
    return found


def _passing(leg: Leg, metres: float) -> float:
    """When it has driven so far, within a second."""
    driven, seconds = 0.0, 0.0
    while driven < metres and seconds < leg.drive.duration:
        driven += leg.drive.at(seconds).speed
        seconds += 1.0
    return leg.start + seconds


class Receiver:
    """The errors of a phone's places, which go on from fix to fix."""

    def __init__(self, random: Random, phone: Phone, tunnels: list[tuple[Span, bool]]) -> None:
        self._random, self._phone, self._tunnels = random, phone, tunnels
        self._east, self._north = random.gauss(0, DRIFT_M), random.gauss(0, DRIFT_M)
        self._before: float | None = None
        self._echo_until, self._echo, self._knows = 0.0, (0.0, 0.0), True

    def fix(self, moment: float, true: Motion) -> Fix | None:
        """What it reports then; None where it knows nothing."""
        tunnel = next((rough for span, rough in self._tunnels
                       if span.start <= moment < span.end), None)  # fmt: skip
        if tunnel is False:
            return None
        passed = moment - self._before if self._before is not None else 0.0
        self._before = moment
        lat, lon, off_m = self._place(moment, passed, true)
        said = self._said(true, off_m)
        if tunnel:
            lat, lon = destination(true.lat, true.lon, self._random.uniform(0, 360),
                                   self._random.uniform(200, 900))  # fmt: skip
            said = {"accuracy": round(self._random.uniform(500, 1500), 0)}
        clock = sum(by for span, by in self._phone.wrong_clock if span.start <= moment < span.end)
        at_ms = round((moment + clock) * 1000)
        if self._random.random() < 0.0005:
            at_ms = self._random.choice((0, at_ms + 86_400_000))
        lat, lon = round(lat, 6), round(lon, 6)
        doubt = implausible(lat, lon, at_ms, round(moment * 1000) + 5_000)
        return Fix(recorded_at_ms=at_ms, lat=lat, lon=lon, quarantine=doubt, **said)

    def _place(self, moment: float, passed: float, true: Motion) -> tuple[float, float, float]:
        keep = exp(-passed / DRIFT_S)
        fresh = DRIFT_M * sqrt(1 - keep * keep)
        self._east = self._east * keep + self._random.gauss(0, fresh)
        self._north = self._north * keep + self._random.gauss(0, fresh)
        east = self._east + self._random.gauss(0, WHITE_M)
        north = self._north + self._random.gauss(0, WHITE_M)
        echo = self._reflection(moment, passed)
        lat, lon = destination(*destination(true.lat, true.lon, 0, north), 90, east)
        if echo:
            lat, lon = destination(lat, lon, echo[1], echo[0])
        return lat, lon, sqrt(east * east + north * north) + (echo[0] if echo else 0.0)

    def _reflection(self, moment: float, passed: float) -> tuple[float, float] | None:
        if moment < self._echo_until:
            return self._echo
        chance = 1 - exp(-MULTIPATH_A_MINUTE * min(passed, 60.0) / 60)
        if self._random.random() > chance:
            return None
        least, most = MULTIPATH_M
        self._echo = (
            min(least + self._random.expovariate(1 / 50), most),
            self._random.uniform(0, 360),
        )
        self._knows = self._random.random() < 0.5
        self._echo_until = moment + self._random.uniform(*MULTIPATH_S)
        return self._echo

    def _said(self, true: Motion, off_m: float) -> dict[str, Any]:
        said: dict[str, Any] = {}
        random = self._random
        if self._phone.tells_speed:
            noise = abs(random.gauss(0, 0.4)) if true.speed < 0.1 else random.gauss(0, 0.4)
            quiet = true.speed < 0.1 and random.random() < 0.6
            said["speed"] = 0.0 if quiet else round(max(0.0, true.speed + noise), 2)
        if true.speed > 1:
            said["heading"] = round((true.heading + random.gauss(0, 5)) % 360, 1)
        if self._phone.tells_accuracy:
            knows = off_m < 25 or self._knows
            said["accuracy"] = round(
                3 + abs(random.gauss(0, 2)) + (off_m * random.uniform(0.4, 1.2) if knows else 4), 1
            )
        return said
