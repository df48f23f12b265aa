"""The map of one route: what it draws of what the API tells, and what it asks."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_app.web.components.live import sources as live
from fleet_app.web.components.live.fleet_map import fleet_map
from fleet_app.web.components.routes import sources
from fleet_app.web.components.routes.route_map import route_map
from mobile_api.schemas.roads import RouteQuery
from tests.builders.scripts import NodeScripts

ROUTES = Path(sources.__file__).parent
SCRIPTS = sorted(path for path in ROUTES.iterdir() if path.suffix in {".js", ".jsx"})
CALLS = """
const data = await import("./routeData.js");
const { boundsOf, placesOf, pointsOf, stopData, vehicleData, wayData } = data;
const { RouteFeed } = await import("./routeFeed.js");
const nothing = () => undefined;
const visibilityState = "visible";
globalThis.document = {
  visibilityState, addEventListener: nothing, removeEventListener: nothing,
};
const calls = {
  places: placesOf,
  points: (tour) => pointsOf(placesOf(tour)),
  bounds: ([tour, seen]) => boundsOf(placesOf(tour), seen),
  drawn: ([tour, road, seen]) => [
    wayData(placesOf(tour), road), stopData(placesOf(tour)), vehicleData(seen),
  ],
  fed: async ([answers, again]) => {
    const asked = [];
    globalThis.fetch = async (path) => {
      asked.push(path);
      const found = Object.entries(answers).find(([start]) => path.startsWith(start));
      const data = found?.[1];
      return { ok: Boolean(data), status: found ? 400 : 503, json: async () => ({ data }) };
    };
    const feed = new RouteFeed(3, () => undefined);
    const settled = () => new Promise((done) => setTimeout(done, 30));
    await settled();
    if (again) Object.assign(answers["/api/v1/routes/3/stops"], again);
    feed.read();
    await settled();
    feed.close();
    return { asked, road: feed.road, seen: feed.seen };
  },
};
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("routes")
    for name in ("routeData.js", "routeFeed.js"):
        shutil.copy(ROUTES / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    with NodeScripts(folder, CALLS) as running:
        yield running


def stop(number: int, kind: str = "delivery", **more: Any) -> dict[str, Any]:
    return {
        "id": 80 + number, "kind": kind, "latitude": 60.1 + number / 100,
        "longitude": 24.9 + number / 100, "open": True, "moved_on": False,
        "delivery": {"id": number}, **more,
    }  # fmt: skip


def tour(*stops: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"id": 3, "vehicle_id": 12, "next_stop_id": 82, "status": "started"}
    return {**known, "stops": list(stops), **more}


SEEN = {"latitude": 60.3, "longitude": 24.8, "heading": 90, "stale": True}


def test_every_script_is_published_and_imports_only_such() -> None:
    assert {path.name for path in SCRIPTS} == {*sources.LIBRARIES, "RouteMap.jsx"}
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r'from "\./([^"]+)"', text)) <= set(sources.LIBRARIES)
        used = re.findall(r'from "\.\./\.\./live/sources/([^"]+)"', text)
        assert set(used) <= set(sources.FROM_LIVE)
    here = Path(sources.ROUTE_MAP.importable_path).parent
    assert here.parent.parent / "live" / "sources" == Path(live.FLEET_MAP.importable_path).parent
    assert route_map(route=1).lib_dependencies == fleet_map().lib_dependencies


def test_stops_are_numbered_as_in_the_list_beside_the_map(scripts: NodeScripts) -> None:
    told = tour(
        stop(1, open=False), stop(2, "pickup"), stop(3, moved_on=True), stop(5),
        stop(4, delivery=None),
    )  # fmt: skip
    places = scripts.call("places", told)
    assert [(one["number"], one["pickup"], one["open"]) for one in places] == [
        ("1", False, False), ("P", True, True), ("2", False, True),
    ]  # fmt: skip
    assert [one["next"] for one in places] == [False, True, False]
    assert scripts.call("places", None) == []


