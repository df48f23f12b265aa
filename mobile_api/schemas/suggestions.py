"""Suggestions after disruptions, as the API shows them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fleet_app.planning.live.deciding import MINUTES, undo_until
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import Disruption, Kind
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

Id = Annotated[int, Field(gt=0, lt=2**63)]
_FIELD = {
    Kind.VEHICLE_DOWN: "vehicle_id",
    Kind.URGENT_ORDER: "delivery_id",
    Kind.BIG_DELAY: "route_id",
}


class DisruptionBody(BaseModel):
    """What happened: a vehicle is out, an order is urgent, or a route is far behind."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"kind": "vehicle_down", "vehicle_id": 12}}
    )

    kind: Kind
    vehicle_id: Id | None = None
    delivery_id: Id | None = None
    route_id: Id | None = None

    @model_validator(mode="after")
    def _named(self) -> DisruptionBody:
        if getattr(self, _FIELD[self.kind]) is None:
            raise ValueError(f"{self.kind.value} needs {_FIELD[self.kind]}")
        return self

    @property
    def about(self) -> int:
        """The number of what it is about."""
        return int(getattr(self, _FIELD[self.kind]))

    def disruption(self, fleet_id: int) -> Disruption:
        """As the product means it."""
        return Disruption(fleet_id, self.kind, self.about)


def view(found: Suggestion | None) -> dict[str, Any] | None:
    """One of them; nothing where nothing helps."""
    if found is None:
        return None
    return {
        "id": found.id,
        "kind": found.kind,
        "status": found.status,
        "words": found.words,
        "effect": found.effect,
        "moves": found.moves,
        "changes": found.changes,
        "made_at": found.made_at,
        "expires_at": found.expires_at,
        "decided_at": found.decided_at,
        "undo_until": undo_until(found),
    }


_ONE = {
    "id": 5, "kind": "vehicle_down", "status": "open",
    "words": "Van 12 is out: Van 3 can take 1 stop of it and fetch it where Van 12 stands",
    "effect": {"cost": 14.2, "distance_m": 8200, "late_s": 0, "left_out": 0},
    "moves": [
        {"delivery_id": 17, "number": "HC-2000417", "from_route": 3, "to_route": 4,
         "from_row": "Van 12", "to_row": "Van 3",
         "fetch": {"vehicle_id": 12, "vehicle": "Van 12", "lat": 60.1841, "lon": 24.9263}}
    ],
    "changes": [
        {"route_id": 3, "row": "Van 12", "words": "1 stop taken off"},
        {"route_id": 4, "row": "Van 3",
         "words": "1 stop added, fetches 1 order from Van 12, is back 25 min later"},
    ],
    "made_at": "2026-11-23T10:15:30Z", "expires_at": "2026-11-23T10:45:30Z", "decided_at": None,
    "undo_until": None,
}  # fmt: skip
_TOO_LATE = (
    f"`too_late`: it has run out, it was accepted more than {MINUTES} minutes ago, or the routes "
    "are others by now."
)
_BUSY = "`suggestions_busy`: others are looked for; wait for `Retry-After` seconds."
LIST = answers([_ONE], _403=NOT_ALLOWED, _404=UNKNOWN)
MADE = answers(_ONE, _403=NOT_ALLOWED, _404=UNKNOWN, _429=_BUSY)
DECIDED = answers(
    _ONE
    | {"status": "accepted", "decided_at": "2026-11-23T10:16:00Z",
       "undo_until": "2026-11-23T10:46:00Z"},
    _403=NOT_ALLOWED, _404=UNKNOWN, _409=_TOO_LATE,
)  # fmt: skip
