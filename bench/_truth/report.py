"""The names of the figures."""

from __future__ import annotations

from bench._truth.score import Detection, quantile
from bench._truth.simulated import Measured, Side, whole

Figures = dict[str, float]


def figures_of(parts: dict[int, Measured]) -> Figures:
    """All of them: ours, and `naive_…` of the baseline."""
    found: Figures = {}
    for tail, one in whole(parts):
        found[f"fixes{tail}"] = one.fixes
        for head, side in (("", one.ours), ("naive_", one.plain)):
            found |= {f"{head}{name}{tail}": value for name, value in _side(side).items()}
        if not tail:
            found |= _shapes(one)
    return found


def ratios_of(parts: dict[int, Measured]) -> Figures:
    """How many times more the baseline is off."""
    found: Figures = {}
    for tail, one in whole(parts):
        ours, plain = one.ours, one.plain
        for name, a, b in (
            ("trip_errors", ours.trips.errors, plain.trips.errors),
            ("stop_errors", ours.stops.errors, plain.stops.errors),
            ("zone_errors", ours.visits.errors, plain.visits.errors),
        ):
            found[f"vs_naive_{name}{tail}"] = round((b + 1) / (a + 1), 2)
        for name, mine, theirs in (
            ("departure", ours.departures, plain.departures),
            ("arrival", ours.arrivals, plain.arrivals),
            ("distance", ours.lengths.errors_pct, plain.lengths.errors_pct),
        ):
            found[f"vs_naive_{name}{tail}"] = over(quantile(theirs, 0.5), quantile(mine, 0.5))
    return found


def over(theirs: float, mine: float) -> float:
    """Theirs over ours; a hundredth of a unit is as good as nothing."""
    return round(max(theirs, 0.01) / max(mine, 0.01), 2)


def detection(name: str, found: Detection) -> Figures:
    """Precision, recall and F1 of one kind."""
    return {
        f"{name}_precision": round(found.precision, 3),
        f"{name}_recall": round(found.recall, 3),
        f"{name}_f1": round(found.f1, 3),
    }


def off(name: str, values: list[float]) -> Figures:
    """Median and 95th percentile."""
    return {
        f"{name}_median": round(quantile(values, 0.5), 2),
        f"{name}_p95": round(quantile(values, 0.95), 2),
    }


def _side(side: Side) -> Figures:
    visits = side.visits
    return {
        "trips": side.trips.true,
        **detection("trip", side.trips),
        **detection("stop", side.stops),
        "gap_f1": round(side.gaps.f1, 3),
        **off("departure_s", side.departures),
        **off("arrival_s", side.arrivals),
        **off("distance_pct", side.lengths.errors_pct),
        "distance_told_share": round(side.lengths.share, 4),
        "visits": visits.true,
        "visits_missed": visits.missed,
        "visits_false": visits.false,
        "visits_flapping": visits.flapping,
        **off("entry_s", visits.entries),
        **off("exit_s", visits.exits),
    }


def _shapes(one: Measured) -> Figures:
    found: Figures = {}
    for head, side in (("", one.ours), ("naive_", one.plain)):
        for kind, visits in side.zones.items():
            found |= {
                f"{head}{kind}_visits": visits.true,
                f"{head}{kind}_missed": visits.missed,
                f"{head}{kind}_false": visits.false,
                f"{head}{kind}_flapping": visits.flapping,
            }
    return found
