"""Visits: when they begin and end, what is passed over, and that a parked van never flaps."""

from __future__ import annotations

import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.kernel.geo import destination
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.zones.index import ZoneIndex
from fleet_app.location.zones.presence import WatchRules
from fleet_app.location.zones.shapes import Circle, Corridor, Polygon
from fleet_app.location.zones.watch import ZoneState, ZoneWatch, folded
from fleet_app.location.zones.zone import Zone
from tests.unit.location.zones.support import NOON, SQUARE, at, fix, plain_signed_m, shapes

HYSTERESIS_M = WatchRules().hysteresis_m
CIRCLE = Circle((24.0, 60.0), 100.0)


def watch(*zones: Zone, time_zone: str = "UTC") -> ZoneWatch:
    return ZoneWatch(ZoneIndex(zones, time_zone))


def watched(shape, fixes, *, vehicle_id=None, driver_id=None, time_zone="UTC", **rules):
    zone = Zone(id=7, shape=shape, **rules)
    return folded(watch(zone, time_zone=time_zone), fixes, vehicle_id=vehicle_id,
                  driver_id=driver_id)  # fmt: skip


def east(metres: float, after_s: float, **said):
    """A fix so far east of the middle of CIRCLE."""
    lat, lon = destination(60.0, 24.0, 90.0, metres)
    return fix(lat, lon, after_s, **said)


def spans(facts):
    return [
        ((fact.started_ms - NOON) / 1000, fact.ended_ms and (fact.ended_ms - NOON) / 1000)
        for fact in facts
    ]


def test_a_visit_begins_on_the_line_and_ends_beyond_the_hysteresis():
    facts = watched(CIRCLE, [east(150, 0), east(99, 10), east(110, 20), east(124, 30),
                             east(126, 40)])  # fmt: skip
    assert spans(facts) == [(10, 40)]
    (visit,) = facts
    assert (visit.kind, visit.subject) == (FactKind.VISIT, "geofence:7")
    assert visit.values == {"dwelled": False, "crossed": False}
    assert visit.known_ms == NOON + 40_000


def test_a_visit_that_goes_on_has_no_end():
    assert spans(watched(CIRCLE, [east(0, 0), east(50, 10)])) == [(0, None)]


def test_a_fix_with_bad_accuracy_near_the_edge_decides_nothing():
    unsure = [east(150, 0), east(80, 10, accuracy=60.0)]
    assert watched(CIRCLE, unsure) == []
    leaving = [east(0, 0), east(150, 10, accuracy=60.0), east(0, 20)]
    assert spans(watched(CIRCLE, leaving)) == [(0, None)]


def test_a_fix_with_bad_accuracy_far_from_the_edge_does_decide():
    assert spans(watched(CIRCLE, [east(300, 0), east(20, 10, accuracy=60.0)])) == [(10, None)]
    assert spans(watched(CIRCLE, [east(0, 0), east(170, 10, accuracy=60.0)])) == [(0, 10)]


def test_a_hopeless_fix_decides_nothing_at_all():
    assert spans(watched(CIRCLE, [east(0, 0), east(9000, 10, accuracy=1500.0)])) == [(0, None)]


@settings(max_examples=100, deadline=None)
@given(shapes(), st.integers(0, 2**32), st.floats(0, 360))
def test_noise_around_a_point_on_the_edge_never_flaps(shape, seed, bearing):
    lat, lon = edge_point(shape, seed, bearing)
    chance = random.Random(seed)
    fixes = []
    for n in range(60):
        place = destination(lat, lon, chance.uniform(0, 360), chance.uniform(0, 24.9))
        accuracy = chance.choice([None, 5.0, 25.0, 60.0])
        fixes.append(fix(*place, n * 10, accuracy=accuracy))
    facts = watched(shape, fixes)
    assert len(facts) <= 1
    assert all(fact.ended_ms is None for fact in facts)


@settings(max_examples=60, deadline=None)
@given(shapes(), st.integers(0, 2**32), st.floats(-200, 200))
def test_noise_of_half_the_hysteresis_anywhere_changes_at_most_once(shape, seed, offset):
    lat, lon = destination(*edge_point(shape, seed, 45.0), 45.0, offset)
    chance = random.Random(seed)
    fixes = [
        fix(*destination(lat, lon, chance.uniform(0, 360), chance.uniform(0, 12.4)), n * 10)
        for n in range(60)
    ]
    facts = watched(shape, fixes)
    assert len(facts) <= 1
    assert all(fact.ended_ms is None for fact in facts)


