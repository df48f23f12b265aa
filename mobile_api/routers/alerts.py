"""Alerts: reading them, and what people do with them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import fleet_of_new
from fleet_app.kernel.errors import InvalidInput
from fleet_app.notification.defaults import add_usual_rules
from fleet_app.notification.life import Step
from fleet_app.notification.query import parse_alert_query
from fleet_app.notification.reading import AlertList
from fleet_app.notification.service import AlertService
from mobile_api.deps import allow, container
from mobile_api.envelope import CursorPagination, Pagination, ok
from mobile_api.paging import asked_by_cursor, cursor_behind
from mobile_api.schemas import alerts as schemas
from mobile_api.schemas.records import IF_MATCH
from mobile_api.versions import if_match

router = APIRouter(prefix="/alerts", tags=["alerts"])
rules = APIRouter(prefix="/alert_rules", tags=["alert rules"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("alerts.read")]
Handler = Annotated[Actor, allow("alerts.handle")]
_STEP: dict[str, Any] = {
    "responses": schemas.STEP,
    "response_class": Response,
    "openapi_extra": {"parameters": [IF_MATCH]},
}


@router.get(
    "",
    responses=schemas.LIST,
    openapi_extra={"parameters": schemas.PARAMETERS},
    response_class=Response,
)
async def list_alerts(request: Request, actor: Reader) -> Response:
    """Alerts, the latest first. Repeats of one that is open are counted in it."""
    before, parameters = asked_by_cursor(request.query_params.multi_items())
    query = parse_alert_query(parameters)
    pagination: Pagination | CursorPagination
    async with container(request).work() as session:
        alerts = AlertList(session)
        if before is None:
            rows, total = await alerts.page(actor.principal, query)
            pagination = Pagination(query.page, query.limit, total)
        else:
            rows, last = await alerts.following(actor.principal, query, before)
            pagination = CursorPagination(query.limit, cursor_behind(last))
    return ok(request, [schemas.row_view(row) for row in rows], pagination=pagination)


@router.get(
    "/counts",
    responses=schemas.COUNTS,
    openapi_extra={"parameters": [schemas.FLEET]},
    response_class=Response,
)
async def count_alerts(request: Request, actor: Reader) -> Response:
    """How many alerts have each status, and how urgent those are that are not resolved."""
    query = parse_alert_query(request.query_params.multi_items())
    async with container(request).work() as session:
        counts = await AlertList(session).counts(actor.principal, query.fleet_id)
    return ok(request, schemas.counts_view(counts))


@router.post("/bulk", responses=schemas.BULK, response_class=Response)
async def change_alerts(request: Request, actor: Handler, body: schemas.BulkBody) -> Response:
    """One step for up to 500 alerts. Each succeeds or fails by itself; the answer says which."""
    if len({one.id for one in body.alerts}) < len(body.alerts):
        message = "name each alert once"
        raise InvalidInput("An alert is named twice", fields={"alerts": message})
    stores = container(request)
    async with stores.work(stores.patience) as session:
        results = await AlertService(session).take_many(actor, body.wishes())
    views = [
        schemas.outcome_view(index, asked, result)
        for index, (asked, result) in enumerate(zip(body.alerts, results, strict=True))
    ]
    return ok(request, views)


@router.get("/{alert_id}", responses=schemas.ONE, response_class=Response)
async def get_alert(request: Request, actor: Reader, alert_id: Identifier) -> Response:
    """One alert with its trail: who did or said what, and what happened by itself."""
    return await _whole(request, actor, alert_id)


@router.post("/{alert_id}/acknowledge", **_STEP)
async def acknowledge_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.NoteBody | None = None
) -> Response:
    """Say that you look after it; it becomes yours unless it is somebody's already."""
    return await _step(request, actor, alert_id, Step.ACKNOWLEDGE, body)


@router.post("/{alert_id}/resolve", **_STEP)
async def resolve_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.NoteBody | None = None
) -> Response:
    """Close it. When the same happens again, there is a new alert."""
    return await _step(request, actor, alert_id, Step.RESOLVE, body)


@router.post("/{alert_id}/snooze", **_STEP)
async def snooze_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.SnoozeBody
) -> Response:
    """Have it be quiet for a while, whatever happens; then it is raised again."""
    return await _step(request, actor, alert_id, Step.SNOOZE, body)


@router.post("/{alert_id}/reopen", **_STEP)
async def reopen_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.NoteBody | None = None
) -> Response:
    """Take back that it was acknowledged, snoozed or resolved."""
    return await _step(request, actor, alert_id, Step.REOPEN, body)


@router.post("/{alert_id}/assign", **_STEP)
async def assign_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.AssignBody
) -> Response:
    """Make it somebody's who may look after alerts, or nobody's."""
    version = if_match(request)
    async with container(request).work() as session:
        await AlertService(session).assign(actor, alert_id, body.user_id, version)
    return await _whole(request, actor, alert_id)


@router.post(
    "/{alert_id}/comments", status_code=201, responses=schemas.COMMENT, response_class=Response
)
async def comment_on_alert(
    request: Request, actor: Handler, alert_id: Identifier, body: schemas.CommentBody
) -> Response:
    """Say something about it."""
    async with container(request).work() as session:
        line = await AlertService(session).comment(actor, alert_id, body.text)
    return ok(request, schemas.comment_view(line), status=201)


@rules.post("/usual", status_code=201, responses=schemas.USUAL, response_class=Response)
async def add_the_usual_rules(
    request: Request,
    actor: Annotated[Actor, allow("alert_rules.create")],
    body: schemas.UsualRulesBody | None = None,
) -> Response:
    """Add the rules that new fleets begin with, but for those whose name is taken; they tell
    people inside the product only."""
    owner = fleet_of_new(actor.principal, body.fleet_id if body else None)
    async with container(request).work() as session:
        added = await add_usual_rules(session, owner, actor)
    return ok(request, {"added": added}, status=201)


async def _step(
    request: Request, actor: Actor, alert_id: int, step: Step, body: schemas.NoteBody | None
) -> Response:
    wish = schemas.wish(step, body, if_match(request))
    async with container(request).work() as session:
        await AlertService(session).take(actor, alert_id, wish)
    return await _whole(request, actor, alert_id)


async def _whole(request: Request, actor: Actor, alert_id: int) -> Response:
    async with container(request).work() as session:
        alerts = AlertList(session)
        row = await alerts.one(actor.principal, alert_id)
        trail = await alerts.trail(alert_id)
    headers = {"ETag": f'"{row.alert.version}"'}
    return ok(request, schemas.whole_view(row, trail), headers=headers)
