"""The one shape of every JSON answer: `status`, `code`, `data`, `meta` and, for errors, `error`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fleet_app.kernel.clock import utc_now

VERSION = "1.0"
MEDIA_TYPE = "application/json"


class Pagination(msgspec.Struct, frozen=True):
    """Which part of a list an answer holds; `total` counts all of it."""

    page: int
    limit: int
    total: int


class CursorPagination(msgspec.Struct, frozen=True):
    """Of a list that is read on from where the last answer ended; null after its end."""

    limit: int
    next_cursor: str | None


class Meta(msgspec.Struct, omit_defaults=True):
    """What every answer says about itself."""

    timestamp: datetime
    request_id: str
    version: str = msgspec.field(default_factory=lambda: VERSION)
    pagination: Pagination | CursorPagination | None = None
    unclear: bool = False
    """Nothing is known yet, but will be."""


class Problem(msgspec.Struct):
    """What went wrong, for a program (`type`, `fields`) and for a person (`message`)."""

    type: str
    message: str
    fields: dict[str, str]


class Success(msgspec.Struct):
    """Body of an answer that did what was asked."""

    code: int
    data: Any
    meta: Meta
    status: str = msgspec.field(default_factory=lambda: "success")


class Failure(msgspec.Struct):
    """Body of an answer that did not."""

    code: int
    error: Problem
    meta: Meta
    data: None = None
    status: str = msgspec.field(default_factory=lambda: "error")


_encoder = msgspec.json.Encoder()


def ok(
    request: Request,
    data: Any,
    *,
    status: int = 200,
    pagination: Pagination | CursorPagination | None = None,
    unclear: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer with `data`: anything msgspec can encode; datetimes become RFC 3339 UTC."""
    meta = Meta(
        timestamp=utc_now(), request_id=request_id(request), pagination=pagination, unclear=unclear
    )
    body = _encoder.encode(Success(code=status, data=data, meta=meta))
    return Response(body, status, headers, MEDIA_TYPE)


def failure(
    request: Request,
    status: int,
    type: str,
    message: str,
    fields: Mapping[str, str] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error answer; `fields` says what is wrong with which part of the request."""
    meta = Meta(timestamp=utc_now(), request_id=request_id(request))
    problem = Problem(type=type, message=message, fields=dict(fields or {}))
    body = _encoder.encode(Failure(code=status, error=problem, meta=meta))
    return Response(body, status, headers, MEDIA_TYPE)


def request_id(request: Request) -> str:
    """The id under which this request appears in answers and logs."""
    state = request.scope.get("state")
    return str(state.get("request_id", "-")) if state else "-"
