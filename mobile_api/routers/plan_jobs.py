"""Runs of the optimiser: ask for one, see how far it is, stop it.

The WebSocket at `/ws/v1` tells the same as it happens.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.planning.runs.reading import view
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.schemas import plan_jobs as schemas

router = APIRouter(tags=["plans"])

Identifier = Annotated[int, Path(gt=0, lt=2**63)]
Reader = Annotated[Actor, allow("plans.read")]
Planner = Annotated[Actor, allow("plans.update")]


@router.post(
    "/plans/{plan_id}/optimise",
    status_code=202,
    responses=schemas.BEGUN,
    response_class=Response,
)
async def optimise_plan(
    request: Request, actor: Planner, plan_id: Identifier, body: schemas.RunBody
) -> Response:
    """Have a plan optimised in the background.

    The result becomes one step of the plan, which undo takes back. When somebody has changed the
    plan meanwhile, it is kept as another plan of the same day: `result_plan_id`.
    """
    job = await container(request).plan_runs.begin(
        actor, plan_id, body.mode, seconds=body.seconds, seed=body.seed
    )
    headers = {"Location": f"/api/v1/plan_jobs/{job.id}"}
    return ok(request, view(job), status=202, headers=headers)


@router.get("/plan_jobs/{job_id}", responses=schemas.ONE, response_class=Response)
async def get_plan_job(request: Request, actor: Reader, job_id: Identifier) -> Response:
    """How far a run is: `state`, the best `cost` so far, and how it improved."""
    return ok(request, view(await container(request).plan_runs.get(actor.principal, job_id)))


@router.post("/plan_jobs/{job_id}/stop", responses=schemas.STOPPED, response_class=Response)
async def stop_plan_job(request: Request, actor: Planner, job_id: Identifier) -> Response:
    """End a run at once; the best plan that it has found counts."""
    return ok(request, view(await container(request).plan_runs.stop(actor, job_id)))
