"""OsmAnd and Traccar Client: every dialect, unit and oddity."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.identity.models import SpeedUnit
from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import Fix, QuarantineReason
from fleet_app.location.protocols import osmand

NOW = 1_795_342_530_000
KNOT = 1852 / 3600


def flat(unit: SpeedUnit = SpeedUnit.KNOTS, **values: Any) -> Fix | None:
    pairs = [(name, str(value)) for name, value in values.items()]
    return osmand.read(osmand.from_pairs(pairs), NOW, unit)


def nested(coords: dict[str, Any] | None = None, **location: Any) -> Fix | None:
    inner = {"timestamp": "2026-11-22T10:15:30.250Z", **location}
    if coords is not None:
        inner["coords"] = coords
    body = json.dumps({"device_id": "d", "location": inner}).encode()
    (message,) = osmand.from_json(body)
    return osmand.read(message, NOW, SpeedUnit.KNOTS)


def the(fix: Fix | None) -> Fix:
    assert fix is not None
    return fix


@pytest.mark.parametrize(
    ("timestamp", "expected_ms"),
    [
        ("1795342530", 1_795_342_530_000),
        ("1795342530250", 1_795_342_530_250),
        ("1795342530.25", 1_795_342_530_250),
        ("2147483646", 2_147_483_646_000),
        ("2147483647", 2_147_483_647),
        ("2026-11-22T10:15:30Z", 1_795_342_530_000),
        ("2026-11-22T12:15:30.250+02:00", 1_795_342_530_250),
        ("2026-11-22 10:15:30", 1_795_342_530_000),
    ],
)
def test_times_in_a_query(timestamp: str, expected_ms: int) -> None:
    assert the(flat(lat=60, lon=24, timestamp=timestamp)).recorded_at_ms == expected_ms


def test_without_a_time_a_position_was_taken_on_receipt() -> None:
    assert the(flat(lat=60, lon=24)).recorded_at_ms == NOW


@pytest.mark.parametrize("timestamp", ["yesterday", "10:15", "nan", "2026-13-01 00:00:00", "--"])
def test_an_unreadable_time_is_never_replaced_by_another(timestamp: str) -> None:
    with pytest.raises(MalformedPayload):
        flat(lat=60, lon=24, timestamp=timestamp)


@pytest.mark.parametrize(
    ("unit", "mps"),
    [
        (SpeedUnit.KNOTS, 40 * KNOT),
        (SpeedUnit.METRES_PER_SECOND, 40),
        (SpeedUnit.KILOMETRES_PER_HOUR, 40 / 3.6),
        (SpeedUnit.MILES_PER_HOUR, 40 * 0.44704),
    ],
)
def test_speed_in_a_query_is_in_the_devices_unit(unit: SpeedUnit, mps: float) -> None:
    assert the(flat(unit, lat=60, lon=24, speed=40)).speed == pytest.approx(mps)


def test_speed_in_json_is_always_metres_per_second() -> None:
    fix = the(nested({"latitude": 60, "longitude": 24, "speed": 18.67}))

    assert fix.speed == 18.67


def test_unknown_values_are_none_rather_than_numbers() -> None:
    fix = the(
        nested(
            {"latitude": 60, "longitude": 24, "speed": -1, "heading": -1, "accuracy": 0},
            battery={"level": -1, "is_charging": False},
        )
    )

    assert (fix.speed, fix.heading, fix.accuracy, fix.battery) == (None, None, None, None)


def test_the_older_android_clients_accuracy_zero_is_unknown() -> None:
    assert the(flat(lat=60, lon=24, accuracy="0.0")).accuracy is None


def test_json_may_leave_out_any_number_but_the_place() -> None:
    fix = the(nested({"latitude": 60, "longitude": 24}))

    assert (fix.lat, fix.lon, fix.recorded_at_ms) == (60, 24, 1_795_342_530_250)
    assert fix.altitude is None


def test_battery_is_a_fraction_in_json_and_percent_in_a_query() -> None:
    in_json = the(nested({"latitude": 60, "longitude": 24}, battery={"level": 0.79}))

    assert in_json.battery == pytest.approx(79)
    assert the(flat(lat=60, lon=24, batt=87)).battery == 87


def test_everything_else_is_kept_as_attributes() -> None:
    fix = the(flat(id="t", lat=60, lon=24, ignition="true", rpm=933, note="x y", hdop="1.5"))

    assert fix.attributes == {"ignition": True, "rpm": 933.0, "note": "x y", "hdop": 1.5}


def test_extras_and_the_sdks_own_words_are_kept_the_shim_is_not() -> None:
    fix = the(
        nested(
            {"latitude": 60, "longitude": 24},
            event="motionchange",
            is_moving=False,
            odometer=12,
            activity={"type": "still"},
            battery={"level": 1, "is_charging": True},
            mock=True,
            extras={"shift": "late", "n": 12, "deep": {"a": 1}},
            _="&id=secret&lat=1",
        )
    )

    assert fix.attributes == {
        "event": "motionchange", "motion": False, "odometer": 12, "activity": "still",
        "charge": True, "mock": True, "shift": "late", "n": 12, "deep": '{"a":1}',
    }  # fmt: skip
    assert fix.battery == 100


def test_a_place_may_come_as_one_field() -> None:
    fix = the(flat(location="60.5,-24.25"))

    assert (fix.lat, fix.lon) == (60.5, -24.25)


@pytest.mark.parametrize("name", ["bearing", "heading"])
def test_a_heading_has_two_names(name: str) -> None:
    assert the(flat(lat=60, lon=24, **{name: "7.19"})).heading == pytest.approx(7.19)


def test_a_full_circle_is_north() -> None:
    assert the(flat(lat=60, lon=24, bearing=360)).heading == 0


@pytest.mark.parametrize(
    "values",
    [
        {"timestamp": 1795342530, "cell": "257,02,16,2224", "wifi": "00-14-22-01-23-45,-80"},
        {"notificationToken": "abc"},
        {"timestamp": 1795342530, "batt": 50},
        {"lat": "", "lon": ""},
    ],
)
def test_messages_without_coordinates_are_no_fixes(values: dict[str, Any]) -> None:
    assert flat(id="t", **values) is None


def test_a_heartbeat_in_json_is_no_fix() -> None:
    assert nested(None, event="heartbeat") is None
    assert nested({"speed": 3}) is None


def test_wireless_networks_around_the_driver_are_not_kept() -> None:
    fix = the(flat(lat=60, lon=24, wifi="00-14-22-01-23-45,-80", cell="257,02,16,2224"))

    assert fix.attributes == {"cell": "257,02,16,2224"}


def test_repeated_cells_are_kept_together() -> None:
    pairs = [("lat", "60"), ("lon", "24"), ("cell", "1,2"), ("cell", "3,4")]

    fix = the(osmand.read(osmand.from_pairs(pairs), NOW, SpeedUnit.KNOTS))

    assert fix.attributes == {"cell": "1,2|3,4"}


@pytest.mark.parametrize(
    ("lat", "lon"),
    [("60", None), (None, "24"), ("abc", "24"), ("60", ""), ("nan", "24"), ("inf", "1"),
     ("6_0", "24"), ("0x10", "1")],
)  # fmt: skip
def test_half_a_place_is_no_place(lat: str | None, lon: str | None) -> None:
    values = {name: v for name, v in (("lat", lat), ("lon", lon)) if v is not None}

    with pytest.raises(MalformedPayload):
        flat(**values)


@pytest.mark.parametrize(("lat", "lon"), [(95, 24), (60, 181), (-90.5, 0)])
def test_a_place_outside_the_globe_is_quarantined(lat: float, lon: float) -> None:
    assert the(flat(lat=lat, lon=lon)).quarantine is QuarantineReason.INVALID_COORDINATES


def test_a_time_no_calendar_holds_is_quarantined_with_what_was_sent() -> None:
    fix = the(flat(lat=60, lon=24, timestamp="9" * 30))

    assert fix.quarantine is QuarantineReason.FUTURE
    assert fix.recorded_at_ms <= 253_402_300_799_000
    assert fix.attributes is not None
    assert float(fix.attributes["recorded_at_ms"]) == pytest.approx(1e30)


def test_a_value_out_of_range_costs_the_value_not_the_place() -> None:
    fix = the(flat(lat=60, lon=24, speed=9000, bearing=700, batt=250, altitude="9e9"))

    assert fix.quarantine is None
    assert (fix.speed, fix.heading, fix.battery, fix.altitude) == (None, None, None, None)
    assert fix.attributes == {"speed": "9000", "heading": "700", "batt": "250", "altitude": "9e9"}


def test_flat_objects_in_an_array_are_read_like_queries() -> None:
    body = b'[{"id":"t","lat":60.5,"lon":24,"timestamp":1795342530,"speed":10},{"id":"t","batt":5}]'

    first, second = osmand.from_json(body)

    fix = the(osmand.read(first, NOW, SpeedUnit.KNOTS))
    assert (fix.lat, fix.recorded_at_ms) == (60.5, 1_795_342_530_000)
    assert fix.speed == pytest.approx(10 * KNOT)
    assert osmand.read(second, NOW, SpeedUnit.KNOTS) is None


def test_the_identifier_has_three_names() -> None:
    for name in ("id", "deviceid", "device_id"):
        assert osmand.token_of({name: "fdt_x"}) == "fdt_x"
    assert osmand.token_of({"id": 123}) == "123"
    assert osmand.token_of({"id": ""}) is None
    assert osmand.token_of({"lat": "1"}) is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"3", b"[]", b"[1]", b"\xff", b"[" * 5000, b"[{}]" + b" " * 9 + b"x"]
)
def test_a_body_that_is_no_message_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        osmand.from_json(body)


keys = st.sampled_from(
    ["id", "timestamp", "lat", "lon", "location", "speed", "bearing", "heading", "altitude",
     "accuracy", "batt", "charge", "valid", "cell", "wifi", "coords", "other"]
)  # fmt: skip
words = st.one_of(
    st.text(max_size=20),
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from(["", "nan", "-1", "1e400", "0", "60,24", "true", "\0"]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def assert_honest(fix: Fix | None, *sent: Any) -> None:
    """A fix has the place that was sent, and can be stored."""
    if fix is None:
        return
    assert fix.lat in sent
    assert fix.lon in sent
    assert -62_135_596_800_000 <= fix.recorded_at_ms <= 253_402_300_799_000
    assert fix.speed is None or 0 <= fix.speed <= 150
    assert fix.heading is None or 0 <= fix.heading < 360
    assert fix.battery is None or 0 <= fix.battery <= 100
    assert len(fix.attributes or {}) <= 33
    stored = json.dumps(fix.attributes, allow_nan=False)
    assert "\\u0000" not in stored


def numbers(*sent: Any) -> list[float]:
    found = []
    for value in sent:
        for part in str(value).split(","):
            try:
                found.append(float(part))
            except ValueError:
                continue
    return found


@given(st.lists(st.tuples(keys, words), max_size=12))
def test_any_query_is_read_or_refused_and_no_place_is_made_up(
    pairs: list[tuple[str, str]],
) -> None:
    message = osmand.from_pairs(pairs)
    try:
        fix = osmand.read(message, NOW, SpeedUnit.KNOTS)
    except MalformedPayload:
        return
    places = [message.get(name) for name in ("lat", "lon", "location")]
    assert_honest(fix, *numbers(*places))


@given(st.dictionaries(keys, values, max_size=8))
def test_any_flat_object_is_read_or_refused(message: dict[str, Any]) -> None:
    try:
        osmand.token_of(message)
        fix = osmand.read(message, NOW, SpeedUnit.KNOTS)
    except MalformedPayload:
        return
    location = message.get("location")
    if not isinstance(location, dict):
        assert_honest(fix, *numbers(message.get("lat"), message.get("lon"), location))


nested_keys = st.sampled_from(
    ["timestamp", "coords", "battery", "activity", "extras", "event", "is_moving", "odometer"]
)
coord_keys = st.sampled_from(["latitude", "longitude", "speed", "heading", "accuracy", "altitude"])


@given(
    st.dictionaries(nested_keys, values, max_size=8),
    st.one_of(values, st.dictionaries(coord_keys, values, max_size=6)),
)
def test_any_nested_object_is_read_or_refused(location: dict[str, Any], coords: Any) -> None:
    message = {"device_id": "t", "location": {**location, "coords": coords}}
    try:
        fix = osmand.read(message, NOW, SpeedUnit.KNOTS)
    except MalformedPayload:
        return
    if fix is not None:
        assert_honest(fix, *numbers(coords.get("latitude"), coords.get("longitude")))


@given(st.one_of(st.binary(max_size=60), values.map(lambda v: json.dumps(v).encode())))
def test_any_body_is_decoded_or_refused(body: bytes) -> None:
    try:
        messages = osmand.from_json(body)
    except MalformedPayload:
        return
    assert all(isinstance(message, dict) for message in messages)
