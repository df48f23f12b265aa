"""The same set of addresses for every kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.kinds import Kind
from fleet_app.records.listing import Row
from fleet_app.records.query import parse_query
from fleet_app.records.service import Records, prepared_for
from mobile_api.deps import allow, container
from mobile_api.envelope import CursorPagination, Pagination, ok
from mobile_api.json_body import json_object
from mobile_api.paging import asked_by_cursor, cursor_behind
from mobile_api.schemas import records as schemas
from mobile_api.versions import if_match

Identifier = Annotated[int, Path(gt=0, lt=2**63)]


def service(
    request: Request,
    session: AsyncSession,
    kind: Kind,
    actor: Actor,
    prepared: Mapping[str, Any] | None = None,
) -> Records:
    """The records of one kind in one unit of work."""
    return Records(session, KINDS, kind, actor, container(request).view(), prepared=prepared)


def record_router(kind: Kind) -> APIRouter:
    """List, get, create, change, delete, restore and bulk creation of one kind."""
    router = APIRouter(tags=[kind.label_plural.lower()])
    _reading(router, kind)
    if kind.creatable:
        _creating(router, kind)
    _changing(router, kind)
    _putting_aside(router, kind)
    return router


def _reading(router: APIRouter, kind: Kind) -> None:
    row = schemas.example_row(kind)
    base, read = f"/{kind.plural}", allow(kind.permission("read"))
    plural = kind.label_plural.lower()

    @router.get(
        base,
        summary=f"List {plural}",
        name=f"list_{kind.plural}",
        responses=schemas.of_rows(
            kind, schemas.answers([row], _403=schemas.NOT_ALLOWED, _404=schemas.UNKNOWN)
        ),
        openapi_extra={"parameters": schemas.parameters_of(kind)},
        response_class=Response,
    )
    async def list_records(request: Request, actor: Actor = read) -> Response:
        after, parameters = asked_by_cursor(request.query_params.multi_items())
        query = parse_query(kind, parameters)
        async with container(request).work() as session:
            listing = service(request, session, kind, actor).listing
            if after is None:
                rows, total = await listing.page(actor.principal, query)
                return ok(request, rows, pagination=Pagination(query.page, query.limit, total))
            rows, last = await listing.following(actor.principal, query, after)
        pagination = CursorPagination(query.limit, cursor_behind(last))
        return ok(request, rows, pagination=pagination)

    @router.get(
        base + "/{identifier}",
        summary=f"Get one of the {plural}",
        name=f"get_{kind.name}",
        responses=schemas.of_rows(
            kind,
            schemas.with_etag(schemas.answers(row, _403=schemas.NOT_ALLOWED, _404=schemas.UNKNOWN)),
        ),
        response_class=Response,
    )
    async def get_record(request: Request, identifier: Identifier, actor: Actor = read) -> Response:
        async with container(request).work() as session:
            found = await service(request, session, kind, actor).get(identifier)
        return _record(request, found)


def _creating(router: APIRouter, kind: Kind) -> None:
    row = schemas.example_row(kind)
    base, create = f"/{kind.plural}", allow(kind.permission("create"))
    outcome = {"index": 0, "id": 12, "what": "created"}
    made = schemas.answers(
        row, code=201, _403=schemas.NOT_ALLOWED, _404=schemas.UNKNOWN, _409=schemas.TAKEN
    )

    @router.post(
        base,
        summary=f"Create a {kind.label.lower()}",
        name=f"create_{kind.name}",
        status_code=201,
        responses=schemas.of_rows(kind, schemas.with_etag(made)),
        openapi_extra={"requestBody": schemas.body_of(kind)},
        response_class=Response,
    )
    async def create_record(request: Request, actor: Actor = create) -> Response:
        values = await json_object(request)
        ready = await prepared_for(actor, kind, "create", [values])
        async with container(request).work() as session:
            made = await service(request, session, kind, actor, ready).create(values)
        location = {"Location": f"/api/v1/{kind.plural}/{made['id']}"}
        return _record(request, made, status=201, headers=location)

    @router.post(
        base + "/bulk",
        summary=f"Create up to 500 {kind.label_plural.lower()}",
        description="Each row succeeds or fails by itself; the answer says which, in order.",
        name=f"create_{kind.plural}",
        responses=schemas.answers([outcome], _403=schemas.NOT_ALLOWED, _404=schemas.UNKNOWN),
        openapi_extra={"requestBody": schemas.bulk_body_of(kind)},
        response_class=Response,
    )
    async def create_records(request: Request, actor: Actor = create) -> Response:
        rows = _rows(await json_object(request))
        ready = await prepared_for(actor, kind, "create", rows)
        async with container(request).work(container(request).patience) as session:
            outcomes = await service(request, session, kind, actor, ready).create_many(rows)
        return ok(request, outcomes)


def _changing(router: APIRouter, kind: Kind) -> None:
    update = allow(kind.permission("update"))

    @router.patch(
        f"/{kind.plural}/{{identifier}}",
        summary=f"Change a {kind.label.lower()}",
        description="Only the fields that are named change.",
        name=f"update_{kind.name}",
        responses=_one(kind, _412=schemas.STALE),
        openapi_extra={
            "requestBody": schemas.body_of(kind, partial=True),
            "parameters": [schemas.IF_MATCH],
        },
        response_class=Response,
    )
    async def update_record(
        request: Request, identifier: Identifier, actor: Actor = update
    ) -> Response:
        values, version = await json_object(request), if_match(request)
        ready = await prepared_for(actor, kind, "update", [values])
        async with container(request).work() as session:
            of_kind = service(request, session, kind, actor, ready)
            changed = await of_kind.update(identifier, values, version=version)
        return _record(request, changed)


def _putting_aside(router: APIRouter, kind: Kind) -> None:
    base, delete = f"/{kind.plural}/{{identifier}}", allow(kind.permission("delete"))

    @router.delete(
        base,
        summary=f"Delete a {kind.label.lower()}; it can be restored",
        name=f"delete_{kind.name}",
        responses=_one(kind, _412=schemas.STALE),
        openapi_extra={"parameters": [schemas.IF_MATCH]},
        response_class=Response,
    )
    async def delete_record(
        request: Request, identifier: Identifier, actor: Actor = delete
    ) -> Response:
        version = if_match(request)
        async with container(request).work() as session:
            of_kind = service(request, session, kind, actor)
            gone = await of_kind.delete(identifier, version=version)
        return _record(request, gone)

    @router.post(
        base + "/restore",
        summary=f"Restore a deleted {kind.label.lower()}",
        name=f"restore_{kind.name}",
        responses=_one(kind, _412=schemas.STALE),
        openapi_extra={"parameters": [schemas.IF_MATCH]},
        response_class=Response,
    )
    async def restore_record(
        request: Request, identifier: Identifier, actor: Actor = delete
    ) -> Response:
        version = if_match(request)
        async with container(request).work() as session:
            of_kind = service(request, session, kind, actor)
            back = await of_kind.restore(identifier, version=version)
        return _record(request, back)


def _one(kind: Kind, **others: Any) -> dict[int | str, dict[str, Any]]:
    """The documented answers to a change of one record."""
    documented = schemas.answers(
        schemas.example_row(kind),
        _403=schemas.NOT_ALLOWED,
        _404=schemas.UNKNOWN,
        _409=schemas.TAKEN,
        **others,
    )
    return schemas.of_rows(kind, schemas.with_etag(documented))


def _record(
    request: Request, row: Row, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    tag = {"ETag": f'"{row["version"]}"'}
    return ok(request, row, status=status, headers=tag | (headers or {}))


def _rows(body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = body.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput("Send the records as a list of objects", fields={"rows": "a list"})
    return rows


ROUTERS = tuple(record_router(kind) for kind in KINDS)
