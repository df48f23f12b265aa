"""Saved views of lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.views import USE, SavedViews, ViewFields, ViewOut
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import views as schemas
from mobile_api.versions import if_match

router = APIRouter(tags=["views"])

User = Annotated[Actor, allow(USE)]
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
OfKind = Annotated[str, Query(max_length=40, description="Of which list, such as `vehicles`.")]


@router.get("/views", responses=schemas.MANY, response_class=Response)
async def list_views(request: Request, actor: User, kind: OfKind) -> Response:
    """Your views of a list and those that others share with your fleet, by name."""
    async with _views(request, actor) as views:
        found = await views.of_kind(kind)
    return ok(request, [one.model_dump() for one in found])


@router.post("/views", status_code=201, responses=schemas.CREATED, response_class=Response)
async def create_view(request: Request, actor: User, kind: OfKind, body: ViewFields) -> Response:
    """Save a view. What its list would refuse is refused here too."""
    async with _views(request, actor) as views:
        made = await views.create(kind, body.model_dump())
    headers = {"Location": f"/api/v1/views/{made.id}"}
    return _view(request, made, status=201, headers=headers)


@router.get("/views/{identifier}", responses=schemas.ONE, response_class=Response)
async def get_view(request: Request, actor: User, identifier: Identifier) -> Response:
    """One view: your own, or one shared with your fleet."""
    async with _views(request, actor) as views:
        found = await views.get(identifier)
    return _view(request, found)


@router.put(
    "/views/{identifier}",
    responses=schemas.CHANGED,
    openapi_extra=schemas.VERSIONED,
    response_class=Response,
)
async def update_view(
    request: Request, actor: User, identifier: Identifier, body: ViewFields
) -> Response:
    """Put other values in place of a view's. Shared views are changed by their owner or a
    manager."""
    version = if_match(request)
    async with _views(request, actor) as views:
        changed = await views.update(identifier, body.model_dump(), version=version)
    return _view(request, changed)


@router.delete(
    "/views/{identifier}",
    responses=schemas.GONE,
    openapi_extra=schemas.VERSIONED,
    response_class=Response,
)
async def delete_view(request: Request, actor: User, identifier: Identifier) -> Response:
    """Delete a view for good."""
    version = if_match(request)
    async with _views(request, actor) as views:
        gone = await views.delete(identifier, version=version)
    return ok(request, gone.model_dump())


@router.put("/views/{identifier}/default", responses=schemas.BEGUN, response_class=Response)
async def begin_with_view(request: Request, actor: User, identifier: Identifier) -> Response:
    """Let your list begin with this view, in place of any other. Only yours: everybody has their
    own."""
    async with _views(request, actor) as views:
        begun = await views.begin_with(identifier)
    return _view(request, begun)


@router.delete("/views/{identifier}/default", responses=schemas.ONE, response_class=Response)
async def begin_without_view(request: Request, actor: User, identifier: Identifier) -> Response:
    """Let your list not begin with this view any more."""
    async with _views(request, actor) as views:
        left = await views.begin_without(identifier)
    return _view(request, left)


def _view(request: Request, view: ViewOut, **more: Any) -> Response:
    headers = {"ETag": f'"{view.version}"', **more.pop("headers", {})}
    return ok(request, view.model_dump(), headers=headers, **more)


@asynccontextmanager
async def _views(request: Request, actor: Actor) -> AsyncIterator[SavedViews]:
    async with container(request).work() as session:
        yield SavedViews(session, KINDS, actor)
