"""What every answer of the API has in common, whoever asks and whatever goes wrong."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import Request
from starlette.applications import Starlette

from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.settings import Settings
from mobile_api.envelope import ok
from tests.builders.api import ORIGIN, World, a_fix, an_api


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """The API without any store behind it."""
    nowhere = Settings(
        database_url="postgresql+psycopg://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1",
        secret_key="k" * 40,  # type: ignore[arg-type]
    )
    app = an_api(Container(nowhere))

    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    @app.post("/api/echo")
    async def echo(request: Request, body: dict[str, Any]) -> Any:
        return ok(request, body)

    # The catch-all comes last, so routes of a test have to move before it.
    app.router.routes.insert(0, app.router.routes.pop())
    app.router.routes.insert(0, app.router.routes.pop())
    app.mount("", Starlette())  # as the dashboard stands behind the API
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as client:
        yield client


async def test_the_envelope_says_when_and_which_request(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health", headers={"X-Request-ID": "abc-1:2.3_4"})

    body = answer.json()
    assert (body["status"], body["code"]) == ("success", 200)
    assert body["meta"]["request_id"] == "abc-1:2.3_4"
    assert body["meta"]["version"] == "1.0"
    assert body["meta"]["timestamp"].endswith("Z")
    assert answer.headers["X-Request-ID"] == "abc-1:2.3_4"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("value", ["", "x" * 65, "a b", "a\tb", "<script>", "é", "a;b"])
async def test_an_unfit_request_id_is_replaced(client: httpx.AsyncClient, value: str) -> None:
    sent = value.encode("latin-1")
    answer = await client.get("/api/health", headers=[(b"X-Request-ID", sent)])

    assert answer.headers["X-Request-ID"] != value
    assert len(answer.headers["X-Request-ID"]) == 16


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/x/y"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
async def test_unknown_addresses_get_404_in_the_envelope(
    client: httpx.AsyncClient, path: str, method: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/api/v1/locations", "POST"),
        ("DELETE", "/api/v1/vehicles", "GET, POST"),
        ("PUT", "/api/v1/vehicles/7", "DELETE, GET, PATCH"),
        ("POST", "/api/health", "GET"),
    ],
)
async def test_wrong_methods_get_405_in_the_envelope(
    client: httpx.AsyncClient, method: str, path: str, allow: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == 405
    assert answer.json()["error"]["type"] == "method_not_allowed"
    assert answer.headers["Allow"] == allow


async def test_a_defect_of_ours_gives_no_details_away_but_is_logged(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get("/api/broken", headers={"X-Request-ID": "find-me"})

    assert answer.status_code == 500
    assert answer.json()["error"]["type"] == "internal_error"
    assert "secret" not in answer.text
    assert "find-me" in caplog.text
    assert "secret detail" in caplog.text


async def test_malformed_json_and_huge_bodies_are_refused_where_the_framework_reads_them(
    client: httpx.AsyncClient,
) -> None:
    headers = {"Content-Type": "application/json"}

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 65_536

    assert (await client.post("/api/echo", content=b"{", headers=headers)).status_code == 400
    large = await client.post("/api/echo", content=endless(), headers=headers)
    assert large.status_code == 413
    assert large.json()["error"]["type"] == "too_large"


async def test_without_stores_the_process_is_alive_and_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/health")

    assert answer.status_code == 200
    assert answer.json()["data"] == {
        "status": "degraded",
        "stores": {"database": "down", "live": "down"},
    }


async def test_without_a_database_tokens_cannot_be_checked(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer fdt_" + "x" * 32}

    answer = await client.post("/api/v1/locations", json=a_fix(), headers=headers)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["error"]["type"] == "store_unavailable"


async def test_with_stores_health_is_ok(world: World) -> None:
    answer = await world.client.get("/api/health")

    assert answer.json()["data"]["status"] == "ok"


async def test_the_api_describes_itself_and_all_its_errors(client: httpx.AsyncClient) -> None:
    description = (await client.get("/api/openapi.json")).json()

    assert description["openapi"].startswith("3.1")
    operations = [
        (path, method, operation)
        for path, methods in description["paths"].items()
        if path.startswith("/api/v1")
        for method, operation in methods.items()
    ]
    assert ("/api/v1/locations", "post") in {(path, method) for path, method, _ in operations}
    for path, method, operation in operations:
        where = f"{method} {path}"
        assert {"400", "401", "413", "503"} <= set(operation["responses"]), where
        assert "422" not in operation["responses"], where
        assert operation.get("description") or operation.get("summary"), where
    assert "HTTPValidationError" not in description["components"]["schemas"]
    post = description["paths"]["/api/v1/locations"]["post"]
    assert post["requestBody"]["content"]["application/json"]["examples"]
    assert post["responses"]["200"]["content"]["application/json"]["example"]["data"]


async def test_every_reference_in_the_description_leads_somewhere(
    client: httpx.AsyncClient,
) -> None:
    description = (await client.get("/api/openapi.json")).json()

    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [found for item in node for found in references(item)]
        if not isinstance(node, dict):
            return []
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for item in node.values() for found in references(item)]

    for reference in references(description):
        target: Any = description
        for part in reference.removeprefix("#/").split("/"):
            assert part in target, reference
            target = target[part]
    schemes = set(description["components"]["securitySchemes"])
    for methods in description["paths"].values():
        for operation in methods.values():
            for option in operation.get("security", []):
                assert set(option) <= schemes


async def test_the_page_to_try_it_loads_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")

    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/api/docs/assets/{name}" in page.text
        asset = await client.get(f"/api/docs/assets/{name}")
        assert asset.status_code == 200
        assert len(asset.content) > 1000
    for name in ("..%2fcore.py", "core.py", "redoc.standalone.js"):
        assert (await client.get(f"/api/docs/assets/{name}")).status_code == 404


async def test_counters_tell_what_came_in(world: World) -> None:
    path = "/api/v1/locations"
    fix = a_fix()
    await world.client.post(path, json=[fix, fix, a_fix(latitude=0, longitude=0)],
                            headers=world.device)  # fmt: skip
    await world.client.post(path, content=b"{", headers=world.device)
    await world.client.post(path, json=fix)
    params = {"id": world.device_token, "notificationToken": "x"}
    await world.client.post("/api/v1/devices/osmand", params=params)

    stats = await world.client.get("/api/v1/ingest/stats", headers=await world.a(Role.DISPATCHER))
    unknown = await world.client.get(
        "/api/v1/ingest/stats", headers=await world.a(Role.SYSTEM_ADMIN)
    )

    assert stats.json()["data"] == {
        "fleet_id": world.fleet_id,
        "accepted": 3,
        "duplicates": 1,
        "without_position": 1,
        "quarantined": {"zero_island": 1},
        "unreadable": {},
        "rejected": {"400": 1},
    }
    assert unknown.json()["data"]["rejected"] == {"401": 1}


@pytest.mark.parametrize("role", [Role.DRIVER, Role.CUSTOMER])
async def test_counters_are_not_for_everybody(world: World, role: Role) -> None:
    answer = await world.client.get("/api/v1/ingest/stats", headers=await world.a(role))

    assert answer.status_code == 403


async def test_another_fleets_counters_do_not_exist(world: World) -> None:
    answer = await world.client.get(
        "/api/v1/ingest/stats",
        params={"fleet_id": world.other_fleet_id},
        headers=await world.a(Role.FLEET_MANAGER),
    )

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/vehicles/abc", {"identifier": "must be a whole number"}),
        ("/vehicles/0", {"identifier": "must be more than 0"}),
        ("/vehicles/1/history?page=x", {"page": "must be a whole number"}),
        ("/vehicles/export.pdf", {"form": "must be one of 'csv' or 'xlsx'"}),
        ("/audit/x", {"entry_id": "must be a whole number"}),
    ],
)
async def test_a_wrong_address_is_told_by_field_in_plain_words(
    world: World, address: str, fields: dict[str, str]
):
    who = await world.a(Role.FLEET_MANAGER)
    answer = await world.client.get(f"/api/v1{address}", headers=who)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["fields"] == fields
