"""Working plans of a day: making, editing, comparing and publishing them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY
from fleet_app.planning.board import Board
from fleet_app.planning.publication.publishing import RowNews
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import plans as schemas
from mobile_api.schemas.records import IF_MATCH
from mobile_api.versions import if_match

router = APIRouter(prefix="/plans", tags=["plans"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("plans.read")]
Planner = Annotated[Actor, allow("plans.update")]
Publisher = Annotated[Actor, allow("plans.publish")]
Day = Annotated[dt.date, Query(ge=FIRST_DAY, le=LAST_DAY, examples=["2026-11-24"])]
Fleet = Annotated[int, Query(gt=0, lt=2**63, description="One fleet, for administrators.")]
_VERSIONED: dict[str, Any] = {
    "response_class": Response,
    "openapi_extra": {"parameters": [IF_MATCH]},
}


@router.get("", responses=schemas.LIST, response_class=Response)
async def list_plans(
    request: Request, actor: Reader, date: Day, fleet_id: Fleet | None = None
) -> Response:
    """The plans of a day, the oldest first."""
    plans = await container(request).plans.plans(actor, date, fleet_id)
    return ok(request, [schemas.plan_view(plan) for plan in plans])


@router.post("", status_code=201, responses=schemas.CREATED, response_class=Response)
async def create_plan(request: Request, actor: Planner, body: schemas.PlanBody) -> Response:
    """Make a plan of a day: a row for each of its routes, and for everybody else who works.

    Nobody but the office sees it until it is published.
    """
    board = await container(request).plans.create(
        actor, body.date, body.name, copy_of=body.copy_of, fleet_id=body.fleet_id
    )
    return _answer(request, board, status=201)


@router.get("/{plan_id}", responses=schemas.BOARD, response_class=Response)
async def get_plan(request: Request, actor: Reader, plan_id: Identifier) -> Response:
    """A plan with its times, what it breaks, and what waits in its tray."""
    return _answer(request, await container(request).plans.board(actor, plan_id))


@router.patch("/{plan_id}", responses=schemas.CHANGED, **_VERSIONED)
async def rename_plan(
    request: Request, actor: Planner, plan_id: Identifier, body: schemas.NameBody
) -> Response:
    """Call a plan something else."""
    plans = container(request).plans
    return _answer(request, await plans.rename(actor, plan_id, body.name, if_match(request)))


@router.delete("/{plan_id}", responses=schemas.REMOVED, **_VERSIONED)
async def delete_plan(request: Request, actor: Planner, plan_id: Identifier) -> Response:
    """Put a plan aside. The routes that were made of it stay."""
    await container(request).plans.remove(actor, plan_id, if_match(request))
    return ok(request, None)


@router.post("/{plan_id}/edits", responses=schemas.CHANGED, **_VERSIONED)
async def edit_plan(
    request: Request, actor: Planner, plan_id: Identifier, body: schemas.EditBody
) -> Response:
    """Change a plan by hand; the answer has every time worked out anew.

    Whatever the change breaks stands in `problems`; it is done all the same.
    """
    told = if_match(request)
    version = body.version if told is None else told
    return _answer(
        request, await container(request).plans.edit(actor, plan_id, version, body.wish())
    )


@router.post("/{plan_id}/undo", responses=schemas.TURNED, **_VERSIONED)
async def undo_plan(request: Request, actor: Planner, plan_id: Identifier) -> Response:
    """Take the newest change back, whoever made it. Routes that were published stay as they are."""
    plans = container(request).plans
    return _answer(request, await plans.undo(actor, plan_id, if_match(request)))


@router.post("/{plan_id}/redo", responses=schemas.TURNED, **_VERSIONED)
async def redo_plan(request: Request, actor: Planner, plan_id: Identifier) -> Response:
    """Make again what was taken back last."""
    plans = container(request).plans
    return _answer(request, await plans.redo(actor, plan_id, if_match(request)))


@router.get("/{plan_id}/publication", responses=schemas.FORECAST, response_class=Response)
async def foresee_publication(request: Request, actor: Publisher, plan_id: Identifier) -> Response:
    """What publishing the plan would do to each row at the moment; nothing is changed."""
    found = await container(request).plans.forecast(actor, plan_id)
    return ok(request, found, headers={"ETag": f'"{found.version}"'})


@router.post("/{plan_id}/publish", responses=schemas.PUBLISHED, **_VERSIONED)
async def publish_plan(request: Request, actor: Publisher, plan_id: Identifier) -> Response:
    """Show the plan to its drivers: routes are made, or made again where the plan has changed.

    `rows` says what that changes for each driver. Rows that nobody can drive as they are stay
    behind and say why.
    """
    board, news = await container(request).plans.publish(actor, plan_id, if_match(request))
    return _published(request, board, news)


@router.post("/{plan_id}/recall", responses=schemas.PUBLISHED, **_VERSIONED)
async def recall_plan(request: Request, actor: Publisher, plan_id: Identifier) -> Response:
    """Take the plan's routes back from their drivers, where nothing has happened on them yet."""
    board, news = await container(request).plans.recall(actor, plan_id, if_match(request))
    return _published(request, board, news)


@router.get("/{plan_id}/compare/{other_id}", responses=schemas.COMPARED, response_class=Response)
async def compare_plans(
    request: Request, actor: Reader, plan_id: Identifier, other_id: Identifier
) -> Response:
    """Two plans side by side, and the deliveries that are elsewhere in the second."""
    return ok(request, await container(request).plans.compare(actor, plan_id, other_id))


@router.get("/{plan_id}/shapes", responses=schemas.SHAPES, response_class=Response)
async def plan_shapes(request: Request, actor: Reader, plan_id: Identifier) -> Response:
    """The way of each row that has stops, by its key: a polyline encoded with six decimals."""
    return ok(request, await container(request).plans.shapes(actor, plan_id))


def _answer(request: Request, board: Board, *, status: int = 200) -> Response:
    headers = {"ETag": f'"{board.version}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/plans/{board.id}"
    return ok(request, board, status=status, headers=headers)


def _published(request: Request, board: Board, news: list[RowNews]) -> Response:
    headers = {"ETag": f'"{board.version}"'}
    return ok(request, schemas.published_view(board, news), headers=headers)
