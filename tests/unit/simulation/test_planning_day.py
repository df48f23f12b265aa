"""The demo's dispatcher plans tomorrow: solved, changed by hand, taken back, published."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from fleet_app.bootstrap import Container
from fleet_app.simulation.demo.rounds import ZONE
from tests.builders.api import ORIGIN, an_api
from tests.builders.jobs import running
from tests.engines import TestStores
from tests.unit.simulation.api import API, optimised, signed_in, told
from tests.unit.simulation.conftest import Demo, started
from tests.unit.simulation.maps import write_big_town

SOLVING_S = 5.0
IMPOSSIBLE = {"skill", "capacity"}
MOST_PAST = 5
"""Orders that were put off to today, and go back at ten."""


@pytest.fixture(scope="module")
async def demo(stores: TestStores, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo as it is first started now, on a map."""
    async with started(stores, write_big_town(tmp_path_factory.mktemp("now")), None) as demo:
        yield demo


@pytest.fixture
def database_url(stores: TestStores, demo: Demo) -> Iterator[str]:
    """The demo's data."""
    with stores.copy_of(demo.database_url) as url:
        yield url


@pytest.fixture(autouse=True)
async def working(container: Container) -> AsyncIterator[None]:
    """Runs of the optimiser are done elsewhere, on demand."""
    async with running(container):
        yield


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks the API."""
    transport = httpx.ASGITransport(an_api(container))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60) as client:
        yield client


def stops_of(board: Any) -> dict[str, list[int]]:
    return {
        row["key"]: [one["order"]["delivery_id"] for one in row["stops"]] for row in board["rows"]
    }


def plain_of(row: Any) -> list[int]:
    """The deliveries of a row that are loaded where it starts."""
    fetched = {one["order"]["delivery_id"] for one in row["stops"] if one["is_pickup"]}
    ids = [one["order"]["delivery_id"] for one in row["stops"]]
    return [id_ for id_ in ids if id_ not in fetched]


def require_one_driver_at_a_time(board: Any) -> None:
    """Two may share a vehicle, one after the other."""
    driving = [row for row in board["rows"] if row["stops"]]
    rows = sorted(driving, key=lambda row: (row["vehicle_id"], row["starts_at"]))
    for before, after in pairwise(rows):
        same = before["vehicle_id"] == after["vehicle_id"]
        assert not same or before["ends_at"] <= after["starts_at"]


async def test_tomorrow_is_planned_changed_taken_back_published_and_on_the_phones(
    client: httpx.AsyncClient, container: Container, demo: Demo
) -> None:
    day = (datetime.now(UTC).astimezone(ZONE) + timedelta(days=1)).date()
    office = await signed_in(client, demo.logins.dispatcher)
    plan = told(await client.post(f"{API}/plans", json={"date": str(day)}, headers=office))
    assert len(plan["tray"]) >= 290
    assert len(plan["rows"]) >= 20
    address = f"{API}/plans/{plan['id']}"

    await optimised(client, office, plan["id"], seconds=SOLVING_S)
    planned = told(await client.get(address, headers=office))
    assert planned["totals"]["stops"] >= 285
    reasons = Counter(one["why"] for one in planned["tray"])
    assert 3 <= sum(reasons[why] for why in IMPOSSIBLE) <= 5
    # Whoever did not get its turn shares this machine; everything else has its place.
    assert reasons.total() - reasons["open"] <= 5 + MOST_PAST
    assert planned["totals"]["problems"] == 0
    assert all(one["words"] for one in planned["tray"])
    require_one_driver_at_a_time(planned)

    # Three stops of the earliest row that has so many go behind the last stop of the latest.
    rows = sorted((row for row in planned["rows"] if row["stops"]), key=lambda r: r["starts_at"])
    moved = next(ids for row in rows if len(ids := plain_of(row)) >= 3)[:3]
    edit = {"do": "move", "deliveries": moved, "to": rows[-1]["key"], "place": None}
    edit["place"] = len(rows[-1]["stops"])
    body = {"edit": edit, "version": planned["version"]}
    changed = told(await client.post(f"{address}/edits", json=body, headers=office))
    assert stops_of(changed)[rows[-1]["key"]][-3:] == moved
    assert changed["totals"]["late_stops"] > 0
    assert changed["totals"]["problems"] > 0
    undone = told(await client.post(f"{address}/undo", headers=office))
    assert stops_of(undone) == stops_of(planned)

    published = told(await client.post(f"{address}/publish", headers=office))
    told_of = {row["driver_id"]: stops for row in published["plan"]["rows"]
               if (stops := stops_of(published["plan"])[row["key"]])}  # fmt: skip
    assert len(told_of) > 10
    for login in demo.logins.drivers:
        phone = await signed_in(client, login)
        driver_id = told(await client.get(f"{API}/auth/me", headers=phone))["driver_id"]
        path = f"{API}/drivers/{driver_id}/assignments?date={day}"
        routes = told(await client.get(path, headers=phone))["routes"]
        found = [stop["delivery"]["id"] for one in routes for stop in one["stops"]]
        assert found == told_of.get(driver_id, [])
