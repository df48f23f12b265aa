"""Zones as records: one shape each, in words for whoever drew it."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.location.geofences import spelling
from tests.builders.api import World
from tests.builders.geofences import LAT, LON, a_circle, a_polygon, a_ring, a_square

API = "/api/v1/geofences"
Headers = dict[str, str]


@pytest.fixture
async def office(world: World) -> Headers:
    return await world.a(Role.DISPATCHER)


async def made(world: World, headers: Headers, values: dict[str, Any]) -> dict[str, Any]:
    answer = await world.client.post(API, json=values, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


async def change(world: World, headers: Headers, id_: int, **values: Any) -> httpx.Response:
    return await world.client.patch(f"{API}/{id_}", json=values, headers=headers)


async def refused(world: World, headers: Headers, values: dict[str, Any]) -> dict[str, str]:
    answer = await world.client.post(API, json=values, headers=headers)
    assert answer.status_code == 400, answer.text
    listed = await world.client.get(API, headers=headers)
    assert listed.json()["data"] == [], "what is refused leaves nothing"
    return dict(answer.json()["error"]["fields"])


async def test_a_circle_is_a_middle_and_a_radius(world: World, office: Headers) -> None:
    row = await made(world, office, a_circle(color="#1a73e8", group_name="Customers"))

    assert (row["kind"], row["lat"], row["lon"], row["radius_m"]) == ("circle", LAT, LON, 200.0)
    assert row["geometry"] is None
    assert row["area_m2"] == pytest.approx(125_664, rel=1e-4)
    assert (row["center_lat"], row["center_lon"], row["corners"]) == (LAT, LON, 0)


async def test_a_drawing_says_what_kind_it_is(world: World, office: Headers) -> None:
    line = {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.1, LAT]]}
    road = await made(world, office, {"name": "Road", "geometry": line, "width_m": 100})
    yard = await made(world, office, {"name": "Yard", "geometry": a_square()})
    site = await made(
        world, office,
        {"name": "Site", "radius_m": 50, "geometry": {"type": "Point", "coordinates": [LON, LAT]}},
    )  # fmt: skip

    assert [one["kind"] for one in (road, yard, site)] == ["corridor", "polygon", "circle"]
    assert (site["lat"], site["lon"], site["geometry"]) == (LAT, LON, None)
    assert (yard["lat"], yard["corners"]) == (None, 4)
    assert road["area_m2"] == pytest.approx(5_540 * 100, rel=0.02)


async def test_a_page_of_the_list_is_without_the_shapes(world: World, office: Headers) -> None:
    row = await made(world, office, a_polygon())
    listed = await world.client.get(API, headers=office)
    one = await world.client.get(f"{API}/{row['id']}", headers=office)

    assert "geometry" not in listed.json()["data"][0]
    assert one.json()["data"]["geometry"]["type"] == "Polygon"


async def test_ten_thousand_corners_are_kept_as_drawn(world: World, office: Headers) -> None:
    row = await made(world, office, a_polygon(a_ring(10_000)))

    assert row["corners"] == 10_000
    assert row["geometry"] == a_ring(10_000)


async def test_more_corners_are_made_fewer_where_nobody_sees_it(
    world: World, office: Headers
) -> None:
    row = await made(world, office, a_polygon(a_ring(30_000)))

    assert 50 < row["corners"] <= 10_000


BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
NORTH = {"type": "Polygon", "coordinates": [[[10, 100], [11, 100], [11, 101], [10, 100]]]}


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"kind": "polygon", "geometry": BOW}, "geometry", "crosses or touches itself at 0.5"),
        ({"kind": "polygon", "geometry": NORTH}, "geometry", "may be swapped"),
        ({"kind": "polygon"}, "geometry", "a polygon needs its outline"),
        ({"kind": "corridor", "width_m": 50}, "geometry", "a corridor needs its line"),
        ({"kind": "corridor", "geometry": a_square()}, "geometry", "draws a polygon, but the kind"),
        ({"geometry": {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}}, "width_m", "is mi"),
        ({"kind": "circle"}, "radius_m", "is missing"),
        ({"kind": "circle", "radius_m": 100}, "lat", "is missing"),
        ({"lat": 60, "lon": 24, "radius_m": 1}, "radius_m", "at least 5"),
        ({"lat": 124, "lon": 24, "radius_m": 100}, "lat", "at most 85"),
        ({"geometry": a_square(), "radius_m": 5}, "radius_m", "only a circle"),
        ({"geometry": a_square(), "lat": 1, "lon": 1}, "lat", "only a circle"),
        ({"lat": 1, "lon": 1, "radius_m": 5, "width_m": 9}, "width_m", "only a corridor"),
        ({"geometry": {"type": "Polygon"}}, "geometry", "coordinates"),
        ({"geometry": {}}, "geometry", "no type"),
        ({"geometry": "a yard"}, "geometry", "must be GeoJSON"),
        ({"geometry": 7}, "geometry", "must be GeoJSON"),
        ({**a_circle(), "schedule": "always"}, "schedule", "Mon-Fri"),
        ({**a_circle(), "vehicle_ids": ["Van"]}, "vehicle_ids", "list of ids"),
        ({**a_circle(), "speed_limit": -1}, "speed_limit", "more than 0"),
    ],
)
async def test_what_can_be_no_zone_is_refused_in_words(
    world: World, office: Headers, values: dict[str, Any], field: str, words: str
) -> None:
    assert words in (await refused(world, office, {"name": "Zone", **values}))[field]


async def test_a_zone_across_the_antimeridian_is_one_piece(world: World, office: Headers) -> None:
    ring = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]
    row = await made(
        world, office, a_polygon({"type": "Polygon", "coordinates": [ring]})
    )  # fmt: skip

    assert row["geometry"]["coordinates"] == [[[179, 0], [181, 0], [181, 1], [179, 1], [179, 0]]]
    assert row["center_lon"] == -180.0


async def test_a_shape_can_become_another_and_back(world: World, office: Headers) -> None:
    row = await made(world, office, a_circle())
    drawn = (await change(world, office, row["id"], geometry=a_square())).json()["data"]
    circle = {"kind": "circle", "lat": LAT, "lon": LON, "radius_m": 80}
    back = (await change(world, office, row["id"], **circle)).json()["data"]

    assert (drawn["kind"], drawn["lat"], drawn["radius_m"]) == ("polygon", None, None)
    assert (back["kind"], back["geometry"], back["radius_m"]) == ("circle", None, 80)


async def test_a_middle_is_moved_by_itself(world: World, office: Headers) -> None:
    row = await made(world, office, a_circle())
    moved = (await change(world, office, row["id"], lat=61.5)).json()["data"]

    assert (moved["lat"], moved["lon"], moved["center_lat"]) == (61.5, LON, 61.5)


async def test_a_shape_that_cannot_be_leaves_the_zone_as_it_was(
    world: World, office: Headers
) -> None:
    row = await made(world, office, a_polygon())
    answer = await change(world, office, row["id"], geometry=BOW, name="Other")
    now = await world.client.get(f"{API}/{row['id']}", headers=office)

    assert answer.status_code == 400
    assert now.json()["data"] == row


@pytest.mark.parametrize(
    ("first", "told"),
    [(a_circle(), "Shape: Circle → Polygon"), (a_polygon(), "Outline: 4 corners → 7 corners")],
)
async def test_a_change_of_the_shape_is_told_and_taken_back(
    world: World, office: Headers, first: dict[str, Any], told: str
) -> None:
    row = await made(world, office, first)
    await change(world, office, row["id"], geometry=a_ring(7))
    history = await world.client.get(f"{API}/{row['id']}/history", headers=office)
    entry = history.json()["data"][0]
    undone = await world.client.post(f"/api/v1/audit/{entry['id']}/undo", headers=office)

    assert told in entry["changes"]
    assert undone.status_code == 200, undone.text
    kept = {name: row[name] for name in ("kind", "lat", "lon", "radius_m", "geometry", "area_m2")}
    assert {name: undone.json()["data"][name] for name in kept} == kept


async def test_a_name_is_taken_once_in_a_fleet(world: World, office: Headers) -> None:
    await made(world, office, a_circle(name="Depot"))
    again = await world.client.post(API, json=a_circle(name="depot"), headers=office)
    others = await world.a(Role.DISPATCHER, fleet_id=world.other_fleet_id)

    assert (again.status_code, again.json()["error"]["fields"]) == (
        409, {"name": "there is a zone of this name already"},
    )  # fmt: skip
    assert await made(world, others, a_circle(name="depot"))


async def test_only_vehicles_and_drivers_of_the_fleet_are_named(
    world: World, office: Headers
) -> None:
    row = await made(world, office, a_circle(vehicle_ids=[world.vehicle_id, world.vehicle_id]))
    strange = await change(world, office, row["id"], vehicle_ids=[world.other_vehicle_id])
    nobody = await change(world, office, row["id"], driver_ids=[987654321])

    assert row["vehicle_ids"] == [world.vehicle_id]
    assert strange.json()["error"]["fields"] == {
        "vehicle_ids": f"there is no vehicle {world.other_vehicle_id}"
    }
    assert nobody.status_code == 400


async def test_drivers_read_and_do_not_write(world: World, office: Headers) -> None:
    row = await made(world, office, a_circle())
    driver = await world.bearer(world.driver)

    assert (await world.client.get(f"{API}/{row['id']}", headers=driver)).status_code == 200
    assert (await change(world, driver, row["id"], name="Mine")).status_code == 403
    assert (await world.client.post(API, json=a_circle(), headers=driver)).status_code == 403


async def test_zones_and_rules_are_read_on_while_others_come_and_go(world: World) -> None:
    manager = await world.a(Role.FLEET_MANAGER)
    bodies: dict[str, dict[str, Any]] = {
        "geofences": {"kind": "circle", "lat": 60.2, "lon": 24.9, "radius_m": 50},
        "alert_rules": {"event": "speeding"},
    }
    for plural, body in bodies.items():
        url, ids = f"/api/v1/{plural}", []
        for number in range(3):
            named = body | {"name": f"Number {9 - number}"}
            answer = await world.client.post(url, headers=manager, json=named)
            ids.append(answer.json()["data"]["id"])
        asked: dict[str, Any] = {"limit": 2, "cursor": ""}
        first = (await world.client.get(url, headers=manager, params=asked)).json()
        assert [row["id"] for row in first["data"]] == ids[:2]
        await world.client.delete(f"{url}/{ids[0]}", headers=manager)
        asked["cursor"] = first["meta"]["pagination"]["next_cursor"]
        rest = (await world.client.get(url, headers=manager, params=asked)).json()
        assert [row["id"] for row in rest["data"]] == ids[2:]
        assert rest["meta"]["pagination"] == {"limit": 2, "next_cursor": None}
        wrong = await world.client.get(url, headers=manager, params={"cursor": "", "sort": "id"})
        assert list(wrong.json()["error"]["fields"]) == ["sort"]


async def test_long_drawings_are_looked_at_beside_the_other_requests(
    world: World, office: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, really = [], spelling.checked

    def looks(shape: Any) -> Any:
        threads.append(threading.current_thread())
        return really(shape)

    monkeypatch.setattr(spelling, "checked", looks)
    ring = a_ring(3_000)
    (at,) = ring["coordinates"]
    crossed = ring | {"coordinates": [[at[0], *at[1_500:2_900], *at[100:1_400], at[0]]]}
    for drawn, status in ((ring, 201), (crossed, 400)):
        body = a_polygon(drawn)
        answer = await world.client.post("/api/v1/geofences", headers=office, json=body)
        assert answer.status_code == status, answer.text
    assert len(threads) == 2
    assert threading.main_thread() not in threads
