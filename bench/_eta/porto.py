"""Real taxi trips of Porto, eight in a row as if they were one round, on the roads of its map."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from bench._eta.scoring import Errors, Learnt, follow_day
from bench._stack import say
from bench._truth.files import recording
from fleet_app.kernel.errors import FleetError
from fleet_app.location.models import Fix
from fleet_app.mapbuild.road_data import write_road_data
from fleet_app.planning.live.following import Sight
from fleet_app.planning.live.sheet import Sheet, Stop
from fleet_app.routing.roads import RoadNetwork, open_roads
from fleet_app.routing.roads.ports import Costing, LatLon, RoadMatrix
from fleet_app.routing.roads.service import RoadService
from fleet_app.settings import PROJECT_ROOT

BESIDE = PROJECT_ROOT.parent / "shared" / "data"
TRIPS, MAP = Path("gps") / "porto_200_trips.csv.gz", Path("osm") / "porto_city.osm.pbf"
ROUND, QUICK_ROUNDS = 8, 6
SERVICE_S = 120.0
SHORTEST_S = 180.0
STRAYS = 0.2, 3.0
"""A trip for which the network needs less, or more, of the time that it took led somewhere else."""
Track = Sequence[Fix]


class TripRoads:
    """The roads of the city for trips that are put one after the other: the drive to the end of a
    trip begins where the trip began, not where the one before it ended."""

    def __init__(self, city: RoadService, drives: Mapping[tuple[LatLon, LatLon], float]) -> None:
        self.route, self.knows_traffic = city.route, city.knows_traffic
        self._city = city
        self._drives = drives

    async def matrix(
        self,
        points: Sequence[LatLon],
        costing: Costing = "auto",
        *,
        targets: Sequence[LatLon] | None = None,
    ) -> RoadMatrix:
        """As the city's, but between the ends of trips."""
        ends = points if targets is None else targets
        found = await self._city.matrix(points, costing, targets=ends)
        seconds = found.durations_s.copy()
        for row, start in enumerate(points):
            for column, end in enumerate(ends):
                seconds[row, column] = self._drives.get((start, end), seconds[row, column])
        return replace(found, durations_s=seconds)


@dataclass
class Round:
    """Some trips one after the other."""

    sheet: Sheet
    begins: float
    first_s: float
    arrivals: tuple[float, ...]
    departures: tuple[float, ...]
    tracks: tuple[tuple[Sight, ...], ...]
    city: RoadService

    @property
    def roads(self) -> TripRoads:
        """The network."""
        places = {stop.id: (stop.lat, stop.lon) for stop in self.sheet.stops}
        legs = self.sheet.legs.items()
        return TripRoads(self.city, {(places[a], places[b]): each for (a, b), each in legs})

    def sights(self) -> Iterator[Sight]:
        """The fixes, and standing at the end of each trip."""
        for track, end in zip(self.tracks, self.departures, strict=True):
            yield from track
            at, last = track[-1].at + 15, track[-1]
            while at < end:
                yield Sight(at=at, lat=last.lat, lon=last.lon, speed=0.0)
                at += 15


@dataclass
class Chosen:
    """The trips that rounds are made of, with what they take by the network; and the others."""

    usable: list[tuple[Track, float]] = field(default_factory=list)
    straying: list[tuple[Track, float]] = field(default_factory=list)
    """Those that led somewhere else first, or far around."""
    short: int = 0
    apart: int = 0
    """Between whose ends no road leads."""

    @property
    def all(self) -> list[tuple[Track, float]]:
        """Also those that stray."""
        return sorted((*self.usable, *self.straying), key=_begins)


@dataclass
class Measured:
    """How far off arrivals were, and on how many trips of how many."""

    errors: Errors
    trips: int
    chosen: Chosen

    def counts(self, head: str) -> dict[str, float]:
        """What was used, and what was not."""
        chosen = self.chosen
        whole = len(chosen.all) + chosen.short + chosen.apart
        return {f"{head}trips": self.trips, f"{head}trips_of": whole}


