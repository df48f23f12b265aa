"""Puts the fixes of a drive on the roads it most likely took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from fleet_app.kernel.geo import distance_m
from fleet_app.routing.roads import polyline, wire
from fleet_app.routing.roads.engines import Engines, Json
from fleet_app.routing.roads.errors import Refused
from fleet_app.routing.roads.online import understood
from fleet_app.routing.roads.ports import Costing, LatLon

MOST_POINTS, MOST_M = 2_000, 100_000.0
"""Of one question: an eighth of the points and half of the way that Valhalla takes at most."""
STEP_M = 15.0
"""Fixes nearer to the one before add noise and no news."""
ACCURACY_M = 10.0
"""How far places lie from the road, as a standard deviation: receivers in towns, and lanes."""
SEARCH_M = 60.0
"""How far from a place its road is looked for."""
BREAKAGE_M = 5_000.0
"""No road is looked for between places farther apart: two minutes at 150 km/h."""
MOST_STRAY = 3
"""So many places in a row without a road are strays, and left out; more are no road at all."""
NEAR_M = 25.0
"""A place this near agrees with the road: half a wide street, and a receiver in a town."""
_DEPTH = 4
"""How often a piece is cut where no road connects its places, before it is left as it is."""
_NOWHERE = "unmatched"
_WANTED = (
    "shape", "edge.begin_shape_index", "edge.end_shape_index", "matched.point", "matched.type",
    "matched.distance_from_trace_point", "matched.edge_index",
    "matched.begin_route_discontinuity", "matched.end_route_discontinuity",
)  # fmt: skip


class Place(NamedTuple):
    """Where a vehicle was seen: epoch milliseconds, degrees."""

    at_ms: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the way. One that is not `matched` has the places as they were told."""

    shape: tuple[LatLon, ...]
    matched: bool
    places: tuple[Place, ...]
    """Those that count, in the order of time."""
    offsets_m: tuple[float | None, ...]
    """How far each of them is from where it was put; None where it was put nowhere."""

    @property
    def from_ms(self) -> int:
        """The first place."""
        return self.places[0].at_ms

    @property
    def to_ms(self) -> int:
        """The last place."""
        return self.places[-1].at_ms

    @property
    def confidences(self) -> tuple[float, ...]:
        """From 0 to 1 for each place: how well it agrees with the road it was put on."""
        return tuple(
            0.0 if off is None else exp(-0.5 * (off / ACCURACY_M) ** 2) for off in self.offsets_m
        )

    @property
    def distance_m(self) -> float:
        """The length of the shape."""
        return sum(distance_m(*start, *end) for start, end in pairwise(self.shape))


@dataclass(frozen=True, slots=True)
class Matched:
    """A whole way."""

    pieces: tuple[Piece, ...]
    asked: int
    """How many places were to be put on roads; strays are in no piece."""

    @property
    def distance_m(self) -> float:
        """The length of all pieces; what nobody saw between them is not counted."""
        return sum(piece.distance_m for piece in self.pieces)

    @property
    def agreement(self) -> float:
        """The share of the places that lie within `NEAR_M` of the road they were put on."""
        offsets = [off for piece in self.pieces for off in piece.offsets_m if off is not None]
        near = sum(off <= NEAR_M for off in offsets)
        return min(1.0, near / self.asked) if self.asked else 0.0


class Asker(Protocol):
    """What puts places on one way: the actions of a Valhalla."""

    def ask(self, action: str, question: bytes) -> bytes:
        """JSON for JSON. Raises `Refused` where there is no way."""
        ...


class _Asking(NamedTuple):
    """Who is asked, and whose roads count."""

    asker: Asker
    costing: Costing


class RoadMatcher:
    """Map matching by Valhalla, or what answers as it does. Calls block, about 40 ms for 1,000
    places, and may come from any thread."""

    def __init__(
        self,
        tiles: Path | None,
        engines: int | None = None,
        *,
        asker: Asker | None = None,
        most_points: int | None = None,
    ) -> None:
        """With the `tiles` of a map, or an `asker` that is somewhere else and takes so many places.

        Raises `FileNotFoundError` if the tiles are not there; opens nothing else yet.
        """
        if asker is None and tiles is None:
            raise ValueError("either tiles or an asker")
        self._asker = asker or Engines(tiles or Path(), engines)
        self._most_points = most_points

    def match(self, places: Sequence[Place], gap_ms: int, costing: Costing = "auto") -> Matched:
        """The way through `places`, which are in the order of time, in pieces.

        A silence longer than `gap_ms` ends a piece, and so does whatever cannot be driven. What
        fits no road stays as it was told, with `matched` false.
        """
        pieces: list[Piece] = []
        asked = 0
        for run in map(_thinned, _runs(places, gap_ms, self._most_points or MOST_POINTS)):
            asked += len(run)
            with understood():
                pieces += _matched(_Asking(self._asker, costing), run, 0)
        return Matched(tuple(_bridged(pieces, gap_ms)), asked)


