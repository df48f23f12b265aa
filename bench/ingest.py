"""How many positions a second become durable over HTTP, beside the plain way and beside COPY.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import io
import time
from typing import Any

from bench._load import Result, Task, Vehicle, run_task
from bench._stack import Stack, make_fleet, say, stack
from fleet_app.kernel.clock import from_ms

VEHICLES = 256
BATCH = 50
BATCH_CONNECTIONS = 64
SINGLE_CONNECTIONS = 128
HOUR_MS = 3_600_000
DRAIN_SECONDS = 120.0


def main(quick: bool) -> dict[str, Any]:
    """Measure everything in one run. Raises RuntimeError when an acknowledged fix is missing."""
    seconds = 1.5 if quick else 15.0
    with stack() as running:
        fleet_id, devices = make_fleet(running, VEHICLES)
        vehicles = [Vehicle(d.vehicle_id, fleet_id, d.token) for d in devices]
        say("Starting the web process and the worker ...")
        running.start_web()
        running.start_worker()
        batch = _Phase(running, vehicles, "batches of 50", BATCH, BATCH_CONNECTIONS, 20)
        single = _Phase(running, vehicles, "single posts", 1, SINGLE_CONNECTIONS, 10)
        batch.measure(seconds)
        single.measure(seconds)
        plain = _plain(running, vehicles, seconds)
        copied = _copy_rate(running, batch)
    return _report(batch, single, plain, copied)


class _Phase:
    """One kind of load on the product, checked row by row afterwards."""

    def __init__(self, running: Stack, vehicles: list[Vehicle], title: str, fixes_per_post: int,
                 connections: int, hours_ago: int) -> None:  # fmt: skip
        self._running = running
        self._title = title
        self.start_ms = int(time.time() * 1000) - hours_ago * HOUR_MS
        self._task = {
            "url": f"{running.url}/api/v1/locations", "vehicles": vehicles,
            "connections": connections, "fixes_per_post": fixes_per_post,
            "start_ms": self.start_ms,
        }  # fmt: skip
        self.result = Result()
        self.drained_per_s = 0.0

    def measure(self, seconds: float) -> None:
        """Warm up, then load, then wait until history has every acknowledged fix."""
        warm = Task(**{**self._task, "start_ms": self.start_ms - HOUR_MS}, seconds=1.0)  # type: ignore[arg-type]
        self._wait_for_history(_checked(run_task(warm)).fixes, _between(warm.start_ms, 1))
        say(f"Posting {self._title} for {seconds:g} s ...")
        started = time.perf_counter()
        self.result = _checked(run_task(Task(**self._task, seconds=seconds)))  # type: ignore[arg-type]
        self._wait_for_history(self.result.fixes, self.span)
        self.drained_per_s = self.result.fixes / (time.perf_counter() - started)
        say(f"  {self.result.fixes_per_s:,.0f} durable fixes/s")

    @property
    def span(self) -> str:
        """The SQL condition of the fixes of this phase, warm-up excluded."""
        return _between(self.start_ms, 9)

    def _wait_for_history(self, expected: int, span: str) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        query = f"SELECT count(*) FROM location_events WHERE {span}"
        while (stored := self._running.count(query)) < expected and time.monotonic() < deadline:
            time.sleep(0.1)
        if stored != expected:
            raise RuntimeError(f"{expected} fixes were acknowledged, but {stored} are in history")


def _between(start_ms: int, hours: int) -> str:
    end = start_ms + hours * HOUR_MS
    return f"recorded_at > '{from_ms(start_ms)}' AND recorded_at <= '{from_ms(end)}'"


def _plain(running: Stack, vehicles: list[Vehicle], seconds: float) -> Result:
    """The plain endpoint at the concurrency that suits it better: few connections, or many."""
    url = running.start_app("plain", "bench.plain_app:create_app", {})
    nameless = [Vehicle(v.vehicle_id, v.fleet_id, "") for v in vehicles]
    now, results = int(time.time() * 1000), []
    say(f"Posting to the plain endpoint for {seconds:g} s ...")
    for number, (connections, lasting) in enumerate(
        ((32, 1.0), (32, seconds / 2), (SINGLE_CONNECTIONS, seconds / 2))
    ):
        task = Task(
            url=f"{url}/locations", vehicles=nameless, plain=True, fixes_per_post=1,
            connections=connections, seconds=lasting, start_ms=now - (30 - 8 * number) * HOUR_MS,
        )  # fmt: skip
        results.append(_checked(run_task(task)))
    stored = running.count("SELECT count(*) FROM plain_events")
    acknowledged = sum(result.fixes for result in results)
    if stored != acknowledged:
        raise RuntimeError(f"the plain endpoint stored {stored} of {acknowledged} fixes")
    best = max(results[1:], key=lambda result: result.fixes_per_s)
    say(f"  {best.fixes_per_s:,.0f} durable fixes/s")
    return best


def _copy_rate(running: Stack, phase: _Phase) -> float:
    """Rows a second of one COPY of the same rows into a table shaped like history's."""
    where = f"WHERE {phase.span}"
    say("Copying the same rows ...")
    with running.connect() as connection:
        rows = io.BytesIO()
        query = f"COPY (SELECT * FROM location_events {where} ORDER BY recorded_at) TO STDOUT"
        with connection.cursor().copy(query.encode()) as source:
            for block in source:
                rows.write(block)
        best = 0.0
        for _ in range(2):
            connection.execute(
                "DROP TABLE IF EXISTS bench_copy;"
                "CREATE TABLE bench_copy (LIKE location_events INCLUDING ALL)"
                " PARTITION BY RANGE (recorded_at)"
            )
            _like_history(running)
            started = time.perf_counter()
            with connection.cursor().copy("COPY bench_copy FROM STDIN") as target:
                target.write(rows.getbuffer())
            seconds = time.perf_counter() - started
            best = max(best, running.count("SELECT count(*) FROM bench_copy") / seconds)
    say(f"  {best:,.0f} rows/s")
    return best


