"""The API's description of itself: OpenAPI 3.1, and a page to try it, served from here alone."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.responses import FileResponse, HTMLResponse, Response

from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import NotFound
from mobile_api.examples import complete_bodies, restore_nulls
from mobile_api.idempotency import LONGEST_KEY, covers
from mobile_api.kept_answers import HEADER
from mobile_api.schemas.errors import ErrorEnvelope, error_example
from mobile_api.schemas.records import row_name, row_schema
from mobile_api.schemas.trackers import DEVICE_BASIC

DOCS_URL = "/api/docs"
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
DESCRIPTION = """
Every JSON answer has the same envelope: `status`, `code`, `data`, `meta` and, for errors, `error`.

Times are RFC 3339 in UTC, speeds m/s, distances m, headings degrees from north, coordinates WGS 84.
Records are metric whatever units a fleet's screens show; a field's name says which (`weight_kg`).
Send `X-Request-ID` to find your request in our logs; every answer carries one. Request bodies may
be `Content-Encoding: gzip`. Another fleet's objects answer 404.

A POST other than of positions, of files or at `/auth` may carry an `Idempotency-Key`, so that it
can safely be sent again when its answer was lost.

Drivers and integrators sign in at `/api/v1/auth/token` and send the access token as
`Authorization: Bearer …`; phone trackers send a device token.
"""
_EXPLAINED = {
    400: ("The request is malformed; `error.fields` says where.", "invalid_input"),
    401: ("No proof of identity, or one that is wrong, expired or revoked.", "unauthenticated"),
    413: ("The body is larger than this installation accepts.", "too_large"),
    429: ("Too many requests; wait for `Retry-After` seconds.", "too_many_requests"),
    503: (
        "A store is down or the body came too slowly. Try again after `Retry-After`. When the "
        "store went away at the very end, the change may have been made all the same: an "
        "`Idempotency-Key` makes sure that it is made once.",
        "store_unavailable",
    ),
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Your own word for this request, for example a UUID. Sent again with the same key within "
        "a day, a request that succeeded is not done again: you get the first answer, with "
        "`Idempotent-Replayed: true`. An error is not remembered. The same key with another body "
        "is 409 `idempotency_key_reused`; while the first request is under way it is 409 "
        "`request_under_way` with `Retry-After`. If it was done but its answer could not be kept, "
        "it is 409 `already_done`, with the `Location` of the record where there is one."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "example": "6b1d5c1e-5a0c-4f4b-9d0e-2f1f6f0a9c11",
}
_KEY_CONFLICT = {
    "description": (
        "The `Idempotency-Key` stands for another request, one still under way, or one that was "
        "done and whose answer is lost."
    ),
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/ErrorEnvelope"},
            "example": error_example(409, "idempotency_key_reused"),
        }
    },
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": ErrorEnvelope,
        "description": text,
        "content": {"application/json": {"example": error_example(status, kind)}},
    }
    for status, (text, kind) in _EXPLAINED.items()
}


def install(app: FastAPI) -> None:
    """Serve the description at `/api/openapi.json` and the page at `/api/docs`."""
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.add_api_route(DOCS_URL, _page, include_in_schema=False)
    app.add_api_route(DOCS_URL + "/assets/{name}", _asset, include_in_schema=False)


async def _page() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="/api/openapi.json",
        title="Live Fleet Tracking API",
        swagger_js_url=f"{DOCS_URL}/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{DOCS_URL}/assets/swagger-ui.css",
        swagger_favicon_url=f"{DOCS_URL}/assets/favicon.png",
        oauth2_redirect_url=None,
        swagger_ui_parameters={"persistAuthorization": False, "docExpansion": "list"},
    )


async def _asset(name: str) -> Response:
    if name not in ASSETS:
        raise NotFound("File", name)
    path = files("fastapi_offline") / "static" / name
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(str(path), media_type=ASSETS[name], headers=headers)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
        )
        schema["components"]["securitySchemes"]["DeviceBasic"] = DEVICE_BASIC
        schema["components"]["schemas"] |= {row_name(kind): row_schema(kind) for kind in KINDS}
        _document_keys(schema)
        restore_nulls(schema)
        complete_bodies(schema)
        app.openapi_schema = _without_422(schema)
    return app.openapi_schema


def _document_keys(schema: dict[str, Any]) -> None:
    """Describe `Idempotency-Key` wherever it means something."""
    for path, operations in schema["paths"].items():
        if "post" in operations and covers({"type": "http", "method": "POST", "path": path}):
            operation = operations["post"]
            operation.setdefault("parameters", []).append(_KEY)
            operation["responses"].setdefault("409", _KEY_CONFLICT)


def _without_422(schema: dict[str, Any]) -> dict[str, Any]:
    """Invalid requests answer 400 here, whatever the framework writes down by itself."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        schema.get("components", {}).get("schemas", {}).pop(name, None)
    return schema
