"""The audit log, its proof, and taking back what it tells of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import fleet_in_view, may
from fleet_app.audit.export import HEADERS, cells, first_batch, next_batch
from fleet_app.audit.models import SYSTEM_CHAIN
from fleet_app.audit.query import MOST_PAGES, MOST_ROWS, AuditQuery, parse_audit_query
from fleet_app.audit.reading import READ, AuditLog
from fleet_app.audit.verifying import heads, verify
from fleet_app.bootstrap import Container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.kernel.clock import utc_now
from fleet_app.records.history import History
from fleet_app.records.kinds import Kind
from fleet_app.records.named import Known, known_to
from fleet_app.records.sheets.writing import csv_lines, csv_start
from fleet_app.records.undo import Undo
from fleet_app.records.wording import Wording
from mobile_api.deps import allow, container
from mobile_api.downloads import content_disposition
from mobile_api.envelope import Pagination, ok
from mobile_api.schemas import audit as schemas
from mobile_api.schemas.records import (
    IF_MATCH,
    NOT_ALLOWED,
    STALE,
    UNKNOWN,
    answers,
    with_etag,
)
from mobile_api.versions import if_match

router = APIRouter(tags=["audit log"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Page = Annotated[int, Query(ge=1, le=MOST_PAGES)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
WORDING = Wording(KINDS)
_refusals: dict[str, Any] = {"_403": NOT_ALLOWED, "_404": UNKNOWN}


@router.get(
    "/audit",
    summary="Read the audit log",
    name="list_audit",
    responses=answers([schemas.ROW], **_refusals),
    openapi_extra={"parameters": [*schemas.PAGES, schemas.SORT, *schemas.FILTERS]},
    response_class=Response,
)
async def list_audit(request: Request, actor: Annotated[Actor, allow("audit.read")]) -> Response:
    """Who did what to which object, newest first."""
    query = parse_audit_query(request.query_params.multi_items())
    async with container(request).work() as session:
        entries, total = await AuditLog(session).page(actor.principal, query)
        known = await known_to(session, KINDS, actor.principal, entries)
    rows = [WORDING.row(entry, known) for entry in entries]
    return ok(request, rows, pagination=Pagination(query.page, query.limit, total))


@router.get(
    "/audit/verify",
    summary="Check that nobody changed the audit log",
    name="verify_audit",
    responses=answers(schemas.VERDICT, **_refusals),
    openapi_extra={"parameters": [schemas.FLEET]},
    response_class=Response,
)
async def verify_audit(request: Request, actor: Annotated[Actor, allow("audit.read")]) -> Response:
    """Recomputes the hash chain from its first entry to its last; `first_broken` is a sequence.

    An administrator who names no fleet checks the chains of all of them.
    """
    query = parse_audit_query(request.query_params.multi_items())
    chain = fleet_in_view(actor.principal, query.fleet_id)
    return ok(request, await verdicts(container(request), chain))


async def verdicts(box: Container, chain: int | None) -> dict[str, Any]:
    """The verdict on one chain, or on all of them."""
    work = partial(box.work, box.patience)
    if chain is None:
        async with work() as session:
            chains = [one for one, _, _ in await heads(session)]
    else:
        chains = [chain]
    found = [(one, await verify(work, one)) for one in chains]
    return {
        "ok": all(verdict.ok for _, verdict in found),
        "chains": [
            {"fleet_id": None if one == SYSTEM_CHAIN else one, **msgspec.to_builtins(verdict)}
            for one, verdict in found
        ],
    }


@router.get(
    "/audit/export.csv",
    summary="Export the audit log",
    name="export_audit",
    responses=answers([], **_refusals) | schemas.CSV,
    openapi_extra={"parameters": schemas.FILTERS},
    response_class=Response,
)
async def export_audit(
    request: Request, actor: Annotated[Actor, allow("audit.export")]
) -> Response:
    """Everything that fits, as CSV. The export is itself in the log."""
    given = request.query_params.multi_items()
    query = msgspec.structs.replace(parse_audit_query(given), page=1)
    box = container(request)
    async with box.work(box.patience) as session:
        entries = await first_batch(session, actor, query, dict(given))
        known = await known_to(session, KINDS, actor.principal, entries)
    headers = {"Content-Disposition": content_disposition(f"audit-{utc_now():%Y-%m-%d}.csv"),
               "Cache-Control": "no-store"}  # fmt: skip
    body = _csv(box, actor, query, entries, known)
    return StreamingResponse(body, media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(
    box: Container, actor: Actor, query: AuditQuery, entries: list[Any], known: Known
) -> AsyncIterator[bytes]:
    yield csv_start(HEADERS)
    while entries:
        yield csv_lines(cells(entry, WORDING.summary(entry, known)) for entry in entries)
        async with box.work(box.patience) as session:
            entries = await next_batch(session, actor, query, entries[-1])
            known = await known_to(session, KINDS, actor.principal, entries)


@router.get(
    "/audit/{entry_id}",
    summary="Read one entry of the audit log",
    name="get_audit_entry",
    responses=answers(schemas.ENTRY, **_refusals),
    response_class=Response,
)
async def get_entry(
    request: Request, entry_id: Identifier, actor: Annotated[Actor, allow("audit.read")]
) -> Response:
    """With every field's value before and after."""
    async with container(request).work() as session:
        entry = await AuditLog(session).one(actor.principal, entry_id)
        known = await known_to(session, KINDS, actor.principal, [entry])
    return ok(request, WORDING.detail(entry, actor.principal, known=known))


@router.post(
    "/audit/{entry_id}/undo",
    summary="Take one change of a record back",
    description=(
        "A change gets its old values back, a deleted record is restored, a created or restored "
        "one deleted. Allowed to whoever may do that to the record now. The answer is the record."
    ),
    name="undo_change",
    responses=with_etag(
        answers(schemas.ANY_RECORD, **_refusals, _409=schemas.NOT_UNDOABLE, _412=STALE)
    ),
    openapi_extra={"parameters": [IF_MATCH]},
    response_class=Response,
)
async def undo_change(
    request: Request, entry_id: Identifier, actor: Annotated[Actor, allow("changes.undo")]
) -> Response:
    """The record as it is afterwards; the version in `If-Match` is the record's."""
    version = if_match(request)
    async with container(request).work() as session:
        undo = Undo(session, KINDS, actor, container(request).view())
        row = await undo.undo(entry_id, version=version)
    return ok(request, row, headers={"ETag": f'"{row["version"]}"'})


def _history_of(kind: Kind) -> None:
    # Not in an annotation, whose names FastAPI looks for in the module alone.
    reading = allow(kind.permission("read"))

    @router.get(
        f"/{kind.plural}/{{identifier}}/history",
        summary=f"What happened to a {kind.label.lower()}",
        name=f"history_of_{kind.name}",
        tags=[kind.label_plural.lower()],
        responses=answers([schemas.ROW], **_refusals),
        response_class=Response,
    )
    async def record_history(
        request: Request,
        identifier: Identifier,
        actor: Actor = reading,
        page: Page = 1,
        limit: Limit = 50,
    ) -> Response:
        """Newest first. Network addresses are for readers of the audit log only."""
        who, view = actor.principal, container(request).view()
        async with container(request).work() as session:
            of_kinds = History(session, KINDS, view)
            entries, total = await of_kinds.of(who, kind.plural, identifier, page=page, limit=limit)
            known = await known_to(session, KINDS, who, entries)
        rows = [WORDING.row(entry, known, open_book=may(who, READ)) for entry in entries]
        return ok(request, rows, pagination=Pagination(page, limit, total))


for _kind in KINDS:
    _history_of(_kind)
