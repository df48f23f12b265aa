"""Tracks over the API: fixes page by page, and columns for a player."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.kernel.clock import from_ms
from fleet_app.location.models import Fix, QuarantineReason
from tests.builders.api import World
from tests.builders.fixes import NOON_MS, a_batch, a_fix
from tests.builders.people import a_vehicle

NOON = from_ms(NOON_MS)
DAY = {
    "from": (NOON - timedelta(hours=12)).isoformat(),
    "to": (NOON + timedelta(hours=12)).isoformat(),
}


async def store(world: World, *fixes: Fix, vehicle_id: int = 0) -> None:
    batch = a_batch(*fixes, vehicle_id=vehicle_id or world.vehicle_id, fleet_id=world.fleet_id)
    await world.container.history.store([batch])


async def get(world: World, headers: dict[str, str], what: str, **query: Any) -> httpx.Response:
    vehicle_id = query.pop("vehicle_id", world.vehicle_id)
    url = f"/api/v1/vehicles/{vehicle_id}/{what}"
    return await world.client.get(url, headers=headers, params=DAY | query)


async def data(world: World, headers: dict[str, str], what: str, **query: Any) -> Any:
    answer = await get(world, headers, what, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_a_replay_is_what_was_stored_in_columns(
    world: World, manager: dict[str, str]
) -> None:
    await store(
        world,
        a_fix(0, lat=60.1234567, lon=-24.5, speed=8.34, altitude=20.6, heading=271.4),
        a_fix(10.5, lat=60.124, lon=-24.4999),
        a_fix(400, lat=-0.5, lon=24.4, speed=0.0, altitude=-3.0, heading=0.0),
    )  # fmt: skip
    replay = await data(world, manager, "replay")
    assert list(accumulate(replay["t"])) == [NOON_MS, NOON_MS + 10_500, NOON_MS + 400_000]
    assert list(accumulate(replay["lat"])) == [60_123_457, 60_124_000, -500_000]
    assert list(accumulate(replay["lon"])) == [-24_500_000, -24_499_900, 24_400_000]
    assert replay["speed"] == [83, None, 0]
    assert replay["altitude"] == [21, None, -3]
    assert replay["heading"] == [271, None, 0]
    assert replay["gaps"] == [[NOON_MS + 10_500, NOON_MS + 400_000]]
    assert replay["thinned"] is False
    assert (replay["from_ms"], replay["to_ms"]) == (NOON_MS - 43_200_000, NOON_MS + 43_200_000)


@pytest.mark.parametrize("what", ["track", "replay"])
async def test_a_vehicle_that_never_moved_has_an_empty_track(
    world: World, manager: dict[str, str], what: str
) -> None:
    found = await data(world, manager, what)
    assert found == [] or (found["t"], found["lat"], found["gaps"]) == ([], [], [])


@pytest.mark.parametrize("what", ["track", "replay"])
async def test_a_period_ends_before_its_end(
    world: World, manager: dict[str, str], what: str
) -> None:
    await store(world, a_fix(-43_200.001), a_fix(-43_200), a_fix(43_199.999), a_fix(43_200))
    found = await data(world, manager, what)
    assert len(found if what == "track" else found["t"]) == 2


async def test_track_pages_follow_each_other_while_fixes_come(
    world: World, manager: dict[str, str]
) -> None:
    await store(world, *(a_fix(10 * n, speed=float(n)) for n in range(7)))
    speeds, cursor = list[float](), ""
    for _ in range(5):
        body = (await get(world, manager, "track", limit=3, cursor=cursor)).json()
        speeds += [fix["speed"] for fix in body["data"]]
        cursor = body["meta"]["pagination"]["next_cursor"] or ""
        if not cursor:
            break
        await store(world, a_fix(-500 - len(speeds), speed=99.0))
    assert speeds == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


async def test_fixes_kept_apart_are_told_only_when_asked_for_and_are_marked(
    world: World, manager: dict[str, str]
) -> None:
    jump, zero = QuarantineReason.IMPOSSIBLE_JUMP, QuarantineReason.ZERO_ISLAND
    await store(world, a_fix(0), a_fix(10, 9_000), a_fix(20))
    await store(
        world, a_fix(10, 9_000, speed=4.0, quarantine=jump),
        a_fix(20, lat=0.0, lon=0.0, quarantine=zero),
    )  # fmt: skip
    plain = await data(world, manager, "track")
    assert [fix["quarantined"] for fix in plain] == [None, None]
    assert len((await data(world, manager, "replay"))["t"]) == 2
    raw, cursor = [], ""
    for _ in range(9):
        body = (await get(world, manager, "track", limit=1, raw=True, cursor=cursor)).json()
        raw += body["data"]
        cursor = body["meta"]["pagination"]["next_cursor"] or ""
        if not cursor:
            break
    assert [fix["quarantined"] for fix in raw] == [None, jump, None, zero]
    assert raw[1]["speed"] == 4.0


async def test_whose_track_it_is(world: World, manager: dict[str, str]) -> None:
    driver = await world.bearer(world.driver)
    colleagues = await a_vehicle(world.container, world.fleet_id)
    customer = await world.a(Role.CUSTOMER)
    for what in ("track", "replay"):
        assert (await get(world, driver, what)).status_code == 200
        assert (await get(world, driver, what, vehicle_id=colleagues)).status_code == 404
        assert (await get(world, manager, what, vehicle_id=colleagues)).status_code == 200
        foreign = await get(world, manager, what, vehicle_id=world.other_vehicle_id)
        assert foreign.status_code == 404
        assert (await get(world, customer, what)).status_code == 403


@pytest.mark.parametrize("what", ["track", "replay"])
@pytest.mark.parametrize(
    ("period", "field"),
    [
        ({"to": "2016-11-20T00:00:00Z"}, "to"),
        ({"from": "2016-11-20T00:00:00Z"}, "to"),
        ({"to": (NOON + timedelta(days=32)).isoformat()}, "to"),
        ({"from": "2026-11-20T00:00:00"}, "from"),
        ({"from": ""}, "from"),
        ({"minutes": 5}, "minutes"),
    ],
)
async def test_a_period_nobody_can_mean_is_refused_with_the_place(
    world: World, manager: dict[str, str], what: str, period: dict[str, Any], field: str
) -> None:
    answer = await get(world, manager, what, **period)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


async def test_a_large_replay_comes_compressed_where_that_is_understood(
    world: World, manager: dict[str, str]
) -> None:
    await store(world, *(a_fix(10 * n, 3 * n) for n in range(500)))
    plain = await get(world, manager | {"Accept-Encoding": "identity"}, "replay")
    small = await get(world, manager | {"Accept-Encoding": "gzip"}, "replay")
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert small.json()["data"] == plain.json()["data"]


async def test_more_fixes_than_a_player_shows_are_thinned(
    world: World, manager: dict[str, str]
) -> None:
    await store(world, *(a_fix(1.5 * n - 20_000, 10 * n, speed=6.7) for n in range(25_000)))
    replay = await data(world, manager, "replay")
    assert replay["thinned"] is True
    assert 2_000 < len(replay["t"]) <= 20_000
    times = list(accumulate(replay["t"]))
    assert (times[0], times[-1]) == (NOON_MS - 20_000_000, NOON_MS + 17_498_500)
    assert replay["gaps"] == []
