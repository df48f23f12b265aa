"""Readings that can be taken for two numbers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.units import Ruler
from fleet_app.web.states.maintenance.forms import completion
from fleet_app.web.states.records.texts import problem_of

VANS = KINDS["vehicles"]
UTC = ZoneInfo("UTC")


def said(field: str, text: str) -> str:
    return problem_of(VANS, VANS.by_name[field], text, UTC)


@pytest.mark.parametrize("text", ["98.696", "98.696 km", "98,696"])
def test_a_reading_that_can_be_thousands_or_decimals_is_asked_for_again(text: str):
    assert "can mean 98,696 km or 98.7 km. Write 98696 or 98.7." in said("odometer_km", text)


@pytest.mark.parametrize("text", ["98696", "98.7", "98696.5", "98.696,5", "1.234.567"])
def test_any_other_reading_is_taken(text: str):
    assert said("odometer_km", text) == ""


def test_other_measures_may_have_three_decimals():
    assert said("capacity_kg", "1.234") == ""


def test_the_reading_of_finished_work_is_asked_for_again_as_well():
    with pytest.raises(InvalidInput) as refusal:
        completion({"odometer_km": "98.696"}, Ruler.named("imperial"))
    assert "98,696 mi or 98.7 mi" in refusal.value.fields["odometer_km"]
