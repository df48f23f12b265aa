"""The basemap over HTTP: ranges, validators, cache rules, and no map at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from fleet_app.bootstrap import Container
from fleet_app.mapbuild.build import build_map
from fleet_app.mapbuild.installed import BASEMAP, map_dir
from fleet_app.settings import Settings
from mobile_api.routers.map import router
from tests.unit.mapbuild.town import Town, street_grid, whole_town

ARCHIVE = "/map/basemap.pmtiles"


def app_for(home: Path) -> FastAPI:
    """An app with only the map router; its stores are never reached."""
    app = FastAPI()
    settings = Settings(
        home=home, database_url="postgresql+psycopg://nobody@localhost:1/none",
        redis_url="redis://localhost:1",
    )  # fmt: skip
    app.state.container = Container(settings)
    app.include_router(router)
    return app


def client_for(home: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app_for(home))
    return httpx.AsyncClient(transport=transport, base_url="http://fleet.test")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    build_map(whole_town().write(home / "town.osm.pbf"), home, lambda line: None)
    return home


@pytest.fixture
async def client(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(home) as client:
        yield client


@pytest.fixture(scope="module")
def archive(home: Path) -> bytes:
    return (map_dir(home) / BASEMAP).read_bytes()


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=0-126", slice(0, 127), "0-126"),
        ("bytes=127-300", slice(127, 301), "127-300"),
        ("bytes=-16", slice(-16, None), None),
    ],
)
async def test_a_range_is_answered_with_just_that_part(
    client: httpx.AsyncClient, archive: bytes, asked: str, part: slice, told: str | None
) -> None:
    answer = await client.get(ARCHIVE, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == archive[part]
    told = told or f"{len(archive) - 16}-{len(archive) - 1}"
    assert answer.headers["content-range"] == f"bytes {told}/{len(archive)}"


async def test_without_a_range_the_whole_archive_comes(
    client: httpx.AsyncClient, archive: bytes
) -> None:
    answer = await client.get(ARCHIVE)
    assert answer.status_code == 200
    assert answer.content == archive
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    head = await client.head(ARCHIVE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(archive))


async def test_a_range_beyond_the_end_is_416(client: httpx.AsyncClient, archive: bytes) -> None:
    answer = await client.get(ARCHIVE, headers={"Range": f"bytes={len(archive)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(archive)}"


async def test_an_unchanged_map_is_304_and_a_stale_range_starts_over(
    client: httpx.AsyncClient, archive: bytes
) -> None:
    etag = (await client.head(ARCHIVE)).headers["etag"]
    same = await client.get(ARCHIVE, headers={"If-None-Match": f'"other", W/{etag}'})
    assert (same.status_code, same.content) == (304, b"")
    fresh = await client.get(ARCHIVE, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert fresh.status_code == 206
    stale = await client.get(ARCHIVE, headers={"Range": "bytes=0-9", "If-Range": '"old"'})
    assert (stale.status_code, stale.content) == (200, archive)


async def test_the_address_in_the_info_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    info = (await client.get("/map/info")).json()["data"]
    kept = await client.get(info["url"], headers={"Range": "bytes=0-0"})
    assert kept.status_code == 206
    assert "immutable" in kept.headers["cache-control"]
    plain = await client.get(ARCHIVE, headers={"Range": "bytes=0-0"})
    assert "immutable" not in plain.headers["cache-control"]
    wrong = await client.get(f"{ARCHIVE}?v=0", headers={"Range": "bytes=0-0"})
    assert "immutable" not in wrong.headers["cache-control"]


async def test_the_info_has_what_a_browser_needs_and_no_file_names(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/map/info")
    body = answer.json()
    assert (body["status"], body["code"]) == ("success", 200)
    data = body["data"]
    assert data["available"] is True
    assert data["attribution"] == "© OpenStreetMap contributors"
    west, south, east, north = data["bounds"]
    assert west < data["center"][0] < east
    assert south < data["center"][1] < north
    assert data["maxzoom"] == 15
    assert "town.osm.pbf" not in answer.text


async def test_a_new_map_has_another_address_and_etag(tmp_path: Path) -> None:
    town = Town()
    street_grid(town)
    build_map(town.write(tmp_path / "one.osm.pbf"), tmp_path, lambda line: None)
    async with client_for(tmp_path) as client:
        before = (await client.get("/map/info")).json()["data"]["url"]
        etag = (await client.head(ARCHIVE)).headers["etag"]
        build_map(whole_town().write(tmp_path / "two.osm.pbf"), tmp_path, lambda line: None)
        assert (await client.get("/map/info")).json()["data"]["url"] != before
        assert (await client.get(ARCHIVE, headers={"If-None-Match": etag})).status_code == 200


@pytest.mark.parametrize("path", ["/map/info", ARCHIVE])
async def test_without_a_map_the_answer_is_404_json(path: str, tmp_path: Path) -> None:
    async with client_for(tmp_path) as client:
        answer = await client.get(path, headers={"Range": "bytes=0-10"})
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "no_map"
    assert "./fleet map build" in answer.json()["error"]["message"]


async def test_a_damaged_info_file_is_no_map(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / BASEMAP).write_bytes(b"PMTiles")
    (tmp_path / "map" / "basemap.json").write_text("{")
    async with client_for(tmp_path) as client:
        assert (await client.get("/map/info")).status_code == 404
