"""Facts about the past, as the API asks for them and shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from fleet_app.kernel.cursors import LONGEST_CURSOR
from fleet_app.kernel.errors import InvalidInput
from fleet_app.location.journeys.facts import FactKind
from fleet_app.location.past.models import StoredFact
from fleet_app.location.past.query import PastQuery, period
from fleet_app.location.past.repository import GEOFENCE
from fleet_app.location.past.service import Names
from fleet_app.records.problems import NUMBERS
from mobile_api.schemas.records import NOT_ALLOWED, UNKNOWN, answers

MOST_FACTS = 500
MOST_VEHICLES = 100
EVENTS = tuple(kind for kind in FactKind if kind not in (FactKind.TRIP, FactKind.STOP))
LONGEST_MOMENT = 40
FROM = "Since when: a moment with its zone. A fact that overlaps the period is in it."
TO = "Until when, not included."
Id = Annotated[int, Field(gt=0, lt=2**63)]


class FactsQuery(BaseModel):
    """Which facts; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")

    vehicle_id: str = Field(
        default="", max_length=2000, pattern=NUMBERS,
        description="Ids of vehicles, separated by commas.", examples=["12,14"],
    )  # fmt: skip
    driver_id: Id | None = None
    fleet_id: Id | None = Field(default=None, description="One fleet, for administrators.")
    since: str = Field(default="", alias="from", max_length=LONGEST_MOMENT, description=FROM,
                       examples=["2026-11-22T00:00:00Z"])  # fmt: skip
    until: str = Field(default="", alias="to", max_length=LONGEST_MOMENT, description=TO,
                       examples=["2026-11-23T00:00:00Z"])  # fmt: skip
    cursor: str = Field(
        default="", max_length=LONGEST_CURSOR,
        description="`meta.pagination.next_cursor` of the answer before.",
    )  # fmt: skip
    limit: int = Field(default=50, ge=1, le=MOST_FACTS)

    def asked(self, *kinds: FactKind, subject: str = "") -> PastQuery:
        """As the reader of the past takes it. Raises `InvalidInput`."""
        since, until = period(self.since, self.until)
        return PastQuery(
            kinds=kinds, vehicle_ids=vehicle_ids(self.vehicle_id), driver_id=self.driver_id,
            fleet_id=self.fleet_id, since=since, until=until, subject=subject,
        )  # fmt: skip


class EventsQuery(FactsQuery):
    """Which events."""

    kind: str = Field(
        default="", max_length=200,
        description=f"Any of {', '.join(EVENTS)}, separated by commas.",
        examples=["speeding,harsh"],
    )  # fmt: skip
    geofence_id: Id | None = Field(default=None, description="Visits of one zone.")

    def events(self) -> PastQuery:
        """As the reader of the past takes it. Raises `InvalidInput`."""
        subject = "" if self.geofence_id is None else f"{GEOFENCE}{self.geofence_id}"
        return self.asked(*_kinds(self.kind), subject=subject)


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. Metres, seconds, and m/s; `ended_at` is None while it goes on."""

    id: int
    kind: FactKind
    subject: str | None
    fleet_id: int
    vehicle_id: int
    vehicle: str
    driver_id: int | None
    driver: str | None
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    distance_m: float
    start_latitude: float
    start_longitude: float
    end_latitude: float | None
    end_longitude: float | None
    start_place: str | None
    end_place: str | None
    values: dict[str, Any]


Places = Mapping[int, tuple[str | None, str | None]]
"""Fact -> what the places are called where it began and where it ended."""
_UNITS = {
    "max_speed": "max_speed_mps", "avg_speed": "avg_speed_mps", "limit": "limit_mps",
    "speed": "speed_mps", "mps2": "acceleration_mps2", "percent": "battery_percent",
}  # fmt: skip
_INNER = frozenset({"polyline6", "times", "dwell_due_ms", "silence_in_ms", "silence_out_ms"})
"""What the fold remembers for itself, or the API tells elsewhere."""


def fact_view(fact: StoredFact, names: Names, places: Places) -> FactView:
    """A fact with what things are called."""
    start_place, end_place = places.get(fact.id or 0, (None, None))
    return FactView(
        id=fact.id or 0, kind=fact.kind, subject=fact.subject or None, fleet_id=fact.fleet_id,
        vehicle_id=fact.vehicle_id, vehicle=names.vehicles.get(fact.vehicle_id, ""),
        driver_id=fact.driver_id, driver=names.drivers.get(fact.driver_id or 0),
        started_at=fact.started_at, ended_at=fact.ended_at, duration_s=_seconds(fact),
        distance_m=fact.distance_m, start_latitude=fact.lat, start_longitude=fact.lon,
        end_latitude=fact.end_lat, end_longitude=fact.end_lon,
        start_place=start_place, end_place=end_place, values=_values(fact, names),
    )  # fmt: skip


def trip_view(fact: StoredFact, names: Names, places: Places, times: list[int]) -> dict[str, Any]:
    """A trip with its way: `polyline6`, and the second since its start of each vertex."""
    path = {"polyline6": fact.path, "times": times} if fact.path and times else None
    return msgspec.structs.asdict(fact_view(fact, names, places)) | {"path": path}


def _seconds(fact: StoredFact) -> float | None:
    return None if fact.ended_at is None else (fact.ended_at - fact.started_at).total_seconds()


def _values(fact: StoredFact, names: Names) -> dict[str, Any]:
    told = {_UNITS.get(name, name): it for name, it in fact.data.items() if name not in _INNER}
    if fact.kind is not FactKind.VISIT:
        return told
    number = int(fact.subject.removeprefix(GEOFENCE))
    return {"geofence_id": number, "geofence": names.geofences.get(fact.subject)} | told


def vehicle_ids(text: str) -> tuple[int, ...]:
    """Ids with commas between them. Raises `InvalidInput`."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in words if not word.isdigit() or not 0 < int(word[:20]) < 2**63]
    if wrong or len(words) > MOST_VEHICLES:
        message = f"must be at most {MOST_VEHICLES} ids, separated by commas"
        raise InvalidInput("These are no vehicles", fields={"vehicle_id": message})
    return tuple(dict.fromkeys(int(word) for word in words))


