"""Templates of routes as the API takes and shows them, besides what all records have."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.types import Line, Tags
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers, example_row, with_etag

Id = Annotated[int, Field(gt=0, lt=2**63)]


class UseBody(BaseModel):
    """The day that a template is used for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"date": "2026-11-24"}})

    date: dt.date
    plan_id: Id | None = Field(
        default=None, description="A plan of that day that gets a row with the stops."
    )


class SourceBody(BaseModel):
    """The tour that becomes a template: a route, or a row of a plan."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"route_id": 12, "name": "Bakeries north", "weekdays": ["Mon", "Thu"]}
        },
    )

    route_id: Id | None = None
    plan_id: Id | None = None
    row: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", description="The key of the plan's row."
    )
    name: Annotated[Line, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    weekdays: Tags = []

    @model_validator(mode="after")
    def _one_source(self) -> SourceBody:
        if (self.route_id is None) == (self.plan_id is None):
            raise ValueError("name either a route or a plan with one of its rows")
        return self


_USED = {
    "template_id": 4, "date": "2026-11-24", "delivery_ids": [51, 52], "made": True,
    "plan_id": None, "row": "",
}  # fmt: skip
USED = answers(_USED, _403=NOT_ALLOWED, _404=UNKNOWN, _409="The template has no stops.")
MADE = with_etag(
    answers(example_row(KINDS["route_templates"]), code=201, _403=NOT_ALLOWED, _404=UNKNOWN)
)
