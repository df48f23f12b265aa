"""The life of a delivery as the API shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from fleet_app.delivery.fetching import Fetched
from fleet_app.delivery.models import Delivery, DeliveryEvent, DeliveryStatus
from fleet_app.delivery.reasons import Reason
from fleet_app.delivery.recording import StatusChange
from fleet_app.delivery.service import MOST_AT_ONCE, Changed
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.records.problems import invalid, problems_of
from fleet_app.records.types import Lines, require_place
from mobile_api.schemas.records import NOT_ALLOWED, STALE, UNKNOWN, answers, with_etag


def _sane(moment: datetime) -> datetime:
    """In UTC, and in years that every time zone can show."""
    if not 1970 <= moment.year < 2100:
        raise ValueError("must be between 1970 and 2100")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_sane)]


class StatusBody(BaseModel):
    """A new status of a delivery, and how it came to it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "status": "failed",
                "occurred_at": "2026-11-22T10:15:30Z",
                "event_id": "0d3c6f0e-7d9a-4a51-9a4e-0c7b9a1f2e33",
                "reason": "nobody_home",
                "note": "Rang twice",
                "latitude": 60.1699,
                "longitude": 24.9384,
            }
        },
    )

    status: DeliveryStatus
    occurred_at: Moment | None = Field(
        default=None,
        description="When it happened; now, unless told. At most 30 days ago. A phone's clock may "
        "be up to 5 minutes ahead.",
    )
    event_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._:\-]{1,64}$",
        description="Your own word for this change: sent again, nothing happens twice.",
    )
    reason: Reason | None = Field(
        default=None, description="Needed for failed, rescheduled, returned and cancelled."
    )
    note: Annotated[Lines, StringConstraints(max_length=500)] | None = Field(
        default=None, description="Needed for the reason `other`."
    )
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)

    taking_back: bool = Field(
        default=False,
        description="A final status was a mistake: go back to `take_back_to`. Nothing else leaves "
        "a final status.",
    )

    @model_validator(mode="after")
    def _place(self) -> StatusBody:
        names = ("latitude", "longitude")
        require_place(names, self.latitude, self.longitude, fields=names)
        return self

    def wish(self, delivery_id: int, version: int | None = None) -> StatusChange:
        """What the service is asked to do; only to the delivery in this version, if told."""
        return StatusChange(
            delivery_id=delivery_id,
            to=self.status,
            occurred_at=self.occurred_at,
            event_id=self.event_id,
            reason=self.reason,
            note=self.note,
            lat=self.latitude,
            lon=self.longitude,
            version=version,
            taking_back=self.taking_back,
        )


class PickedUpBody(BaseModel):
    """Whether the goods of a delivery were fetched at its pickup stop."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "occurred_at": "2026-11-22T09:02:10Z",
                "event_id": "7c0a1b92-6a0f-4d1e-8d7b-2f6b9f0c1a55",
                "latitude": 60.1893,
                "longitude": 24.9768,
            }
        },
    )

    picked_up: bool = Field(default=True, description="`false` when it was reported by mistake.")
    occurred_at: Moment | None = Field(
        default=None, description="When it happened; now, unless told. At most 30 days ago."
    )
    event_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._:\-]{1,64}$",
        description="Your own word for this report: sent again, nothing happens twice.",
    )
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)

    @model_validator(mode="after")
    def _place(self) -> PickedUpBody:
        names = ("latitude", "longitude")
        require_place(names, self.latitude, self.longitude, fields=names)
        return self

    def wish(self, delivery_id: int, version: int | None = None) -> Fetched:
        """What the service is asked to note; only of the delivery in this version, if told."""
        return Fetched(
            delivery_id=delivery_id,
            fetched=self.picked_up,
            occurred_at=self.occurred_at,
            event_id=self.event_id,
            lat=self.latitude,
            lon=self.longitude,
            version=version,
        )


class StatusItem(StatusBody):
    """A new status of one delivery among many."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "delivery_id": 17,
                "status": "completed",
                "occurred_at": "2026-11-22T10:15:30Z",
                "event_id": "5f8b7d1c-43b7-4b0f-a0a3-0a8c7c2b7f10",
            }
        }
    )

    delivery_id: int = Field(gt=0, lt=2**63)
    version: int | None = Field(
        default=None,
        gt=0,
        lt=2**63,
        description="As `If-Match`: the `version` you read. Refused as `stale` when it is not the "
        "present one.",
    )


