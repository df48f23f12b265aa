"""Speeding, harsh driving, idling, batteries, mock locations and silence."""

from __future__ import annotations

import pytest

from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.location.models import Fix
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_fix


def told(
    fixes: list[Fix],
    kind: FactKind,
    parameters: Parameters | None = None,
    limits: Roads | None = None,
) -> list[Fact]:
    facts = Folding(parameters, limits=limits).fold(fixes)
    return sorted((f for f in facts if f.kind is kind), key=lambda fact: fact.started_ms)


def driving(*speeds: float, every: float = 5.0) -> list[Fix]:
    """A drive with these speeds, at places that agree with them."""
    metres, fixes = 0.0, []
    for i, speed in enumerate(speeds):
        metres += (speed + (speeds[i - 1] if i else speed)) / 2 * every
        fixes.append(a_fix(every * i, metres, speed=speed))
    return fixes


class Roads:
    """One limit north of a line, none south of it."""

    def __init__(self, limit: float, from_lat: float) -> None:
        self.limit, self.from_lat = limit, from_lat

    def limit_mps(self, fix: Fix) -> float | None:
        return self.limit if fix.lat >= self.from_lat else None


class TestSpeeding:
    FLEET = Parameters(speed_limit_mps=25.0)

    def test_it_lasts_from_the_first_fix_too_fast_to_the_last(self):
        fixes = driving(20, 24, 28, 31, 30, 28, 24, 20)
        (fact,) = told(fixes, FactKind.SPEEDING, self.FLEET)
        assert (fact.started_ms, fact.ended_ms) == (NOON_MS + 10_000, NOON_MS + 25_000)
        assert fact.values == {"limit": 25.0, "source": "fleet", "max_speed": 31}

    def test_overtaking_and_tolerance_are_not_told(self):
        assert told(driving(24, 26, 26.9, 26, 26, 26), FactKind.SPEEDING, self.FLEET) == []
        assert told(driving(24, 30, 30, 24, 24), FactKind.SPEEDING, self.FLEET) == []

    def test_it_goes_on_until_it_ends(self):
        (fact,) = told(driving(28, 29, 30, 31), FactKind.SPEEDING, self.FLEET)
        assert fact.ended_ms is None

    def test_the_lower_of_road_and_fleet_counts(self):
        roads = Roads(14.0, from_lat=0.0)
        (fact,) = told(driving(*[18] * 6, 10), FactKind.SPEEDING, self.FLEET, roads)
        assert (fact.values["limit"], fact.values["source"]) == (14.0, "road")
        (fact,) = told(driving(*[29] * 6, 10), FactKind.SPEEDING, self.FLEET, Roads(30.0, 0.0))
        assert fact.values["source"] == "fleet"

    def test_nobody_speeds_where_no_limit_is_known(self):
        assert told(driving(*[60] * 6), FactKind.SPEEDING, limits=Roads(14.0, 89.0)) == []

    def test_a_gap_is_not_driven_through_too_fast(self):
        fixes = [*driving(28, 29), a_fix(1_000, 28_000, speed=29.0)]
        assert told(fixes, FactKind.SPEEDING, self.FLEET) == []


class TestHarsh:
    def test_braking_and_accelerating(self):
        fixes = driving(15, 15, 15, 10, 5, 5, 5, every=1.0)
        (fact,) = told(fixes, FactKind.HARSH)
        assert (fact.subject, fact.values["mps2"]) == ("braking", 5.0)
        (fact,) = told(driving(5, 5, 9, 13, 13, every=1.0), FactKind.HARSH)
        assert (fact.subject, fact.values["mps2"]) == ("accelerating", 4.0)

    def test_cornering(self):
        fixes = [a_fix(i, 10 * i, speed=10.0, heading=(350 + 30 * i) % 360) for i in range(4)]
        (fact,) = told(fixes, FactKind.HARSH)
        assert fact.subject == "cornering"
        assert fact.values["mps2"] == pytest.approx(5.24, abs=0.01)

    def test_ordinary_driving_is_not_harsh(self):
        drive = Drive().rest(60).go(5_000).rest(60)
        assert told(drive.fixes(1, 4.0), FactKind.HARSH) == []

    def test_fixes_far_apart_do_not_show_it(self):
        assert told(driving(25, 0, 25, 0, every=5.0), FactKind.HARSH) == []

    def test_a_glitch_is_not_harsh(self):
        fixes = [a_fix(i, 10 * i, speed=speed) for i, speed in enumerate((10.0, 45.0, 10.0))]
        assert told(fixes, FactKind.HARSH) == []

    def test_one_braking_is_one_event_of_its_worst_moment(self):
        (fact,) = told(driving(25, 21, 16, 12, 8, every=1.0), FactKind.HARSH)
        assert fact.values["mps2"] == 5.0
        assert fact.ended_ms == fact.started_ms + 3_000

    def test_sensors_tell_better(self):
        fixes = driving(*[15] * 20, 5, 5, every=1.0)
        fixes[3] = a_fix(3, 45, speed=15.0, attributes={"harsh": "cornering", "harsh_mps2": -5.5})
        (fact,) = told(fixes, FactKind.HARSH)
        assert (fact.subject, fact.values) == (
            "cornering",
            {"sensed": True, "speed": 15.0, "mps2": 5.5},
        )

    @pytest.mark.parametrize("force", [10**400, 1e300, float("inf"), True, "8"])
    def test_nonsense_of_a_sensor_is_an_event_of_unknown_force(self, force: object):
        said = {"harsh": "braking", "harsh_mps2": force}
        (event,) = told([a_fix(0, attributes=said)], FactKind.HARSH)
        assert event.values == {"sensed": True}

    def test_words_of_other_clients_are_understood(self):
        fix = a_fix(attributes={"alarm": "hardBraking, accident,sos"})
        assert {fact.subject for fact in told([fix], FactKind.HARSH)} == {"braking", "impact"}

    @pytest.mark.parametrize("said", [7, True, "", "sos", None])
    def test_other_words_say_nothing(self, said: object):
        assert told([a_fix(attributes={"alarm": said, "harsh": said})], FactKind.HARSH) == []