def edge_point(shape, seed: int, bearing: float) -> tuple[float, float]:
    """A place on the edge, found by halving the way from inside to outside."""
    match shape:
        case Circle(center=(lon, lat)):
            inside = lat, lon
        case Corridor(line=line):
            inside = line[seed % len(line)][::-1]
        case Polygon(outline=outline):
            return outline[seed % len(outline)][::-1]
    near, far = 0.0, 40_000.0
    while far - near > 0.001:
        middle = (near + far) / 2
        lat, lon = destination(*inside, bearing, middle)
        if plain_signed_m(shape, lon, lat) <= 0:
            near = middle
        else:
            far = middle
    return destination(*inside, bearing, near)


def wander(seed: int, count: int = 120):
    """A drive about the square and the circle, with gaps, noise and bad fixes."""
    chance, moment, lat, lon, found = random.Random(seed), 0.0, 60.0, 24.0, []
    for _ in range(count):
        moment += chance.choice([5, 10, 30, 90, 400])
        lat, lon = destination(lat, lon, chance.uniform(0, 360), chance.uniform(0, 600))
        lat, lon = (lat + 60.003) / 2, (lon + 24.003) / 2
        accuracy = chance.choice([None, 4.0, 20.0, 80.0, 2000.0])
        found.append(fix(lat, lon, moment, accuracy=accuracy, speed=chance.uniform(0, 25)))
    return found


MANY = (
    Zone(id=1, shape=SQUARE, speed_limit_mps=10.0, dwell_after_s=60.0),
    Zone(id=2, shape=CIRCLE, hours="Mon-Sun 22:20-22:40; Mon-Sun 23:00-23:30"),
    Zone(id=3, shape=Corridor(((24.0, 60.005), (24.02, 60.005)), 60.0)),
    Zone(id=10, shape=Circle((24.004, 60.004), 60.0), driver_ids=frozenset({5})),
)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 119), max_size=8, unique=True))
def test_chunks_and_storing_the_state_between_them_change_nothing(seed, cuts):
    fixes, whole = wander(seed), {}
    one = watch(*MANY)
    for fact in folded(one, fixes, driver_id=5):
        whole[fact.key] = fact
    pieces, state, previous = {}, watch(*MANY).start(), None
    edges = [0, *sorted(cuts), len(fixes)]
    for start, end in pairwise(edges):
        fresh = watch(*MANY)  # nothing but the state goes on
        state = msgspec.json.decode(msgspec.json.encode(state), type=ZoneState)
        if start % 2:
            fresh.ahead([[*([previous] if previous else []), *fixes[start:end]]])
        for one_fix in fixes[start:end]:
            for fact in fresh.take(state, previous, one_fix, driver_id=5):
                pieces[fact.key] = fact
            previous = one_fix
    assert pieces == whole


def test_the_drives_of_that_test_are_worth_it():
    facts = [fact for seed in range(10) for fact in folded(watch(*MANY), wander(seed), driver_id=5)]
    assert {fact.kind for fact in facts} == {FactKind.VISIT, FactKind.SPEEDING}
    visits = [fact for fact in facts if fact.kind is FactKind.VISIT]
    assert {fact.subject for fact in visits} == {f"geofence:{zone.id}" for zone in MANY}
    assert any(fact.values["crossed"] for fact in visits)
    assert any(fact.values["dwelled"] for fact in visits)


def test_crossed_between_two_fixes():
    facts = watched(CIRCLE, [east(-200, 0), east(200, 40)])
    (visit,) = facts
    assert visit.values["crossed"]
    assert spans(facts) == [(pytest.approx(10, abs=0.1), pytest.approx(30, abs=0.1))]
    assert (visit.lat, visit.end_lat) == (pytest.approx(60.0, abs=1e-4),) * 2
    assert visit.known_ms == NOON + 40_000


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (east(-200, 0), east(200, 121)),  # too long ago to know the way
        (east(-200, 0), east(200, 5)),  # faster than any vehicle
        (east(-200, 0, accuracy=120.0), east(200, 40)),  # it may have passed beside
    ],
)
def test_not_crossed_when_the_way_is_not_known(before, after):
    assert watched(CIRCLE, [before, after]) == []


def test_a_short_way_through_a_small_zone_may_be_noise():
    small = Circle((24.0, 60.0), 8.0)
    assert watched(small, [east(-24, 0), east(24, 10)]) == []
    assert len(watched(small, [east(-26, 0), east(26, 10)])) == 1


def test_cutting_a_corner_is_not_crossing():
    low, deep = fix(60.0, 24.0103, 0), fix(60.0107, 24.005, 60)
    corner = Polygon(((24.0, 60.0), (24.008, 60.0), (24.008, 60.0055), (24.0, 60.0055)))
    assert watched(corner, [low, deep]) == []
    assert len(watched(corner, [fix(60.002, 24.0103, 0), fix(60.008, 24.003, 60)])) == 1


