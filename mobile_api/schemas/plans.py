"""Working plans as the API takes and shows them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fleet_app.delivery.route_bounds import FIRST_DAY, LAST_DAY
from fleet_app.planning.board import Board
from fleet_app.planning.by_hand import edits
from fleet_app.planning.document import read
from fleet_app.planning.models import Plan
from fleet_app.planning.publication.publishing import RowNews
from fleet_app.records.types import Line
from fleet_app.routing.optimiser.problem import MOST_STOPS
from mobile_api.schemas.delivery_life import Moment
from mobile_api.schemas.records import NOT_ALLOWED, STALE, UNKNOWN, answers, with_etag

Id = Annotated[int, Field(gt=0, lt=2**63)]
Ids = Annotated[list[Id], Field(max_length=MOST_STOPS)]
Key = Annotated[Line, StringConstraints(max_length=20)]
PlanName = Annotated[Line, StringConstraints(strip_whitespace=True, max_length=120)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlanBody(_Body):
    """A plan to be made: of the routes and vehicles of a day, or as a copy of another plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"date": "2026-11-24", "name": "Tuesday"}}
    )

    date: Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
    name: PlanName = ""
    copy_of: Id | None = Field(default=None, description="A plan of the same day.")
    fleet_id: Id | None = Field(
        default=None, description="Only for administrators; everybody else plans for the own fleet."
    )


class NameBody(_Body):
    """What a plan is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "With rain"}})

    name: Annotated[PlanName, StringConstraints(min_length=1)]


class MoveEdit(_Body):
    """Put deliveries, in this order, on row `to` before its stop number `place`, from 0; without a
    place where they cost least, into the tray without a row."""

    do: Literal["move"]
    deliveries: Annotated[Ids, Field(min_length=1)]
    to: Key = ""
    place: Annotated[int, Field(ge=0, le=10_000)] | None = None


class LockEdit(_Body):
    """Hold stops on their row, or a row: `crew` who drives what, `order` its stops too. An empty
    level lets go."""

    do: Literal["lock"]
    deliveries: Ids = []
    row: Key = ""
    level: Literal["", "crew", "order", "stop"] = "stop"


class CrewEdit(_Body):
    """Another driver or vehicle; without a driver the present one is taken off."""

    do: Literal["crew"]
    row: Key
    driver_id: Id | None = None
    vehicle_id: Id | None = None


class DepartEdit(_Body):
    """When a row leaves; null for whenever suits its stops best."""

    do: Literal["depart"]
    row: Key
    at: Moment | None = None


class TurnEdit(_Body):
    """Drive a row's stops in the other direction."""

    do: Literal["turn"]
    row: Key


class ImproveEdit(_Body):
    """Put a row's stops into their best order."""

    do: Literal["improve"]
    row: Key


class AddRowEdit(_Body):
    """Let another vehicle take part."""

    do: Literal["add_row"]
    vehicle_id: Id
    driver_id: Id | None = None


class DropRowEdit(_Body):
    """Let a vehicle stay at home."""

    do: Literal["drop_row"]
    row: Key


AnyEdit = Annotated[
    MoveEdit | LockEdit | CrewEdit | DepartEdit | TurnEdit | ImproveEdit | AddRowEdit | DropRowEdit,
    Field(discriminator="do"),
]


