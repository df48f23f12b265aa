"""Thousands of pages in one process: Reflex's event socket spoken by hand, frames timed.

`python -m bench._sockets` reads a `Plan` as JSON from standard input, connects its sessions, prints
one JSON line when all have joined, waits for a line, posts fixes and prints an `Outcome`.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import os
import sys
import time
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import uvloop

from bench._load import percentile
from bench._measure import Measure
from bench._plans import Joined, Page, Plan
from bench._posts import post_all

NAMESPACE = "/_event"
BOOT = "reflex___state____state.hydrate_and_load"
CONNECTING_AT_ONCE = 40
JOIN_SECONDS = 30.0
_TEXT, _PONG = 0x81, 0x8A


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
