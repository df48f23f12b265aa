"""Every address of the API as it says of itself: method, path, permission, example of a body."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import WebSocketRoute

from mobile_api.deps import CHECKED, Allowed

_DEVICE = "takes a tracking device's token wherever its protocol carries it, and nobody else's"
_PROOF = "signing in and out: the proof is in the body, and nobody can be signed in before"
_OPEN = "open data and descriptions that say nothing about anybody's fleet"
_NOTHING = "answers for addresses that do not exist"
_ANY = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")


def _each(methods: Iterable[str], paths: Iterable[str], why: str) -> dict[tuple[str, str], str]:
    return {(method, path): why for path in paths for method in methods}


_DEVICES = "/api/v1/devices/"
_TRACKERS = [f"{_DEVICES}{one}" for one in ("osmand", "osmand/", "gpslogger", "gpslogger/")]
_OWNTRACKS = [f"{_DEVICES}{one}" for one in ("owntracks", "owntracks/")]
PUBLIC = {
    **_each(["GET", "POST"], _TRACKERS, _DEVICE),
    **_each(["POST"], _OWNTRACKS, _DEVICE),
    **_each(["POST"], [f"/api/v1/auth/{act}" for act in ("token", "refresh", "revoke")], _PROOF),
    **_each(["POST"], [f"/auth/{act}" for act in ("login", "logout", "sign-up")], _PROOF),
    **_each(["GET"], ["/map/info", "/api/health", "/api/docs", "/api/docs/assets/{name}"], _OPEN),
    **_each(["GET", "HEAD"], ["/map/basemap.pmtiles", "/api/openapi.json"], _OPEN),
    **_each(_ANY, ["/api", "/api/{path:path}"], _NOTHING),
}
"""The methods of addresses that ask for no permission, and why."""


@dataclass(frozen=True)
class ApiRoute:
    """One method of one address. `permission` is None when it names none."""

    method: str
    path: str
    permission: str | None

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"\{(\w+)", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def api_routes(app: FastAPI) -> list[ApiRoute]:
    """All of them, the hidden ones included; a socket's channels name permissions of their own."""
    return [
        ApiRoute(method, str(found.path), _permission(found))
        for found in iter_route_contexts(app.routes)
        if not isinstance(found.original_route, WebSocketRoute)
        for method in sorted(getattr(found, "methods", None) or {"GET"})
    ]


def guarded(app: FastAPI) -> list[ApiRoute]:
    """The routes that must ask for a permission."""
    return [route for route in api_routes(app) if (route.method, route.path) not in PUBLIC]


def _permission(found: Any) -> str | None:
    dependant = getattr(found, "dependant", None)
    named = [] if dependant is None else list(_named(dependant))
    by_itself = getattr(found.endpoint, CHECKED, None)
    if len(set(named)) > 1:
        raise AssertionError(f"{found.path} names several permissions: {named}")
    return named[0] if named else by_itself


def _named(dependant: Dependant) -> Iterator[str]:
    for needed in dependant.dependencies:
        if isinstance(needed.call, Allowed):
            yield needed.call.permission
        yield from _named(needed)


def example_body(app: FastAPI, route: ApiRoute) -> Any:
    """The example of a JSON body in the API's description; None where none is described."""
    schema = app.openapi()
    operation = schema["paths"].get(route.path, {}).get(route.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    if "example" in content:
        return copy.deepcopy(content["example"])
    return copy.deepcopy(_of_schema(content["schema"], schema["components"]["schemas"]))


def _of_schema(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _of_schema(choice, known)
    if "$ref" in schema:
        return _of_schema(known[schema["$ref"].rsplit("/", maxsplit=1)[-1]], known)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "properties" in schema:
        return {
            name: _of_schema(one, known)
            for name, one in schema["properties"].items()
            if name in schema.get("required", ())
        }
    return schema.get("default", {"integer": 1, "number": 1, "array": []}.get(schema.get("type")))
