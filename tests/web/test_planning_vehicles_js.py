"""Vehicles on the map of a plan that is driven."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_page import lay_out
from tests.web.planning_scripts import small

__all__ = ["small"]
CALLS = """
const from = (name) => import(process.argv[2] + "/planning/sources/" + name);
const { readBoard } = await from("planBoard.js");
const { vehicleData, layers } = await from("planLayers.js");
const routes = Array.from({ length: 16 }, (_, i) => `c${i}`);
const calls = {
  vehicles: ([data, given, known]) =>
    vehicleData(readBoard(data), { colours: { routes }, ...given }, new Map(known)).features,
  layers: () => layers({ routes }).filter(({ source }) => source === "plan-vehicles"),
};
"""


@pytest.fixture(scope="module")
def map_scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("vehicles")
    published = lay_out(folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    with NodeScripts(folder, CALLS, str(published)) as running:
        yield running


def seen(number: int, **more: Any) -> tuple[int, dict[str, Any]]:
    return number, {"lat": 60.17, "lon": 24.94, "heading": 90, "shown": "moving", **more}


def test_the_live_view_has_its_vehicles_in_their_rows_colours(
    map_scripts: NodeScripts, small: Any
) -> None:
    first, second, third = (row["vehicle_id"] for row in small["rows"])
    known = [seen(first), seen(second, heading=None, shown="offline"), seen(10_000)]
    found = map_scripts.call("vehicles", [small, {"live": True}, known])
    assert [one["id"] for one in found] == [first, second], "the plan's, as far as they were heard"
    assert third not in {one["id"] for one in found}
    here, silent = (one["properties"] for one in found)
    assert found[0]["geometry"]["coordinates"] == [24.94, 60.17]
    assert (here["heading"], here["color"], here["pale"]) == (90, "c1", False)
    assert (silent["heading"], silent["color"], silent["pale"]) == (0, "c2", True)
    assert map_scripts.call("vehicles", [small, {"live": False}, known]) == []


def test_the_route_that_is_driven_gives_a_vehicle_its_colour(
    map_scripts: NodeScripts, small: Any
) -> None:
    one, other, *rest = small["rows"]
    both = {**other, "vehicle_id": one["vehicle_id"], "route_status": "started"}
    (found,) = map_scripts.call(
        "vehicles",
        [{**small, "rows": [one, both, *rest]}, {"live": True}, [seen(one["vehicle_id"])]],
    )
    assert found["properties"]["row"] == other["key"]


def test_vehicles_are_drawn_at_every_zoom(map_scripts: NodeScripts) -> None:
    drawn = map_scripts.call("layers")
    assert {one["type"] for one in drawn} == {"circle", "symbol"}
    assert all("minzoom" not in one and "maxzoom" not in one for one in drawn)
