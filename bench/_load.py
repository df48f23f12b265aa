"""A load generator that costs little: pre-encoded requests, kept-alive connections, own process.

`python -m bench._load` reads a `Task` as JSON from standard input and prints a `Result`.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop


class Vehicle(msgspec.Struct, frozen=True):
    """Who posts: `token` may be empty."""

    vehicle_id: int
    fleet_id: int
    token: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to do: post as fast as the server answers, on so many connections, for so long."""

    url: str
    """Of the endpoint that takes the posts."""
    vehicles: list[Vehicle]
    seconds: float
    connections: int
    fixes_per_post: int
    plain: bool = False
    """Bodies of the plain endpoint: one bare fix naming its vehicle and fleet."""
    start_ms: int
    """Time of the first fix of every vehicle; the following are one second later each."""


class Result(msgspec.Struct, kw_only=True):
    """What happened; latencies in seconds."""

    posts: int = 0
    fixes: int = 0
    errors: int = 0
    first_error: str = ""
    seconds: float = 0.0
    p50_s: float = 0.0
    p99_s: float = 0.0
    generator_cpu_s: float = 0.0

    @property
    def fixes_per_s(self) -> float:
        """Acknowledged fixes a second."""
        return self.fixes / self.seconds if self.seconds else 0.0


def run_task(task: Task) -> Result:
    """Run a task in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._load"], input=msgspec.json.encode(task),
        capture_output=True, check=False, timeout=task.seconds + 60.0,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the load generator failed: {done.stderr.decode()[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Result)


class Bodies:
    """Encoded requests of one vehicle, each with fixes later than the one before."""

    def __init__(self, task: Task, vehicle: Vehicle) -> None:
        self.size = task.fixes_per_post
        self._task = task
        self._vehicle = vehicle
        self._at = task.start_ms
        parts = urlsplit(task.url)
        auth = f"Authorization: Bearer {vehicle.token}\r\n" if vehicle.token else ""
        self._head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{auth}"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        ).encode()

    def next(self) -> bytes:
        """The next request."""
        fixes = [self._fix() for _ in range(self._task.fixes_per_post)]
        body = fixes[0] if self._task.plain else b'{"fixes":[' + b",".join(fixes) + b"]}"
        return self._head % len(body) + body

    def _fix(self) -> bytes:
        self._at += 1000
        seconds = self._at // 1000
        # About 10 m a second, so that nothing looks like a jump.
        lat = 60.0 + (seconds % 10_000) * 0.00009
        text = (
            f'"recorded_at":{self._at},"latitude":{lat:.6f},"longitude":24.941325,'
            '"speed":10.02,"heading":1.5,"accuracy":4.5'
        )
        if self._task.plain:
            vehicle = self._vehicle
            text = f'"vehicle_id":{vehicle.vehicle_id},"fleet_id":{vehicle.fleet_id},{text}'
        return b"{" + text.encode() + b"}"


class Connection(asyncio.Protocol):
    """One kept-alive connection: posts, waits for the answer, posts again."""

    def __init__(self, bodies: list[Bodies], result: Result, latencies: list[float],
                 more: Callable[[], bool]) -> None:  # fmt: skip
        self._bodies = bodies
        self._result = result
        self._latencies = latencies
        self._more = more
        self._turn = 0
        self._buffer = b""
        self._sent_at = 0.0
        self._fixes = 0
        self._transport: asyncio.WriteTransport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop has classes of its own
        self._post()

    def _post(self) -> None:
        assert self._transport is not None
        if not self._more():
            self._transport.close()
            return
        body = self._bodies[self._turn % len(self._bodies)].next()
        self._turn += 1
        self._sent_at = time.perf_counter()
        self._transport.write(body)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _content_length(head):
            return
        self._latencies.append(time.perf_counter() - self._sent_at)
        self._result.posts += 1
        if head.startswith(b"HTTP/1.1 200"):
            self.acknowledged()
        else:
            self._result.errors += 1
            self._result.first_error = self._result.first_error or self._buffer[:400].decode()
        self._buffer = b""
        self._post()

    def acknowledged(self) -> None:
        """Count what the server says it has on disk."""
        self._result.fixes += self._bodies[0].size

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._result.errors += 1
            self._result.first_error = self._result.first_error or repr(error)
        if not self.done.done():
            self.done.set_result(None)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def generate(task: Task) -> Result:
    """Post until the time is over, then let the last answers arrive."""
    result, latencies = Result(), list[float]()
    parts = urlsplit(task.url)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    end = started + task.seconds
    shares = [task.vehicles[i :: task.connections] for i in range(task.connections)]
    connections = []
    for share in filter(None, shares):
        bodies = [Bodies(task, vehicle) for vehicle in share]
        _, connection = await loop.create_connection(
            lambda bodies=bodies: Connection(  # type: ignore[misc]
                bodies, result, latencies, lambda: time.perf_counter() < end
            ),
            parts.hostname or "", parts.port or 80,
        )  # fmt: skip
        connections.append(connection)
    await asyncio.wait_for(asyncio.gather(*(c.done for c in connections)), task.seconds + 30.0)
    result.seconds = time.perf_counter() - started
    result.p50_s, result.p99_s = percentile(latencies, 0.5), percentile(latencies, 0.99)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    result.generator_cpu_s = usage.ru_utime + usage.ru_stime
    return result


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


if __name__ == "__main__":
    gc.disable()
    answer = uvloop.run(generate(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))
    sys.stdout.buffer.write(msgspec.json.encode(answer))
