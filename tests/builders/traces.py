"""Traces of a phone with every fault there is, and the orders in which its posts may come."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from fleet_app.kernel.geo import destination
from fleet_app.location.models import Fix
from tests.builders.fixes import LAT, LON, NOON_MS

PACES = {"drive": 14.0, "crawl": 1.5, "hard": 9.0}
SAYS: dict[str, dict[str, Any]] = {"idle": {"ignition": True}, "hard": {"alarm": "hardBraking"}}
SILENCES_MS = {"gap": 900_000, "long gap": 9_000_000, "night": 36_000_000}
ORDERS = ("shuffled", "newest first", "blocks late", "in order")
_DAY = (
    "rest", "drive", "gap", "crawl", "idle", "drive", "hard", "long gap", "drive", "rest", "drive",
    "gap", "rest", "drive", "rest",
)  # fmt: skip


def faulty(random: Random, legs: Sequence[str], *, speeds: bool, most: int = 25) -> list[Fix]:
    """Rests, drives and silences one after the other, of up to `most` fixes each."""
    lat, lon, at_ms, fixes = LAT, LON, NOON_MS, []
    for leg in legs:
        every = random.choice((1, 5, 30, 120))
        heading, pace = random.uniform(0, 360), PACES.get(leg, 0.0)
        for _ in range(random.randint(1, most)):
            at_ms += round(every * 1000 * random.uniform(0.5, 1.5))
            heading += random.choice((0, 0, 0, 90, -30))
            lat, lon = destination(lat, lon, heading, pace * every)
            said = {"attributes": SAYS[leg]} if leg in SAYS else {}
            told = pace if speeds else None
            fixes.append(_fix(random, at_ms, (lat, lon), told, heading, said))
        at_ms += SILENCES_MS.get(leg, 0)
    return fixes


def _fix(
    random: Random, at_ms: int, place: tuple[float, float], pace: float | None, heading: float,
    more: dict[str, Any],
) -> Fix:  # fmt: skip
    off_m = random.choice((3, 3, 3, 3, 20, 150, 9_000)) if random.random() < 0.3 else 4
    lat, lon = destination(*place, random.uniform(0, 360), random.uniform(0, off_m))
    said: dict[str, Any] = {"battery": random.choice((None, None, 12.0, 50.0))} | more
    if random.random() < 0.1:
        said["attributes"] = {
            "ignition": random.random() < 0.9, "mock": random.random() < 0.5,
            "alarm": random.choice((None, "hardBraking")),
        }  # fmt: skip
    if random.random() < 0.2:
        said["accuracy"] = random.choice((5.0, 30.0, 900.0))
    speed = None if pace is None or random.random() < 0.1 else max(0.0, pace + random.gauss(0, 1))
    return Fix(
        recorded_at_ms=at_ms, lat=lat, lon=lon, speed=speed, heading=heading % 360, **said
    )  # fmt: skip


def two_days(seed: int = 1) -> list[Fix]:
    """A long trace with a night in it: what each of its fixes is hangs on the seed alone."""
    return faulty(Random(seed), (*_DAY, "night", *_DAY), speeds=True, most=40)


def posts_of(fixes: Sequence[Fix], order: str, random: Random) -> list[list[Fix]]:
    """The fixes in posts that come in one of `ORDERS`, some of them twice."""
    sent = [*fixes, *random.choices(fixes, k=8)]
    sent.sort(key=lambda fix: fix.recorded_at_ms, reverse=order == "newest first")
    if order == "shuffled":
        random.shuffle(sent)
    posts = []
    while sent:
        size = random.choice((1, 7, 40, 90))
        posts.append(sent[:size])
        del sent[:size]
    for _ in range(4 if order == "blocks late" else 0):
        late = posts.pop(random.randrange(len(posts)))
        posts.insert(random.randint(0, len(posts)), late)
    return posts
