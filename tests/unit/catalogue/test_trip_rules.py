"""What a fleet sets about trips, as the fold takes it."""

from __future__ import annotations

import msgspec
import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.catalogue.trip_rules import FOLDED, movement_of
from fleet_app.fleet.kinds.trip_rules import TripRules
from fleet_app.location.journeys.parameters import Parameters
from fleet_app.records.fields import specs_of

RULES = {spec.name: spec for spec in specs_of(TripRules)}


def test_every_rule_reaches_the_fold():
    assert set(FOLDED) == set(RULES)
    assert {name for name, _ in FOLDED.values()} <= set(Parameters.__struct_fields__)
    assert set(RULES) <= set(KINDS["fleets"].by_name)


@pytest.mark.parametrize("name", RULES)
def test_what_the_form_calls_usual_is_what_the_fold_takes(name: str):
    folded, factor = FOLDED[name]
    usual, default = RULES[name].usual, getattr(Parameters(), folded)
    assert default == (None if usual is None else pytest.approx(factor * usual))


@pytest.mark.parametrize("name", RULES)
def test_the_fold_takes_whatever_the_form_lets_in(name: str):
    folded, factor = FOLDED[name]
    for limit in TripRules.model_fields[name].metadata:
        for bound in ("ge", "le"):
            if (value := getattr(limit, bound, None)) is not None:
                told = msgspec.convert(movement_of({name: float(value)}, {}), Parameters)
                assert getattr(told, folded) == pytest.approx(factor * value)


def test_what_is_empty_is_as_usual_and_what_is_no_field_stays():
    before = {"stop_after_s": 600.0, "start_speed_mps": 3.0}
    assert movement_of(dict.fromkeys(FOLDED), before) == {"start_speed_mps": 3.0}
    assert movement_of({"stop_after_min": 5.0}, before) == {
        "stop_after_s": 300.0, "start_speed_mps": 3.0,
    }  # fmt: skip
