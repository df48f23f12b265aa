"""Values as texts in a form and back, and what becomes of two people's texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import zone_of
from fleet_app.web.states.records.merging import merged
from fleet_app.web.states.records.texts import in_words, problem_of, text_of, units_of, value_of

HELSINKI, UTC_ZONE = zone_of("Europe/Helsinki"), zone_of("UTC")
DELIVERIES, CUSTOMERS, VEHICLES = KINDS["deliveries"], KINDS["customers"], KINDS["vehicles"]


def validated(kind, name, text, zone=UTC_ZONE):
    """The value that the fields model makes of a text, given something valid besides it."""
    besides = {"address": "Katu 1"} if kind is DELIVERIES else {"name": "x"}
    values = {**besides, name: value_of(kind, kind.by_name[name], text, zone)}
    return getattr(kind.fields.model_validate(values), name)


@given(st.just(0.0) | st.floats(min_value=1e-20, max_value=100_000))
def test_numbers_come_back_as_they_were(number):
    spec = DELIVERIES.by_name["weight_kg"]
    back = validated(DELIVERIES, "weight_kg", text_of(spec, number, UTC_ZONE))
    assert back == pytest.approx(number, rel=1e-12)


@given(st.datetimes(min_value=datetime(1975, 1, 1), max_value=datetime(2100, 1, 1)))
def test_moments_come_back_to_the_minute_but_for_the_hour_that_happens_twice(naive):
    moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    spec = DELIVERIES.by_name["window_from"]
    back = validated(DELIVERIES, "window_from", text_of(spec, moment, HELSINKI), HELSINKI)
    assert abs((back - moment).total_seconds()) in (0, 3600)
    assert text_of(spec, back, HELSINKI) == text_of(spec, moment, HELSINKI)


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)


@given(st.lists(st.tuples(LINE, LINE.filter(bool)), max_size=5))
def test_other_addresses_come_back_as_they_were(pairs):
    entries = [{"label": label.replace(":", ""), "address": address} for label, address in pairs]
    spec = CUSTOMERS.by_name["addresses"]
    text = text_of(spec, entries, UTC_ZONE)
    found = value_of(CUSTOMERS, spec, text, UTC_ZONE)
    keys = [(one["label"], one["address"]) for one in found]
    normal = [validated_pair(one) for one in entries]
    assert keys == normal


def validated_pair(entry):
    model = CUSTOMERS.fields.model_validate({"name": "x", "addresses": [entry]})
    return (model.addresses[0].label, model.addresses[0].address)


@given(st.text(max_size=60))
@pytest.mark.parametrize("plural", ["deliveries", "customers", "fleets", "maintenance_records"])
def test_no_text_breaks_the_check_of_a_field(plural, text):
    kind = KINDS[plural]
    for spec in kind.specs:
        assert isinstance(problem_of(kind, spec, text, HELSINKI), str)


def test_problems_are_sentences():
    assert in_words("Name", "is missing") == "Name is missing"
    assert in_words("Colour", "write it like #1a73e8") == "Write it like #1a73e8"


def test_an_address_and_its_point_are_one_thing():
    units = units_of(DELIVERIES)
    assert ("address", "lat", "lon") in units
    assert ("pickup_address", "pickup_lat", "pickup_lon") in units
    assert sorted(name for unit in units for name in unit) == sorted(DELIVERIES.by_name)


TEXTS = st.dictionaries(st.sampled_from(["name", "make", "model"]), st.sampled_from("abc"))


@given(TEXTS, TEXTS, TEXTS)
def test_a_meeting_never_loses_what_only_one_of_two_changed(base, mine, theirs):
    texts, clashes = merged(VEHICLES, base, mine, theirs)
    open_ones = {one["name"] for one in clashes if one["open"]}
    for name in ("name", "make", "model"):
        was, my, their = (one.get(name, "") for one in (base, mine, theirs))
        expected = their if my == was else my
        assert texts.get(name, "") == expected
        assert (name in open_ones) == (was != my and was != their and my != their)
