"""Numbers of columns whose header names another unit are converted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.imports.cells import Home, Reader, ReadRow, survey
from fleet_app.records.imports.columns import guess, header_of, importable
from fleet_app.records.imports.scales import scales_of
from fleet_app.records.sheets.model import Row


def read(plural: str, header: str, name: str, cell: str) -> ReadRow:
    """A row of one column."""
    kind, mapping, row = KINDS[plural], {"0": name}, Row(2, [cell])
    home = Home(zone=ZoneInfo("UTC"), scales=scales_of(kind, [header], mapping))
    return Reader(kind, mapping, survey(kind, mapping, [row], home), home).read(row)


@pytest.mark.parametrize(
    ("plural", "header", "cell", "name", "stored"),
    [
        ("deliveries", "Weight (lb)", "10", "weight_kg", 4.5359237),
        ("deliveries", "Weight [LBS.]", "10 lbs.", "weight_kg", 4.5359237),
        ("deliveries", "Weight_lbs", "1,234.5", "weight_kg", 559.959780765),
        ("deliveries", "Gewicht (g)", "1500", "weight_kg", 1.5),
        ("deliveries", "Weight (kg)", "10", "weight_kg", 10),
        ("deliveries", "Gross weight", "10", "weight_kg", 10),
        ("deliveries", "Length (in)", "10", "length_cm", 25.4),
        ("deliveries", "Was checked in", "10", "length_cm", 10),
        ("deliveries", "Volume (cu ft)", "1", "volume_m3", 0.028316846592),
        ("vehicles", "Mileage (mi)", "100", "odometer_km", 160.9344),
        ("vehicles", "Range (mi)", "100", "max_distance_km", 160.9344),
        ("vehicles", "Height (ft)", "10", "height_m", 3.048),
        ("vehicles", "Total weight (kg)", "18000", "weight_t", 18),
    ],
)
def test_a_header_tells_the_unit(plural: str, header: str, cell: str, name: str, stored: float):
    found = read(plural, header, name, cell)
    assert found.errors == {}
    assert found.values[name] == pytest.approx(stored, abs=0.5 if name == "odometer_km" else 1e-7)


def test_a_cell_in_our_unit_below_a_header_in_another_is_refused():
    assert (
        "is not a number"
        in read("deliveries", "Weight (lb)", "weight_kg", "10 kg").errors["weight_kg"]
    )


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.plural)
def test_our_own_headers_are_in_our_units(kind):
    headers = [header_of(spec, "EUR") for spec in importable(kind)]
    assert scales_of(kind, headers, guess(kind, headers)) == {}
