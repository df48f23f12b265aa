"""Trip reports and heat maps as files: who gets them, and what they hold."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fleet_app.access.roles import Role
from fleet_app.analytics.map_files import heat
from fleet_app.fleet.models import Driver, Fleet, Vehicle
from fleet_app.kernel.clock import to_ms
from fleet_app.kernel.units import Units
from fleet_app.location.geofences.models import Geofence
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.journeys.polyline import encode_places, encode_times
from fleet_app.location.models import Fix
from fleet_app.location.past.models import StoredFact
from tests.builders.api import World
from tests.builders.fixes import a_batch
from tests.builders.past import MORNING, a_fact
from tests.builders.records import a_record

DAY = {"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
EVIL = "<script>alert(1)</script>`${alert(2)}`\"'</style>&amp;"
NONCE = re.compile(r'<script nonce="([^"]+)">')


def a_drive(minutes: int = 20) -> list[Fix]:
    """A fix every ten seconds to the north-east, with a silence in the middle."""
    ms = to_ms(MORNING)
    return [
        Fix(recorded_at_ms=ms + 10_000 * n, lat=60.17 + n * 0.0004, lon=24.94 + n * 0.0003,
            speed=5.0 + n % 20)
        for n in range(minutes * 6) if not 40 < n < 90
    ]  # fmt: skip


@pytest.fixture
async def day(world: World) -> dict[str, int]:
    """A trip, two stops, and what was noticed; two of them proved wrong later."""
    own: dict[str, Any] = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    await world.container.history.store([a_batch(*a_drive(), **own)])
    make = world.container
    harsh = {"kind": FactKind.HARSH, "lat": 60.18, "lon": 24.95, "minutes": 0.0}
    facts = {
        "trip": await a_fact(make, **own, minutes=20, data={"max_speed": 25.0}),
        "stop": await a_fact(make, **own, minute=20, minutes=90, kind=FactKind.STOP, lat=60.2,
                             lon=24.96, distance_m=0.0),
        "harsh": await a_fact(make, **own, **harsh, minute=5, subject="braking"),
        "speeding": await a_fact(make, **own, kind=FactKind.SPEEDING, minute=7, minutes=1,
                                 data={"limit": 50 / 3.6, "max_speed": 25.0}),
        "withdrawn": await a_fact(make, **own, **harsh, minute=6, subject="impact"),
        "gone": await a_fact(make, **own, minute=130, minutes=30, kind=FactKind.STOP, lat=60.9,
                             lon=25.9),
    }  # fmt: skip
    async with make.work() as session:
        (await session.get_one(Fleet, world.fleet_id)).time_zone = "Europe/Helsinki"
        for name in ("withdrawn", "gone"):
            (await session.get_one(StoredFact, facts[name])).withdrawn_at = MORNING
    return facts


async def get(world: World, headers: dict[str, str], url: str, **query: str) -> httpx.Response:
    return await world.client.get(f"/api/v1{url}", headers=headers, params=query)


def text_of(answer: httpx.Response) -> str:
    """What a person reads, without the map's scripts."""
    assert answer.status_code == 200, answer.text
    body = re.sub(r"<(script|style)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def test_a_day_of_a_vehicle(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    answer = await get(world, manager, f"/vehicles/{world.vehicle_id}/report.html", **DAY)
    text = text_of(answer)
    for said in ("Friday 20 November 2026", "09:00 – 09:20", "09:20 – 10:50", "11.8 km", "90 km/h",
                 "Harsh braking", "Speeding: 90 km/h where 50 km/h is allowed", "1 h 30 min",
                 "60.17000, 24.94000 → 60.20000, 24.66000", "Europe/Helsinki", "Trips 1",
                 "Stops 1", "Harsh driving 1"):  # fmt: skip
        assert said in text, (said, text)
    assert "Impact" not in answer.text
    assert "60.9" not in answer.text.rsplit("</table>", 1)[-1]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="report_')
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts; default-sr")
    assert len(answer.content) < 1_000_000


async def test_one_act_of_speeding_is_counted_once_however_many_limits_it_broke(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    own: dict[str, Any] = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    too_fast = {**own, "kind": FactKind.SPEEDING, "data": {"limit": 8.3, "max_speed": 25.0}}
    make = world.container
    await a_fact(make, **too_fast, minute=7.5, minutes=1, subject="geofence:5")
    await a_fact(make, **too_fast, minute=8.2, minutes=1, subject="geofence:6")
    await a_fact(make, **too_fast, minute=12, minutes=1)
    text = text_of(await get(world, manager, f"/vehicles/{world.vehicle_id}/report.html", **DAY))
    assert "Speeding 2" in text
    assert text.count("Speeding: 90 km/h") == 4, "each limit is told"
    found = await get(world, manager, "/reports/heatmap.html", what="speeding", **DAY)
    assert "Times speeding 2" in text_of(found)


async def test_what_was_noticed_the_evening_before_says_so(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    own: dict[str, Any] = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    await a_fact(world.container, **own, minute=-600, minutes=600, kind=FactKind.STOP)
    await a_fact(world.container, **own, minute=-599, minutes=590, kind=FactKind.IDLE)
    text = text_of(await get(world, manager, f"/vehicles/{world.vehicle_id}/report.html", **DAY))
    assert "19 Nov 23:00 – 09:00" in text
    assert "19 Nov 23:01" in text


async def test_one_trip_and_its_fleet_units(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    async with world.container.work() as session:
        (await session.get_one(Fleet, world.fleet_id)).units = Units.IMPERIAL
    answer = await get(world, manager, f"/trips/{day['trip']}/report.html")
    text = text_of(answer)
    assert "7.3 mi" in text
    assert "56 mph" in text
    assert "over 65 mph" in text
    assert "09:20 –" not in text  # the stop after it
    assert 'filename="trip_' in answer.headers["content-disposition"]


async def test_the_way_is_told_when_its_fixes_are_no_longer_kept(
    world: World, manager: dict[str, str]
) -> None:
    own = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    way = [(to_ms(MORNING) + 60_000 * n, 60.17 + n * 0.01, 24.94) for n in range(10)]
    trip = await a_fact(
        world.container, **own, path=encode_places(way), path_times=encode_times(way)
    )
    answer = await get(world, manager, f"/trips/{trip}/report.html")
    assert answer.status_code == 200
    assert answer.text.count("L.polyline(\n") >= 2
    assert "[60.26, 24.94]" in answer.text


async def test_nothing_recorded_is_said(world: World, manager: dict[str, str]) -> None:
    nothing = "Nothing was recorded in this period."
    url = f"/vehicles/{world.vehicle_id}/report.html"
    assert nothing in text_of(await get(world, manager, url, **DAY))
    for what in heat.What:
        found = await get(world, manager, "/reports/heatmap.html", what=what, **DAY)
        assert nothing in text_of(found)


async def test_what_people_wrote_stays_text(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    driver_id = await a_record(world.container, "drivers", world.fleet_id)
    zone_id = await a_record(world.container, "geofences", world.fleet_id)
    own = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id}
    await a_fact(world.container, **own, kind=FactKind.VISIT, subject=f"geofence:{zone_id}")
    async with world.container.work() as session:
        (await session.get_one(Fleet, world.fleet_id)).brand_name = EVIL[:60]
        (await session.get_one(Vehicle, world.vehicle_id)).name = EVIL
        (await session.get_one(Driver, driver_id)).name = EVIL
        (await session.get_one(StoredFact, day["trip"])).driver_id = driver_id
        (await session.get_one(Geofence, zone_id)).name = EVIL
    urls = {f"/vehicles/{world.vehicle_id}/report.html": DAY,
            f"/trips/{day['trip']}/report.html": {},
            "/reports/heatmap.html": DAY | {"vehicle_id": str(world.vehicle_id)}}  # fmt: skip
    for url, query in urls.items():
        answer = await get(world, manager, url, **query)
        assert EVIL in text_of(answer), url
        assert "<script>" not in answer.text
        assert answer.text.count("</style>") == 2
        (nonce,) = set(NONCE.findall(answer.text))
        assert f"script-src 'nonce-{nonce}'" in answer.text
        again = await get(world, manager, url, **query)
        assert nonce not in again.text


async def test_heat_is_counted_in_cells(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    stops = text_of(await get(world, manager, "/reports/heatmap.html", **DAY))
    assert "Standing 1 h 30 min" in stops
    assert "60.2000, 24.9600" in stops
    assert "60.9000" not in stops
    fixes = text_of(await get(world, manager, "/reports/heatmap.html", what="fixes", **DAY))
    assert f"Positions received {len(a_drive())}" in fixes
    harsh = text_of(await get(world, manager, "/reports/heatmap.html", what="harsh", **DAY))
    assert "Harsh events 1" in harsh
    assert "All vehicles" in harsh


async def test_cells_are_a_hundred_metres_wherever_they_are(world: World) -> None:
    own = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id, "kind": FactKind.HARSH}
    for lat, lon in ((0.00045, 10.0001), (60.00015, 10.0001)):
        for n in range(4):  # within 60 m from west to east
            step = 20 / 111_195 / (1 if lat < 1 else 0.5)
            await a_fact(world.container, **own, minute=n, lat=lat, lon=lon + n * step)
    query = heat.HeatQuery(
        what=heat.What.HARSH, fleet_id=world.fleet_id, vehicle_ids=(), since=MORNING,
        until=MORNING + timedelta(days=1),
    )  # fmt: skip
    async with world.container.work() as session:
        found = await heat.heat_of(session, query, MORNING)
    assert found.count == 8
    assert 2 <= len(found.cells) <= 4
    assert found.cells[0].weight >= found.cells[-1].weight


async def test_a_stop_counts_only_for_its_time_in_the_period(world: World) -> None:
    own = {"vehicle_id": world.vehicle_id, "fleet_id": world.fleet_id, "kind": FactKind.STOP}
    await a_fact(world.container, **own, minute=-60, minutes=120)
    await a_fact(world.container, **own, minute=70, minutes=None)
    query = heat.HeatQuery(
        what=heat.What.STOPS, fleet_id=world.fleet_id, vehicle_ids=(world.vehicle_id,),
        since=MORNING, until=MORNING + timedelta(hours=5),
    )  # fmt: skip
    async with world.container.work() as session:
        found = await heat.heat_of(session, query, MORNING + timedelta(minutes=80))
    assert found.weight == pytest.approx(70 * 60)


async def test_work_is_bounded(
    world: World, manager: dict[str, str], day: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heat, "MOST_ROWS", 50)
    answer = await get(world, manager, "/reports/heatmap.html", what="fixes", **DAY)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == {"to": "choose a shorter period or fewer vehicles"}
    long = DAY | {"to": "2027-01-21T00:00:00Z"}
    for url in ("/reports/heatmap.html", f"/vehicles/{world.vehicle_id}/report.html"):
        assert (await get(world, manager, url, **long)).status_code == 400


async def test_who_may_and_that_it_is_noted(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    own = f"/vehicles/{world.vehicle_id}/report.html"
    driver = await world.bearer(world.driver)
    for url in (own, f"/trips/{day['trip']}/report.html", "/reports/heatmap.html"):
        assert (await get(world, driver, url, **DAY)).status_code == 403, url
    other = await world.a(Role.FLEET_MANAGER, fleet_id=world.other_fleet_id)
    foreign = {"vehicle_id": str(world.vehicle_id), **DAY}
    assert (await get(world, other, own, **DAY)).status_code == 404
    assert (await get(world, other, f"/trips/{day['trip']}/report.html")).status_code == 404
    assert (await get(world, other, "/reports/heatmap.html", **foreign)).status_code == 404
    theirs = await get(world, other, "/reports/heatmap.html", what="fixes", **DAY)
    assert "Nothing was recorded" in text_of(theirs)
    for url in (own, f"/trips/{day['trip']}/report.html", "/reports/heatmap.html"):
        assert (await get(world, manager, url, **(DAY if "trips" not in url else {}))).is_success
    log = await get(world, manager, "/audit", action="export", kind="vehicle")
    assert len(log.json()["data"]) == 3


async def test_the_ends_of_the_calendar_are_no_failure(
    world: World, manager: dict[str, str], day: dict[str, int]
) -> None:
    first = {"from": "0001-01-01T00:00:00Z", "to": "0001-01-02T00:00:00Z"}
    last = {"from": "9999-12-30T00:00:00Z", "to": "9999-12-31T23:59:59Z"}
    for period in (first, last):
        url = f"/vehicles/{world.vehicle_id}/report.html"
        assert (await get(world, manager, url, **period)).status_code == 200
        found = await get(world, manager, "/reports/heatmap.html", what="fixes", **period)
        assert found.status_code == 200
