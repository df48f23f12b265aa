"""Zones from and to the files of other map programs, all of them for a map, and along a way."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.audit.models import AuditEntry
from fleet_app.delivery.models import RouteStop
from tests.builders.api import World
from tests.builders.geofences import (
    LAT,
    LON,
    a_circle,
    a_collection,
    a_feature,
    a_polygon,
    a_ring,
    a_square,
)
from tests.builders.people import a_fleet
from tests.builders.records import an_actor, records

API = "/api/v1/geofences"
Headers = dict[str, str]
BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
SWAPPED = {"type": "Polygon", "coordinates": [[[60, 124], [61, 124], [61, 125], [60, 124]]]}


@pytest.fixture
async def office(world: World) -> Headers:
    return await world.a(Role.DISPATCHER)


async def sent(
    world: World, headers: Headers, body: Any, name: str = "zones.geojson", **query: Any
) -> httpx.Response:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await world.client.post(
        f"{API}/import", headers=headers, params=query, files={"file": (name, data)}
    )


async def taken(world: World, headers: Headers, body: Any, **more: Any) -> dict[str, Any]:
    answer = await sent(world, headers, body, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


async def stored(world: World, headers: Headers) -> dict[str, dict[str, Any]]:
    answer = await world.client.get(API, headers=headers, params={"limit": 500})
    return {row["name"]: row for row in answer.json()["data"]}


async def test_a_file_is_taken_in_with_what_it_says(world: World, office: Headers) -> None:
    point = {"type": "Point", "coordinates": [LON, LAT]}
    told = await taken(
        world, office,
        a_collection(
            a_feature(a_square(), name="Yard", group="Customers", fill="#00ff00", note="Gate 2"),
            a_feature(point, name="Depot", radius_m=75, speed_limit=5.5, schedule="mon 8:00-9:00"),
            a_feature({"type": "LineString", "coordinates": [[LON, LAT], [25, 60.2]]}),
        ),
    )  # fmt: skip
    zones = await stored(world, office)

    assert (told["created"], told["failed"], told["dry_run"]) == (3, 0, False)
    assert set(zones) == {"Yard", "Depot", "zones 3"}
    assert (zones["Yard"]["group_name"], zones["Yard"]["color"]) == ("Customers", "#00ff00")
    assert (zones["Depot"]["radius_m"], zones["Depot"]["speed_limit"]) == (75, 5.5)
    assert zones["Depot"]["schedule"] == "Mon 08:00-09:00"
    assert (zones["zones 3"]["kind"], zones["zones 3"]["width_m"]) == ("corridor", 100)


async def test_what_is_wrong_with_one_keeps_no_other_out(world: World, office: Headers) -> None:
    told = await taken(
        world, office,
        a_collection(
            a_feature(BOW, name="Bow"),
            a_feature(SWAPPED, name="Swapped"),
            a_feature(a_square(), name="Red", color="red"),
            a_feature(a_square(), name="Twice"),
            a_feature(a_square(0.02), name="twice"),
            a_feature(a_ring(10_000), name="Round"),
        ),
    )  # fmt: skip

    assert {"Round", "Twice"} == set(await stored(world, office))
    assert (told["created"], told["failed"]) == (2, 4)
    bow, swapped = told["problems"]
    assert bow.startswith("Bow: The outline crosses or touches itself at 0.5")
    assert "There is no latitude 124" in swapped
    assert "may be swapped" in swapped
    by_name = {zone["name"]: zone for zone in told["zones"]}
    assert by_name["Red"]["fields"] == {"color": "write it like #1a73e8"}
    assert "another zone of this name" in by_name["twice"]["message"]


async def test_a_dry_run_says_the_same_and_keeps_nothing(world: World, office: Headers) -> None:
    file = a_collection(a_feature(a_square(), name="Yard"), a_feature(BOW, name="Bow"))
    tried = await taken(world, office, file, dry_run=True)
    before = await stored(world, office)
    done = await taken(world, office, file)

    assert before == {}
    assert (tried["created"], tried["failed"]) == (done["created"], done["failed"]) == (1, 1)
    assert tried["zones"][0]["id"] is None
    async with world.container.work() as session:
        found = await session.get(AuditEntry, 1)
    assert found is None or found.kind != "geofence"


async def test_a_file_changes_the_zones_it_names(world: World, office: Headers) -> None:
    first = a_feature(a_square(), name="Yard", external_reference="Z-1", note="Old gate")
    await taken(world, office, a_collection(first, a_feature(a_square(0.1), name="Town")))
    again = a_feature(a_square(0.02), name="New yard", external_reference="Z-1")
    told = await taken(world, office, a_collection(again, a_feature(a_square(0.1), name="TOWN")))
    zones = await stored(world, office)

    assert (told["created"], told["updated"]) == (0, 2)
    assert set(zones) == {"New yard", "TOWN"}
    assert zones["New yard"]["note"] == "Old gate", "what a file does not say stays"
    assert zones["New yard"]["version"] == 2


@pytest.mark.parametrize("form", ["geojson", "kml"])
async def test_what_is_exported_comes_back_and_changes_nothing(
    world: World, office: Headers, form: str
) -> None:
    antimeridian = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]
    line = {"type": "LineString", "coordinates": [[LON, LAT], [25, 60.2]]}
    for values in (
        a_circle(group_name="A & B", color="#112233", note="<b>bold</b>", active=False),
        a_polygon(a_ring(500), schedule="Mon-Fri 08:00-18:00", dwell_after_min=15),
        a_polygon({"type": "Polygon", "coordinates": [antimeridian]}),
        {"name": "Road", "geometry": line, "width_m": 60, "speed_limit": 13.9},
    ):
        made = await world.client.post(API, json=values, headers=office)
        assert made.status_code == 201, made.text
    file = await world.client.get(f"{API}/export.{form}", headers=office)
    told = await taken(world, office, file.content, name=f"geofences.{form}")
    others = await world.a(Role.DISPATCHER, fleet_id=world.other_fleet_id)
    moved = await taken(world, others, file.content, name=f"geofences.{form}")

    assert f'filename="zones.{form}"' in file.headers["content-disposition"]
    # A GeoJSON file cuts what crosses the antimeridian; joined again, it begins at another corner.
    cut = 1 if form == "geojson" else 0
    assert (told["unchanged"], told["updated"]) == (4 - cut, cut), told
    assert (told["failed"], told["problems"]) == (0, [])
    assert moved["created"] == 4
    mine, theirs = await stored(world, office), await stored(world, others)
    said = ("group_name", "color", "note", "active", "schedule", "dwell_after_min", "speed_limit",
            "kind", "lat", "lon", "radius_m", "width_m", "area_m2", "corners")  # fmt: skip
    for name, row in mine.items():
        assert {one: theirs[name][one] for one in said} == {one: row[one] for one in said}


async def test_an_export_is_of_what_the_list_shows(world: World, office: Headers) -> None:
    for name in ("North", "South"):
        await world.client.post(API, json=a_circle(name=name), headers=office)
    file = await world.client.get(f"{API}/export.geojson?q=nor", headers=office)

    assert [one["properties"]["name"] for one in file.json()["features"]] == ["North"]


def a_kmz(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", content)
    return file.getvalue()


KML = (
    b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Sites</name><Placemark>'
    b"<name>Site</name><Point><coordinates>24.94,60.17</coordinates></Point></Placemark></Folder>"
    b"</Document></kml>"
)


async def test_a_kmz_file_is_taken_in_with_its_folders(world: World, office: Headers) -> None:
    told = await taken(world, office, a_kmz(KML), name="sites.kmz")

    assert told["created"] == 1
    assert (await stored(world, office))["Site"]["group_name"] == "Sites"


BILLION = (
    b'<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<kml><Placemark><name>&b;</name></Placemark></kml>"
)


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (BILLION, 400, "document type"),
        (a_kmz(b" " * (40 * 2**20)), 413, "larger than 32 MB"),
        (b"PK\x03\x04 and no more", 400, "damaged"),
        (b"<gpx/>", 400, "not KML"),
        (b"Name,Latitude\nYard,60", 400, "GeoJSON, KML or KMZ"),
        (b"", 400, "GeoJSON, KML or KMZ"),
        (b'{"type": "FeatureCollection", "features": []}', 400, "no zones"),
        (b"{" + b'"a":{' * 5000, 400, "JSON"),
        (b"<kml>" + b"<Folder>" * 100, 413, "far more parts"),
    ],
    ids=["entities", "bomb", "cut", "gpx", "table", "empty", "none", "deep json", "deep xml"],
)  # fmt: skip
async def test_a_file_that_is_none_is_refused_in_words(
    world: World, office: Headers, data: bytes, status: int, words: str
) -> None:
    await world.client.post(API, json=a_circle(name="Here"), headers=office)
    answer = await sent(world, office, data)

    assert (answer.status_code, words in answer.json()["error"]["message"]) == (status, True), (
        answer.text
    )
    assert set(await stored(world, office)) == {"Here"}


async def test_too_many_zones_are_refused_before_any_is_stored(
    world: World, office: Headers
) -> None:
    points = [{"type": "Point", "coordinates": [LON, LAT]}] * 2_001
    answer = await sent(world, office, a_collection(*(a_feature(one) for one in points)))

    assert answer.status_code == 413
    assert "2,001 zones" in answer.json()["error"]["message"]


async def test_a_zone_far_from_home_raises_a_question(world: World, office: Headers) -> None:
    actor = an_actor(Role.FLEET_MANAGER, world.fleet_id)
    async with records(world.container, "depots", actor) as depots:
        await depots.create({"name": "D", "address": "Katu 1", "lat": LAT, "lon": LON})
    there = {"type": "Point", "coordinates": [LAT, LON]}
    told = await taken(world, office, a_collection(a_feature(there, name="Odd")))

    assert "Were latitude and longitude swapped?" in told["zones"][0]["question"]


async def test_all_shapes_are_one_collection_that_is_sent_once(
    world: World, office: Headers
) -> None:
    made = await world.client.post(
        API, json=a_circle(name="Yard", group_name="G", color="#112233"), headers=office
    )
    await world.client.post(API, json=a_polygon(active=False), headers=office)
    first = await world.client.get(f"{API}/shapes", headers=office)
    every = await world.client.get(f"{API}/shapes?inactive=true", headers=office)
    known = {"If-None-Match": first.headers["etag"]}
    again = await world.client.get(f"{API}/shapes", headers=office | known)
    id_ = made.json()["data"]["id"]
    await world.client.patch(f"{API}/{id_}", json={"name": "Gate"}, headers=office)
    changed = await world.client.get(f"{API}/shapes", headers=office | known)
    await world.client.delete(f"{API}/{id_}", headers=office)
    none = await world.client.get(
        f"{API}/shapes", headers=office | {"If-None-Match": changed.headers["etag"]}
    )

    (feature,) = first.json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}
    assert feature["properties"] == {
        "id": id_, "name": "Yard", "group": "G", "color": "#112233", "kind": "circle",
        "radius_m": 200.0, "width_m": None, "version": 1,
        "active": True, "schedule": "", "speed_limit": None,
    }  # fmt: skip
    assert [one["properties"]["active"] for one in every.json()["features"]] == [True, False]
    assert every.headers["etag"] != first.headers["etag"]
    assert again.status_code == 304
    assert changed.json()["features"][0]["properties"]["name"] == "Gate"
    assert none.json()["features"] == []


async def test_another_fleets_shapes_are_not_in_it(world: World, office: Headers) -> None:
    others = await world.a(Role.DISPATCHER, fleet_id=world.other_fleet_id)
    await world.client.post(API, json=a_circle(), headers=others)
    mine = await world.client.get(f"{API}/shapes", headers=office)
    stranger = await world.client.get(
        f"{API}/shapes?fleet_id={world.other_fleet_id}", headers=office
    )

    assert mine.json()["features"] == []
    assert stranger.status_code == 404


async def test_a_corridor_leads_through_places(world: World, office: Headers) -> None:
    points = [{"lat": LAT, "lon": LON}, {"lat": LAT + 0.05, "lon": LON}]
    body = {"name": "North road", "width_m": 80, "points": points, "group_name": "Roads"}
    answer = await world.client.post(f"{API}/corridor", json=body, headers=office)
    made = answer.json()["data"]

    assert answer.status_code == 201, answer.text
    assert (made["kind"], made["width_m"], made["group_name"]) == ("corridor", 80, "Roads")
    assert made["geometry"]["coordinates"] == [[LON, LAT], [LON, LAT + 0.05]]
    assert answer.headers["location"] == f"{API}/{made['id']}"


async def test_a_corridor_follows_the_stops_of_a_route(world: World, office: Headers) -> None:
    actor = an_actor(Role.DISPATCHER, world.fleet_id)
    async with records(world.container, "routes", actor) as routes:
        route = await routes.create({"date": "2041-11-25", "name": "North"})
    empty = await world.client.post(
        f"{API}/corridor", headers=office,
        json={"name": "Way", "width_m": 50, "route_id": route["id"]},
    )  # fmt: skip
    async with world.container.work() as session:
        for position, lat in enumerate((LAT, LAT + 0.05)):
            session.add(RouteStop(route_id=route["id"], position=position, lat=lat, lon=LON))
    answer = await world.client.post(
        f"{API}/corridor", headers=office,
        json={"name": "Way", "width_m": 50, "route_id": route["id"]},
    )  # fmt: skip

    assert "plan its stops first" in empty.json()["error"]["message"]
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["corners"] == 2


async def test_another_fleets_route_is_none(world: World, office: Headers) -> None:
    strange = await a_fleet(world.container)
    async with records(
        world.container, "routes", an_actor(Role.DISPATCHER, strange)
    ) as routes:  # fmt: skip
        route = await routes.create({"date": "2041-11-25", "name": "Theirs"})
    answer = await world.client.post(
        f"{API}/corridor", headers=office,
        json={"name": "Way", "width_m": 50, "route_id": route["id"]},
    )  # fmt: skip

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Way", "width_m": 50},
        {"name": "Way", "width_m": 50, "points": [{"lat": 60, "lon": 25}]},
        {"name": "Way", "width_m": 50, "points": [{"lat": 60, "lon": 25}] * 2},
        {"name": "Way", "width_m": 1, "points": [{"lat": 60, "lon": 25}, {"lat": 61, "lon": 25}]},
        {"name": "Way", "width_m": 50, "route_id": 1, "points": [{"lat": 60, "lon": 25}] * 2},
    ],
)
async def test_a_corridor_that_leads_nowhere_is_refused(
    world: World, office: Headers, body: dict[str, Any]
) -> None:
    answer = await world.client.post(f"{API}/corridor", json=body, headers=office)

    assert answer.status_code == 400
    assert await stored(world, office) == {}
