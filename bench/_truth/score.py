"""How well what was told meets what was true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench._truth.world import Span
from bench._truth.zones import TrueVisit

LEAST_OVERLAP = 0.5
"""Of the time from the earlier start to the later end: below, it is another one."""

Pair = tuple[int, int]
"""Which of the true ones, which of those told."""


def overlap(one: Span, other: Span) -> float:
    """The common time over the time of both together."""
    common = min(one.end, other.end) - max(one.start, other.start)
    whole = max(one.end, other.end) - min(one.start, other.start)
    return max(0.0, common) / whole if whole > 0 else 0.0


def matched(true: Sequence[Span], told: Sequence[Span]) -> list[Pair]:
    """Which is which: each at most once, the best overlap first."""
    shares = [
        (share, i, j)
        for i, one in enumerate(true)
        for j, other in enumerate(told)
        if (share := overlap(one, other)) >= LEAST_OVERLAP
    ]
    pairs: list[Pair] = []
    for _, i, j in sorted(shares, reverse=True):
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return sorted(pairs)


@dataclass
class Detection:
    """Counts of one kind, over all days."""

    true: int = 0
    told: int = 0
    right: int = 0

    def add(self, true: Sequence[Span], told: Sequence[Span]) -> list[Pair]:
        """Count one day; answers which is which."""
        pairs = matched(true, told)
        self.true += len(true)
        self.told += len(told)
        self.right += len(pairs)
        return pairs

    def join(self, other: Detection) -> None:
        """Count another's days as well."""
        self.true += other.true
        self.told += other.told
        self.right += other.right

    @property
    def precision(self) -> float:
        """Of what was told, how much was so."""
        return self.right / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        """Of what was so, how much was told."""
        return self.right / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Both in one figure."""
        both = self.true + self.told
        return 2 * self.right / both if both else 0.0

    @property
    def errors(self) -> int:
        """Missed and made up."""
        return self.true + self.told - 2 * self.right


@dataclass
class Visits:
    """Errors about zones, over all days."""

    true: int = 0
    missed: int = 0
    false: int = 0
    flapping: int = 0
    entries: list[float] = field(default_factory=list)
    exits: list[float] = field(default_factory=list)
    """Seconds off."""

    def add(self, true: Sequence[TrueVisit], told: Sequence[Span], slack_s: float) -> None:
        """Count one zone of one day. A visit told is about the true one it overlaps, or lies
        nearest to within `slack_s`."""
        about: dict[int, list[Span]] = {number: [] for number in range(len(true))}
        for span in told:
            near = min(about, key=lambda n: _apart(true[n].span, span), default=None)
            if near is None or _apart(true[near].span, span) > slack_s:
                self.false += 1
            else:
                about[near].append(span)
        for number, found in about.items():
            self._about(true[number], found)

    def _about(self, visit: TrueVisit, found: list[Span]) -> None:
        self.true += not visit.on_edge
        self.missed += not found and not visit.on_edge
        self.flapping += max(0, len(found) - 1)
        if found and not visit.on_edge:
            self.entries.append(abs(found[0].start - visit.span.start))
            self.exits.append(abs(found[-1].end - visit.span.end))

    def join(self, other: Visits) -> None:
        """Count another's as well."""
        self.true += other.true
        self.missed += other.missed
        self.false += other.false
        self.flapping += other.flapping
        self.entries += other.entries
        self.exits += other.exits

    @property
    def errors(self) -> int:
        """All three kinds."""
        return self.missed + self.false + self.flapping


def _apart(one: Span, other: Span) -> float:
    """Seconds between them; negative: how long both last."""
    return max(one.start, other.start) - min(one.end, other.end)


@dataclass
class Lengths:
    """Told and true metres of the same trips."""

    told: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)

    def add(self, told: float, true: float) -> None:
        """One trip."""
        self.told.append(told)
        self.true.append(true)

    def join(self, other: Lengths) -> None:
        """The trips of another as well."""
        self.told += other.told
        self.true += other.true

    @property
    def errors_pct(self) -> list[float]:
        """How far off, percent of the true length."""
        return [abs(a - b) / b * 100 for a, b in zip(self.told, self.true, strict=True) if b > 0]

    @property
    def share(self) -> float:
        """All told metres over all true ones: 1 has no bias."""
        return sum(self.told) / (sum(self.true) or 1.0)


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
