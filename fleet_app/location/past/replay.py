"""What a replay is drawn from: one vehicle's fixes of a period as columns of small numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.sieve import TOLERANCE_M

MOST_POINTS = 20_000
"""A player shows no more; of a longer track those points stay that change its shape."""
_HELD = 8 * MOST_POINTS
"""While reading, so many are held at most before the first thinning."""
_MICRODEGREES = 1e6
_METRES_PER_DEGREE = 111_195.0
_MAX_SPEED_MPS = Parameters().max_speed_mps
Numbers: TypeAlias = NDArray[Any]


class Columns(msgspec.Struct, frozen=True):
    """Fixes by time: epoch milliseconds, degrees, m/s, metres, degrees; NaN where not told."""

    t: Numbers
    lat: Numbers
    lon: Numbers
    speed: Numbers
    altitude: Numbers
    heading: Numbers

    def __len__(self) -> int:
        return len(self.t)

    def only(self, kept: Numbers | slice) -> Columns:
        """The fixes that a mask, indices or a slice name."""
        return Columns(*(getattr(self, name)[kept] for name in self.__struct_fields__))


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A track to play. `t`, `lat`, `lon` hold the first value and then differences."""

    vehicle_id: int
    from_ms: int
    to_ms: int
    t: list[int]
    lat: list[int]
    lon: list[int]
    speed: list[int | None]
    altitude: list[int | None]
    heading: list[int | None]
    gaps: list[tuple[int, int]]
    thinned: bool


def joined(parts: list[Columns]) -> Columns:
    """Columns one after the other."""
    if len(parts) == 1:
        return parts[0]
    names = Columns.__struct_fields__
    return Columns(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


async def gathered(blocks: AsyncIterator[Columns], gap_ms: int) -> tuple[Columns, int]:
    """All blocks, thinned whenever too many are held; and how many fixes there were."""
    held: list[Columns] = []
    count, waiting = 0, 0
    async for block in blocks:
        held.append(block)
        count, waiting = count + len(block), waiting + len(block)
        if waiting > _HELD:
            held = [thinned(joined(held), gap_ms)]
            waiting = len(held[0])
    return thinned(joined(held), gap_ms), count


def gaps_of(columns: Columns, gap_ms: int) -> list[tuple[int, int]]:
    """Where nobody knows how it went on, as the last moment before and the first after: nothing was
    heard for longer than `gap_ms`, or the places lie so far apart that no vehicle drove there."""
    t, at = columns.t, np.flatnonzero(_broken(columns, gap_ms))
    return list(zip(t[at].tolist(), t[at + 1].tolist(), strict=True))


def _broken(columns: Columns, gap_ms: int) -> Numbers:
    """For each step from fix to fix whether it is none."""
    ms = np.diff(columns.t)
    metres = _metres(np.diff(columns.lat), np.diff(columns.lon), columns.lat[1:])
    broken: Numbers = (ms > gap_ms) | (metres - TOLERANCE_M > _MAX_SPEED_MPS * ms / 1000)
    return broken


def thinned(columns: Columns, gap_ms: int, most: int | None = None) -> Columns:
    """At most about `most` fixes (`MOST_POINTS` unless told): those go first that lie where their
    neighbours say anyway.

    A fix goes when the place between its neighbours at its time is near; both ends of a gap stay.
    The tolerance grows until few enough are left.
    """
    most = MOST_POINTS if most is None else most
    tolerance_m = 1.0
    while len(columns) > most and tolerance_m < 1e8:
        before = len(columns)
        columns = columns.only(_needed(columns, gap_ms, tolerance_m))
        if len(columns) > 0.9 * before:
            tolerance_m *= 2
    return columns


def _needed(columns: Columns, gap_ms: int, tolerance_m: float) -> Numbers:
    """A mask without every second fix that is as good as on the way between its neighbours."""
    t, broken = columns.t, _broken(columns, gap_ms)
    kept = np.ones(len(t), dtype=bool)
    middle = np.arange(1, len(t) - 1, 2)
    before, after = middle - 1, middle + 1
    whole = ~broken[before] & ~broken[middle] & ~_broken(columns.only(slice(0, None, 2)), gap_ms)
    share = (t[middle] - t[before]) / np.maximum(t[after] - t[before], 1)
    lat, lon = columns.lat, columns.lon
    turned = _turn(lon[after] - lon[before])
    north = lat[before] + share * (lat[after] - lat[before]) - lat[middle]
    away = _metres(north, lon[before] + share * turned - lon[middle], lat[middle])
    kept[middle[whole & (away <= tolerance_m)]] = False
    return kept


def _metres(north: Numbers, east: Numbers, lat: Numbers) -> Numbers:
    """How far apart places are that differ by so many degrees, near `lat`."""
    metres: Numbers = np.hypot(north, _turn(east) * np.cos(np.radians(lat))) * _METRES_PER_DEGREE
    return metres


def _turn(degrees: Numbers) -> Numbers:
    turned: Numbers = (degrees + 180.0) % 360.0 - 180.0
    return turned


def replay_of(
    columns: Columns, count: int, *, vehicle_id: int, from_ms: int, to_ms: int, gap_ms: int
) -> Replay:
    """The columns as small numbers; `count` is how many fixes there were before thinning."""
    return Replay(
        vehicle_id=vehicle_id, from_ms=from_ms, to_ms=to_ms,
        t=_differences(columns.t),
        lat=_differences(np.rint(columns.lat * _MICRODEGREES).astype(np.int64)),
        lon=_differences(np.rint(columns.lon * _MICRODEGREES).astype(np.int64)),
        speed=_rounded(columns.speed * 10), altitude=_rounded(columns.altitude),
        heading=_rounded(columns.heading), gaps=gaps_of(columns, gap_ms),
        thinned=len(columns) < count,
    )  # fmt: skip


def _differences(numbers: Numbers) -> list[int]:
    found: list[int] = np.diff(numbers, prepend=0).tolist()
    return found


def _rounded(numbers: Numbers) -> list[int | None]:
    told = np.isfinite(numbers)
    whole = np.rint(np.where(told, numbers, 0)).astype(np.int64).tolist()
    if told.all():
        return list(whole)
    return [number if known else None for number, known in zip(whole, told.tolist(), strict=True)]
