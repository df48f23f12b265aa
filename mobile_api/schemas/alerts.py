"""Alerts as the API takes and shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from fleet_app.kernel.errors import FleetError
from fleet_app.kernel.parameters import LONGEST_SEARCH
from fleet_app.notification.life import LONGEST_SNOOZE, Step, legal_steps
from fleet_app.notification.models import Alert, AlertComment, AlertEvent, AlertStatus, Severity
from fleet_app.notification.query import MOST_PAGES, MOST_ROWS, SORTS
from fleet_app.notification.reading import AlertCounts, AlertRow
from fleet_app.notification.service import MOST_AT_ONCE, Wish
from fleet_app.records.types import Lines
from mobile_api.paging import cursor_parameter
from mobile_api.schemas.records import NOT_ALLOWED, STALE, UNKNOWN, answers, with_etag

LONGEST_NOTE = 2000
_MOST_MINUTES = int(LONGEST_SNOOZE.total_seconds() // 60)
Version = Annotated[int, Field(gt=0, lt=2**63)]
_Note = Annotated[Lines, StringConstraints(max_length=LONGEST_NOTE)]


def _sane(moment: datetime) -> datetime:
    if not 1970 <= moment.year < 2200:
        raise ValueError("must be between the years 1970 and 2200")
    return moment.astimezone(UTC)


def _some(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: write something")
    return text


Until = Annotated[AwareDatetime, AfterValidator(_sane)]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": example})


class NoteBody(BaseModel):
    """What somebody says with a step."""

    model_config = _like({"note": "Called the driver"})

    note: _Note = ""


class UsualRulesBody(BaseModel):
    """Which fleet is to have them, as only administrators have to say."""

    model_config = _like({"fleet_id": 1})

    fleet_id: int | None = Field(default=None, gt=0, lt=2**63)


class SnoozeBody(NoteBody):
    """How long an alert is to be quiet: until a moment, or for some minutes."""

    model_config = _like({"minutes": 60, "note": "Waiting for the garage"})

    until: Until | None = None
    minutes: int | None = Field(default=None, ge=1, le=_MOST_MINUTES)


class CommentBody(BaseModel):
    """What somebody says about an alert."""

    model_config = _like({"text": "The driver is on the phone"})

    text: Annotated[_Note, StringConstraints(min_length=1), AfterValidator(_some)]


class AssignBody(BaseModel):
    """Whose an alert is to be; null makes it nobody's."""

    model_config = _like({"user_id": 7})

    user_id: Version | None


class BulkAlert(BaseModel):
    """One of many alerts; with the `version` you read, only if it has not changed since."""

    model_config = _like({"id": 17, "version": 3})

    id: Version
    version: Version | None = None


class BulkBody(SnoozeBody):
    """One step for many alerts."""

    model_config = _like({"step": "acknowledge", "alerts": [{"id": 17}, {"id": 18, "version": 3}]})

    step: Step
    alerts: list[BulkAlert] = Field(min_length=1, max_length=MOST_AT_ONCE)

    def wishes(self) -> list[tuple[int, Wish]]:
        """What the service is asked to do with each."""
        return [(one.id, wish(self.step, self, one.version)) for one in self.alerts]


def wish(step: Step, body: NoteBody | None, version: int | None) -> Wish:
    """What the service is asked to do."""
    said = NoteBody() if body is None else body
    snooze = said if isinstance(said, SnoozeBody) else SnoozeBody()
    return Wish(
        step=step, note=said.note, version=version, until=snooze.until, minutes=snooze.minutes
    )


