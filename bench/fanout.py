"""From a posted fix to a frame in thousands of pages: how late, and at what cost a page.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import httpx
import msgspec

from bench._sockets import Joined, Outcome, Page, Plan, Poster
from bench._stack import Device, Stack, make_fleet, say, stack
from fleet_app.identity.passwords import Passwords
from fleet_app.runtime import web

EMAIL = "dispatcher@bench.example"
STATUS = '"status_rx_state_":'
REST_SECONDS = 3.0
"""Silence before a measurement, so that joining sessions are not part of it."""


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    dashboards: int
    customers: int
    vehicles: int
    rounds: int
    plain_sessions: int
    plain_seconds: float


FULL = Size(dashboards=1600, customers=400, vehicles=100, rounds=20, plain_sessions=300,
            plain_seconds=15.0)  # fmt: skip
QUICK = Size(dashboards=160, customers=40, vehicles=50, rounds=6, plain_sessions=60,
             plain_seconds=5.0)  # fmt: skip


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


def main(quick: bool) -> dict[str, Any]:
    """Measure ours, then the plain way. Raises RuntimeError when a session or a fix is missing."""
    size = QUICK if quick else FULL
    with stack() as running:
        ours = _ours(running, size)
        running.stop("web", "worker")
        rows = _plain(running, "rows", ours.records_per_frame, size)
        text = _plain(running, "text", ours.records_per_frame, size)
    return _report(size, ours, rows, text)


@dataclass(frozen=True)
class Ours:
    """What the product did."""

    cost: Cost
    joined: Joined
    base_cpu_s: float
    """Processor time of the web process for the same posts without any session."""
    bytes_per_session: float

    @property
    def records_per_frame(self) -> int:
        """Vehicles in a dashboard's frame, on average."""
        outcome = self.cost.outcome
        return max(round(outcome.dashboard_records / max(outcome.dashboard_frames, 1)), 1)


def _ours(running: Stack, size: Size) -> Ours:
    fleet_id, devices = make_fleet(running, size.vehicles)
    password = secrets.token_urlsafe(16)
    _add_dispatcher(running, fleet_id, password)
    token = _add_delivery(running, fleet_id, devices[0])
    say("Starting the web process and the worker ...")
    running.start_web()
    running.start_worker()
    cookie = _sign_in(running, password)
    posters = [Poster(device.vehicle_id, device.token) for device in devices]
    # Once with a single session, to warm up and to see what the posts alone cost.
    few = Plan(
        url=running.url, pages=_pages(cookie, token, 1, 0), posters=posters, rounds=5, marker=STATUS
    )
    with _clients(few) as clients:
        base = clients.measure(running, "web")
    before = running.rss_bytes("web")
    many = Plan(
        url=running.url, pages=_pages(cookie, token, size.dashboards, size.customers),
        posters=posters, rounds=size.rounds, marker=STATUS,
    )  # fmt: skip
    say(f"Joining {size.dashboards} dashboards and {size.customers} customers ...")
    with _clients(many) as clients:
        grown = (running.rss_bytes("web") - before) / clients.joined.sessions
        say(f"  joined in {clients.joined.seconds:.1f} s; posting {size.rounds} s of fixes ...")
        cost = clients.measure(running, "web")
        _check(running, clients.joined, cost.outcome)
        base_cpu = base.cpu_s / 5 * size.rounds
        return Ours(cost, clients.joined, base_cpu, grown)


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
        cost = clients.measure(running, "plain")
    if clients.joined.failed or not cost.outcome.texts:
        raise RuntimeError(f"the plain application failed:\n{running.log('plain')}")
    running.stop("plain")
    return cost


class Clients:
    """The process that holds the sessions."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.joined = msgspec.json.decode(self._line(), type=Joined)

    def measure(self, running: Stack, server: str) -> Cost:
        """Let it measure; the server's processor time in the meantime."""
        time.sleep(REST_SECONDS)
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


def _add_dispatcher(running: Stack, fleet_id: int, password: str) -> None:
    password_hash = asyncio.run(Passwords().hash(password))
    with running.connect() as connection:
        connection.execute(
            "INSERT INTO users (fleet_id, email, name, role, password_hash, is_active, created_at)"
            " VALUES (%s, %s, 'Bench', 'dispatcher', %s, true, now())",
            (fleet_id, EMAIL, password_hash),
        )


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


def _sign_in(running: Stack, password: str) -> str:
    """The cookie of a dispatcher's session, from the login form as a browser posts it."""
    answer = httpx.post(
        f"{running.url}/auth/login", data={"email": EMAIL, "password": password},
        headers={"Origin": running.settings.origin}, trust_env=False,
    )  # fmt: skip
    cookie = SimpleCookie(answer.headers.get("set-cookie", ""))
    if "fleet_session" not in cookie:
        raise RuntimeError(f"signing in failed: {answer.status_code} {dict(answer.headers)}")
    return f"fleet_session={cookie['fleet_session'].value}"


def _report(size: Size, ours: Ours, rows: Cost, text: Cost) -> dict[str, Any]:
    outcome, joined = ours.cost.outcome, ours.joined
    net = max(ours.cost.cpu_s - ours.base_cpu_s, 1e-9) / ours.cost.pushes
    return {
        "bench": "fanout",
        "ratios": {
            "modify_state_vs_ours": round(rows.per_push_s / net, 2),
            "modify_state_text_vs_ours": round(text.per_push_s / net, 2),
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
            "ours_net_ms_per_push": round(net * 1000, 4),
            "modify_state_ms_per_push": round(rows.per_push_s * 1000, 4),
            "modify_state_text_ms_per_push": round(text.per_push_s * 1000, 4),
            "web_cpu_share": round(ours.cost.cpu_s / outcome.seconds, 3),
            "client_cpu_share": round(outcome.client_cpu_s / outcome.seconds, 3),
        },
    }
