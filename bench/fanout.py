"""From a posted fix to a frame in thousands of pages: how late, and at what cost a page.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from bench._people import add_dispatcher, sign_in
from bench._plans import Joined, Outcome, Page, Plan, Poster
from bench._stack import Device, Stack, free_port, make_fleet, say, stack
from fleet_app.runtime import web

STATUS = '"status_rx_state_":'


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    dashboards: int
    customers: int
    vehicles: int
    few_vehicles: int
    """The fleet of the second measurement, with small frames; 0 leaves it out."""
    rounds: int
    plain_sessions: int
    plain_seconds: float
    rest_seconds: float
    """Silence before a measurement, so that joining sessions are not part of it."""
    warm_up_rounds: int


FULL = Size(dashboards=1600, customers=400, vehicles=250, few_vehicles=100, rounds=20,
            plain_sessions=300, plain_seconds=15.0, rest_seconds=3.0, warm_up_rounds=3)  # fmt: skip
QUICK = Size(dashboards=60, customers=20, vehicles=50, few_vehicles=0, rounds=3,
             plain_sessions=20, plain_seconds=2.0, rest_seconds=1.0, warm_up_rounds=1)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What pushing cost the server."""

    outcome: Outcome
    cpu_s: float

    @property
    def pushes(self) -> int:
        """Messages pushed, over all sessions: frames, and what the status bar shows."""
        return max(self.outcome.frames + self.outcome.texts, 1)

    @property
    def per_push_s(self) -> float:
        """Processor seconds for one push to one session."""
        return self.cpu_s / self.pushes


@dataclass(frozen=True)
class Ours:
    """What the product did."""

    cost: Cost
    joined: Joined
    bytes_per_session: float
    rounds: int
    """Fixes that each vehicle posted."""

    @property
    def records_per_frame(self) -> int:
        """Vehicles in a dashboard's frame, on average."""
        outcome = self.cost.outcome
        return max(round(outcome.dashboard_records / max(outcome.dashboard_frames, 1)), 1)


@dataclass(frozen=True)
class Product:
    """The running product: who posts and who watches."""

    running: Stack
    devices: Sequence[Device]
    post_url: str
    """Where devices post: a web process of their own, so that posts do not count as pushes."""
    cookie: str
    token: str

    def plan(self, vehicles: int, dashboards: int, customers: int, rounds: int) -> Plan:
        """The first `vehicles` post for `rounds` seconds; so many sessions watch."""
        return Plan(
            url=self.running.url, post_url=self.post_url,
            pages=_pages(self.cookie, self.token, dashboards, customers),
            posters=[Poster(d.vehicle_id, d.token) for d in self.devices[:vehicles]],
            rounds=rounds, marker=STATUS,
        )  # fmt: skip


def main(quick: bool) -> dict[str, Any]:
    """Measure ours, then the plain way. Raises RuntimeError when a session or a fix is missing."""
    size = QUICK if quick else FULL
    with stack() as running:
        product = _product(running, size)
        ours = _ours(product, size.vehicles, size)
        few = _ours(product, size.few_vehicles, size) if size.few_vehicles else None
        running.stop("web", "posts", "worker")
        rows = _plain(running, "rows", ours.records_per_frame, size)
        text = _plain(running, "text", ours.records_per_frame, size)
        result = _report(size, ours, rows, text)
        if few is not None:
            few_rows = _plain(running, "rows", few.records_per_frame, size)
            _add_small_frames(result, few, few_rows)
    return result


def _product(running: Stack, size: Size) -> Product:
    fleet_id, devices = make_fleet(running, size.vehicles)
    password = add_dispatcher(running, fleet_id)
    token = _add_delivery(running, fleet_id, devices[0])
    say("Starting two web processes, for pages and for posts, and the worker ...")
    running.start_web()
    post_url = running.start_web("posts", free_port())
    running.start_worker()
    return Product(running, devices, post_url, f"fleet_session={sign_in(running, password)}", token)


def _ours(product: Product, vehicles: int, size: Size) -> Ours:
    running = product.running
    with _clients(product.plan(vehicles, 1, 0, size.warm_up_rounds)) as clients:
        clients.measure(running, "web", size.rest_seconds)
    before = running.rss_bytes("web")
    say(f"Joining {size.dashboards} dashboards and {size.customers} customers ...")
    with _clients(product.plan(vehicles, size.dashboards, size.customers, size.rounds)) as clients:
        grown = (running.rss_bytes("web") - before) / max(clients.joined.sessions, 1)
        say(f"  joined in {clients.joined.seconds:.1f} s; {vehicles} vehicles post ...")
        cost = clients.measure(running, "web", size.rest_seconds)
        _check(running, clients.joined, cost.outcome)
        return Ours(cost, clients.joined, grown, size.rounds)


def _check(running: Stack, joined: Joined, outcome: Outcome) -> None:
    if joined.failed or outcome.lost:
        raise RuntimeError(
            f"{joined.failed} sessions did not join, {outcome.lost} were lost: "
            f"{joined.problem or outcome.problem}\n{running.log('web')}"
        )
    if outcome.failed_posts or outcome.unseen_posts:
        raise RuntimeError(
            f"{outcome.failed_posts} posts failed, {outcome.unseen_posts} were seen by nobody: "
            f"{outcome.problem}"
        )