class TestIdling:
    def standing(self, count: int, ignition: bool | None, start: int = 0) -> list[Fix]:
        attributes = None if ignition is None else {"ignition": ignition}
        return [a_fix(60 * (start + i), speed=0.0, attributes=attributes) for i in range(count)]

    def test_standing_with_the_engine_on(self):
        fixes = [*self.standing(8, True), *self.standing(3, False, start=8)]
        (fact,) = told(fixes, FactKind.IDLE)
        assert (fact.started_ms, fact.ended_ms) == (NOON_MS, NOON_MS + 420_000)

    def test_neither_short_nor_with_the_engine_off_nor_unknown(self):
        assert told(self.standing(5, True), FactKind.IDLE) == []
        assert told(self.standing(60, False), FactKind.IDLE) == []
        assert told(self.standing(60, None), FactKind.IDLE) == []

    def test_driving_off_ends_it(self):
        fixes = [*self.standing(8, True), a_fix(480, 300, speed=9.0, attributes={"ignition": True})]
        (fact,) = told(fixes, FactKind.IDLE)
        assert fact.ended_ms == NOON_MS + 420_000


class TestBattery:
    def levels(self, *levels: float | None, charging_from: int = 99) -> list[Fix]:
        return [
            a_fix(60 * i, battery=level, attributes={"charge": i >= charging_from})
            for i, level in enumerate(levels)
        ]

    def test_low_until_charged(self):
        (fact,) = told(self.levels(30, 16, 15, None, 9, 16, 21, 80), FactKind.LOW_BATTERY)
        assert (fact.started_ms, fact.ended_ms) == (NOON_MS + 120_000, NOON_MS + 360_000)
        assert fact.values == {"percent": 9}

    def test_it_does_not_flap_at_the_threshold(self):
        assert len(told(self.levels(*[15, 16] * 10), FactKind.LOW_BATTERY)) == 1

    def test_a_charging_one_is_not_low(self):
        (fact,) = told(self.levels(15, 12, 12, 12, charging_from=2), FactKind.LOW_BATTERY)
        assert fact.ended_ms == NOON_MS + 120_000

    def test_it_is_heard_wherever_the_phone_is(self):
        fix = a_fix(battery=5.0, accuracy=3_000.0)
        assert len(told([fix], FactKind.LOW_BATTERY)) == 1


class TestMockAndSilence:
    def test_mock_from_the_first_fix_to_the_first_real_one(self):
        mocks = [None, {"mock": True}, {"mock": True}, {"mock": False}]
        fixes = [a_fix(60 * i, attributes=said) for i, said in enumerate(mocks)]
        (fact,) = told(fixes, FactKind.MOCK)
        assert (fact.started_ms, fact.ended_ms) == (NOON_MS + 60_000, NOON_MS + 120_000)

    def test_silence_lasts_from_fix_to_fix(self):
        fixes = [a_fix(0), a_fix(600), a_fix(1_201)]
        (fact,) = told(fixes, FactKind.SILENT)
        assert (fact.started_ms, fact.ended_ms) == (NOON_MS + 600_000, NOON_MS + 1_201_000)

    def test_a_phone_heard_without_a_place_is_a_gap_but_not_silent(self):
        heard = [a_fix(60 * i, accuracy=5.0 if i in (0, 20) else 900.0) for i in range(21)]
        assert told(heard, FactKind.SILENT) == []
        assert len(told(heard, FactKind.GAP)) == 1
