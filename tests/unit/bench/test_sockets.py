"""The pages of the fan-out benchmark: frames are parsed, attributed and timed truthfully."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from bench._measure import FIRST_LAT, STEP, Measure
from bench._plans import Page
from bench._sockets import Session
from fleet_app.location.frames import FrameKind, LivePosition, encode_frame, pack_position
from fleet_app.location.models import MotionStatus

MARKER = '"status_rx_state_":'


def a_frame(*fixes: tuple[int, int]) -> bytes:
    """A frame of (vehicle, fix number) records."""
    records = [
        pack_position(
            LivePosition(vehicle_id=vehicle, lat=(FIRST_LAT + number * STEP) / 1e7, lon=24.94,
                         recorded_at=1.0, status=MotionStatus.MOVING)
        )
        for vehicle, number in fixes
    ]  # fmt: skip
    return encode_frame(FrameKind.DELTA, 1, 1.0, records)


def measuring() -> Measure:
    measure = Measure(MARKER)
    measure.counting = True
    return measure


def test_a_frame_is_timed_from_the_post_that_it_shows() -> None:
    measure = measuring()
    measure.posted(7)
    measure.frame(a_frame((7, 1), (8, 3)), False)
    assert len(measure.latencies[False]) == 1
    assert measure.outcome.dashboard_records == 2
    assert measure.unseen() == 0


def test_each_session_has_its_own_sample_of_the_same_frame() -> None:
    measure = measuring()
    measure.posted(7)
    for _ in range(3):
        measure.frame(a_frame((7, 1)), False)
    assert len(measure.latencies[False]) == 3


def test_a_fix_that_was_passed_over_counts_until_the_newer_one_is_shown() -> None:
    measure = measuring()
    measure.posted(7)
    measure.posted(7)
    measure.frame(a_frame((7, 2)), False)
    assert len(measure.latencies[False]) == 2
    assert measure.unseen() == 0


def test_a_fix_that_nobody_saw_is_noticed() -> None:
    measure = measuring()
    measure.posted(7)
    measure.posted(7)
    measure.frame(a_frame((7, 1)), False)
    measure.frame(a_frame((7, 2)), True)  # customers do not speak for dashboards
    assert measure.unseen() == 1


class Wire(asyncio.Transport):
    """Remembers what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True


def websocket(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((0x80 | kind, size)) + payload
    return bytes((0x80 | kind, 126)) + size.to_bytes(2, "big") + payload


def a_session(measure: Measure) -> tuple[Session, Wire]:
    page = Page("/track/[token]", "/track/abc", {"token": "abc"}, "fleet_session=s", 1)
    session, wire = Session(page, "h:1", measure, False), Wire()
    session.connection_made(wire)
    return session, wire


@pytest.mark.parametrize("pieces", [1, 3, 100_000])
async def test_a_page_connects_boots_answers_pings_and_counts_frames(pieces: int) -> None:
    measure = measuring()
    session, wire = a_session(measure)
    assert b"Cookie: fleet_session=s" in wire.written
    stream = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + b"".join(
        (
            websocket(1, b'0{"sid":"x"}'),
            websocket(1, b"2"),
            websocket(1, b'451-/_event,["event",{"delta":{"s":{"status_rx_state_":1}}}]'),
            websocket(2, a_frame(*((n, 1) for n in range(10)))),
            websocket(1, b'42/_event,["event",{"delta":{"s":{"status_rx_state_":1}}}]'),
        )
    )
    step = max(len(stream) // pieces, 1)
    for start in range(0, len(stream), step):
        session.data_received(stream[start : start + step])
    boot = wire.written.partition(b"40/_event,")[2].partition(b"\x81")[0]
    event = msgspec.json.decode(boot)["event"]
    assert event["router_data"]["query"] == {"token": "abc"}
    assert wire.written.endswith(b"\x81\x81\0\0\0\x003")
    assert session.joined.done()
    assert (measure.outcome.frames, measure.outcome.texts) == (1, 1)


async def test_a_refused_page_says_why() -> None:
    session, wire = a_session(measuring())
    session.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    assert wire.closed
    session.connection_lost(None)
    with pytest.raises(ConnectionError, match="403"):
        await session.joined


async def test_a_page_that_is_cut_off_while_counting_is_counted_as_lost() -> None:
    measure = measuring()
    session, _ = a_session(measure)
    session.connection_lost(None)
    assert measure.outcome.lost == 1
    assert session.joined.exception() is not None


async def test_a_page_answers_the_pings_of_the_websocket_itself() -> None:
    session, wire = a_session(measuring())
    session.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + websocket(9, b"beat"))
    assert wire.written.endswith(b"\x8a\x84\0\0\0\0beat")
    assert not wire.closed
