"""What has come in so far."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from fleet_app.access.actor import Actor
from fleet_app.access.principal import Principal
from fleet_app.location.models import QuarantineReason
from fleet_app.location.overview import OverviewService
from mobile_api.counters import NO_FLEET
from mobile_api.deps import allow, container
from mobile_api.envelope import ok
from mobile_api.ingest import counters, one_fleet
from mobile_api.routers.vehicles import FleetId
from mobile_api.schemas.vehicles import STATS

PLAIN = ("accepted", "duplicates", "without_position")
GROUPED = ("quarantined", "unreadable", "rejected")

router = APIRouter(tags=["operation"])


@router.get("/ingest/stats", responses=STATS, response_class=Response)
async def ingest_stats(
    request: Request, actor: Annotated[Actor, allow("ingest.read")], fleet_id: FleetId = None
) -> Response:
    """Counters of the ways in, over all processes and restarts.

    `duplicates` are repetitions inside one post; a fix sent again later is recognised further on.
    `quarantined.impossible_jump` is how many are held now: a jump may still prove right.
    Without `fleet_id` administrators see requests whose sender is unknown, as fleet 0.
    """
    fleet = one_fleet(actor.principal, "ingest.read", fleet_id)
    counts = await counters(request).read(fleet)
    if jumps := await _held_jumps(request, actor.principal, fleet):
        counts[f"quarantined.{QuarantineReason.IMPOSSIBLE_JUMP}"] = jumps
    return ok(request, {"fleet_id": fleet, **_grouped(counts)})


async def _held_jumps(request: Request, actor: Principal, fleet_id: int) -> int:
    """Jumps are found behind the log, so they are counted where they are kept."""
    if fleet_id == NO_FLEET:
        return 0
    async with container(request).work() as session:
        return await OverviewService(session).held_jumps(actor, fleet_id)


def _grouped(counts: dict[str, int]) -> dict[str, Any]:
    """`{"rejected.401": 3}` as `{"rejected": {"401": 3}}`."""
    answer: dict[str, Any] = {name: counts.get(name, 0) for name in PLAIN}
    for group in GROUPED:
        prefix = group + "."
        answer[group] = {
            name.removeprefix(prefix): count
            for name, count in sorted(counts.items())
            if name.startswith(prefix)
        }
    return answer
