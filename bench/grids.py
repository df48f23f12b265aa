"""How long the server takes for a page of a list of 100,000 deliveries, with and without indexes.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

import httpx

from bench._people import add_dispatcher, sign_in
from bench._stack import Stack, make_fleet, say, stack

DELIVERIES, QUICK_DELIVERIES = 100_000, 5_000
CUSTOMERS = 4_000
URL = "/api/v1/deliveries"
SEED = 20261122

_CUSTOMERS = """
INSERT INTO customers (fleet_id, name, email, address, created_at)
SELECT %s, 'Customer ' || md5(n::text), 'c' || n || '@example.com', 'Street ' || n, now()
FROM generate_series(1, %s) AS n"""
_DELIVERIES = """
INSERT INTO deliveries (fleet_id, customer_id, tracking_number, external_reference, status, address,
    due_on, window_from, window_to, weight_kg, parcels, priority, created_at, status_at)
SELECT %(fleet)s, c.first + n %% c.count, 'LF' || md5(%(fleet)s || '-' || n), 'SO-' || n,
    (ARRAY['created','assigned','out_for_delivery','completed','completed','failed'])[1 + n %% 6],
    (ARRAY['Mannerheimintie','Kalevankatu','Bulevardi','Aleksanterinkatu'])[1 + n %% 4]
        || ' ' || 1 + n %% 140,
    date '2026-11-22' + (n %% 60) - 45, timestamptz '2026-11-22 09:00Z' + n * interval '1 minute',
    timestamptz '2026-11-22 11:00Z' + n * interval '1 minute', (n * 7919 %% 3000) / 100.0,
    1 + n %% 4,
    (ARRAY['low','normal','normal','high','urgent'])[1 + n %% 5],
    now() - n * interval '20 seconds', now() - n * interval '5 seconds'
FROM generate_series(1, %(count)s) AS n,
    (SELECT min(id) AS first, count(*) AS count FROM customers WHERE fleet_id = %(fleet)s) AS c"""
_OURS = """
SELECT indexrelid::regclass::text FROM pg_index
WHERE indrelid = 'deliveries'::regclass AND NOT indisunique"""


def main(quick: bool) -> dict[str, Any]:
    """Measure in one run. Raises RuntimeError when an answer is not what was asked for."""
    count, rounds = (QUICK_DELIVERIES, 2) if quick else (DELIVERIES, 8)
    with stack() as running:
        fleet_id = _fill(running, count)
        password = add_dispatcher(running, fleet_id)
        running.start_web()
        cookies = {"fleet_session": sign_in(running, password)}
        with httpx.Client(base_url=running.url, cookies=cookies, trust_env=False) as client:
            turns = _turns(count)
            _measure(client, turns, 1, count)  # warm caches on both sides of the wire
            say(f"Asking for {len(turns) * rounds} pages of {count:,} deliveries ...")
            ours = _measure(client, turns, rounds, count)
            say("The same without the indexes made for lists ...")
            _drop_indexes(running)
            _measure(client, turns, 1, count)
            bare = _measure(client, turns, rounds, count)
    return _report(count, turns, ours, bare)


def _fill(running: Stack, count: int) -> int:
    """A fleet with so many deliveries, beside another that is as large."""
    say(f"Making two fleets with {count:,} deliveries each ...")
    fleet_id, _ = make_fleet(running, 1)
    with running.connect() as connection:
        row = connection.execute(
            "INSERT INTO fleets (name, time_zone, created_at) VALUES ('Neighbour', 'UTC', now())"
            " RETURNING id"
        ).fetchone()
        for fleet in (fleet_id, row[0] if row else 0):
            connection.execute(_CUSTOMERS.encode(), (fleet, CUSTOMERS))
            connection.execute(_DELIVERIES.encode(), {"fleet": fleet, "count": count})
        connection.execute("VACUUM ANALYZE deliveries")
        connection.execute("VACUUM ANALYZE customers")
    return fleet_id


def _drop_indexes(running: Stack) -> None:
    """Leave the keys and what is unique, as a schema without a thought for lists would have."""
    with running.connect() as connection:
        for (name,) in connection.execute(_OURS).fetchall():
            connection.execute(f"DROP INDEX {name}".encode())
        connection.execute("VACUUM ANALYZE deliveries")


def _turns(count: int) -> list[dict[str, str]]:
    """What a dispatcher asks of the list: orders, filters, searches, and pages far into it."""
    sorts = ("-due_on", "due_on", "tracking_number", "-tracking_number", "address", "status",
             "-weight_kg", "window_from", "-created_at", "-due_on,address", "customer_id",
             "priority")  # fmt: skip
    filters: tuple[dict[str, str], ...] = (
        {"status": "failed"},
        {"status": "created,assigned", "sort": "due_on"},
        {"due_on.from": "2026-11-20", "due_on.to": "2026-11-22"},
        {"weight_kg.from": "20", "sort": "-weight_kg"},
        {"priority": "urgent", "status": "out_for_delivery"},
        {"address.contains": "bulevardi"},
        {"external_reference": "SO-4711"},
        {"q": "kalevankatu 17"},
        {"q": "SO-19"},
        {"q": "nothing like this"},
    )
    chosen = random.Random(SEED)
    pages = [str(chosen.randint(2, count // 100)) for _ in range(4)]
    return [
        *({"sort": sort} for sort in sorts),
        *filters,
        *({"sort": "-due_on", "page": page} for page in [*pages, str(count // 100)]),
        *({"sort": "tracking_number", "page": page} for page in pages),
    ]


def _measure(
    client: httpx.Client, turns: list[dict[str, str]], rounds: int, count: int
) -> list[float]:
    """Milliseconds of each request, in the order of `turns`, round by round."""
    taken = []
    for _ in range(rounds):
        for turn in turns:
            started = time.perf_counter()
            answer = client.get(URL, params={"limit": "100", **turn})
            taken.append((time.perf_counter() - started) * 1000)
            total = answer.json()["meta"]["pagination"]["total"] if answer.is_success else -1
            narrowed = bool(turn.keys() - {"sort", "page"})
            if total < 0 or (not narrowed and total != count):
                raise RuntimeError(f"{turn}: {answer.status_code}, {total} deliveries")
    return taken


def _report(
    count: int, turns: list[dict[str, str]], ours: list[float], bare: list[float]
) -> dict[str, Any]:
    slowest = max(range(len(turns)), key=lambda i: statistics.median(ours[i :: len(turns)]))
    say(f"Slowest turn: {turns[slowest]}")
    return {
        "bench": "grids",
        "ratios": {
            "vs_unindexed": round(sum(bare) / sum(ours), 2),
            "p95_vs_unindexed": round(_p95(bare) / _p95(ours), 2),
        },
        "figures": {
            "rows": count,
            "pages": len(ours),
            "p95_ms": round(_p95(ours), 1),
            "median_ms": round(statistics.median(ours), 1),
            "max_ms": round(max(ours), 1),
            "unindexed_p95_ms": round(_p95(bare), 1),
            "unindexed_median_ms": round(statistics.median(bare), 1),
        },
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