def _plain(running: Stack, form: str, records: int, size: Size) -> Cost:
    """The same number of records a frame through `app.modify_state`."""
    say(f"Updating {size.plain_sessions} sessions by modify_state ({form}) ...")
    environment = {
        **web.environment(running.settings),
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "false",
        "BENCH_RECORDS": str(records),
        "BENCH_FORM": form,
    }
    port = running.settings.port  # the one whose origin the settings allow
    url = running.start_app("plain", "bench.modify_state_app:app", environment, port)
    pages = [Page("/", "/", {}, "", size.plain_sessions)]
    plan = Plan(
        url=url, pages=pages, posters=[], rounds=0, marker=f'"{form}_rx_state_":',
        listen_seconds=size.plain_seconds,
    )  # fmt: skip
    with _clients(plan) as clients:
        cost = clients.measure(running, "plain", size.rest_seconds)
    if clients.joined.failed or not cost.outcome.texts:
        raise RuntimeError(f"the plain application failed:\n{running.log('plain')}")
    running.stop("plain")
    return cost


class Clients:
    """The process that holds the sessions."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.joined = msgspec.json.decode(self._line(), type=Joined)

    def measure(self, running: Stack, server: str, rest_seconds: float) -> Cost:
        """Let it measure; the server's processor time in the meantime."""
        time.sleep(rest_seconds)
        before = running.cpu_seconds(server)
        self.say(b"go\n")
        outcome = msgspec.json.decode(self._line(), type=Outcome)
        return Cost(outcome, running.cpu_seconds(server) - before)

    def say(self, line: bytes) -> None:
        """Write to the process."""
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the sessions' process ended early; its message is above")
        return line


@contextmanager
def _clients(plan: Plan) -> Iterator[Clients]:
    """A process with the sessions of `plan`, all joined."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench._sockets"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(plan) + b"\n")
        process.stdin.flush()
        yield Clients(process)
    finally:
        process.kill()
        process.wait()


def _pages(cookie: str, token: str, dashboards: int, customers: int) -> list[Page]:
    return [
        Page("/", "/", {}, cookie, dashboards),
        Page("/track/[token]", f"/track/{token}", {"token": token}, "", customers),
    ]


def _add_delivery(running: Stack, fleet_id: int, device: Device) -> str:
    """A parcel in the first vehicle; the token of its tracking link."""
    token = secrets.token_urlsafe(24)
    with running.connect() as connection:
        connection.execute(
            "WITH tour AS (INSERT INTO routes (fleet_id, vehicle_id, date, status)"
            " VALUES (%(fleet)s, %(vehicle)s, current_date, 'started') RETURNING id)"
            " INSERT INTO deliveries (fleet_id, route_id, tracking_number, tracking_token_hash,"
            " status, address, created_at)"
            " SELECT %(fleet)s, id, 'BENCH-1', %(hash)s, 'out_for_delivery', '', now() FROM tour",
            {
                "fleet": fleet_id, "vehicle": device.vehicle_id,
                "hash": hashlib.sha256(token.encode()).hexdigest(),
            },
        )  # fmt: skip
    return token


def _report(size: Size, ours: Ours, rows: Cost, text: Cost) -> dict[str, Any]:
    outcome, joined = ours.cost.outcome, ours.joined
    ours_s = ours.cost.per_push_s
    return {
        "bench": "fanout",
        "ratios": {
            "modify_state_vs_ours": round(rows.per_push_s / ours_s, 2),
            "modify_state_text_vs_ours": round(text.per_push_s / ours_s, 2),
        },
        "figures": {
            "sessions": joined.sessions,
            "dashboards": size.dashboards,
            "customers": size.customers,
            "vehicles": size.vehicles,
            "records_per_frame": ours.records_per_frame,
            "p50_s": round(outcome.p50_s, 4),
            "p99_s": round(outcome.p99_s, 4),
            "max_s": round(outcome.max_s, 4),
            "customer_p99_s": round(outcome.customer_p99_s, 4),
            "post_p99_s": round(outcome.post_p99_s, 4),
            "latency_samples": outcome.samples,
            "bytes_per_session": round(ours.bytes_per_session),
            "joins_per_s": round(joined.sessions / joined.seconds, 1),
            "pushes_per_s": round(ours.cost.pushes / outcome.seconds, 1),
            "ours_ms_per_push": round(ours.cost.per_push_s * 1000, 4),
            "modify_state_ms_per_push": round(rows.per_push_s * 1000, 4),
            "modify_state_text_ms_per_push": round(text.per_push_s * 1000, 4),
            "web_cpu_share": round(ours.cost.cpu_s / outcome.seconds, 3),
            "client_cpu_share": round(outcome.client_cpu_s / outcome.seconds, 3),
        },
    }


def _add_small_frames(result: dict[str, Any], few: Ours, rows: Cost) -> None:
    """The same with the frames of a small fleet, where the work per record weighs least."""
    result["ratios"]["small_frames_modify_state_vs_ours"] = round(
        rows.per_push_s / few.cost.per_push_s, 2
    )
    result["figures"] |= {
        "small_frames_vehicles": few.cost.outcome.posts // few.rounds,
        "small_frames_records": few.records_per_frame,
        "small_frames_p99_s": round(few.cost.outcome.p99_s, 4),
        "small_frames_ours_ms_per_push": round(few.cost.per_push_s * 1000, 4),
        "small_frames_modify_state_ms_per_push": round(rows.per_push_s * 1000, 4),
    }