def measured(quick: bool) -> dict[str, Measured]:
    """By what their names begin with; nothing where there are no data, or no Valhalla."""
    trips, extract = BESIDE / TRIPS, BESIDE / MAP
    if not trips.is_file() or not extract.is_file() or find_spec("valhalla") is None:
        say("real trips are not measured: no data beside the project, or no Valhalla")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        write_road_data(extract, Path(folder) / "valhalla", scratch)
        network = open_roads(Path(folder))
        chosen = _choose(trips, network)
        say(_words(chosen))
        roads = RoadService(lambda: network)
        return {
            head: Measured(asyncio.run(_driven(rounds)), len(rounds) * ROUND, chosen)
            for head, tracks in (("porto_", chosen.usable), ("porto_all_", chosen.all))
            for rounds in [list(_rounds(tracks, roads))[: QUICK_ROUNDS if quick else None]]
        }


async def _driven(rounds: Sequence[Round]) -> Errors:
    """The first third is only learnt from."""
    errors, learnt = Errors(), Learnt()
    first = len(rounds) // 3
    say(f"{len(rounds)} rounds of {ROUND} real trips, {first} of them only learnt from ...")
    for number, one in enumerate(rounds):
        learnt = await follow_day(one, learnt, errors if number >= first else None)
    return errors


def _choose(trips: Path, network: RoadNetwork) -> Chosen:
    chosen = Chosen()
    for track in sorted(recording(trips).tracks.values(), key=lambda one: one[0].recorded_at_ms):
        lasts = (track[-1].recorded_at_ms - track[0].recorded_at_ms) / 1000
        if lasts < SHORTEST_S:
            chosen.short += 1
            continue
        try:
            way = network.route([(fix.lat, fix.lon) for fix in (track[0], track[-1])])
        except FleetError:
            chosen.apart += 1
            continue
        strays = not STRAYS[0] < way.duration_s / lasts < STRAYS[1]
        (chosen.straying if strays else chosen.usable).append((track, way.duration_s))
    return chosen


def _words(chosen: Chosen) -> str:
    """What became of the trips."""
    whole = len(chosen.all) + chosen.short + chosen.apart
    low, high = STRAYS
    return (
        f"{whole} real trips: {len(chosen.usable)} can be planned; {len(chosen.straying)} strayed "
        f"(the network needs less than {low:g} or more than {high:g} times as long: they led "
        f"somewhere else first) and count in porto_all_ only; left out are {chosen.short} of less "
        f"than {SHORTEST_S:g} s and {chosen.apart} between whose ends no road leads; what does "
        f"not fill a round of {ROUND} is left over"
    )


def _rounds(trips: Sequence[tuple[Track, float]], roads: RoadService) -> Iterator[Round]:
    for start in range(0, len(trips) - ROUND + 1, ROUND):
        yield _round(trips[start : start + ROUND], roads)


def _begins(trip: tuple[Track, float]) -> int:
    return trip[0][0].recorded_at_ms


def _round(trips: Sequence[tuple[Track, float]], roads: RoadService) -> Round:
    clock = planned = trips[0][0][0].recorded_at_ms / 1000
    stops: list[Stop] = []
    arrivals: list[float] = []
    tracks: list[tuple[Sight, ...]] = []
    for number, (track, seconds) in enumerate(trips, start=1):
        offset = clock - track[0].recorded_at_ms / 1000
        sights = tuple(_sights(track, offset))
        tracks.append(sights)
        arrivals.append(sights[-1].at)
        planned += seconds
        stops.append(
            Stop(id=number, lat=sights[-1].lat, lon=sights[-1].lon, delivery_id=number,
                 service_s=SERVICE_S, planned_at=planned)
        )  # fmt: skip
        planned += SERVICE_S
        clock = sights[-1].at + SERVICE_S
    legs = {
        (a.id, b.id): seconds
        for (a, b), (_, seconds) in zip(pairwise(stops), trips[1:], strict=True)
    }
    sheet = Sheet(route_id=1, stops=tuple(stops), legs=legs)
    departures = tuple(arrival + SERVICE_S for arrival in arrivals)
    begins = tracks[0][0].at
    return Round(
        sheet, begins, trips[0][1], tuple(arrivals), departures, tuple(tracks), roads
    )  # fmt: skip


def _sights(track: Sequence[Fix], offset: float) -> Iterator[Sight]:
    for fix in track:
        yield Sight(at=fix.recorded_at_ms / 1000 + offset, lat=fix.lat, lon=fix.lon)
