"""What the product tells of one vehicle's fixes, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench._truth.world import Span
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.rewinding import Rewinding
from fleet_app.location.models import Fix
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.watch import ZoneWatch

LATER_MS = 2 * 3_600_000


@dataclass(frozen=True)
class Told:
    """All facts of a vehicle; what still goes on ends with its last fix."""

    facts: list[Fact]
    last_ms: int

    def of(self, kind: FactKind) -> list[Fact]:
        """Those of a kind, in the order they began."""
        found = [fact for fact in self.facts if fact.kind is kind]
        return sorted(found, key=lambda fact: fact.started_ms)

    def span(self, fact: Fact) -> Span:
        """When it was."""
        ended = self.last_ms if fact.ended_ms is None else fact.ended_ms
        return Span(fact.started_ms / 1000, ended / 1000)

    def spans(self, kind: FactKind) -> list[Span]:
        """When those of a kind were."""
        return [self.span(fact) for fact in self.of(kind)]

    def visits(self, zone_id: int) -> list[Span]:
        """When it was told to be inside."""
        subject = f"geofence:{zone_id}"
        return [self.span(fact) for fact in self.of(FactKind.VISIT) if fact.subject == subject]


def told(posts: Iterable[Sequence[Fix]], index: ZoneIndex | None = None,
         parameters: Parameters | None = None) -> Told:  # fmt: skip
    """Take the posts as they arrive: late ones rewind, as in the product."""
    posts = [*posts]
    watch = ZoneWatch(index) if index is not None else None
    if watch is not None:
        every = {fix.recorded_at_ms: fix for post in posts for fix in reversed(post)}
        watch.ahead([[every[moment] for moment in sorted(every)]])
    rewinding = Rewinding(lambda: Folding(parameters, zones=watch))
    for post in posts:
        rewinding.take(post)
    last = max((fix.recorded_at_ms for post in posts for fix in post), default=0)
    return Told([*rewinding.facts.values()], last)


def told_of(fixes: Sequence[Fix], parameters: Parameters | None = None) -> Told:
    """Of a whole track in order; a trip that it ends on has ended there."""
    folding = Folding(parameters)
    facts = {fact.key: fact for fact in folding.fold(fixes)}
    last = fixes[-1].recorded_at_ms if fixes else 0
    facts |= {fact.key: fact for fact in folding.as_of(last + LATER_MS)}
    return Told([*facts.values()], last)
