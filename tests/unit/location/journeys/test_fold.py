"""The fold does not depend on how its input is cut, on its order, or on being put away."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import distance_m
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding, StaleCheckpoint
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.journeys.rewinding import Rewinding
from fleet_app.location.models import Fix
from tests.builders.fixes import LAT, LON, NOON_MS
from tests.builders.traces import ORDERS, faulty, posts_of, two_days

PARAMETERS = Parameters(speed_limit_mps=13.0)


class Inside(msgspec.Struct):
    since_ms: int | None = None
    place: tuple[float, float] = (0.0, 0.0)


class Circle:
    """The simplest watch: one zone around the centre."""

    def start(self) -> Inside:
        return Inside()

    def take(self, state: Inside, previous: Fix | None, fix: Fix) -> Iterable[Fact]:
        inside = distance_m(LAT, LON, fix.lat, fix.lon) < 400
        if inside and state.since_ms is None:
            state.since_ms, state.place = fix.recorded_at_ms, (fix.lat, fix.lon)
            return [self._visit(state, None)]
        if not inside and state.since_ms is not None:
            visit = self._visit(state, fix.recorded_at_ms)
            state.since_ms = None
            return [visit]
        return []

    def _visit(self, state: Inside, ended_ms: int | None) -> Fact:
        assert state.since_ms is not None
        return Fact(
            kind=FactKind.VISIT, subject="geofence:1", started_ms=state.since_ms,
            ended_ms=ended_ms, lat=state.place[0], lon=state.place[1],
        )  # fmt: skip


def begun() -> Folding:
    return Folding(PARAMETERS, zones=Circle())


@st.composite
def traces(draw: st.DrawFn) -> list[Fix]:
    """Rests and drives of a phone with every fault there is."""
    random = Random(draw(st.integers(0, 2**32)))
    speeds = draw(st.booleans())
    legs = draw(
        st.lists(st.sampled_from(("rest", "drive", "gap", "long gap", "crawl")), max_size=9)
    )
    return faulty(random, legs, speeds=speeds)


def in_one(fixes: list[Fix]) -> list[Fact]:
    return ordered(begun().fold(sorted(fixes, key=lambda fix: fix.recorded_at_ms)))


def ordered(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.key)


def cut(fixes: list[Fix], random: Random) -> list[list[Fix]]:
    pieces, at = [], 0
    while at < len(fixes):
        size = random.choice((1, 2, 7, 60))
        pieces.append(fixes[at : at + size])
        at += size
    return pieces


@given(traces(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_cutting_into_pieces_changes_nothing(fixes: list[Fix], random: Random):
    folding, facts = begun(), {}
    for piece in cut(fixes, random):
        facts |= {fact.key: fact for fact in folding.fold(piece)}
    whole = begun()
    assert ordered(facts.values()) == ordered(whole.fold(fixes))
    assert folding.checkpoint() == whole.checkpoint()


@given(traces(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_being_put_away_between_pieces_changes_nothing(fixes: list[Fix], random: Random):
    folding, facts = begun(), {}
    for piece in cut(fixes, random):
        kept, folding = folding.checkpoint(), begun()
        folding.resume(kept)
        facts |= {fact.key: fact for fact in folding.fold(piece)}
    assert ordered(facts.values()) == in_one(fixes)


@given(traces(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order_and_batching_ends_in_the_same_facts(fixes: list[Fix], random: Random):
    shuffled = fixes + random.choices(fixes, k=5) if fixes else []
    random.shuffle(shuffled)
    rewinding = Rewinding(begun)
    for piece in cut(shuffled, random):
        rewinding.take(piece)
    assert ordered(rewinding.facts.values()) == in_one(fixes)


@pytest.mark.parametrize("order", ORDERS)
def test_ten_orders_of_each_sort_of_two_days_end_in_the_same_state(order: str):
    """Not only the facts: all that what comes later depends on."""
    fixes = two_days()
    whole = begun()
    facts = ordered(whole.fold(fixes))
    assert {fact.kind for fact in facts} == set(FactKind)
    for seed in range(10):
        rewinding = Rewinding(begun)
        for post in posts_of(fixes, order, Random(seed)):
            rewinding.take(post)
        assert ordered(rewinding.facts.values()) == facts
        assert rewinding.checkpoint() == whole.checkpoint()


@given(traces(), st.randoms(use_true_random=False), st.integers(0, 40))
@settings(deadline=None)
def test_a_late_block_ends_in_the_same_facts(fixes: list[Fix], random: Random, size: int):
    """As phones do it: what they could not send comes hours later, in one piece."""
    at = random.randint(0, len(fixes))
    rewinding = Rewinding(begun)
    for piece in cut(fixes[:at] + fixes[at + size :], random):
        rewinding.take(piece)
    rewinding.take(fixes[at : at + size])
    assert ordered(rewinding.facts.values()) == in_one(fixes)


@given(traces())
@settings(deadline=None)
def test_trips_and_stops_follow_each_other_and_are_plausible(fixes: list[Fix]):
    facts = [fact for fact in in_one(fixes) if fact.kind in (FactKind.TRIP, FactKind.STOP)]
    facts.sort(key=lambda fact: fact.started_ms)
    for one, next_one in pairwise(facts):
        assert one.ended_ms is not None
        assert one.ended_ms <= next_one.started_ms
    for fact in facts:
        assert fact.ended_ms is None or fact.ended_ms > fact.started_ms
        assert fact.started_ms >= NOON_MS
    for trip in (fact for fact in facts if fact.kind is FactKind.TRIP):
        assert trip.values["max_speed"] <= PARAMETERS.max_speed_mps
        assert trip.values["avg_speed"] <= trip.values["max_speed"] + 0.01
        assert min(trip.values[name] for name in ("moving_s", "idle_s", "fixes")) >= 0
        assert trip.distance_m > 0


def test_a_checkpoint_of_other_rules_is_refused():
    kept = msgspec.json.decode(begun().checkpoint())
    kept["rules"] += 1
    with pytest.raises(StaleCheckpoint):
        begun().resume(msgspec.json.encode(kept))


def test_a_broken_checkpoint_is_refused():
    with pytest.raises(StaleCheckpoint):
        begun().resume(b'{"rules": 1, "at_ms": "soon"}')