def test_dwelling_is_known_when_a_fix_proves_it():
    fixes = [east(0, 0), east(10, 290), east(5, 310)]
    assert not watched(CIRCLE, fixes[:2], dwell_after_s=300.0)[0].values["dwelled"]
    (visit,) = watched(CIRCLE, fixes, dwell_after_s=300.0)
    assert visit.values["dwelled"]
    assert visit.values["dwell_due_ms"] == NOON + 300_000


def test_a_silence_proves_no_dwelling_and_is_told():
    (visit,) = watched(CIRCLE, [east(0, 0), east(900, 4000)], dwell_after_s=300.0)
    assert not visit.values["dwelled"]
    assert visit.values["silence_out_ms"] == 4_000_000


def test_a_week_of_silence_ends_the_visit_where_it_was_last_seen():
    facts = watched(CIRCLE, [east(0, 0), east(1, 60), east(0, 60 + 8 * 86_400)])
    assert spans(facts) == [(0, 60), (60 + 8 * 86_400, None)]


def test_speeding_inside_needs_time_and_tolerance():
    fixes = [east(-90 + n * 20, n * 5, speed=s) for n, s in enumerate([9, 13, 14, 13, 11, 9])]
    facts = watched(CIRCLE, fixes, speed_limit_mps=10.0)
    (speeding,) = [fact for fact in facts if fact.kind is FactKind.SPEEDING]
    assert spans([speeding]) == [(5, 15)]
    assert speeding.values == {"limit": 10.0, "max_speed": 14}
    calm = [east(-90 + n * 20, n * 5, speed=11.9) for n in range(6)]
    assert [f.kind for f in watched(CIRCLE, calm, speed_limit_mps=10.0)] == [FactKind.VISIT]


def test_scope():
    fixes = [east(0, 0), east(0, 10)]
    assert len(watched(CIRCLE, fixes, vehicle_ids=frozenset({1}), vehicle_id=1)) == 1
    assert watched(CIRCLE, fixes, vehicle_ids=frozenset({1}), vehicle_id=2) == []
    assert watched(CIRCLE, fixes, driver_ids=frozenset({1})) == []


def test_a_change_of_driver_inside_begins_and_ends_the_visit():
    one = watch(Zone(id=7, shape=CIRCLE, driver_ids=frozenset({4})))
    state, told = one.start(), {}
    for n, driver in enumerate([None, 4, 4, 9]):
        for fact in one.take(state, None, east(0, n * 60), driver_id=driver):
            told[fact.key] = fact
    assert spans(told.values()) == [(60, 180)]


def test_hours_begin_and_end_a_visit_on_the_minute():
    parked = [
        at(f"2026-11-23T{time}+02:00", 60.0, 24.0)
        for time in ("07:50:00", "08:10:00", "17:50:00", "18:20:00")
    ]
    (visit,) = watched(CIRCLE, parked, hours="Mon-Fri 08:00-18:00", time_zone="Europe/Helsinki")
    assert visit.started_ms == at("2026-11-23T08:00:00+02:00", 0, 0).recorded_at_ms
    assert visit.ended_ms == at("2026-11-23T18:00:00+02:00", 0, 0).recorded_at_ms


def test_leaving_after_hours_ends_the_visit_with_the_hours():
    fixes = [at("2026-11-23T15:50:00Z", 60.0, 24.0), at("2026-11-23T16:30:00Z", 60.1, 24.0)]
    (visit,) = watched(CIRCLE, fixes, hours="Mon 08:00-16:00")
    assert visit.ended_ms == at("2026-11-23T16:00:00Z", 0, 0).recorded_at_ms


def test_parked_through_several_windows_gives_a_visit_for_each():
    fixes = [at("2026-11-23T12:00:00Z", 60.0, 24.0), at("2026-11-25T12:00:00Z", 60.0, 24.0)]
    facts = watched(CIRCLE, fixes, hours="Mon-Fri 08:00-16:00")
    assert [(f.ended_ms - f.started_ms) / 3.6e6 if f.ended_ms else None for f in facts] == [
        4.0, 8.0, None,
    ]  # fmt: skip


def test_a_zone_that_was_taken_away_ends_its_visit_where_it_was_last_seen():
    state = watch(Zone(id=7, shape=CIRCLE)).start()
    one = watch(Zone(id=7, shape=CIRCLE))
    one.take(state, None, east(0, 0))
    (fact,) = watch(Zone(id=8, shape=SQUARE)).take(state, east(0, 0), east(-500, 60))
    assert (fact.ended_ms, fact.values["zone_gone"]) == (NOON, True)
    assert state.inside == {}
