"""Address search over the API: what is found, who may ask, and what cannot be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.mapbuild.build import build_map
from fleet_app.routing.geocoding import GeocoderBusy, GeocoderUnavailable, open_geocoder
from fleet_app.routing.geocoding.absent import SWITCHED_OFF
from fleet_app.routing.geocoding.offline import NO_ADDRESSES
from tests.builders.api import World
from tests.unit.mapbuild.town import addressed_town

PATH = "/api/v1/geocode"
REVERSE = PATH + "/reverse"


@pytest.fixture(scope="module")
def map_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(addressed_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return home / "map"


@pytest.fixture
def mapped(world: World, map_folder: Path) -> World:
    """The world with the addresses of a town."""
    world.container.__dict__["geocoder"] = open_geocoder("offline", map_folder)
    return world


async def ask(world: World, path: str = PATH, **params: Any) -> Any:
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(path, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_the_beginning_of_an_address_finds_it(mapped: World) -> None:
    found = await ask(mapped, q="mill la 1")
    assert (found["ready"], found["reason"], found["as_you_type"]) == (True, "", True)
    first = found["places"][0]
    assert first["label"] == "Mill Lane 1, 01000 Testby"
    assert (first["house_number"], first["precision"], first["source"]) == (
        "1", "address", "offline",
    )  # fmt: skip
    assert first["lat"] == pytest.approx(60.001)


async def test_a_near_place_comes_first_and_limit_counts(mapped: World) -> None:
    west = await ask(mapped, q="far road", lat=60.0, lon=25.0)
    east = await ask(mapped, q="far road", lat=60.0, lon=25.2)
    assert [place["lon"] for place in west["places"][:2]] == pytest.approx([25.0005, 25.1505])
    assert [place["lon"] for place in east["places"][:2]] == pytest.approx([25.1505, 25.0005])
    assert len((await ask(mapped, q="far road", limit=1))["places"]) == 1


async def test_a_point_has_the_nearest_address_or_none(mapped: World) -> None:
    near = await ask(mapped, REVERSE, lat=60.0011, lon=25.0011)
    assert near["place"]["label"] == "Mill Lane 1, 01000 Testby"
    far = await ask(mapped, REVERSE, lat=60.3, lon=25.0)
    assert far == {"ready": True, "reason": "", "place": None}


async def test_without_a_map_it_says_so(world: World) -> None:
    assert not (world.container.settings.home / "map").exists()
    found = await ask(world, q="anything")
    assert found == {"ready": False, "reason": NO_ADDRESSES, "as_you_type": True, "places": []}
    at = await ask(world, REVERSE, lat=60.0, lon=25.0)
    assert at == {"ready": False, "reason": NO_ADDRESSES, "place": None}


async def test_switched_off_it_says_so(
    world: World, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container.settings, "geocoder", "none")
    found = await ask(world, q="anything")
    assert (found["ready"], found["reason"], found["places"]) == (False, SWITCHED_OFF, [])


@pytest.mark.parametrize("path", [PATH, REVERSE])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SYSTEM_ADMIN, 200),
        (Role.FLEET_MANAGER, 200),
        (Role.DISPATCHER, 200),
        (Role.DRIVER, 403),
        (Role.CUSTOMER, 403),
    ],
)
async def test_who_may_ask(mapped: World, path: str, role: Role, status: int) -> None:
    params = {"lat": "60.001", "lon": "25.001"}
    headers = await mapped.a(role)
    assert (await mapped.client.get(path, params=params, headers=headers)).status_code == status


@pytest.mark.parametrize("path", [PATH, REVERSE])
async def test_nobody_asks_without_signing_in(mapped: World, path: str) -> None:
    assert (await mapped.client.get(path, params={"lat": 1, "lon": 1})).status_code == 401


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (PATH, {"q": "x" * 201}, "q"),
        (PATH, {"q": "x", "limit": "0"}, "limit"),
        (PATH, {"q": "x", "limit": "21"}, "limit"),
        (PATH, {"q": "x", "lat": "nan", "lon": "1"}, "lat"),
        (PATH, {"q": "x", "lat": "1"}, ""),
        (PATH, {"q": "x", "color": "red"}, "color"),
        (REVERSE, {"lat": "91", "lon": "1"}, "lat"),
        (REVERSE, {"lat": "1", "lon": "inf"}, "lon"),
        (REVERSE, {"lat": "north", "lon": "1"}, "lat"),
        (REVERSE, {}, "lat"),
    ],
)
async def test_an_impossible_question_is_400(
    mapped: World, path: str, params: dict[str, str], field: str
) -> None:
    headers = await mapped.a(Role.DISPATCHER)
    answer = await mapped.client.get(path, params=params, headers=headers)
    assert answer.status_code == 400, answer.text
    assert not field or field in answer.json()["error"]["fields"]


@pytest.mark.parametrize(
    "text", ["\0", '"', "* OR words:", "';--", "\U0001f600", "(((", "-", "a" * 200, "NEAR(a b)"]
)
async def test_any_text_is_a_question(mapped: World, text: str) -> None:
    assert (await ask(mapped, q=text))["places"] == []


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (GeocoderUnavailable(retry_after=7), 503, "geocoder_unavailable"),
        (GeocoderBusy(retry_after=7), 429, "geocoder_busy"),
    ],
)
async def test_a_failing_service_is_told_with_a_time_to_wait(
    world: World, error: Exception, status: int, kind: str
) -> None:
    world.container.__dict__["geocoder"] = Failing(error)
    headers = await world.a(Role.DISPATCHER)
    answer = await world.client.get(PATH, params={"q": "a"}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "7"
    assert answer.json()["error"]["type"] == kind


class Failing:
    """A geocoder whose service is in trouble."""

    standing = open_geocoder("none", Path()).standing

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def search(self, *_: object, **__: object) -> list[Any]:
        raise self._error

    async def close(self) -> None:
        """Nothing to close."""


def test_the_description_has_examples(world: World) -> None:
    paths = world.app.openapi()["paths"]
    for path in (PATH, REVERSE):
        content = paths[path]["get"]["responses"]["200"]["content"]
        assert content["application/json"]["example"]["data"]["ready"] is True
