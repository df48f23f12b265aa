"""Arrivals, nearest vehicles and plans beside what came of them, over the API."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from fleet_app.access.roles import Role
from fleet_app.delivery.models import RouteStop
from fleet_app.fleet.models import Vehicle, VehicleStatus
from fleet_app.kernel.clock import utc_now
from fleet_app.location.models import VehicleLive
from fleet_app.planning.live.ports import LiveRouteState, StopEta
from fleet_app.planning.live.sheet import Risk
from tests.builders.api import World
from tests.builders.fixes import seen
from tests.builders.people import a_vehicle
from tests.builders.tours import API, Depot, change, data, ids_of, refused

NOW = utc_now().replace(microsecond=0)


async def on_its_way(world: World, depot: Depot) -> dict:
    """A started route of two stops of which the second is expected in half an hour."""
    route = data(await depot.step((await depot.route(2, steps=("publish",)))["id"], "start"))
    first, second = route["stops"]
    state = LiveRouteState(
        route_id=route["id"], vehicle_id=route["vehicle_id"], updated_at=NOW,
        stops=(
            StopEta(first["id"], first["delivery"]["id"], NOW, Risk.ON_TIME, None, True),
            StopEta(second["id"], second["delivery"]["id"], NOW + timedelta(minutes=30),
                    Risk.LATE, 90),
        ),
        risk=Risk.LATE, off_route=False, done=0, total=2, delay_s=600,
    )  # fmt: skip
    await world.container.active_routes.put([state])
    return route


async def get(world: World, path: str, headers: dict[str, str], status: int = 200):
    answer = await world.client.get(f"{API}{path}", headers=headers)
    return data(answer) if status == 200 else refused(answer, status)


async def test_a_route_tells_its_arrivals(world: World, depot: Depot):
    route = await on_its_way(world, depot)
    found = await get(world, f"/routes/{route['id']}/eta", depot.driver)
    assert (found["live"], found["risk"], found["delay_s"]) == (True, "late", 600)
    assert found["next_stop_id"] == route["stops"][0]["id"]
    first, second = found["stops"]
    assert (first["there"], second["there"]) == (True, False)
    assert second["late_s"] == 90
    assert second["eta"] == (NOW + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_what_rests_on_a_place_that_is_too_old_is_not_told(world: World, depot: Depot):
    route = await on_its_way(world, depot)
    first, second = ids_of(route)
    seen = {"seen_at": NOW - timedelta(hours=1), "stale": True}
    active = world.container.active_routes
    state = (await active.get([route["id"]]))[route["id"]]
    await active.put([msgspec.structs.replace(state, **seen)])
    found = await get(world, f"/routes/{route['id']}/eta", depot.office)
    known = [found[name] for name in ("live", "updated_at", "delay_s", "next_stop_id", "risk")]
    assert known == [False, None, None, None, "late"]  # it is late wherever it is
    assert found["seen_at"] == (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = [(one["eta"], one["late_s"], one["there"], one["risk"]) for one in found["stops"]]
    assert told == [(None, None, False, None), (None, None, False, "late")]
    for id_, risk in ((first, None), (second, "late")):
        one = await get(world, f"/deliveries/{id_}/eta", depot.driver)
        assert (one["live"], one["eta"], one["stops_before"]) == (False, None, None)
        assert (one["risk"], one["seen_at"]) == (risk, found["seen_at"])


async def test_before_it_is_on_its_way_only_the_plan_is_told(world: World, depot: Depot):
    route = await depot.route(2, steps=("publish",))
    stop = route["stops"][0]["id"]
    await change(world, RouteStop, stop, planned_arrival=NOW)
    found = await get(world, f"/routes/{route['id']}/eta", depot.office)
    assert (found["live"], found["risk"], found["stops"][0]["eta"]) == (False, None, None)
    assert found["stops"][0]["planned_arrival"] is not None


async def test_a_delivery_tells_how_many_stops_come_first(world: World, depot: Depot):
    route = await on_its_way(world, depot)
    first, second = ids_of(route)
    found = await get(world, f"/deliveries/{second}/eta", depot.driver)
    assert (found["stops_before"], found["risk"], found["live"]) == (1, "late", True)
    data(await depot.set_status(first, "arriving"))
    data(await depot.set_status(first, "completed"))
    await world.container.active_routes.forget([route["id"]])
    found = await get(world, f"/deliveries/{first}/eta", depot.office)
    assert (found["live"], found["eta"], found["status"]) == (False, None, "completed")


async def test_arrivals_are_not_shown_while_the_live_store_is_away(
    world: World, depot: Depot, monkeypatch
):
    route = await on_its_way(world, depot)
    client = world.container.redis
    monkeypatch.setattr(client, "pipeline", _refuse)
    found = await get(world, f"/routes/{route['id']}/eta", depot.office)
    assert found["live"] is False


def _refuse(**_: object) -> None:
    raise ConnectionError


async def place(world: World, vehicle_id: int, lat: float, lon: float, minutes: float = 0) -> None:
    await seen(world.container, vehicle_id, world.fleet_id)
    at = utc_now() - timedelta(minutes=minutes)
    await change(world, VehicleLive, vehicle_id, lat=lat, lon=lon, recorded_at=at)


async def test_the_nearest_vehicles_come_first_and_say_how_old_their_place_is(
    world: World, depot: Depot
):
    far, near, away = [await a_vehicle(world.container, world.fleet_id) for _ in range(3)]
    await place(world, far, 60.20, 24.94)
    await place(world, near, 60.172, 24.94, minutes=30)
    await place(world, away, 60.17, 24.94)
    await change(world, Vehicle, away, status=VehicleStatus.WORKSHOP)
    found = await get(world, "/vehicles/nearest?lat=60.17&lon=24.94&limit=2", depot.office)
    assert [one["vehicle_id"] for one in found] == [near, far]
    assert found[0]["drive_s"] < found[1]["drive_s"]
    assert (found[0]["stale"], found[1]["stale"]) == (True, False)
    assert 1_790 <= found[0]["age_s"] <= 1_900
    assert found[0]["is_estimate"]


async def test_a_place_that_is_none_is_refused(world: World, depot: Depot):
    for query in ("lat=91&lon=0", "lat=0&lon=181", "lat=nan&lon=0", "lat=1", "lat=0&lon=0&limit=0"):
        answer = await world.client.get(f"{API}/vehicles/nearest?{query}", headers=depot.office)
        assert answer.status_code in (400, 422), query
    await get(world, "/vehicles/nearest?lat=1&lon=1", depot.driver, 403)


async def test_another_drivers_route_is_none(world: World, depot: Depot):
    route = await on_its_way(world, depot)
    other = await world.a(Role.DRIVER)
    for path in (f"/routes/{route['id']}/eta", f"/routes/{route['id']}/actuals"):
        await get(world, path, other, 404)
    await get(world, f"/deliveries/{ids_of(route)[0]}/eta", other, 404)
