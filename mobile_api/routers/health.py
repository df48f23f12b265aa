"""Whether the stores answer: for load balancers and people, without a login."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import Response

from fleet_app.bootstrap import Container
from mobile_api.deps import container
from mobile_api.envelope import ok
from mobile_api.schemas.vehicles import HEALTH

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 2.0

router = APIRouter(tags=["operation"])


@router.get("/health", responses=HEALTH, response_class=Response)
async def health(request: Request) -> Response:
    """`ok` when both stores answer, else `degraded`; always 200, since this process is alive."""
    state = request.app.state
    known: tuple[float, dict[str, Any]] | None = getattr(state, "health", None)
    if known is None or time.monotonic() - known[0] > FRESH_SECONDS:
        known = state.health = (time.monotonic(), await _look(container(request)))
    return ok(request, known[1])


async def _look(stores: Container) -> dict[str, Any]:
    database, live = await asyncio.gather(
        _answers(_ask_database(stores)), _answers(_ask_live(stores))
    )
    status = "ok" if database and live else "degraded"
    return {"status": status, "stores": {"database": _word(database), "live": _word(live)}}


async def _ask_database(stores: Container) -> None:
    async with stores.work() as session:
        await (await session.connection()).execute(text("SELECT 1"))


async def _ask_live(stores: Container) -> None:
    await stores.counts.read(0)


async def _answers(question: Any) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await question
    except Exception:  # whatever the reason, it does not answer
        return False
    return True


def _word(answers: bool) -> str:
    return "ok" if answers else "down"
