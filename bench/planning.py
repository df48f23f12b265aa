"""How long a change by hand of a planned day takes, from the request to the whole plan anew.

See docs/benchmarks.md for what is compared with what.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import time
from typing import Any

import httpx
from sqlmodel import Session, create_engine, select

from bench._people import EMAIL, add_dispatcher
from bench._stack import Stack, make_fleet, say, stack
from fleet_app.delivery.models import Delivery
from fleet_app.fleet.models import Depot, Driver, Vehicle

ROWS, STOPS = 25, 300
SEED = 20261124
EDITS, QUICK_EDITS = 200, 8
API = "/api/v1"


def main(quick: bool) -> dict[str, Any]:
    """Measure in one run. Raises RuntimeError when an edit is not what was asked for."""
    count = QUICK_EDITS if quick else EDITS
    with stack() as running:
        fleet_id, day = _fill(running)
        password = add_dispatcher(running, fleet_id)
        running.start_web()
        with httpx.Client(base_url=running.url, trust_env=False, timeout=60) as client:
            told = _data(
                client.post(f"{API}/auth/token", json={"email": EMAIL, "password": password})
            )
            client.headers["Authorization"] = f"Bearer {told['access_token']}"
            return _measured(client, day, count)


def _fill(running: Stack) -> tuple[int, dt.date]:
    """A fleet with a day to plan: every third stop has a window of three hours."""
    say(f"Making {STOPS} deliveries for {ROWS} vehicles ...")
    fleet_id, _ = make_fleet(running, ROWS)
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date()
    chance = random.Random(SEED)
    engine = create_engine(running.dsn.replace("postgresql", "postgresql+psycopg", 1))
    with Session(engine) as session:
        depot = Depot(fleet_id=fleet_id, name="North", address="Portti 1", lat=60.2, lon=24.93)
        session.add(depot)
        session.flush()
        for vehicle in session.exec(select(Vehicle)):
            vehicle.depot_id = depot.id
            session.add(Driver(
                fleet_id=fleet_id, name=f"Driver {vehicle.id}", license_number=f"L-{vehicle.id}",
                vehicle_id=vehicle.id, shift="Mon-Sun 07:00-17:00",
            ))  # fmt: skip
        session.add_all(_delivery(fleet_id, day, number, chance) for number in range(STOPS))
        session.commit()
    engine.dispose()
    return fleet_id, day


def _delivery(fleet_id: int, day: dt.date, number: int, chance: random.Random) -> Delivery:
    opens = dt.datetime.combine(day, dt.time(chance.randint(8, 13)), dt.UTC)
    has_window = number % 3 == 0
    return Delivery(
        fleet_id=fleet_id, tracking_number=f"B-{number}", address="Katu 1", due_on=day,
        lat=60.15 + chance.random() / 8, lon=24.8 + chance.random() / 4,
        weight_kg=chance.randint(1, 30), window_from=opens if has_window else None,
        window_to=opens + dt.timedelta(hours=3) if has_window else None,
    )  # fmt: skip


def _measured(client: httpx.Client, day: dt.date, count: int) -> dict[str, Any]:
    desk = _Desk(client, _data(client.post(f"{API}/plans", json={"date": str(day)})))
    waiting = [item["order"]["delivery_id"] for item in desk.board["tray"]]
    if len(desk.keys) != ROWS or len(waiting) != STOPS:
        raise RuntimeError(f"{len(desk.keys)} rows, {len(waiting)} deliveries")
    for number, key in enumerate(desk.keys):
        desk.move(waiting[number::ROWS], key, 0)
    chance = random.Random(SEED)
    for _ in range(min(10, count // 4)):
        desk.move([chance.choice(waiting)], chance.choice(desk.keys), chance.randint(0, 12))
    say(f"Moving {count} single stops ...")
    taken: dict[str, list[float]] = {"edit": [], "place": [], "look": [], "page": []}
    for _ in range(count):
        one, key = chance.choice(waiting), chance.choice(desk.keys)
        taken["edit"].append(desk.move([one], key, chance.randint(0, 12)))
        one, key = chance.choice(waiting), chance.choice(desk.keys)
        taken["place"].append(desk.move([one], key, None))
        taken["look"].append(_timed(client, f"{API}/plans/{desk.board['id']}"))
        taken["page"].append(_timed(client, f"{API}/deliveries?limit=100"))
    say("Improving a row, and drawing every stop onto one ...")
    improve = desk.edit({"do": "improve", "row": desk.keys[0]})
    box = desk.move(waiting, desk.keys[0], None)
    return _report(taken, improve, box)


class _Desk:
    """A plan that is edited as the screen does it."""

    def __init__(self, client: httpx.Client, board: dict[str, Any]) -> None:
        self.client, self.board = client, board
        self.keys = [row["key"] for row in board["rows"]]

    def move(self, ids: list[int], key: str, place: int | None) -> float:
        """Milliseconds. Raises RuntimeError when the stops are not on that row then."""
        taken = self.edit({"do": "move", "deliveries": ids, "to": key, "place": place})
        row = next(row for row in self.board["rows"] if row["key"] == key)
        there = {stop["order"]["delivery_id"] for stop in row["stops"]}
        if not set(ids) <= there:
            raise RuntimeError(f"{ids} are not on row {key}")
        return taken

    def edit(self, wish: dict[str, Any]) -> float:
        """Milliseconds."""
        body = {"edit": wish, "version": self.board["version"]}
        began = time.perf_counter()
        answer = self.client.post(f"{API}/plans/{self.board['id']}/edits", json=body)
        taken = (time.perf_counter() - began) * 1000
        self.board = _data(answer)
        return taken


def _timed(client: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    taken = (time.perf_counter() - began) * 1000
    _data(answer)
    return taken


def _data(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:200]}")
    data: dict[str, Any] = answer.json()["data"]
    return data


def _report(taken: dict[str, list[float]], improve: float, box: float) -> dict[str, Any]:
    middle = {name: statistics.median(times) for name, times in taken.items()}
    slow = statistics.quantiles(taken["edit"], n=20)[-1]
    return {
        "bench": "planning",
        "ratios": {
            "edit_vs_look": round(middle["edit"] / middle["look"], 2),
            "edit_vs_page": round(middle["edit"] / middle["page"], 2),
            "place_vs_look": round(middle["place"] / middle["look"], 2),
        },
        "figures": {
            "stops": STOPS, "rows": ROWS, "edits": len(taken["edit"]),
            "edit_ms": round(middle["edit"], 1), "edit_p95_ms": round(slow, 1),
            "place_ms": round(middle["place"], 1), "look_ms": round(middle["look"], 1),
            "page_ms": round(middle["page"], 1), "improve_ms": round(improve, 1),
            "all_on_one_ms": round(box, 1),
        },
    }  # fmt: skip