def test_the_next_stop_is_drawn_over_the_others_and_what_is_done_below(
    scripts: NodeScripts,
) -> None:
    told = tour(stop(2), stop(1), stop(3, open=False))
    way, stops, vehicle = scripts.call("drawn", [told, None, SEEN])
    assert [one["properties"]["number"] for one in stops["features"]] == ["3", "2", "1"]
    (line,) = way["features"]
    assert line["properties"] == {"road": False}
    assert line["geometry"]["coordinates"][0] == pytest.approx([24.92, 60.12])
    (there,) = vehicle["features"]
    assert there["properties"] == {"heading": 90, "old": True}
    road = [[60.12, 24.92], [60.2, 24.95]]
    (line,) = scripts.call("drawn", [told, road, None])[0]["features"]
    assert (line["properties"]["road"], line["geometry"]["coordinates"][1]) == (True, [24.95, 60.2])
    assert scripts.call("drawn", [tour(), None, None])[0]["features"] == []


def test_roads_are_asked_about_as_the_api_wants_it(scripts: NodeScripts) -> None:
    query = scripts.call("points", tour(stop(1), stop(1, "pickup"), stop(2)))
    assert RouteQuery(points=query).places == [(60.11, 24.91), (60.12, 24.92)]
    assert scripts.call("points", tour(stop(1), stop(1))) is None, "nowhere to drive"


def test_everything_drawn_comes_into_view(scripts: NodeScripts) -> None:
    told = tour(stop(1), stop(5))
    west_south, east_north = scripts.call("bounds", [told, SEEN])
    assert west_south == pytest.approx([24.8, 60.11])
    assert east_north == pytest.approx([24.95, 60.3])
    assert scripts.call("bounds", [tour(), None]) is None


def test_roads_are_asked_about_once_for_each_order_of_the_stops(scripts: NodeScripts) -> None:
    shape = [[60.11, 24.91], [60.12, 24.92]]
    answers = {
        "/api/v1/routes/3/stops": tour(stop(1), stop(2)),
        "/api/v1/vehicles/12/location": SEEN,
        "/api/v1/vehicles/12": {"type": "truck"},
        "/api/v1/roads/route": {"shape": shape, "is_estimate": False},
    }
    fed = scripts.call("fed", [answers, {"next_stop_id": 81}])
    roads = [path for path in fed["asked"] if "/roads/" in path]
    assert len(roads) == 1
    assert "vehicle_type=truck" in roads[0]
    assert (fed["road"], fed["seen"]["heading"]) == (shape, 90)
    fed = scripts.call("fed", [answers, {"status": "completed"}])
    assert fed["asked"][-1] == "/api/v1/routes/3/stops", "its vehicle is about other things"
    fed = scripts.call("fed", [answers, {"stops": [stop(2), stop(1)]}])
    assert sum("/roads/" in path for path in fed["asked"]) == 2


def test_without_a_road_or_a_position_the_rest_is_still_told(scripts: NodeScripts) -> None:
    answers: dict[str, Any] = {"/api/v1/routes/3/stops": tour(stop(1), stop(2))}
    fed = scripts.call("fed", [answers, None])
    assert (fed["road"], fed["seen"]) == (None, None)
    assert sum("/roads/" in path for path in fed["asked"]) == 2, "asked again when it failed"
    answers["/api/v1/roads/route"] = None
    fed = scripts.call("fed", [answers, None])
    assert sum("/roads/" in path for path in fed["asked"]) == 1, "no road leads there"
    answers["/api/v1/roads/route"] = {"shape": [[60.1, 24.9]], "is_estimate": True}
    fed = scripts.call("fed", [answers, None])
    assert fed["road"] is None, "a guess is drawn as one"
    assert sum("/roads/" in path for path in fed["asked"]) == 1
