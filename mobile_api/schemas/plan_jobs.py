"""Runs of the optimiser as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from fleet_app.planning.runs.models import Mode
from fleet_app.planning.runs.service import LONGEST, SHORTEST
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers


class RunBody(BaseModel):
    """What the optimiser may change, and how long it may take."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"mode": "everything", "seconds": 30}}
    )

    mode: Mode = Field(
        default=Mode.EVERYTHING,
        description="`everything` that is not locked; `fit_in`: what is on a row stays, the tray "
        "is put between; `keep_drivers`: who drives which vehicle stays.",
    )
    seconds: Annotated[float, Field(ge=SHORTEST, le=LONGEST)] | None = Field(
        default=None, description="As suits the number of stops, unless told."
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(
        default=0, description="Another one may find another plan."
    )


RUN: dict[str, Any] = {
    "id": 7,
    "plan_id": 3,
    "mode": "everything",
    "state": "running",
    "seconds": 30.0,
    "spent_s": 12.5,
    "seed": 0,
    "cost": 1840.22,
    "curve": [[0.4, 2210.9], [3.1, 1902.15], [12.5, 1840.22]],
    "stops": 300,
    "planned": 298,
    "left": 2,
    "engine": "pyvrp",
    "message": "",
    "attempt": 1,
    "applied": False,
    "result_plan_id": None,
    "user_id": 5,
    "user_name": "Mikko Laine",
    "created_at": "2026-11-22T16:02:11Z",
    "started_at": "2026-11-22T16:02:11Z",
    "finished_at": None,
}
_BEGUN = RUN | {
    "state": "queued", "spent_s": 0.0, "cost": None, "curve": [], "stops": 0, "planned": 0,
    "left": 0, "engine": "", "attempt": 0, "started_at": None,
}  # fmt: skip
BEGUN = answers(
    _BEGUN, code=202, _403=NOT_ALLOWED, _404=UNKNOWN, _409="The plan is being optimised already."
)
ONE = answers(RUN, _403=NOT_ALLOWED, _404=UNKNOWN)
STOPPED = answers(
    RUN | {"state": "stopping"}, _403=NOT_ALLOWED, _404=UNKNOWN, _409="It has ended already."
)
