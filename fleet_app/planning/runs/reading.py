"""A run as the API, its WebSocket and the screens see it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fleet_app.planning.runs.models import PlanJob


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is. Costs are in the fleet's currency; `curve` is `[seconds, cost]`.

    `applied`: the result is the plan's newest step; else `result_plan_id` is the plan that it was
    kept as, if there is any.
    """

    id: int
    plan_id: int
    mode: str
    state: str
    seconds: float
    spent_s: float
    seed: int
    cost: float | None
    curve: list[list[float]]
    stops: int
    planned: int
    left: int
    engine: str
    message: str
    attempt: int
    applied: bool
    result_plan_id: int | None
    user_id: int | None
    user_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def view(job: PlanJob) -> RunView:
    """The row as it is shown."""
    values = {name: getattr(job, name) for name in RunView.__struct_fields__}
    return RunView(**values | {"mode": str(job.mode), "state": str(job.state)})


def encoded(job: PlanJob) -> bytes:
    """The same as JSON."""
    return msgspec.json.encode(view(job))
