"""Thousands of pages in one process: Reflex's event socket spoken by hand, frames timed.

`python -m bench._sockets` reads a `Plan` as JSON from standard input, connects its sessions, prints
one JSON line when all have joined, waits for a line, posts fixes and prints an `Outcome`.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import os
import struct
import sys
import time
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import uvloop

from bench._load import percentile
from fleet_app.location.frames import HEADER, RECORD

NAMESPACE = "/_event"
BOOT = "reflex___state____state.hydrate_and_load"
CONNECTING_AT_ONCE = 40
JOIN_SECONDS = 30.0
FIRST_LAT = 600_000_000
STEP = 100
"""Fix number n lies at FIRST_LAT + n * STEP, in 1e-7 degrees: so frames tell the number."""
_TEXT, _PONG = 0x81, 0x8A
LATE_SECONDS = 3.0
"""How long frames are still awaited after the last post."""


class Page(msgspec.Struct, frozen=True):
    """A kind of session: the route, its parameters and the cookie it shows."""

    pathname: str
    path: str
    query: dict[str, str]
    cookie: str
    count: int


class Poster(msgspec.Struct, frozen=True):
    """A device that posts one fix in every round."""

    vehicle_id: int
    token: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do."""

    url: str
    pages: list[Page]
    posters: list[Poster]
    post_url: str = ""
    """Where the devices post."""
    rounds: int
    """Fixes of each device; one a second, spread over the second."""
    marker: str
    """Text of the messages that are counted beside binary frames."""
    listen_seconds: float = 0.0
    """How long to count frames when nothing is posted."""


class Joined(msgspec.Struct, kw_only=True):
    """The first line: how many sessions are live."""

    sessions: int
    failed: int
    seconds: float
    problem: str = ""


class Outcome(msgspec.Struct, kw_only=True):
    """The last line. Latencies in seconds, from the beginning of the POST to the frame."""

    frames: int = 0
    """Binary frames received, over all sessions."""
    texts: int = 0
    """Text messages with the marker received, over all sessions."""
    dashboard_frames: int = 0
    dashboard_records: int = 0
    """Vehicle records in the dashboards' frames."""
    bytes: int = 0
    lost: int = 0
    """Sessions that were cut off."""
    samples: int = 0
    p50_s: float = 0.0
    p99_s: float = 0.0
    max_s: float = 0.0
    customer_p99_s: float = 0.0
    post_p99_s: float = 0.0
    posts: int = 0
    failed_posts: int = 0
    unseen_posts: int = 0
    """Posts that no dashboard was shown, nor a newer one of the same vehicle."""
    seconds: float = 0.0
    client_cpu_s: float = 0.0
    problem: str = ""


class Measure:
    """What all sessions of this process write into."""

    def __init__(self, marker: str) -> None:
        self.marker = marker.encode()
        self.outcome = Outcome()
        self.counting = False
        self.latencies: dict[bool, list[float]] = {False: [], True: []}
        self._posted: dict[int, list[float]] = {}
        """By vehicle: when fix number 1, 2, … was sent."""
        self._shown: dict[bool, dict[int, int]] = {False: {}, True: {}}
        """The newest fix number of a vehicle that dashboards, and customers, were shown."""
        self._frames: dict[bytes, list[float]] = {}

    def posted(self, vehicle_id: int) -> None:
        """Note the moment the next fix of a vehicle is sent."""
        self._posted.setdefault(vehicle_id, []).append(time.perf_counter())

    def unseen(self) -> int:
        """Posts that no dashboard was shown, nor a newer one of the same vehicle."""
        shown = self._shown[False]
        return sum(len(sent) - shown.get(vehicle, 0) for vehicle, sent in self._posted.items())

    def frame(self, frame: bytes, is_customer: bool) -> None:
        """A binary frame arrived at one session."""
        if not self.counting:
            return
        now = time.perf_counter()
        times = self._frames.get(frame)
        if times is None:
            times = self._frames[frame] = self._times(frame, is_customer)
        outcome = self.outcome
        outcome.frames += 1
        outcome.bytes += len(frame)
        if not is_customer:
            outcome.dashboard_frames += 1
            outcome.dashboard_records += (len(frame) - HEADER.size) // RECORD.size
        self.latencies[is_customer].extend([now - at for at in times])

    def text(self, packet: bytes) -> None:
        """A text message arrived at one session."""
        if self.counting and packet.startswith(b"42") and self.marker in packet:
            self.outcome.texts += 1
            self.outcome.bytes += len(packet)

    def _times(self, frame: bytes, is_customer: bool) -> list[float]:
        """When the fixes that this frame brings, or has passed over, were sent."""
        shown, found = self._shown[is_customer], list[float]()
        for start in range(HEADER.size, len(frame), RECORD.size):
            vehicle_id, lat = struct.unpack_from("<Ii", frame, start)
            number = round((lat - FIRST_LAT) / STEP)
            before = shown.get(vehicle_id, 0)
            if number > before:
                found += self._posted.get(vehicle_id, [])[before:number]
                shown[vehicle_id] = number
        return found