class EditBody(_Body):
    """One change by hand, and the version that it was made looking at, unless `If-Match` says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"edit": {"do": "move", "deliveries": [17, 23], "to": "1", "place": 0}}
        },
    )

    edit: AnyEdit
    version: Id | None = None

    def wish(self) -> edits.Edit:
        """What the service is asked to do."""
        said = self.edit.model_dump(exclude_unset=True) | {"do": self.edit.do}
        return msgspec.convert(said, edits.Edit)  # type: ignore[no-any-return]


def plan_view(plan: Plan) -> dict[str, Any]:
    """A plan in a list."""
    rows = [row for row in read(plan.document).rows if row.stops]
    return {
        "id": plan.id,
        "fleet_id": plan.fleet_id,
        "date": plan.date,
        "name": plan.name,
        "version": plan.version,
        "rows": len(rows),
        "stops": sum(len(row.delivery_ids) for row in rows),
        "published_at": plan.published_at,
        "job_id": plan.job_id,
        "created_at": plan.created_at,
        "updated_at": plan.updated_at,
    }


def published_view(board: Board, news: list[RowNews]) -> dict[str, Any]:
    """What became of each row, and the plan as it is then."""
    return {"rows": news, "plan": board}


_TIMES = {"begins": "2026-11-24T06:00:00Z", "ends": "2026-11-24T14:00:00Z"}
_ORDER = {
    "delivery_id": 17,
    "number": "HC-2000417",
    "customer": "Kahvila Aamu",
    "address": "Kalevankatu 16, 00100 Helsinki",
    "lat": 60.1666,
    "lon": 24.9348,
    "windows": [{"begins": "2026-11-24T07:00:00Z", "ends": "2026-11-24T10:00:00Z"}],
    "service_s": 240,
    "weight_kg": 12.5,
    "volume_m3": 0.05,
    "parcels": 1,
    "priority": "normal",
    "skills": [],
    "status": "created",
    "version": 1,
}
_STOP = {
    "order": _ORDER,
    "arrives_at": "2026-11-24T07:02:00Z",
    "begins_at": "2026-11-24T07:02:00Z",
    "departs_at": "2026-11-24T07:06:00Z",
    "drive_s": 640,
    "drive_m": 5210,
    "late_s": 0,
    "locked": False,
    "problems": [],
    "is_pickup": False,
    "arrived_at": None,
    "done_at": None,
    "eta": None,
    "risk": "",
}
_ROW = {
    "key": "1",
    "vehicle_id": 12,
    "vehicle": "Van 12",
    "vehicle_type": "van",
    "driver_id": 4,
    "driver": "Aino Virtanen",
    "depot_id": 1,
    "depot": "Depot North",
    "depot_at": {"lat": 60.2, "lon": 24.93},
    "shift": _TIMES,
    "off": [],
    "lock": "",
    "route_id": None,
    "route_status": "",
    "silent_since": None,
    "changed": True,
    "starts_at": "2026-11-24T06:51:20Z",
    "ends_at": "2026-11-24T07:17:00Z",
    "distance_m": 10_420,
    "drive_s": 1300,
    "service_s": 240,
    "wait_s": 0,
    "late_s": 0,
    "cost": 33.85,
    "co2_kg": 2.512,
    "loads": [{"unit": "kg", "peak": 12.5, "room": 900.0}],
    "breaks": [],
    "stops": [_STOP],
    "problems": [
        {"code": "capacity", "message": "1,240 kg do not fit into Van 12, which takes 900 kg",
         "delivery_id": None}
    ],
}  # fmt: skip
_TOTALS = {
    "rows": 1,
    "stops": 1,
    "left": 1,
    "left_cost": 1000.0,
    "distance_m": 10_420,
    "drive_s": 1300,
    "work_s": 1540,
    "wait_s": 0,
    "late_s": 0,
    "late_stops": 0,
    "problems": 1,
    "cost": 33.85,
    "co2_kg": 2.512,
}
_BOARD = {
    "id": 3,
    "fleet_id": 1,
    "date": "2026-11-24",
    "name": "Tuesday",
    "zone": "Europe/Helsinki",
    "currency": "EUR",
    "units": "metric",
    "version": 4,
    "rows": [_ROW],
    "tray": [
        {"order": _ORDER | {"delivery_id": 23, "number": "HC-2000423"}, "why": "past",
         "words": "Its time window ended at 12:00 on 23 Nov; give it a new one"}
    ],
    "totals": _TOTALS,
    "leaving": [
        {"route_id": 70, "route_status": "published", "vehicle": "Van 9", "driver": "Eero Niemi",
         "stops": 8}
    ],
    "undo": "Move HC-2000417 to Van 12",
    "redo": "",
    "job_id": None,
    "published_at": None,
    "changed": True,
    "estimate": False,
}  # fmt: skip
_PLAN = {
    "id": 3,
    "fleet_id": 1,
    "date": "2026-11-24",
    "name": "Tuesday",
    "version": 4,
    "rows": 1,
    "stops": 1,
    "published_at": None,
    "job_id": None,
    "created_at": "2026-11-23T15:02:11Z",
    "updated_at": "2026-11-23T15:04:40Z",
}
_NEWS = {
    "key": "1",
    "vehicle": "Van 12",
    "driver": "Aino Virtanen",
    "what": "changed",
    "words": "3 stops added, 1 moved, leaves 10 min earlier",
    "route_id": 71,
    "tells": True,
}
_OTHER = {
    "delivery_id": 17,
    "number": "HC-2000417",
    "before": "Van 12, Aino Virtanen",
    "after": "Van 7, Eero Niemi",
}
_MANY = "There are too many plans of this day."
_OVER = "Malformed, or the day is over."
_NOT_NOW = "What the plan is about changed at the same moment; `error.message` says what."
LIST = answers([_PLAN], _403=NOT_ALLOWED, _404=UNKNOWN)
CREATED = with_etag(answers(_BOARD, code=201, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_MANY))
BOARD = with_etag(answers(_BOARD, _403=NOT_ALLOWED, _404=UNKNOWN))
CHANGED = with_etag(answers(_BOARD, _403=NOT_ALLOWED, _404=UNKNOWN, _412=STALE))
TURNED = with_etag(
    answers(
        _BOARD,
        _403=NOT_ALLOWED,
        _404=UNKNOWN,
        _409="There is nothing to take back, or to make again.",
        _412=STALE,
    )
)
PUBLISHED = with_etag(
    answers(
        {"rows": [_NEWS], "plan": _BOARD},
        _400=_OVER,
        _403=NOT_ALLOWED,
        _404=UNKNOWN,
        _409=_NOT_NOW,
        _412=STALE,
    )
)
FORECAST = with_etag(
    answers({"version": 4, "rows": [_NEWS]}, _400=_OVER, _403=NOT_ALLOWED, _404=UNKNOWN)
)
REMOVED = answers(None, _403=NOT_ALLOWED, _404=UNKNOWN, _412=STALE)
COMPARED = answers(
    {
        "first": {"id": 3, "name": "Tuesday", "totals": _TOTALS},
        "second": {"id": 5, "name": "With rain", "totals": _TOTALS},
        "moved": [_OTHER],
    },
    _403=NOT_ALLOWED,
    _404=UNKNOWN,
)
SHAPES = answers({"1": "_ciyqB_ywnn@_ry@~bmA"}, _403=NOT_ALLOWED, _404=UNKNOWN)
