"""Map files, as the API asks for them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from fleet_app.analytics.map_files.heat import What
from fleet_app.records.problems import NUMBERS
from mobile_api.schemas.errors import ErrorEnvelope
from mobile_api.schemas.past import Id, vehicle_ids
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN
from mobile_api.schemas.tracks import PeriodQuery

MEDIA = "text/html"
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {MEDIA: {"schema": {"type": "string"}}}},
    403: {"model": ErrorEnvelope, "description": NOT_ALLOWED},
    404: {"model": ErrorEnvelope, "description": UNKNOWN},
}


class HeatQuery(PeriodQuery):
    """What is counted, when, and of which vehicles: all of the fleet unless told otherwise."""

    what: What = Field(
        default=What.STOPS,
        description="`stops` by how long they lasted; `fixes` received, `speeding` and `harsh` "
        "driving by how often.",
    )
    vehicle_id: str = Field(
        default="", max_length=2000, pattern=NUMBERS,
        description="Ids of vehicles, separated by commas.", examples=["12,14"],
    )  # fmt: skip
    fleet_id: Id | None = Field(default=None, description="One fleet, for administrators.")

    def vehicles(self) -> tuple[int, ...]:
        """Their ids. Raises `InvalidInput`."""
        return vehicle_ids(self.vehicle_id)