class _ReadLater:
    """Described as a `StatusItem`, but taken as it comes: a wrong one must not spoil the others."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(StatusItem.__pydantic_core_schema__)


class StatusBulk(BaseModel):
    """Many changes at once, in any order."""

    model_config = ConfigDict(extra="forbid")

    changes: list[Annotated[Any, _ReadLater()]] = Field(min_length=1, max_length=MOST_AT_ONCE)

    def wishes(self) -> list[StatusChange | InvalidInput]:
        """What the service is asked to do, and what is wrong with those that say nothing clear."""
        return [_wish(change) for change in self.changes]


def _wish(change: Any) -> StatusChange | InvalidInput:
    try:
        item = StatusItem.model_validate(change)
    except ValidationError as error:
        return invalid(problems_of(error))
    return item.wish(item.delivery_id, item.version)


def changed_view(changed: Changed) -> dict[str, Any]:
    """What became of a change."""
    delivery = changed.delivery
    return {
        "id": delivery.id,
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "status_at": delivery.status_at,
        "version": delivery.version,
        "legal_next": list(changed.legal_next),
        "take_back_to": changed.take_back_to,
        "late": changed.late,
        "repeated": changed.repeated,
        "event": event_view(changed.event),
    }


def picked_up_view(delivery: Delivery) -> dict[str, Any]:
    """A delivery after its pickup was reported."""
    return {
        "id": delivery.id,
        "tracking_number": delivery.tracking_number,
        "status": delivery.status,
        "picked_up_at": delivery.picked_up_at,
        "version": delivery.version,
    }


def outcome_view(index: int, change: Any, result: Changed | FleetError) -> dict[str, Any]:
    """What became of one change among many; `change` is what was sent."""
    if isinstance(result, FleetError):
        named = change.get("delivery_id") if isinstance(change, dict) else None
        known = {"id": named} if type(named) is int and 0 < named < 2**63 else {}
        problem = {"type": result.type, "message": result.message, "fields": result.fields}
        return {"index": index, **known, "what": "refused", **problem}
    return {
        "index": index,
        "id": result.delivery.id,
        "what": "repeated" if result.repeated else "late" if result.late else "changed",
        "status": result.delivery.status,
        "version": result.delivery.version,
        "legal_next": list(result.legal_next),
        "take_back_to": result.take_back_to,
    }


def event_view(event: DeliveryEvent) -> dict[str, Any]:
    """One event of a delivery."""
    data = event.data
    return {
        "id": event.id,
        "event_id": event.event_id,
        "type": event.event_type,
        "from_status": event.from_status,
        "to_status": event.to_status,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "by": {"id": event.actor_id, "name": event.actor_name, "role": event.actor_role},
        "latitude": event.lat,
        "longitude": event.lon,
        "reason": event.reason,
        "note": data.get("note"),
        "late": bool(data.get("late")),
        "route_id": data.get("route_id"),
    }


_EVENT = {
    "id": 204,
    "event_id": "0d3c6f0e-7d9a-4a51-9a4e-0c7b9a1f2e33",
    "type": "delivery.failed",
    "from_status": "arrived",
    "to_status": "failed",
    "occurred_at": "2026-11-22T10:15:30Z",
    "received_at": "2026-11-22T10:15:31Z",
    "by": {"id": 7, "name": "Aino Virtanen", "role": "driver"},
    "latitude": 60.1699,
    "longitude": 24.9384,
    "reason": "nobody_home",
    "note": "Rang twice",
    "late": False,
    "route_id": 3,
}
_CHANGED = {
    "id": 17,
    "tracking_number": "HC-2000417",
    "status": "failed",
    "status_at": "2026-11-22T10:15:30Z",
    "version": 5,
    "legal_next": ["out_for_delivery", "rescheduled", "returned"],
    "take_back_to": None,
    "late": False,
    "repeated": False,
    "event": _EVENT,
}
_ILLEGAL = (
    "Not a legal change: `error.type` is `illegal_change` and `error.fields.legal_next` lists "
    "what is, separated by commas; `error.fields.take_back_to` is where `taking_back` would lead "
    "from a final status. Or the event id stands for another change "
    "(`event_id_reused`), or the route has just been changed (`route_changed`)."
)
_MOVED_ON = (
    "The delivery is not in the version that `If-Match` names, and stays as it is: `error.type` is "
    "`stale`, `error.fields` has its present `status`, `legal_next` and `take_back_to`, the `ETag` "
    "its version."
)
STATUS = with_etag(answers(_CHANGED, _403=NOT_ALLOWED, _404=UNKNOWN, _409=_ILLEGAL, _412=_MOVED_ON))
BULK = answers(
    [
        {
            "index": 0,
            "id": 17,
            "what": "changed",
            "status": "completed",
            "version": 5,
            "legal_next": [],
            "take_back_to": "arrived",
        },
        {
            "index": 1,
            "id": 18,
            "what": "refused",
            "type": "illegal_change",
            "message": "It is created and cannot become completed; "
            "it can become assigned, cancelled",
            "fields": {
                "status": "it can become assigned, cancelled",
                "legal_next": "assigned, cancelled",
            },
        },
        {
            "index": 2,
            "id": 19,
            "what": "refused",
            "type": "invalid_input",
            "message": "One field is not right; nothing was saved",
            "fields": {"occurred_at": "needs a time zone, e.g. 2026-11-22T10:15:00Z"},
        },
    ],
    _403=NOT_ALLOWED,
    _409="The Idempotency-Key stands for another request, or routes have just been changed.",
)
PICKED_UP = with_etag(
    answers(
        {
            "id": 17,
            "tracking_number": "HC-2000417",
            "status": "out_for_delivery",
            "picked_up_at": "2026-11-22T09:02:10Z",
            "version": 4,
        },
        _403=NOT_ALLOWED,
        _404=UNKNOWN,
        _409="There was nothing to pick up for it at that time; `error.fields` says why.",
        _412=STALE,
    )
)
EVENTS = answers([_EVENT], _403=NOT_ALLOWED, _404=UNKNOWN)
