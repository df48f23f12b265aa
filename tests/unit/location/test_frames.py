"""The live frame: what is packed comes out again, to the resolution it promises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.frames import (
    HEADER,
    RECORD,
    FrameKind,
    LivePosition,
    decode_frame,
    encode_frame,
    pack_position,
    split_records,
    unpack_position,
)
from fleet_app.location.models import MotionStatus

positions = st.builds(
    LivePosition,
    vehicle_id=st.integers(1, 2**32 - 1),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    recorded_at=st.integers(0, 2**32 - 1).map(float),
    status=st.sampled_from(MotionStatus),
    heading=st.none() | st.floats(0, 720),
    speed=st.none() | st.floats(0, 600),
    battery=st.none() | st.floats(0, 100),
)


@given(positions)
def test_a_position_survives_packing(position):
    again = unpack_position(pack_position(position))
    assert (again.vehicle_id, again.status) == (position.vehicle_id, position.status)
    assert again.lat == pytest.approx(position.lat, abs=1e-7)
    assert again.lon == pytest.approx(position.lon, abs=1e-7)
    assert again.recorded_at == position.recorded_at
    assert (again.speed is None) == (position.speed is None)
    assert (again.heading is None) == (position.heading is None)
    if position.heading is not None:
        turn = abs(again.heading - position.heading % 360)
        assert min(turn, 360 - turn) <= 0.0051
    if position.speed is not None:
        assert again.speed == pytest.approx(position.speed, abs=0.0051)


@given(st.lists(positions, max_size=20), st.integers(0, 2**40))
def test_a_frame_survives_encoding(fleet, sequence):
    records = [pack_position(position) for position in fleet]
    frame = encode_frame(FrameKind.SNAPSHOT, sequence, 1_700_000_000.5, records)
    kind, number, server_time, decoded = decode_frame(frame)
    assert (kind, server_time) == (FrameKind.SNAPSHOT, 1_700_000_000.5)
    assert number == sequence % 2**32
    assert [position.vehicle_id for position in decoded] == [p.vehicle_id for p in fleet]


@pytest.mark.parametrize(("said", "carried"), [(0, 0), (90.0, 90), (1e6, 65_535)])
def test_a_frame_may_say_when_a_vehicle_is_offline(said, carried):
    frame = encode_frame(FrameKind.SNAPSHOT, 1, 0.0, [], said)
    assert HEADER.unpack_from(frame)[2] == carried
    assert decode_frame(frame)[3] == []


def test_sizes_are_those_the_browser_reads():
    assert (HEADER.size, RECORD.size) == (20, 24)


def test_records_of_a_body_come_with_their_vehicle():
    one = pack_position(
        LivePosition(vehicle_id=7, lat=1, lon=2, recorded_at=3, status=MotionStatus.IDLE)
    )
    assert list(split_records(one + one)) == [(7, one), (7, one)]


@pytest.mark.parametrize("spoil", [lambda f: f[:-1], lambda f: b"\x09" + f[1:], lambda f: f + b"x"])
def test_a_damaged_frame_is_refused(spoil):
    frame = encode_frame(FrameKind.DELTA, 1, 0.0, [bytes(24)])
    with pytest.raises(ValueError, match="not a version 1 frame"):
        decode_frame(spoil(frame))
