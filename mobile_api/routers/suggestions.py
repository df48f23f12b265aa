"""What can be done when a vehicle is out, an order is urgent, or a route is far behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.bootstrap import Container
from fleet_app.kernel.errors import StoreUnavailable
from fleet_app.planning.live.deciding import Decisions
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.rearranging import TooLate
from fleet_app.planning.live.suggesting import WAIT_S, Busy
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.routers.vehicles import FleetId
from mobile_api.schemas import suggestions as schemas

router = APIRouter(prefix="/suggestions", tags=["suggestions"])
Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Planner = Annotated[Actor, allow("plans.update")]


@router.get("", responses=schemas.LIST, response_class=Response)
async def list_suggestions(
    request: Request, actor: Annotated[Actor, allow("plans.read")], fleet_id: FleetId = None
) -> Response:
    """What can be accepted now, and what was accepted within the last half hour and can be taken
    back; the newest first."""
    async with container(request).work() as session:
        found = await Decisions(session).open(actor, fleet_id)
    return ok(request, [schemas.view(one) for one in found])


@router.post("", responses=schemas.MADE, response_class=Response)
async def make_suggestion(
    request: Request, actor: Planner, body: schemas.DisruptionBody
) -> Response:
    """Say that something has happened, and be told within seconds what can be done about it;
    `data` is null when nothing can. Suggestions also come by themselves: of vehicles on a route
    that fall silent or go into the workshop, of routes that will be late, of urgent orders.

    One is looked for at a time: who would have to wait for long is told so (429)."""
    stores = container(request)
    async with stores.work() as session:
        fleet_id = await Decisions(session).fleet_of(actor, body.kind, body.about)
    found = await stores.suggester.about(body.disruption(fleet_id), within=WAIT_S)
    return ok(request, schemas.view(found))


@router.post("/{suggestion_id}/accept", responses=schemas.DECIDED, response_class=Response)
async def accept_suggestion(
    request: Request, actor: Planner, suggestion_id: Identifier
) -> Response:
    """Change the routes as it says; their drivers see that at once.

    When it does not hold any more (409 `too_late`) it is gone from the list, with what can be done
    now in its place, if anything can."""
    try:
        return await _decide(request, lambda these: these.accept(actor, suggestion_id))
    except TooLate:
        await _renew(container(request), suggestion_id)
        raise


@router.post("/{suggestion_id}/dismiss", responses=schemas.DECIDED, response_class=Response)
async def dismiss_suggestion(
    request: Request, actor: Planner, suggestion_id: Identifier
) -> Response:
    """Leave everything as it is."""
    return await _decide(request, lambda these: these.dismiss(actor, suggestion_id))


@router.post("/{suggestion_id}/undo", responses=schemas.DECIDED, response_class=Response)
async def undo_suggestion(request: Request, actor: Planner, suggestion_id: Identifier) -> Response:
    """Give back what an accepted suggestion moved; what is done meanwhile stays where it is."""
    return await _decide(request, lambda these: these.undo(actor, suggestion_id))


async def _renew(stores: Container, suggestion_id: int) -> None:
    async with stores.work() as session:
        told = await Decisions(session).disruption(suggestion_id)
    if told is None:
        return
    try:
        await stores.suggester.renew(told, within=WAIT_S)
    except (Busy, StoreUnavailable):
        await stores.suggester.end(told)


async def _decide(request: Request, act: Callable[[Decisions], Awaitable[Suggestion]]) -> Response:
    stores = container(request)
    async with stores.work(stores.patience) as session:
        found = await act(Decisions(session))
    return ok(request, schemas.view(found))
