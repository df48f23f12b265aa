"""Values in the units of a fleet, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.kernel.units import CONSUMPTION, METRIC, Ruler, Units, quantity, shown_units

STORED = ("km", "m", "cm", "kg", "m³", "m/s")
IMPERIAL = Ruler(Units.IMPERIAL)
RULERS = [
    *((IMPERIAL, unit) for unit in STORED),
    *((Ruler(system, "electric"), CONSUMPTION) for system in Units),
    *((Ruler(system, "diesel"), CONSUMPTION) for system in Units),
    (METRIC, "m/s"),
]
typed_numbers = st.decimals(min_value=0, max_value=10_000_000, places=4).map(float)


@given(st.sampled_from(RULERS), typed_numbers)
def test_a_typed_number_is_shown_as_it_was_typed(how: tuple[Ruler, str], typed: float) -> None:
    ruler, unit = how
    measure = ruler.of(unit)
    assert measure is not None
    assert measure.shown(measure.stored(typed)) == typed


@given(st.sampled_from(RULERS), st.floats(min_value=1e-3, max_value=1e7))
def test_what_nobody_typed_is_rounded_to_little_more_than_it_is(
    how: tuple[Ruler, str], stored: float
) -> None:
    ruler, unit = how
    measure = ruler.of(unit)
    assert measure is not None
    shown, exact = measure.shown(stored), measure.exact(stored)
    assert abs(shown - exact) <= max(0.5 * 10**-measure.digits, 0) or abs(shown - exact) <= (
        0.06 * abs(exact)
    )
    assert len(f"{shown:.12g}") <= 13


@pytest.mark.parametrize(
    ("ruler", "unit", "stored", "words"),
    [
        (IMPERIAL, "km", 1.609344, "1 mi"),
        (IMPERIAL, "km", 84210.0, "52,325.7 mi"),
        (IMPERIAL, "kg", 0.45359237 * 26.5, "26.5 lb"),
        (IMPERIAL, "kg", 1100.0, "2,425.08 lb"),
        (IMPERIAL, "cm", 2.54 * 12, "12 in"),
        (IMPERIAL, "m³", 1.0, "35.31 ft³"),
        (IMPERIAL, "m", 100.0, "328.1 ft"),
        (IMPERIAL, "m", 84_210_000.0, "52,325.7 mi"),
        (IMPERIAL, "m/s", 10.0, "22.4 mph"),
        (IMPERIAL, "h", 12.0, "12 h"),
        (Ruler(Units.IMPERIAL, "diesel"), CONSUMPTION, 8.4, "28 US mpg"),
        (Ruler(Units.IMPERIAL, "electric"), CONSUMPTION, 20.0, "32.2 kWh/100 mi"),
        (IMPERIAL, CONSUMPTION, 8.4, "8.4 mpg or kWh/100 mi"),
        (METRIC, "km", 84210.5, "84,210.5 km"),
        (METRIC, "m", 84_210_000.0, "84,210 km"),
        (METRIC, "m/s", 10.0, "36 km/h"),
        (Ruler(Units.METRIC, "diesel"), CONSUMPTION, 8.4, "8.4 l/100 km"),
        (Ruler(Units.METRIC, "electric"), CONSUMPTION, 20.0, "20 kWh/100 km"),
    ],
)
def test_values_in_words(ruler: Ruler, unit: str, stored: float, words: str) -> None:
    assert ruler.said(stored, unit) == words


def test_nothing_used_is_no_infinite_reach() -> None:
    measure = Ruler(Units.IMPERIAL, "diesel").of(CONSUMPTION)
    assert measure is not None
    assert measure.stored(0) == measure.shown(0) == 0


def test_a_sentence_is_told_in_the_units_of_whoever_reads_it() -> None:
    said = f"The last reading was {quantity(84210, 'km')} of Van 500 kg"
    assert said == "The last reading was 84,210\u00a0km of Van 500 kg"
    assert IMPERIAL.retold(said) == "The last reading was 52,326 mi of Van 500 kg"
    assert METRIC.retold(said) == said


@given(st.text())
def test_any_sentence_can_be_told(text: str) -> None:
    assert METRIC.retold(text) == text
    assert isinstance(IMPERIAL.retold(text), str)


def test_a_browser_hears_of_a_unit_only_where_another_one_is_shown() -> None:
    assert shown_units(None) == shown_units("h") == {}
    assert set(shown_units("km")) == {"imperial"}
    assert set(shown_units("m/s")) == set(shown_units(CONSUMPTION)) == {"metric", "imperial"}


def test_an_unknown_system_is_metric() -> None:
    assert Ruler.named("furlongs") == METRIC
    assert Ruler.named("imperial") == IMPERIAL