class Session(asyncio.Protocol):
    """One page."""

    def __init__(self, page: Page, host: str, measure: Measure, text_is_live: bool) -> None:
        self._page = page
        self._text_is_live = text_is_live
        self._host = host
        self._measure = measure
        self._is_customer = page.pathname != "/"
        self._buffer = bytearray()
        self._upgraded = False
        self._transport: asyncio.WriteTransport | None = None
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.problem = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        cookie = f"Cookie: {self._page.cookie}\r\n" if self._page.cookie else ""
        self._transport.write(
            (
                f"GET {NAMESPACE}/?EIO=4&transport=websocket&token={uuid4()} HTTP/1.1\r\n"
                f"Host: {self._host}\r\nOrigin: http://{self._host}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{cookie}"
                f"Sec-WebSocket-Key: {key}\r\n\r\n"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, found, _ = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0] + b" ":
                self._fail(head[:200].decode("latin-1"))
                return
            del self._buffer[: len(head) + 4]
            self._upgraded = True
        while self._one_frame():
            pass

    def _one_frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        length, offset = buffer[1] & 0x7F, 2
        if length == 126:
            length, offset = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, offset = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < offset or len(buffer) < offset + length:
            return False
        kind, payload = buffer[0] & 0x0F, bytes(buffer[offset : offset + length])
        del buffer[: offset + length]
        if kind == 2:
            self._measure.frame(payload, self._is_customer)
            self._is_live()
        elif kind == 1:
            self._text(payload)
        elif kind == 8:
            self._fail(f"closed by the server: {payload[2:].decode(errors='replace')}")
        elif kind == 9:
            self._send(payload, _PONG)
        return True

    def _text(self, packet: bytes) -> None:
        if packet == b"2":
            self._send(b"3")
        elif packet.startswith(b"0"):
            self._send(f"40{NAMESPACE},".encode() + msgspec.json.encode({"event": self._boot()}))
        elif packet.startswith(b"44"):
            self._fail(packet[:200].decode())
        else:
            self._measure.text(packet)
            if self._text_is_live and self._measure.marker in packet:
                self._is_live()

    def _boot(self) -> dict[str, Any]:
        page = self._page
        router = {"pathname": page.pathname, "asPath": page.path, "query": page.query}
        return {"name": BOOT, "payload": {"vars": {}}, "router_data": router}

    def _is_live(self) -> None:
        if not self.joined.done():
            self.joined.set_result(None)

    def _send(self, payload: bytes, first: int = _TEXT) -> None:
        assert self._transport is not None
        # A masking key of zeros leaves the payload as it is.
        size = len(payload)
        if size < 126:
            head = bytes((first, 0x80 | size))
        else:
            head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
        self._transport.write(head + b"\0\0\0\0" + payload)

    def _fail(self, problem: str) -> None:
        self.problem = self.problem or problem
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.problem = self.problem or repr(error)
        if not self.joined.done():
            self.joined.set_exception(ConnectionError(self.problem))
        if self._measure.counting:
            self._measure.outcome.lost += 1
            self._measure.outcome.problem = self.problem


async def connect_all(plan: Plan, measure: Measure) -> Joined:
    """Open every session and wait for its first frame."""
    parts = urlsplit(plan.url)
    host, port = parts.hostname or "", parts.port or 80
    loop, places = asyncio.get_running_loop(), asyncio.Semaphore(CONNECTING_AT_ONCE)
    joined = Joined(sessions=0, failed=0, seconds=0.0)
    started = time.perf_counter()

    async def open_one(page: Page) -> None:
        async with places:
            try:
                _, session = await loop.create_connection(
                    lambda: Session(page, parts.netloc, measure, not plan.posters), host, port
                )
                await asyncio.wait_for(session.joined, JOIN_SECONDS)
                joined.sessions += 1
            except (OSError, TimeoutError) as error:
                joined.failed += 1
                joined.problem = joined.problem or repr(error)

    pages = [page for page in plan.pages for _ in range(page.count)]
    await asyncio.gather(*(open_one(page) for page in pages))
    joined.seconds = time.perf_counter() - started
    return joined


class Posts(asyncio.Protocol):
    """A kept-alive connection on which one device posts."""

    def __init__(self, host: str, poster: Poster, measure: Measure) -> None:
        self._host = host
        self._poster = poster
        self._measure = measure
        self._sent: list[float] = []
        self._transport: asyncio.WriteTransport | None = None
        self.latencies: list[float] = []
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def post(self, number: int) -> None:
        """Send fix `number`: a metre further north than the one before."""
        assert self._transport is not None
        lat = (FIRST_LAT + number * STEP) / 1e7
        body = (
            f'{{"recorded_at":{time.time_ns() // 1_000_000},"latitude":{lat:.5f},'
            '"longitude":24.94,"speed":1.1,"heading":0.0}'
        )
        self._measure.posted(self._poster.vehicle_id)
        self._sent.append(time.perf_counter())
        self._transport.write(
            (
                f"POST /api/v1/locations HTTP/1.1\r\nHost: {self._host}\r\n"
                f"Authorization: Bearer {self._poster.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 "):
            return  # the rest of an answer
        if data.startswith(b"HTTP/1.1 200"):
            self.latencies.append(time.perf_counter() - self._sent[len(self.latencies)])
        else:
            self.failed += 1
            self._measure.outcome.problem = data[:300].decode("latin-1")


async def post_all(plan: Plan, measure: Measure) -> None:
    """Every device posts once a second, the devices spread over the second."""
    parts = urlsplit(plan.post_url)
    loop = asyncio.get_running_loop()
    lines: list[Posts] = []
    for poster in plan.posters:
        _, line = await loop.create_connection(
            lambda poster=poster: Posts(parts.netloc, poster, measure),  # type: ignore[misc]
            parts.hostname or "",
            parts.port or 80,
        )
        lines.append(line)
    started = time.perf_counter()
    for number in range(1, plan.rounds + 1):
        for index, line in enumerate(lines):
            due = started + number + index / len(lines)
            await asyncio.sleep(max(due - time.perf_counter(), 0.0))
            line.post(number)
    await asyncio.sleep(LATE_SECONDS)
    latencies = [latency for line in lines for latency in line.latencies]
    measure.outcome.posts = len(latencies)
    measure.outcome.post_p99_s = percentile(latencies, 0.99)
    measure.outcome.failed_posts = plan.rounds * len(lines) - len(latencies)
    measure.outcome.unseen_posts = measure.unseen()


async def work(plan: Plan) -> None:
    """Connect, tell, wait for the word, measure, tell."""
    measure = Measure(plan.marker)
    tell(await connect_all(plan, measure))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.readline)
    measure.counting = True
    started, cpu = time.perf_counter(), time.process_time()
    if plan.posters:
        await post_all(plan, measure)
    else:
        await asyncio.sleep(plan.listen_seconds)
    measure.counting = False
    outcome = measure.outcome
    outcome.seconds = time.perf_counter() - started
    outcome.client_cpu_s = time.process_time() - cpu
    dashboards, customers = measure.latencies[False], measure.latencies[True]
    everybody = dashboards + customers
    outcome.samples = len(everybody)
    outcome.p50_s, outcome.p99_s = percentile(everybody, 0.5), percentile(everybody, 0.99)
    outcome.max_s = max(everybody, default=0.0)
    outcome.customer_p99_s = percentile(customers, 0.99)
    tell(outcome)


def tell(message: msgspec.Struct) -> None:
    """One JSON line."""
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    gc.disable()
    uvloop.run(work(msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)))
