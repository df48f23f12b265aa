"""OwnTracks: which messages hold a position, in which units, and what is never kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, QuarantineReason
from fleet_app.location.protocols import owntracks

NOW = 1_795_342_530_000


def location(**changes: Any) -> Fix:
    message = {"_type": "location", "lat": 52.3, "lon": 5.04, "tst": 1_795_342_000, "tid": "v1"}
    fix = owntracks.read({**message, **changes}, NOW)
    assert fix is not None
    return fix


def test_a_location_is_read_in_its_units() -> None:
    fix = location(acc=5, alt=84, batt=34, bs=1, cog=277, conn="m", m=2, p=100.5, t="t", vel=79)

    assert (fix.lat, fix.lon, fix.recorded_at_ms) == (52.3, 5.04, 1_795_342_000_000)
    assert fix.speed == pytest.approx(79 / 3.6)
    assert (fix.heading, fix.accuracy, fix.altitude, fix.battery) == (277, 5, 84, 34)
    assert fix.attributes == {"tid": "v1", "t": "t", "bs": 1, "conn": "m", "m": 2, "p": 100.5}
    assert fix.quarantine is None


def test_the_least_a_phone_sends_is_enough() -> None:
    fix = owntracks.read({"_type": "location", "lat": 52, "lon": -5, "tst": 1_795_342_000}, NOW)

    assert fix is not None
    assert (fix.lat, fix.lon, fix.speed, fix.attributes) == (52, -5, None, None)


def test_minus_one_is_unknown() -> None:
    fix = location(vel=-1, cog=-1, batt=-1, acc=-1)

    assert (fix.speed, fix.heading, fix.battery, fix.accuracy) == (None, None, None, None)


@pytest.mark.parametrize("tst", [1_795_342_000, "1795342000", 1_795_342_000.0])
def test_the_time_of_the_fix_counts_not_the_time_of_the_message(tst: Any) -> None:
    assert location(tst=tst, created_at=1_795_342_500).recorded_at_ms == 1_795_342_000_000


def test_a_ping_that_waited_in_the_queue_keeps_its_own_time() -> None:
    assert location(t="p").recorded_at_ms == 1_795_342_000_000


def test_the_names_of_wireless_networks_are_never_kept() -> None:
    fix = location(SSID="AndroidWifi", BSSID="00:13:10:85:fe:01", topic="owntracks/user/device")

    assert fix.attributes == {"tid": "v1"}


def test_regions_are_kept_as_text() -> None:
    assert location(inregions=["home", "depot"]).attributes == {
        "tid": "v1",
        "inregions": '["home","depot"]',
    }


def test_the_random_id_recognises_a_retry() -> None:
    long = "x" * 65

    assert location(_id="abc").event_id == "abc"
    assert location(_id=long).event_id == location(_id=long).event_id
    assert len(location(_id=long).event_id or "") == 64
    assert location(_id="").event_id is None
    assert location(_id=["a"]).event_id is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lat": 0.0, "lon": 0.0}, QuarantineReason.ZERO_ISLAND),
        ({"tst": 0}, QuarantineReason.ANCIENT),
        ({"tst": 1_795_343_200}, QuarantineReason.FUTURE),
        ({"lat": 95}, QuarantineReason.INVALID_COORDINATES),
    ],
)
def test_what_cannot_be_true_is_quarantined(
    changes: dict[str, Any], reason: QuarantineReason
) -> None:
    assert location(**changes).quarantine is reason


@pytest.mark.parametrize(
    "kind", ["transition", "waypoint", "waypoints", "status", "steps", "lwt", "card", "cmd"]
)
def test_other_messages_hold_no_position(kind: str) -> None:
    assert owntracks.read({"_type": kind, "lat": 52.0, "lon": 5.0, "tst": "7"}, NOW) is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"_type": "location"}, "coordinates"),
        ({"_type": "location", "lat": 1, "tst": 1}, "coordinates"),
        ({"_type": "location", "lat": "x", "lon": 2, "tst": 1}, "coordinates"),
        ({"_type": "location", "lat": True, "lon": 2, "tst": 1}, "coordinates"),
        ({"_type": "location", "lat": 1, "lon": 2}, "timestamp"),
        ({"_type": "location", "lat": 1, "lon": 2, "tst": None}, "timestamp"),
        ({"_type": "encrypted", "data": "abc"}, "encrypted"),
        ({"some": "thing"}, "json"),
        ({"_type": 3}, "json"),
        ("text", "json"),
        (None, "json"),
    ],
)
def test_a_message_that_cannot_be_read_says_why(message: object, reason: str) -> None:
    with pytest.raises(MalformedPayload) as caught:
        owntracks.read(message, NOW)

    assert caught.value.reason == reason


def test_bodies_hold_none_one_or_many_messages() -> None:
    assert owntracks.from_json(b"") == []
    assert owntracks.from_json(b" \n") == []
    assert owntracks.from_json(b'{"a":1}') == [{"a": 1}]
    assert owntracks.from_json(b'[{"a":1},2]') == [{"a": 1}, 2]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 5000, json.dumps([0] * 501).encode()])
def test_a_body_that_cannot_be_decoded_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        owntracks.from_json(body)


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    ["lat", "lon", "tst", "acc", "alt", "batt", "cog", "vel", "_id", "tid", "SSID", "inregions"]
)


@given(st.dictionaries(fields, values), st.sampled_from(["location", "lwt", "encrypted", "x"]))
def test_any_message_is_read_or_refused_and_no_place_is_made_up(
    message: dict[str, Any], kind: str
) -> None:
    try:
        fix = owntracks.read({**message, "_type": kind}, NOW)
    except MalformedPayload:
        return
    if fix is not None:
        assert fix.lat == float(message["lat"])
        assert fix.lon == float(message["lon"])
        assert "SSID" not in (fix.attributes or {})
        assert "\\u0000" not in json.dumps(fix.attributes, allow_nan=False)
        assert fix.event_id is None or 0 < len(fix.event_id) <= 64


@given(values)
def test_anything_at_all_is_read_or_refused(message: object) -> None:
    try:
        owntracks.read(message, NOW)
    except MalformedPayload:
        return


@given(st.binary(max_size=60))
def test_any_body_is_decoded_or_refused(body: bytes) -> None:
    try:
        owntracks.from_json(body)
    except MalformedPayload:
        return
