"""Everything under `/api` that no other router knows: the envelope there, too."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import Scope

from mobile_api.envelope import failure

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

router = APIRouter(include_in_schema=False)


@router.api_route("/api", methods=METHODS)
@router.api_route("/api/{path:path}", methods=METHODS)
async def unknown(request: Request) -> Response:
    """405 with `Allow` where the address exists for other methods, else 404."""
    allowed = _methods(request)
    if not allowed:
        return failure(request, 404, "not_found", f"{request.url.path} does not exist")
    headers = {"Allow": ", ".join(sorted(allowed))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    message = f"{request.url.path} does not answer {request.method}"
    return failure(request, 405, "method_not_allowed", message, headers=headers)


def _methods(request: Request) -> set[str]:
    """The methods that other routes answer at this address."""
    others = [route for route in request.app.routes if not _answers_anything(route)]
    return {method for method in METHODS if _answers(others, {**request.scope, "method": method})}


def _answers(routes: list[BaseRoute], scope: Scope) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def _answers_anything(route: BaseRoute) -> bool:
    """Whether this is the included router of this very module, or the dashboard behind the API:
    both match every address."""
    return getattr(route, "original_router", None) is router or isinstance(route, Mount)
