"""What is told of recorded traces, and how it holds when fixes are taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from bench._stack import say
from bench._truth import naive
from bench._truth.files import Recording, local_hour, recording
from bench._truth.report import Figures, detection, off, over
from bench._truth.score import Detection, Lengths, quantile
from bench._truth.told import told_of
from fleet_app.location.journeys.days import by_day, day_ms
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.models import Fix

THINNED_S = (30, 60, 120, 240)
"""One fix in so many seconds is kept; what a file has no more often tells nothing."""


@dataclass
class Kept:
    """With so few fixes: lengths against the whole track, and trips against the labels."""

    ours: Lengths = field(default_factory=Lengths)
    plain: Lengths = field(default_factory=Lengths)


def report(path: Path) -> tuple[Figures, Figures]:
    """Ratios and figures of a file. Raises Unreadable."""
    found = recording(path)
    unit = f", speeds in {found.unit.value}" if found.unit else ""
    say(f"{path.name}: {found.kind}, {len(found.tracks)} tracks{unit}")
    ratios, figures = _thinned(found)
    days = _days(found)
    figures = {**_counts(found), **_trips(found, ratios), **figures, **days}
    return ratios, figures


def _counts(found: Recording) -> Figures:
    return {
        "tracks": len(found.tracks),
        "fixes": sum(map(len, found.tracks.values())),
        "bad_rows": found.bad_rows,
    }


def _trips(found: Recording, ratios: Figures) -> Figures:
    """Counts; where the file has labels, how well they are met."""
    ours, plain = Detection(), Detection()
    starts: list[float] = []
    ends: list[float] = []
    stops = 0
    for name, track in found.tracks.items():
        facts, true = told_of(track), (found.labels or {}).get(name, [])
        spans = facts.spans(FactKind.TRIP)
        stops += len(facts.of(FactKind.STOP))
        for i, j in ours.add(true, spans):
            starts.append(abs(spans[j].start - true[i].start))
            ends.append(abs(spans[j].end - true[i].end))
        plain.add(true, naive.trips(track))
    figures: Figures = {"trips_told": ours.told, "naive_trips_told": plain.told,
                        "stops_told": stops}  # fmt: skip
    if found.labels is None:
        return figures
    ratios["vs_naive_trip_errors"] = round((plain.errors + 1) / (ours.errors + 1), 2)
    return {
        **figures,
        "trips": ours.true,
        **detection("trip", ours),
        **detection("naive_trip", plain),
        **off("departure_s", starts),
        **off("arrival_s", ends),
    }


def _thinned(found: Recording) -> tuple[Figures, Figures]:
    """Distance with fewer fixes against all of them: a longer way through what is left out."""
    ratios: Figures = {}
    figures: Figures = {}
    for step in THINNED_S:
        kept = Kept()
        for track in found.tracks.values():
            _compare(track, step, kept)
        if not kept.ours.true:
            continue
        a, b = kept.ours.errors_pct, kept.plain.errors_pct
        figures |= {
            f"compared_trips_{step}s": len(a),
            **off(f"distance_pct_{step}s", a),
            f"distance_told_share_{step}s": round(kept.ours.share, 4),
            **off(f"naive_distance_pct_{step}s", b),
            f"naive_distance_told_share_{step}s": round(kept.plain.share, 4),
        }
        ratios[f"vs_naive_distance_{step}s"] = over(quantile(b, 0.5), quantile(a, 0.5))
    return ratios, figures


def _compare(track: Sequence[Fix], step: int, kept: Kept) -> None:
    """Each trip told of the whole track is folded again by itself, with fewer fixes."""
    for span in told_of(track).spans(FactKind.TRIP):
        dense = naive.within(track, span)
        thin = thinned(dense, step)
        if len(dense) < 1.6 * len(thin) or len(thin) < 3:
            continue
        reference = naive.metres(dense)
        trips = told_of(thin).of(FactKind.TRIP)
        kept.ours.add(sum(trip.distance_m for trip in trips), reference)
        kept.plain.add(naive.metres(thin), reference)


def thinned(track: Sequence[Fix], step_s: int) -> list[Fix]:
    """The first fix of each interval, and the last of all."""
    kept: list[Fix] = []
    for fix in track:
        if not kept or fix.recorded_at_ms - kept[-1].recorded_at_ms >= step_s * 1000 - 500:
            kept.append(fix)
    return [*kept, track[-1]] if kept and kept[-1] is not track[-1] else kept


def _days(found: Recording) -> Figures:
    """Checks that trips last as long as UTC says, and local days sum up to them. Raises
    RuntimeError when they do not."""
    sums: dict[date, int] = {}
    whole = 0
    for track in found.tracks.values():
        facts = told_of(track)
        for fact in facts.of(FactKind.TRIP):
            begun, ended = fact.started_ms, fact.ended_ms or facts.last_ms
            if ended < begun or ended - begun > facts.last_ms - track[0].recorded_at_ms:
                raise RuntimeError(f"a trip from {begun} to {ended} is longer than its track")
            whole += ended - begun
            for day, share in by_day(begun, ended, found.zone).items():
                sums[day] = sums.get(day, 0) + share
    if sum(sums.values()) != whole or any(s > day_ms(d, found.zone) * len(found.tracks)
                                          for d, s in sums.items()):  # fmt: skip
        raise RuntimeError("the days do not sum up to the trips")
    wrong = _wrong_hours(found)
    if wrong:
        raise RuntimeError(f"{wrong} local times are not those that the file writes")
    hours = [day_ms(day, found.zone) / 3_600_000 for day in sums] or [0.0]
    return {"driven_h": round(whole / 3_600_000, 2), "local_days": len(sums),
            "shortest_day_h": min(hours), "longest_day_h": max(hours),
            "local_times_checked": _checked_hours(found)}  # fmt: skip


def _checked_hours(found: Recording) -> int:
    if found.kind != "buses":
        return 0
    return sum(local_hour(text) is not None for _, text in found.written)


def _wrong_hours(found: Recording) -> int:
    """Times whose hour and minute in the zone are not those of the file."""
    if found.kind != "buses":
        return 0
    wrong = 0
    for at_ms, text in found.written:
        here = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(found.zone)
        wrong += local_hour(text) not in (None, (here.hour, here.minute))
    return wrong
