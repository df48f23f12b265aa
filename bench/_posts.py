"""Devices that post a fix a second, each on a connection of its own."""

from __future__ import annotations

import asyncio
import time
from typing import cast
from urllib.parse import urlsplit

from bench._load import percentile
from bench._measure import FIRST_LAT, STEP, Measure
from bench._plans import Plan, Poster

LATE_SECONDS = 3.0
"""How long frames are still awaited after the last post."""


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
