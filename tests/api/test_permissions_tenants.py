"""Another fleet's objects do not exist: in no address, no query and no body, for nobody."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import httpx

from fleet_app.access.matrix import Scope
from fleet_app.access.roles import Role
from fleet_app.catalogue.kinds import KINDS
from tests.builders.api_routes import ApiRoute, guarded
from tests.builders.fingerprint import fingerprint
from tests.builders.walk import (
    NAMED_KINDS,
    PREFIX,
    Walk,
    expected_scope,
    names_objects,
    reference_fields,
)

OF_ALL = (f"{PREFIX}depots", f"{PREFIX}geofences")
"""What every driver of the fleet may see."""
OTHERS = tuple(role for role in Role if role is not Role.SYSTEM_ADMIN)


def limited(route: ApiRoute) -> list[Role]:
    """The roles that may use the route, but not for everybody's objects."""
    return [role for role in OTHERS if expected_scope(route, role) is not Scope.NONE]


async def test_another_fleets_objects_do_not_exist(walk: Walk) -> None:
    problems, tried = [], 0
    for route in guarded(walk.world.app):
        if not names_objects(route):
            continue
        url = await walk.path(route, walk.world.other_fleet_id)
        body = await walk.body(route, walk.world.fleet_id)
        before = await fingerprint(walk.world.container)
        for role in limited(route):
            answer = await walk.send(route, role.value, url=url, json=body)
            tried += 1
            if answer.status_code != 404:
                problems.append(f"{route} as {role}: {answer.status_code} {answer.text[:150]}")
        if await fingerprint(walk.world.container) != before:
            problems.append(f"{route}: the database changed")
    assert problems == []
    assert tried > 100


async def test_a_drivers_colleagues_are_none_of_the_drivers_business(walk: Walk) -> None:
    """What belongs to the whole fleet aside."""
    problems = []
    for route in guarded(walk.world.app):
        if not names_objects(route) or expected_scope(route, Role.DRIVER) is not Scope.OWN:
            continue
        url = await walk.path(route, walk.world.fleet_id)
        body = await walk.body(route, walk.world.fleet_id)
        answer = await walk.send(route, Role.DRIVER.value, url=url, json=body)
        expected = 200 if route.path.startswith(OF_ALL) else 404
        if answer.status_code != expected:
            problems.append(f"{route}: {answer.status_code}")
    assert problems == []


async def test_nobody_names_another_fleet_in_a_query(walk: Walk) -> None:
    problems, tried, paths = [], 0, walk.world.app.openapi()["paths"]
    for route in guarded(walk.world.app):
        described = paths.get(route.path, {}).get(route.method.lower(), {})
        if "fleet_id" not in {one["name"] for one in described.get("parameters", [])}:
            continue
        url = await walk.path(route, walk.world.fleet_id)
        for role in limited(route):
            asked = {**httpx.URL(url).params, "fleet_id": walk.world.other_fleet_id}
            answer = await walk.send(route, role.value, url=url, params=asked)
            tried += 1
            if answer.status_code != 404:
                problems.append(f"{route} as {role}: {answer.status_code}")
    assert problems == []
    assert tried > 30


async def test_nobody_takes_another_fleets_objects_into_a_body(walk: Walk) -> None:
    problems, tried = [], 0
    for route in guarded(walk.world.app):
        body = await _with_every_reference(walk, route)
        for place, name in list(_ids(body)):
            foreign = await walk.object(NAMED_KINDS[name], walk.world.other_fleet_id)
            attempt = _with(body, place, foreign)
            url = await walk.path(route, walk.world.fleet_id)
            before = await fingerprint(walk.world.container)
            for role in limited(route):
                answer = await walk.send(route, role.value, url=url, json=attempt)
                tried += 1
                if not _refused(answer):
                    problems.append(f"{route} {name} as {role}: {answer.status_code}")
            if await fingerprint(walk.world.container) != before:
                problems.append(f"{route} {name}: the database changed")
    assert problems == []
    assert tried > 60


async def test_the_same_bodies_about_the_own_fleet_are_accepted(walk: Walk) -> None:
    """So that it was the foreign object that was refused before."""
    problems = []
    for route in guarded(walk.world.app):
        if route.method != "POST" or route.parameters:
            continue
        body = await _with_every_reference(walk, route)
        if not list(_ids(body)):
            continue
        for role in limited(route):
            if expected_scope(route, role) is not Scope.FLEET:
                continue
            fresh = await _with_every_reference(walk, route, but="schedule_id")
            answer = await walk.send(route, role.value, url=route.path, json=fresh)
            if _refused(answer):
                problems.append(f"{route} as {role}: {answer.status_code} {answer.text[:300]}")
    assert problems == []


async def _with_every_reference(walk: Walk, route: ApiRoute, *, but: str = "") -> Any:
    """A body of the own fleet in which every field that can name another object does.

    A schedule must be the same vehicle's, so it can be left out (`but`).
    """
    body = await walk.body(route, walk.world.fleet_id)
    plural = route.path.removeprefix(PREFIX).split("/")[0]
    if plural not in KINDS_BY_PLURAL or body is None or route.path.count("{") > 1:
        return body
    rows = body.get("rows", [body]) if isinstance(body, dict) else []
    if route.path.removeprefix(f"{PREFIX}{plural}") in ("", "/bulk", "/{identifier}"):
        for name in set(reference_fields(plural)) - {but}:
            for row in rows:
                row[name] = await walk.object(_target(plural, name), walk.world.fleet_id)
    return body


KINDS_BY_PLURAL = {kind.plural for kind in KINDS}


def _target(plural: str, name: str) -> str:
    return KINDS[plural].by_name[name].reference or "files"


def _ids(value: Any, place: tuple[Any, ...] = (), name: str = "") -> Iterator[tuple[Any, str]]:
    """Where in a body the ids are, and what they are called."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _ids(one, (*place, key), key)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _ids(one, (*place, index), name)
    elif isinstance(value, int) and name.endswith(("_id", "_ids")):
        yield place, name


def _with(body: Any, place: tuple[Any, ...], identifier: int) -> Any:
    changed = copy.deepcopy(body)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = identifier
    return changed


def _refused(answer: httpx.Response) -> bool:
    """Whether the request as a whole, or every one of its rows, was refused."""
    if answer.status_code in (400, 404, 409):
        return True
    if answer.status_code >= 300:
        return False
    data = answer.json()["data"]
    rows = data.get("results", []) if isinstance(data, dict) else data
    return isinstance(rows, list) and bool(rows) and all(_row_refused(row) for row in rows)


def _row_refused(row: dict[str, Any]) -> bool:
    return bool(row.get("message") or row.get("error"))
