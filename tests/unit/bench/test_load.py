"""The load generator counts only what was really answered, and what was answered is stored."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import msgspec
import psycopg
import pytest

from bench._load import Bodies, Result, Task, Vehicle, generate, percentile

START_MS = 1_700_000_000_000


def a_task(url: str, **changes: object) -> Task:
    values: dict[str, object] = {
        "url": url, "vehicles": [Vehicle(n, 1, "") for n in range(1, 9)], "seconds": 1.5,
        "connections": 4, "fixes_per_post": 1, "plain": True, "start_ms": START_MS,
    }  # fmt: skip
    return Task(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def plain_url(database_url: str) -> Iterator[str]:
    """The plain endpoint on a real database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "bench._serve", "bench.plain_app:create_app",
             str(listener.fileno())],
            pass_fds=(listener.fileno(),), env={"FLEET_DATABASE_URL": database_url},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/ping", trust_env=False)
                break
            except httpx.HTTPError:
                assert process.poll() is None
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


async def test_every_post_counted_as_durable_is_in_the_database(
    plain_url: str, database_url: str
) -> None:
    result = await generate(a_task(f"{plain_url}/locations"))
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM plain_events").fetchone()
    assert result.errors == 0
    assert row == (result.fixes,)
    assert result.posts == result.fixes > 20
    assert 0 < result.p50_s <= result.p99_s
    assert result.fixes_per_s == pytest.approx(result.fixes / result.seconds)


async def test_a_refusal_is_an_error_and_no_durable_fix(plain_url: str) -> None:
    result = await generate(a_task(f"{plain_url}/nowhere", seconds=0.3))
    assert result.fixes == 0
    assert result.errors == result.posts > 0
    assert "404" in result.first_error


async def test_a_server_that_goes_away_is_an_error() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        result = await generate(a_task(f"http://127.0.0.1:{port}/x", seconds=0.3))
    assert result.fixes == 0


def test_bodies_are_what_the_product_takes_with_rising_times() -> None:
    task = a_task("http://h:1/api/v1/locations", plain=False, fixes_per_post=50)
    bodies = Bodies(task, Vehicle(7, 1, "fdt_secret"))
    head, _, body = bodies.next().partition(b"\r\n\r\n")
    assert b"Authorization: Bearer fdt_secret" in head
    assert f"Content-Length: {len(body)}".encode() in head
    fixes = msgspec.json.decode(body)["fixes"]
    times = [fix["recorded_at"] for fix in fixes]
    assert times == [START_MS + 1000 * n for n in range(1, 51)]
    following = msgspec.json.decode(bodies.next().partition(b"\r\n\r\n")[2])["fixes"]
    assert following[0]["recorded_at"] == times[-1] + 1000


def test_percentiles() -> None:
    assert percentile([], 0.5) == 0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(100)], 0.99) == 99.0
    assert Result().fixes_per_s == 0
