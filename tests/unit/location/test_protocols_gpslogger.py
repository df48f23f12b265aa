"""GPSLogger: its placeholders under all their names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, QuarantineReason
from fleet_app.location.protocols import gpslogger

NOW = 1_795_342_530_000


def sent(**values: Any) -> Fix:
    pairs = [(name, str(value)) for name, value in {"lat": 60, "lon": 24, **values}.items()]
    return gpslogger.read(gpslogger.from_pairs(pairs), NOW)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timestamp", "1795342530"),
        ("time", "2026-11-22T10:15:30Z"),
        ("time", "2026-11-22T10:15:30.000Z"),
        ("timeoffset", "2026-11-22T12:15:30+02:00"),
        ("timeoffset", "2026-11-22T12:15:30.000+0200"),
    ],
)
def test_each_way_to_say_the_time(name: str, text: str) -> None:
    assert sent(**{name: text}).recorded_at_ms == 1_795_342_530_000


def test_the_epoch_is_preferred_and_receipt_is_the_last_resort() -> None:
    assert sent(time="1999-01-01T00:00:00Z", timestamp=1_795_342_530).recorded_at_ms == NOW
    assert sent().recorded_at_ms == NOW


def test_speed_is_metres_per_second_unless_it_says_kilometres_per_hour() -> None:
    assert sent(spd=10).speed == 10
    assert sent(speed=10).speed == 10
    assert sent(spd_kph=36).speed == pytest.approx(10)
    assert sent(spd=10, spd_kph=99).speed == 10


@pytest.mark.parametrize(
    "names",
    [
        {"lat": "lat", "lon": "lon", "dir": "dir", "acc": "acc", "alt": "alt", "batt": "batt"},
        {
            "lat": "latitude", "lon": "longitude", "dir": "bearing", "acc": "accuracy",
            "alt": "altitude", "batt": "battery",
        },
        {
            "lat": "LAT", "lon": "LNG", "dir": "Direction", "acc": "ACC", "alt": "Alt",
            "batt": "BATT",
        },
    ],
)  # fmt: skip
def test_values_have_aliases(names: dict[str, str]) -> None:
    values = {"lat": "60.5", "lon": "24.5", "dir": "271", "acc": "4", "alt": "12", "batt": "83"}
    pairs = [(names[what], value) for what, value in values.items()]

    fix = gpslogger.read(gpslogger.from_pairs(pairs), NOW)

    assert (fix.lat, fix.lon, fix.heading) == (60.5, 24.5, 271)
    assert (fix.accuracy, fix.altitude, fix.battery) == (4, 12, 83)


def test_all_the_rest_is_kept_except_the_token_and_what_is_always_empty() -> None:
    fix = sent(id="t", aid="a1", sat=7, hdop="0.9", prov="gps", ischarging="true", act="", dist=3)

    assert fix.attributes == {
        "aid": "a1", "sat": 7.0, "hdop": 0.9, "prov": "gps", "ischarging": True, "dist": 3.0,
    }  # fmt: skip


def test_unfilled_placeholders_count_as_not_sent() -> None:
    fix = sent(spd="%SPD", spd_kph=36, timestamp="%TIMESTAMP", batt="")

    assert fix.speed == pytest.approx(10)
    assert fix.recorded_at_ms == NOW
    assert fix.battery is None
    assert fix.attributes is None


def test_a_json_body_is_read_like_a_query() -> None:
    body = b'{"Lat": 60.5, "lon": "24.5", "spd": 3.5, "timestamp": 1795342530, "sat": 7}'

    fix = gpslogger.read(gpslogger.from_json(body), NOW)

    assert (fix.lat, fix.lon, fix.speed, fix.attributes) == (60.5, 24.5, 3.5, {"sat": 7})


def test_what_cannot_be_true_is_quarantined() -> None:
    assert sent(lat=0, lon=0).quarantine is QuarantineReason.ZERO_ISLAND
    assert sent(lat=100).quarantine is QuarantineReason.INVALID_COORDINATES
    assert sent(timestamp=5).quarantine is QuarantineReason.ANCIENT


@pytest.mark.parametrize(
    "values", [{"lat": "x"}, {"lat": ""}, {"lon": "%LON"}, {"time": "noon"}, {"timestamp": "nan"}]
)
def test_an_unreadable_place_or_time_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(MalformedPayload):
        sent(**values)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"\xff"])
def test_a_body_that_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        gpslogger.from_json(body)


words = st.one_of(
    st.text(max_size=15), st.floats().map(str), st.sampled_from(["%LAT", "", "1e999", "\0"])
)
names = st.sampled_from(
    ["lat", "LAT", "latitude", "lon", "lng", "time", "timestamp", "timeoffset", "spd", "spd_kph",
     "dir", "acc", "alt", "batt", "sat", "x"]
)  # fmt: skip


@given(st.lists(st.tuples(names, words), max_size=12))
def test_any_query_is_read_or_refused_and_no_place_is_made_up(
    pairs: list[tuple[str, str]],
) -> None:
    message = gpslogger.from_pairs(pairs)
    try:
        fix = gpslogger.read(message, NOW)
    except MalformedPayload:
        return
    assert fix.lat == float(message.get("lat", message.get("latitude", "nan")))
    assert fix.lon == float(message.get("lon", message.get("lng", "nan")))
    assert "\\u0000" not in json.dumps(fix.attributes, allow_nan=False)


@given(st.binary(max_size=60))
def test_any_body_is_decoded_or_refused(body: bytes) -> None:
    try:
        gpslogger.from_json(body)
    except MalformedPayload:
        return
