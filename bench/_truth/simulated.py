"""Days with known truth, reported at several intervals, and what is told of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench._stack import say
from bench._truth import naive
from bench._truth.phone import Heard, drawn, heard
from bench._truth.score import Detection, Lengths, Visits
from bench._truth.told import told
from bench._truth.world import Day, Span, TrueTrip, World
from bench._truth.zones import TrueVisit, kind_of, true_visits, zones_for
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.zone import Zone

INTERVALS_S = (1, 10, 30, 120)
SEED = "20261122"
BEGIN = 1_772_431_200.0
"""2026-03-02 06:00 UTC."""
SLACK_S = 30.0
"""A visit told so long, and one interval, beside the true one is still about it."""
GAP_S = Parameters().gap_after_s
KINDS = ("circle", "polygon", "corridor")


def _three() -> dict[str, Visits]:
    return {kind: Visits() for kind in KINDS}


@dataclass
class Side:
    """What one way of telling got right."""

    trips: Detection = field(default_factory=Detection)
    stops: Detection = field(default_factory=Detection)
    gaps: Detection = field(default_factory=Detection)
    departures: list[float] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    lengths: Lengths = field(default_factory=Lengths)
    zones: dict[str, Visits] = field(default_factory=_three)

    def join(self, other: Side) -> None:
        """Count the days of another as well."""
        for mine, theirs in ((self.trips, other.trips), (self.stops, other.stops),
                             (self.gaps, other.gaps)):  # fmt: skip
            mine.join(theirs)
        self.departures += other.departures
        self.arrivals += other.arrivals
        self.lengths.join(other.lengths)
        for kind, visits in self.zones.items():
            visits.join(other.zones[kind])

    def times(self, true: Sequence[TrueTrip], spans: Sequence[Span]) -> list[tuple[int, int]]:
        """Count trips and how far off their ends are; answers which is which."""
        pairs = self.trips.add([trip.span for trip in true], spans)
        for i, j in pairs:
            self.departures.append(abs(spans[j].start - true[i].span.start))
            self.arrivals.append(abs(spans[j].end - true[i].span.end))
        return pairs

    @property
    def visits(self) -> Visits:
        """All shapes together."""
        every = Visits()
        for visits in self.zones.values():
            every.join(visits)
        return every


@dataclass
class Measured:
    """Both sides at one interval."""

    ours: Side = field(default_factory=Side)
    plain: Side = field(default_factory=Side)
    fixes: int = 0

    def join(self, other: Measured) -> None:
        """Another interval as well."""
        self.ours.join(other.ours)
        self.plain.join(other.plain)
        self.fixes += other.fixes


def measured(days: int) -> dict[int, Measured]:
    """By interval. Each day is reported at every one of them."""
    say(f"seed {SEED}, {days} days at {', '.join(map(str, INTERVALS_S))} s ...")
    found = {interval: Measured() for interval in INTERVALS_S}
    world = World(SEED)
    for number in range(days):
        seed = f"{SEED} {number}"
        day = world.day(seed, BEGIN + 86_400 * number)
        zones = zones_for(seed, day)
        index = ZoneIndex(zones)
        case = Case(seed, day, zones, index, true_visits(day, index))
        for interval, one in found.items():
            case.measure(interval, one)
        say(f"day {number + 1} of {days}")
    return found


@dataclass(frozen=True)
class Case:
    """One day with its zones."""

    seed: str
    day: Day
    zones: list[Zone]
    index: ZoneIndex
    visits: dict[int, list[TrueVisit]]

    def measure(self, interval: int, found: Measured) -> None:
        """Report it at an interval, and count what both sides tell."""
        phone = drawn(self.seed, self.day, interval)
        sent = heard(self.seed, self.day, phone, GAP_S)
        fixes = sent.ordered()
        found.fixes += len(fixes)
        self._ours(interval, sent, found.ours)
        self._plain(interval, sent, fixes, found.plain)

    def _ours(self, interval: int, sent: Heard, side: Side) -> None:
        facts = told(sent.posts, self.index)
        true = self.day.trips()
        trips = facts.of(FactKind.TRIP)
        for i, j in side.times(true, facts.spans(FactKind.TRIP)):
            side.lengths.add(trips[j].distance_m, true[i].metres)
        side.stops.add([stop.span for stop in self.day.stops()], facts.spans(FactKind.STOP))
        side.gaps.add(sent.gaps, facts.spans(FactKind.GAP))
        for zone in self.zones:
            self._zone(zone, facts.visits(zone.id), interval, side)

    def _plain(self, interval: int, sent: Heard, fixes: list[Fix], side: Side) -> None:
        """Its distance is between the true ends of the true trips: it need not find them."""
        side.times(self.day.trips(), naive.trips(fixes))
        for trip in self.day.trips():
            side.lengths.add(naive.metres(naive.within(fixes, trip.span)), trip.metres)
        side.stops.add([stop.span for stop in self.day.stops()], naive.stops(fixes))
        side.gaps.add(sent.gaps, naive.gaps(fixes, GAP_S))
        visits = naive.visits(fixes, self.index)
        for zone in self.zones:
            self._zone(zone, visits[zone.id], interval, side)

    def _zone(self, zone: Zone, spans: Sequence[Span], interval: int, side: Side) -> None:
        side.zones[kind_of(zone)].add(self.visits[zone.id], spans, interval + SLACK_S)


def whole(parts: dict[int, Measured]) -> Iterator[tuple[str, Measured]]:
    """Each interval by the end of its names, and all of them together with none."""
    together = Measured()
    for interval, one in parts.items():
        together.join(one)
        yield f"_{interval}s", one
    yield "", together
