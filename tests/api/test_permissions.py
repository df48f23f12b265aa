"""Every address of the API asks the permission matrix, and does what it says, for every caller."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from fleet_app.access.matrix import PERMISSIONS, Scope
from fleet_app.access.roles import Role
from mobile_api.app import create_api
from tests.builders.api_routes import PUBLIC, api_routes, guarded
from tests.builders.fingerprint import fingerprint
from tests.builders.walk import NOT_YET, STRANGERS, Walk, expected_scope


def undeclared(app: FastAPI) -> list[str]:
    """The routes that should name a permission of the matrix and do not."""
    return [str(route) for route in guarded(app) if route.permission not in PERMISSIONS]


def test_every_route_names_a_permission_of_the_matrix() -> None:
    app = create_api()

    assert undeclared(app) == []
    assert set(PUBLIC) <= {(one.method, one.path) for one in api_routes(app)}


def test_a_new_route_without_a_permission_is_noticed() -> None:
    app, router = create_api(), APIRouter()

    @router.get("/leak")
    async def leak() -> None: ...

    @router.delete("/auth/token")
    async def another_method_of_an_open_address() -> None: ...

    app.include_router(router, prefix="/api/v1")
    assert undeclared(app) == ["GET /api/v1/leak", "DELETE /api/v1/auth/token"]


async def test_without_a_person_nobody_gets_anywhere_and_nothing_happens(walk: Walk) -> None:
    problems = []
    for route in guarded(walk.world.app):
        url, body = await walk.path(route, walk.world.fleet_id), await walk.body(route, 1)
        before = await fingerprint(walk.world.container)
        for caller in STRANGERS:
            if caller == "device" and route.permission == "locations.send":
                continue  # what device tokens are for
            answer = await walk.send(route, caller, url=url, json=body)
            if answer.status_code != 401:
                problems.append(f"{route} as {caller}: {answer.status_code}")
        if await fingerprint(walk.world.container) != before:
            problems.append(f"{route}: the database changed")
    assert problems == []


async def test_each_role_is_refused_what_the_matrix_denies_and_nothing_happens(walk: Walk) -> None:
    problems, refused = [], 0
    for route in guarded(walk.world.app):
        roles = [role for role in Role if expected_scope(route, role) is Scope.NONE]
        url = await walk.path(route, walk.world.fleet_id)
        body = await walk.body(route, walk.world.fleet_id)
        before = await fingerprint(walk.world.container)
        for role in roles:
            answer = await walk.send(route, role.value, url=url, json=body)
            refused += 1
            if answer.status_code != 403:
                problems.append(f"{route} as {role}: {answer.status_code}")
        if await fingerprint(walk.world.container) != before:
            problems.append(f"{route}: the database changed")
    assert problems == []
    assert refused > 200


async def test_each_role_gets_through_where_the_matrix_lets_it(walk: Walk) -> None:
    """With success, so that it was the role, or the fleet of the object, that was refused before:
    the calls are the same."""
    problems, allowed = [], 0
    for route in guarded(walk.world.app):
        for role in Role:
            if expected_scope(route, role) not in (Scope.FLEET, Scope.ALL):
                continue
            answer = await walk.call(route, role.value, walk.world.fleet_id)
            allowed += 1
            if answer.status_code != 409 if str(route) in NOT_YET else not answer.is_success:
                problems.append(f"{route} as {role}: {answer.status_code} {answer.text[:200]}")
    assert problems == []
    assert allowed > 200
