"""Tracks as files: each parses as what it says it is, and holds what was stored."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.location.models import Fix
from fleet_app.location.past.files import pieces
from tests.builders.api import World
from tests.builders.fixes import a_batch

GPX = {"g": "http://www.topografix.com/GPX/1/1",
       "m": "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"}  # fmt: skip
KML = {"k": "http://www.opengis.net/kml/2.2", "gx": "http://www.google.com/kml/ext/2.2"}
MIDNIGHT = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
"""In Helsinki, where this day has 25 hours."""
DAY = {"from": "2026-10-25T00:00:00+03:00", "to": "2026-10-26T00:00:00+02:00"}
HALF_PAST_THREE = (3.5, 4.5)
"""Hours after midnight at which clocks there show half past three, before and after the change."""
NAME = "=cmd|' /C calc'!A1 & <Äänekoski>"


def at(hours: float, **said: Any) -> Fix:
    """A fix so many hours after midnight, further north with every hour."""
    moment = MIDNIGHT + timedelta(hours=hours)
    return Fix(recorded_at_ms=round(moment.timestamp() * 1000),
               lat=60 + hours / 100, lon=said.pop("lon", 24.5), **said)  # fmt: skip


TRACK = (
    at(0, speed=10.0, altitude=21.46, heading=360.0),
    at(0.05),
    at(HALF_PAST_THREE[0], speed=0.0),
    at(HALF_PAST_THREE[1], accuracy=4.5, battery=83.0, lon=180.0),
    at(HALF_PAST_THREE[1] + 0.02, lon=-179.9),
    at(24.99),
)
SEGMENTS = [[0, 1], [2], [3, 4], [5]]
"""The gaps are longer than five minutes."""


@pytest.fixture(autouse=True)
async def stored(world: World) -> None:
    """The track of a vehicle of Helsinki, and a fix a minute after its day."""
    async with world.container.work() as session:
        (await session.get_one(Fleet, world.fleet_id)).time_zone = "Europe/Helsinki"
        vehicle = await session.get_one(Vehicle, world.vehicle_id)
        vehicle.name, vehicle.registration_number = NAME, "ÄB 1/2"
    batch = a_batch(*TRACK, at(25), vehicle_id=world.vehicle_id, fleet_id=world.fleet_id)
    await world.container.history.store([batch])


async def export(world: World, headers: dict[str, str], form: str, **query: str) -> httpx.Response:
    url = f"/api/v1/vehicles/{world.vehicle_id}/track/export.{form}"
    answer = await world.client.get(url, headers=headers, params=DAY | query)
    assert answer.status_code == 200, answer.text
    return answer


def utc(fix: Fix) -> str:
    moment = datetime.fromtimestamp(fix.recorded_at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_gpx(world: World, manager: dict[str, str]) -> None:
    answer = await export(world, manager, "gpx")
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("version")) == (f"{{{GPX['g']}}}gpx", "1.1")
    assert root.findtext("g:trk/g:name", namespaces=GPX) == NAME
    segments = root.findall("g:trk/g:trkseg", GPX)
    times = [[one.text for one in part.findall("g:trkpt/g:time", GPX)] for part in segments]
    assert times == [[utc(TRACK[i]) for i in part] for part in SEGMENTS]
    points = root.findall(".//g:trkpt", GPX)
    assert [float(one.get("lat", "")) for one in points] == [round(f.lat, 7) for f in TRACK]
    assert [float(one.get("lon", "")) for one in points] == [24.5, 24.5, 24.5, -180, -179.9, 24.5]
    assert points[0].findtext("g:ele", namespaces=GPX) == "21.5"
    assert points[0].findtext(".//m:speed", namespaces=GPX) == "10"
    assert points[0].findtext(".//m:course", namespaces=GPX) == "0"
    assert points[1].find("g:extensions", GPX) is None
    assert answer.headers["content-type"] == "application/gpx+xml"
    assert "filename*=UTF-8''%C3%84B-1-2_2026-10-25.gpx" in answer.headers["content-disposition"]


async def test_kml(world: World, manager: dict[str, str]) -> None:
    root = ElementTree.fromstring((await export(world, manager, "kml")).content)
    assert root.findtext("k:Document/k:Placemark/k:name", namespaces=KML) == NAME
    multi = root.find(".//gx:MultiTrack", KML)
    assert multi is not None
    assert multi.findtext("gx:interpolate", namespaces=KML) == "0"
    for track, part in zip(multi.findall("gx:Track", KML), SEGMENTS, strict=True):
        whens = [one.text for one in track.findall("k:when", KML)]
        coords = [one.text or "" for one in track.findall("gx:coord", KML)]
        values = [one.text for one in track.findall(".//gx:value", KML)]
        assert whens == [utc(TRACK[i]) for i in part]
        assert [float(one.split()[1]) for one in coords] == [round(TRACK[i].lat, 7) for i in part]
        assert len(values) == len(part)
    assert [one.text for one in root.findall(".//gx:value", KML)][:3] == ["36", None, "0"]


async def test_csv_with_local_times_of_a_day_of_25_hours(
    world: World, manager: dict[str, str]
) -> None:
    answer = await export(world, manager, "csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["Time (UTC)"] for row in rows] == [utc(fix) for fix in TRACK]
    assert [row["Time"] for row in rows] == [
        "2026-10-25 00:00:00+03:00",
        "2026-10-25 00:03:00+03:00",
        "2026-10-25 03:30:00+03:00",
        "2026-10-25 03:30:00+02:00",
        "2026-10-25 03:31:12+02:00",
        "2026-10-25 23:59:24+02:00",
    ]
    assert [row["Segment"] for row in rows] == ["1", "1", "2", "3", "3", "4"]
    assert {row["Vehicle"] for row in rows} == {"'" + NAME}
    assert (rows[0]["Speed (km/h)"], rows[1]["Speed (km/h)"]) == ("36", "")
    assert (rows[3]["Accuracy (m)"], rows[3]["Battery (%)"]) == ("4.5", "83")
    assert float(rows[5]["Latitude"]) == round(TRACK[5].lat, 7)


async def test_geojson(world: World, manager: dict[str, str]) -> None:
    found = json.loads((await export(world, manager, "geojson")).content)
    features = found["features"]
    assert [one["properties"]["times"] for one in features] == [
        [utc(TRACK[i]) for i in part] for part in SEGMENTS
    ]
    assert [one["geometry"]["type"] for one in features] == [
        "LineString", "Point", "LineString", "Point",
    ]  # fmt: skip
    assert features[0]["geometry"]["coordinates"] == [[24.5, 60.0, 21.5], [24.5, 60.0005]]
    assert features[0]["properties"]["speeds"] == [10.0, None]
    assert features[1]["properties"]["from_local"] == "2026-10-25 03:30:00+03:00"
    assert features[2]["properties"]["from_local"] == "2026-10-25 03:30:00+02:00"


@pytest.mark.parametrize("form", ["gpx", "kml", "csv", "geojson"])
async def test_a_period_without_fixes_is_a_whole_file(
    world: World, manager: dict[str, str], form: str
) -> None:
    content = (await export(
        world, manager, form, **{"from": "2026-01-01T00:00:00Z", "to": "2026-01-31T00:00:00Z"}
    )).content  # fmt: skip
    if form in ("gpx", "kml"):
        root = ElementTree.fromstring(content)
        assert not root.findall(".//g:trkpt", GPX) + root.findall(".//gx:Track", KML)
    elif form == "csv":
        assert len(content.splitlines()) == 1
    else:
        assert json.loads(content)["features"] == []


@pytest.mark.parametrize("form", ["gpx", "kml", "csv", "geojson"])
async def test_a_long_stretch_is_written_in_pieces_and_stays_one(
    world: World, manager: dict[str, str], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "MOST_IN_PIECE", 4)
    monkeypatch.setattr("mobile_api.routers.track_files.BATCH", 3)
    fixes = [at(10 + n / 100) for n in range(11)]
    batch = a_batch(*fixes, vehicle_id=world.vehicle_id, fleet_id=world.fleet_id)
    await world.container.history.store([batch])
    period = {"from": "2026-10-25T08:00:00+02:00", "to": "2026-10-25T12:00:00+02:00"}
    content = (await export(world, manager, form, **period)).content
    expected = [utc(fix) for fix in fixes]
    if form == "gpx":
        (segment,) = ElementTree.fromstring(content).findall("g:trk/g:trkseg", GPX)
        assert [one.text for one in segment.findall("g:trkpt/g:time", GPX)] == expected
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert [row["Time (UTC)"] for row in rows] == expected
        assert {row["Segment"] for row in rows} == {"1"}
    else:
        parts = _parts(form, content)
        assert len(parts) == 4
        assert all(a[-1] == b[0] for a, b in pairwise(parts))
        assert list(dict.fromkeys(time for part in parts for time in part)) == expected


def _parts(form: str, content: bytes) -> list[list[Any]]:
    if form == "geojson":
        return [one["properties"]["times"] for one in json.loads(content)["features"]]
    tracks = ElementTree.fromstring(content).findall(".//gx:Track", KML)
    return [[one.text for one in track.findall("k:when", KML)] for track in tracks]


async def test_who_may_export_and_that_it_is_noted(world: World, manager: dict[str, str]) -> None:
    url = f"/api/v1/vehicles/{world.vehicle_id}/track/export.gpx"
    driver = await world.bearer(world.driver)
    assert (await world.client.get(url, headers=driver, params=DAY)).status_code == 403
    foreign = f"/api/v1/vehicles/{world.other_vehicle_id}/track/export.gpx"
    assert (await world.client.get(foreign, headers=manager, params=DAY)).status_code == 404
    await export(world, await world.a(Role.DISPATCHER), "gpx")
    query = {"action": "export", "kind": "vehicle"}
    log = await world.client.get("/api/v1/audit", headers=manager, params=query)
    assert [(one["role"], one["object_id"]) for one in log.json()["data"]] == [
        ("dispatcher", world.vehicle_id)
    ]


async def test_a_form_nobody_knows_and_too_long_a_period_are_refused(
    world: World, manager: dict[str, str]
) -> None:
    url = f"/api/v1/vehicles/{world.vehicle_id}/track/export"
    answer = await world.client.get(f"{url}.exe", headers=manager, params=DAY)
    assert answer.status_code == 400
    long = DAY | {"to": "2027-10-26T00:00:00Z"}
    answer = await world.client.get(f"{url}.csv", headers=manager, params=long)
    assert answer.json()["error"]["fields"] == {"to": "must be at most 31 days after `from`"}
