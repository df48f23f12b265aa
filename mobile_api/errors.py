"""Turns errors into answers: the only place that knows which error is which HTTP status."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fleet_app.kernel import errors as kernel
from fleet_app.records.errors import Stale
from fleet_app.records.problems import LONGEST_NAME, words_for
from mobile_api.body import SlowBody
from mobile_api.envelope import failure, request_id

log = logging.getLogger(__name__)

STATUS: Mapping[type[kernel.FleetError], int] = {
    kernel.InvalidInput: 400,
    kernel.Unauthenticated: 401,
    kernel.Forbidden: 403,
    kernel.NotFound: 404,
    kernel.Conflict: 409,
    Stale: 412,
    kernel.TooLarge: 413,
    kernel.TooManyRequests: 429,
    kernel.StoreUnavailable: 503,
    SlowBody: 503,
}
TYPES = {
    400: "invalid_input",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "stale",
    413: "too_large",
    429: "too_many_requests",
    503: "store_unavailable",
}


def install(app: FastAPI) -> None:
    """Answer every error of `app` with the envelope."""
    app.add_exception_handler(kernel.FleetError, _fleet_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def status_of(error: kernel.FleetError) -> int:
    """The HTTP status that tells a client about `error`."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 400


def answer(request: Request, error: kernel.FleetError) -> Response:
    """The answer for a domain error."""
    status = status_of(error)
    headers: dict[str, str] = {}
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    location = getattr(error, "location", None)
    if location is not None:
        headers["Location"] = location
    if isinstance(error, Stale):
        headers["ETag"] = f'"{error.version}"'
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="fleet"'
    return failure(request, status, error.type, error.message, error.fields, headers=headers)


def unexpected(request: Request, error: Exception) -> Response:
    """The answer for a defect of ours: logged with its id, no details given away."""
    log.error(
        "request %s failed: %s %s", request_id(request), request.method, request.url.path,
        exc_info=error,
    )  # fmt: skip
    message = "Something went wrong on our side; the request id helps us to find it"
    return failure(request, 500, "internal_error", message)


async def _fleet_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, kernel.FleetError)
    return answer(request, error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = {_named(item): words_for(item) for item in error.errors()}
    return failure(request, 400, "invalid_input", "The request is not valid", fields)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, kernel.FleetError):  # raised while the framework read the body
        return answer(request, error.__cause__)
    kind = TYPES.get(error.status_code, "http_error")
    return failure(
        request, error.status_code, kind, str(error.detail), headers=error.headers or None
    )


def _named(item: Mapping[str, Any]) -> str:
    """The field, or the one that several fields together make wrong."""
    named = item.get("ctx", {}).get("field")
    return _path([*item["loc"], named] if named else item["loc"])


def _path(location: Sequence[Any]) -> str:
    """`("body", "fixes", 3, "speed")` as `fixes[3].speed`."""
    text = ""
    for part in location[1:] if len(location) > 1 else location:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:LONGEST_NAME]}"
    return text.lstrip(".")