def _kinds(text: str) -> tuple[FactKind, ...]:
    words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if any(word not in EVENTS for word in words):
        message = f"any of {', '.join(EVENTS)}, separated by commas"
        raise InvalidInput("There is no such kind of event", fields={"kind": message})
    return tuple(FactKind(word) for word in words) or EVENTS


_FACT = {
    "id": 4711, "kind": "trip", "subject": None, "fleet_id": 1, "vehicle_id": 12,
    "vehicle": "Van 12", "driver_id": 5, "driver": "Aino Virtanen",
    "started_at": "2026-11-22T07:58:10Z", "ended_at": "2026-11-22T08:21:40Z",
    "duration_s": 1410.0, "distance_m": 11820.4, "start_latitude": 60.1699,
    "start_longitude": 24.9384, "end_latitude": 60.2055, "end_longitude": 24.6559,
    "start_place": "North depot", "end_place": "Kaivokatu 1, Helsinki",
    "values": {"max_speed_mps": 22.4, "avg_speed_mps": 11.2, "moving_s": 1180, "idle_s": 230,
               "fixes": 141},
}  # fmt: skip
_STOP = _FACT | {
    "id": 4712, "kind": "stop", "started_at": "2026-11-22T08:21:40Z",
    "ended_at": "2026-11-22T08:40:00Z", "duration_s": 1100.0, "distance_m": 0.0,
    "end_latitude": None, "end_longitude": None, "end_place": None, "values": {"fixes": 31},
}  # fmt: skip
_EVENT = _FACT | {
    "id": 4713, "kind": "speeding", "started_at": "2026-11-22T08:02:00Z",
    "ended_at": "2026-11-22T08:02:40Z", "duration_s": 40.0, "distance_m": 880.0,
    "start_place": None, "end_place": None,
    "values": {"limit_mps": 16.7, "max_speed_mps": 22.4, "source": "road"},
}  # fmt: skip
_PATH = {"polyline6": "_p~iF~ps|U_ulLnnqC", "times": [0, 1410]}
_refused: dict[str, Any] = {"_403": NOT_ALLOWED, "_404": UNKNOWN}


def _pages(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    documented = answers([example], **_refused)
    shown = documented[200]["content"]["application/json"]["example"]
    shown["meta"]["pagination"] = {"limit": 50, "next_cursor": "WzE3OTUzNDI1MzAsMV0"}
    return documented


TRIPS, STOPS, EVENTS_SHOWN = _pages(_FACT), _pages(_STOP), _pages(_EVENT)
TRIP = answers(_FACT | {"path": _PATH}, **_refused)