def _like_history(running: Stack) -> None:
    """The same daily partitions that history has."""
    query = (
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'location_events'::regclass"
    )
    with running.connect() as connection:
        for name, bound in connection.execute(query).fetchall():
            copy = str(name).replace("location_events", "bench_copy")
            statement = f"CREATE TABLE {copy} PARTITION OF bench_copy {bound}"
            connection.execute(statement.encode())


def _checked(result: Result) -> Result:
    if result.errors or not result.posts:
        raise RuntimeError(f"{result.errors} of {result.posts} posts failed: {result.first_error}")
    return result


def _report(batch: _Phase, single: _Phase, plain: Result, copied: float) -> dict[str, Any]:
    return {
        "bench": "ingest",
        "ratios": {
            "batch_vs_plain": round(batch.result.fixes_per_s / plain.fixes_per_s, 2),
            "single_vs_plain": round(single.result.fixes_per_s / plain.fixes_per_s, 2),
            "batch_vs_copy": round(batch.result.fixes_per_s / copied, 3),
        },
        "figures": {
            "batch_fixes_per_s": round(batch.result.fixes_per_s),
            "single_fixes_per_s": round(single.result.fixes_per_s),
            "plain_fixes_per_s": round(plain.fixes_per_s),
            "copy_rows_per_s": round(copied),
            "drained_fixes_per_s": round(batch.drained_per_s),
            "drained_single_fixes_per_s": round(single.drained_per_s),
            "batch_p99_s": round(batch.result.p99_s, 4),
            "single_p99_s": round(single.result.p99_s, 4),
            "plain_p99_s": round(plain.p99_s, 4),
            "fixes_checked": batch.result.fixes + single.result.fixes,
        },
    }
