"""How long a day of one vehicle takes to open when ten million fixes are stored.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import httpx
import numpy as np

from bench._people import add_dispatcher, sign_in
from bench._stack import Stack, make_fleet, say, stack

VEHICLES, DAYS = 100, 20
QUICK_VEHICLES, QUICK_DAYS = 10, 4
PER_DAY = 5_000
"""Twelve hours of driving with a fix every 8.64 s: 10 million in all, 200,000 with --quick."""
OPENED, QUICK_OPENED = 200, 40
STEP_MS = 8_640
SEED = 20261122
LAST = datetime(2026, 11, 21, tzinfo=UTC)
_EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPIED = (
    "vehicle_id, recorded_at, fleet_id, received_at, lat, lon, speed, heading, altitude, source"
)
_ROW = np.dtype([
    ("fields", ">i2"), ("n0", ">i4"), ("vehicle", ">i8"), ("n1", ">i4"), ("recorded", ">i8"),
    ("n2", ">i4"), ("fleet", ">i8"), ("n3", ">i4"), ("received", ">i8"),
    ("n4", ">i4"), ("lat", ">f8"), ("n5", ">i4"), ("lon", ">f8"), ("n6", ">i4"), ("speed", ">f4"),
    ("n7", ">i4"), ("heading", ">f4"), ("n8", ">i4"), ("altitude", ">f4"),
    ("n9", ">i4"), ("source", "S3"),
])  # fmt: skip
_SIZES = (8, 8, 8, 8, 8, 8, 4, 4, 4, 3)


def main(quick: bool) -> dict[str, Any]:
    """Measure in one run. Raises RuntimeError when an answer is not the day that was asked for."""
    vehicles, days = (QUICK_VEHICLES, QUICK_DAYS) if quick else (VEHICLES, DAYS)
    with stack() as running:
        fleet_id, ids, stored_s = _fill(running, vehicles, days)
        password = add_dispatcher(running, fleet_id)
        running.start_web()
        cookies = {"fleet_session": sign_in(running, password)}
        chosen = random.Random(SEED)
        turns = [
            (chosen.choice(ids), LAST - timedelta(days=chosen.randrange(days)))
            for _ in range(QUICK_OPENED if quick else OPENED)
        ]
        with httpx.Client(base_url=running.url, cookies=cookies, trust_env=False) as client:
            say(f"Opening {len(turns)} days of {vehicles * days * PER_DAY:,} fixes ...")
            _measure(client, turns[:10], _replay)
            _measure(client, turns[:10], _paged)
            ours = _measure(client, turns, _replay)
            paged = _measure(client, turns[: len(turns) // 4], _paged)
        rows = running.count("SELECT count(*) FROM location_events")
    if rows != vehicles * days * PER_DAY:
        raise RuntimeError(f"{rows} fixes are stored")
    return _report(rows, stored_s, ours, paged)


def _fill(running: Stack, vehicles: int, days: int) -> tuple[int, list[int], float]:
    """Store the days of a fleet; its id, its vehicles' ids, and how long the storing took."""
    say(f"Storing {vehicles * days * PER_DAY:,} fixes of {vehicles} vehicles ...")
    fleet_id, devices = make_fleet(running, vehicles)
    ids = [device.vehicle_id for device in devices]
    started = time.perf_counter()
    with running.connect() as connection:
        for back in range(days):
            day = LAST - timedelta(days=back)
            name = f"location_events_{day:%Y%m%d}"
            bounds = f"FROM ('{day:%Y-%m-%d}Z') TO ('{day + timedelta(days=1):%Y-%m-%d}Z')"
            connection.execute(
                f"CREATE TABLE {name} PARTITION OF location_events FOR VALUES {bounds}".encode()
            )
            copying = f"COPY {name} ({_COPIED}) FROM STDIN (FORMAT BINARY)".encode()
            with connection.cursor().copy(copying) as copy:
                for data in _day(fleet_id, ids, day):
                    copy.write(data)
        connection.execute("VACUUM ANALYZE location_events")
    return fleet_id, ids, time.perf_counter() - started


def _day(fleet_id: int, ids: list[int], day: datetime) -> Iterator[bytes]:
    """A day of all vehicles as it came: all of them at once, one after the other."""
    yield _HEADER
    count = len(ids)
    chosen = np.random.default_rng(day.toordinal())
    lat, lon = chosen.uniform(60.1, 60.3, count), chosen.uniform(24.6, 25.2, count)
    heading = chosen.uniform(0, 360, count)
    first = (day + timedelta(hours=6) - _EPOCH_2000) // timedelta(microseconds=1)
    block = np.zeros(count, dtype=_ROW)
    block["fields"], block["vehicle"], block["fleet"], block["source"] = 10, ids, fleet_id, b"api"
    for field, size in enumerate(_SIZES):
        block[f"n{field}"] = size
    for number in range(PER_DAY):
        heading = (heading + chosen.normal(0, 12, count)) % 360
        speed = np.clip(chosen.normal(9, 5, count), 0, 30)
        north = speed * STEP_MS / 1000 / 111_195
        lat, lon = (
            lat + north * np.cos(np.radians(heading)),
            lon + 2 * north * np.sin(np.radians(heading)),
        )
        block["recorded"] = block["received"] = first + number * STEP_MS * 1000
        block["lat"], block["lon"], block["speed"] = lat, lon, speed
        block["heading"], block["altitude"] = heading, 20
        yield block.tobytes()
    yield b"\xff\xff"


Turn = tuple[int, datetime]


def _measure(
    client: httpx.Client, turns: list[Turn], opened: Callable[[httpx.Client, Turn], int]
) -> list[float]:
    """Milliseconds of each day."""
    taken = []
    for turn in turns:
        started = time.perf_counter()
        count = opened(client, turn)
        taken.append((time.perf_counter() - started) * 1000)
        if count != PER_DAY:
            raise RuntimeError(f"{turn}: {count} fixes")
    return taken


def _replay(client: httpx.Client, turn: Turn) -> int:
    """What the player does: one answer in columns, and the times made whole again."""
    answer = client.get(f"/api/v1/vehicles/{turn[0]}/replay", params=_period(turn[1]))
    data = answer.raise_for_status().json()["data"]
    return len(list(accumulate(data["t"])))


def _paged(client: httpx.Client, turn: Turn) -> int:
    """The same day as objects, page by page, as large as pages get."""
    url, cursor, count = f"/api/v1/vehicles/{turn[0]}/track", "", 0
    while True:
        params = _period(turn[1]) | {"limit": "5000", "cursor": cursor}
        body = client.get(url, params=params).raise_for_status().json()
        count += len(body["data"])
        cursor = body["meta"]["pagination"]["next_cursor"] or ""
        if not cursor:
            return count


def _period(day: datetime) -> dict[str, str]:
    return {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}


def _report(rows: int, stored_s: float, ours: list[float], paged: list[float]) -> dict[str, Any]:
    return {
        "bench": "history",
        "ratios": {
            "vs_row_objects": round(statistics.median(paged) / statistics.median(ours), 2),
            "p95_vs_row_objects": round(_p95(paged) / _p95(ours), 2),
        },
        "figures": {
            "rows": rows,
            "fixes_per_day": PER_DAY,
            "days_opened": len(ours),
            "open_day_p95_ms": round(_p95(ours), 1),
            "open_day_median_ms": round(statistics.median(ours), 1),
            "open_day_max_ms": round(max(ours), 1),
            "row_objects_p95_ms": round(_p95(paged), 1),
            "stored_per_s": round(rows / stored_s),
        },
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