def row_view(row: AlertRow) -> dict[str, Any]:
    """An alert with the names of what it points to."""
    alert: Alert = row.alert
    return {
        "id": alert.id,
        "fleet_id": alert.fleet_id,
        "version": alert.version,
        "rule_id": alert.rule_id,
        "event": alert.event,
        "title": alert.title,
        "message": alert.message,
        "status": alert.status,
        "legal_next": list(legal_steps(alert.status)),
        "severity": alert.severity,
        "count": alert.count,
        "late": alert.late,
        "first_at": alert.first_at,
        "last_at": alert.last_at,
        "raised_at": alert.raised_at,
        "vehicle": _named(alert.vehicle_id, row.vehicle),
        "driver": _named(alert.driver_id, row.driver),
        "delivery_id": alert.delivery_id,
        "geofence_id": alert.geofence_id,
        "fact_id": alert.fact_id,
        "latitude": alert.lat,
        "longitude": alert.lon,
        "assigned_to": _named(alert.assigned_to, row.assigned),
        "acknowledged_by": _named(alert.acknowledged_by, row.acknowledged),
        "acknowledged_at": alert.acknowledged_at,
        "snoozed_until": alert.snoozed_until,
        "resolved_at": alert.resolved_at,
        "escalate_at": alert.escalate_at,
        "escalated_at": alert.escalated_at,
        "updated_at": alert.updated_at,
    }


def whole_view(row: AlertRow, trail: Any) -> dict[str, Any]:
    """An alert with what the last event said, and its trail."""
    return {**row_view(row), "data": row.alert.data, "trail": [comment_view(one) for one in trail]}


def comment_view(line: AlertComment) -> dict[str, Any]:
    """A line of the trail; when, where and what it was stand in those about a time it happened."""
    by = {"id": line.actor_id, "name": line.actor_name}
    said = {"id": line.id, "at": line.at, "what": line.what, "by": by, "text": line.text}
    return {**said, "happened_at": line.happened_at, "latitude": line.lat, "longitude": line.lon,
            "fact_ids": line.fact_ids, "data": line.data}  # fmt: skip


def counts_view(counts: AlertCounts) -> dict[str, Any]:
    """How many alerts there are."""
    unresolved = sum(counts.urgent.values())
    return {"status": counts.statuses, "unresolved": unresolved, "severity": counts.urgent}


def outcome_view(index: int, asked: BulkAlert, result: Alert | FleetError) -> dict[str, Any]:
    """What became of one of many."""
    if isinstance(result, FleetError):
        problem = {"type": result.type, "message": result.message, "fields": result.fields}
        return {"index": index, "id": asked.id, "what": "refused", **problem}
    return {
        "index": index,
        "id": result.id,
        "what": "changed",
        "status": result.status,
        "version": result.version,
        "legal_next": list(legal_steps(result.status)),
    }


def _named(number: int | None, label: str | None) -> dict[str, Any] | None:
    return None if number is None else {"id": number, "label": label or str(number)}


_AT = "2026-11-22T10:15:30Z"
_ROW: dict[str, Any] = {
    "id": 17, "fleet_id": 1, "version": 2, "rule_id": 4, "event": "speeding",
    "title": "Much too fast", "message": "Van 12 drove 71 km/h where 50 km/h is allowed there",
    "status": "acknowledged", "legal_next": ["snooze", "resolve", "reopen"],
    "severity": "warning", "count": 3, "late": False, "first_at": _AT, "last_at": _AT,
    "raised_at": _AT, "vehicle": {"id": 12, "label": "Van 12"},
    "driver": {"id": 5, "label": "Aino Virtanen"}, "delivery_id": None, "geofence_id": None,
    "fact_id": 981, "latitude": 60.1699, "longitude": 24.9384,
    "assigned_to": {"id": 3, "label": "Elina Virtanen"},
    "acknowledged_by": {"id": 3, "label": "Elina Virtanen"}, "acknowledged_at": _AT,
    "snoozed_until": None, "resolved_at": None, "escalate_at": None, "escalated_at": None,
    "updated_at": _AT,
}  # fmt: skip
_LINE = {"id": 91, "at": _AT, "what": "comment", "by": {"id": 3, "name": "Elina Virtanen"},
         "text": "The driver is on the phone", "happened_at": None, "latitude": None,
         "longitude": None, "fact_ids": [], "data": {}}  # fmt: skip