def _runs(places: Sequence[Place], gap_ms: int, most_points: int) -> Iterator[list[Place]]:
    """Without gaps, thinned, and short enough for one question; the last place of one that is too
    long begins the next."""
    run: list[Place] = []
    metres = 0.0
    for place in places:
        if run and place.at_ms - run[-1].at_ms > gap_ms:
            yield run
            run, metres = [], 0.0
        step = distance_m(*run[-1][1:], *place[1:]) if run else 0.0
        if len(run) >= most_points or (len(run) > 1 and metres + step > MOST_M):
            yield run
            run, metres = [run[-1]], 0.0
        run.append(place)
        metres += step
    if run:
        yield run


def _thinned(run: Sequence[Place]) -> list[Place]:
    kept = [run[0]]
    for place in run[1:-1]:
        if distance_m(*kept[-1][1:], *place[1:]) >= STEP_M:
            kept.append(place)
    return [*kept, *run[1:][-1:]]


def _matched(asking: _Asking, run: Sequence[Place], depth: int) -> list[Piece]:
    answer = _asked(asking, run) if len(run) > 1 else None
    if answer is None:
        return [_raw(run)]
    points: list[Json] = answer["matched_points"]
    parts = _parts(points)
    if len(parts) == 1 and points[0]["type"] != _NOWHERE:
        return [_piece(run, answer)]
    strays = {i for part in parts if len(part) <= MOST_STRAY for i in part
              if points[i]["type"] == _NOWHERE}  # fmt: skip
    if depth == _DEPTH or len(strays) == len(run):
        return [_raw(run)]
    if strays:  # they break the way on both sides, so it is looked for again without them
        kept = [place for i, place in enumerate(run) if i not in strays]
        return _matched(asking, kept, depth + 1)
    pieces: list[Piece] = []
    for part in parts:
        cut = [run[i] for i in part]
        on_road = points[part[0]]["type"] != _NOWHERE
        pieces += _matched(asking, cut, depth + 1) if on_road else [_raw(cut)]
    return pieces


def _asked(asking: _Asking, run: Sequence[Place]) -> Json | None:
    options = {
        "gps_accuracy": ACCURACY_M,
        "search_radius": SEARCH_M,
        "breakage_distance": BREAKAGE_M,
    }
    request = {
        "shape": [{"lat": place.lat, "lon": place.lon} for place in run],
        **wire.travel(asking.costing),
        "shape_match": "map_snap",
        "trace_options": options,
        "filters": {"attributes": list(_WANTED), "action": "include"},
    }
    try:
        body = asking.asker.ask("trace_attributes", msgspec.json.encode(request))
        answer: Json = msgspec.json.decode(body, type=Json)
    except (Refused, msgspec.DecodeError):
        return None
    return answer if len(answer.get("matched_points", ())) == len(run) else None


def _parts(points: Sequence[Json]) -> list[list[int]]:
    """The places of each of the ways found, and those in a row that have no road."""
    parts: list[list[int]] = [[]]
    for i, point in enumerate(points):
        before = points[i - 1] if i else point
        changed = (point["type"] == _NOWHERE) != (before["type"] == _NOWHERE)
        broken = point.get("begin_route_discontinuity") or before.get("end_route_discontinuity")
        if parts[-1] and (changed or broken):
            parts.append([])
        parts[-1].append(i)
    return parts


def _piece(run: Sequence[Place], answer: Json) -> Piece:
    shape = tuple(polyline.decode(answer["shape"]))
    offsets = tuple(point.get("distance_from_trace_point") for point in answer["matched_points"])
    return Piece(shape, True, tuple(run), offsets) if len(shape) > 1 else _raw(run)


def _raw(run: Sequence[Place]) -> Piece:
    shape = tuple((place.lat, place.lon) for place in run)
    return Piece(shape, False, tuple(run), (None,) * len(run))


def _bridged(pieces: Sequence[Piece], gap_ms: int) -> Iterator[Piece]:
    """With a straight line wherever the way goes on between two pieces."""
    before: Piece | None = None
    for piece in pieces:
        if before is not None and 0 < piece.from_ms - before.to_ms <= gap_ms:
            ends = (before.places[-1], piece.places[0])
            yield Piece((before.shape[-1], piece.shape[0]), False, ends, (None, None))
        if len(piece.shape) > 1:
            yield piece
        before = piece
