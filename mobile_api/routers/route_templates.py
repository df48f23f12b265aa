"""Tours that come again, besides what all records can do: used for a day, made of a tour."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import View
from fleet_app.records.service import Records
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import route_templates as schemas

router = APIRouter(prefix="/route_templates", tags=["route templates"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]


@router.post("/from", status_code=201, responses=schemas.MADE, response_class=Response)
async def make_route_template(
    request: Request,
    actor: Annotated[Actor, allow("route_templates.create")],
    body: schemas.SourceBody,
) -> Response:
    """Keep the stops of a route, or of a plan's row, with who drives it, as a template."""
    stores = container(request)
    if body.route_id is not None:
        values = await stores.route_templates.of_route(actor, body.route_id)
    else:
        values = await stores.route_templates.of_row(actor, body.plan_id or 0, body.row)
    values |= {"name": body.name or values["name"], "weekdays": body.weekdays}
    async with stores.work() as session:
        kind = KINDS["route_templates"]
        made = await Records(session, KINDS, kind, actor, View.at_present()).create(values)
    headers = {"Location": f"/api/v1/route_templates/{made['id']}", "ETag": f'"{made["version"]}"'}
    return ok(request, made, status=201, headers=headers)


@router.post("/{identifier}/use", responses=schemas.USED, response_class=Response)
async def use_route_template(
    request: Request,
    actor: Annotated[Actor, allow("route_templates.update")],
    identifier: Identifier,
    body: schemas.UseBody,
) -> Response:
    """Make the template's deliveries of a day, once however often this is asked; `made` says
    whether just now. With a plan of that day, its stops get a row there, their order locked."""
    used = await container(request).route_templates.use(
        actor, identifier, body.date, plan_id=body.plan_id
    )
    return ok(request, used)