_TIME = {"id": 90, "at": _AT, "what": "repeated", "by": {"id": None, "name": "The system"},
         "text": "Van 12 drove 71 km/h where 50 km/h is allowed there", "happened_at": _AT,
         "latitude": 60.1699, "longitude": 24.9384, "fact_ids": [981],
         "data": {"limit": 13.9, "max_speed": 19.7}}  # fmt: skip
_WHOLE = {**_ROW, "data": {"limit": 13.9, "max_speed": 19.7}, "trail": [_TIME, _LINE]}
_ILLEGAL = (
    "Not from the present status: `error.type` is `illegal_step`, `error.fields.legal_next` lists "
    "the steps that are possible, separated by commas."
)
_REFUSED: dict[str, Any] = {"_403": NOT_ALLOWED, "_404": UNKNOWN}
LIST = answers([_ROW], **_REFUSED)
COUNTS = answers(
    {
        "status": {"raised": 4, "acknowledged": 2, "snoozed": 1, "resolved": 310},
        "unresolved": 7,
        "severity": {"info": 1, "warning": 5, "critical": 1},
    },
    **_REFUSED,
)
ONE = with_etag(answers(_WHOLE, **_REFUSED))
STEP = with_etag(answers(_WHOLE, **_REFUSED, _409=_ILLEGAL, _412=STALE))
COMMENT = answers(_LINE, code=201, **_REFUSED)
BULK = answers(
    [
        {
            "index": 0, "id": 17, "what": "changed", "status": "acknowledged", "version": 3,
            "legal_next": ["snooze", "resolve", "reopen"],
        },
        {
            "index": 1, "id": 18, "what": "refused", "type": "illegal_step",
            "message": "This alert is resolved; what can be done with it now: reopen",
            "fields": {"status": "resolved", "legal_next": "reopen"},
        },
    ],
    _403=NOT_ALLOWED,
    _409="The Idempotency-Key stands for another request, or others change the same alerts.",
)  # fmt: skip


def _parameter(name: str, schema: dict[str, Any], text: str, example: Any = None) -> dict[str, Any]:
    parameter = {"name": name, "in": "query", "required": False, "schema": schema,
                 "description": text}  # fmt: skip
    return parameter if example is None else parameter | {"example": example}


_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1}
_IDS = "Ids, separated by commas."
FLEET = _parameter("fleet_id", _NUMBER | {"maximum": 2**63 - 1}, "One fleet, for administrators.")
USUAL = answers({"added": 10}, code=201, _403=NOT_ALLOWED, _404=UNKNOWN)
PARAMETERS = [
    _parameter("page", _NUMBER | {"maximum": MOST_PAGES, "default": 1}, "Counts from 1."),
    _parameter("limit", _NUMBER | {"maximum": MOST_ROWS, "default": 50}, "Alerts on a page."),
    cursor_parameter("the newest"),
    _parameter("sort", _TEXT, f"Any of {', '.join(SORTS)}; `-` for descending.", "-last_at"),
    _parameter("q", _TEXT | {"maxLength": LONGEST_SEARCH},
               "Words to be found in title, message, vehicle or driver.", "Van"),
    _parameter("status", _TEXT, f"Any of {', '.join(AlertStatus)}.", "raised,acknowledged"),
    _parameter("severity", _TEXT, f"Any of {', '.join(Severity)}.", "warning,critical"),
    _parameter("event", _TEXT, f"Any of {', '.join(AlertEvent)}.", "speeding"),
    *(_parameter(f"{name}_id", _TEXT, _IDS)
      for name in ("vehicle", "driver", "delivery", "geofence", "rule")),
    _parameter("assigned_to", _TEXT, _IDS),
    _parameter("late", {"type": "boolean"}, "Whether it was learnt late."),
    _parameter("from", _TEXT, "Happened last at this moment or later.", "2026-11-01"),
    _parameter("to", _TEXT, "Happened last at this moment or before.", _AT),
    FLEET,
]  # fmt: skip
