"""Which domain events a fact gives rise to. Pure; who is told, and whether at all, is up to
whoever subscribes (`backend_jobs/subscribers.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.events import DomainEvent
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.parameters import Parameters

LATE_AFTER = timedelta(minutes=15)
"""Learnt longer after it happened, a thing is history rather than news."""
DWELLED, ONLINE = "geofence.dwelled", "vehicle.online"


class Happening(msgspec.Struct, frozen=True):
    """An event to be: what, when it happened, where, and what is said about it."""

    type: str
    at_ms: int
    lat: float
    lon: float
    data: dict[str, Any]


def happenings(fact: Fact, parameters: Parameters) -> list[Happening]:
    """All that the fact, as it is known now, gives rise to, in the order in which it happened."""
    return list(_BY_KIND.get(fact.kind, _nothing)(fact, parameters))


def dwelled(fact: Fact) -> Happening:
    """That the vehicle has stayed too long in the zone it visits."""
    return _there(DWELLED, fact, fact.values["dwell_due_ms"], **_zone(fact))


def online(fact: Fact, at_ms: int) -> Happening:
    """That a vehicle is heard again, `fact` being its silence."""
    return Happening(ONLINE, at_ms, fact.lat, fact.lon, {"since": _iso(fact.started_ms)})


def event_of(
    happening: Happening, fleet_id: int, vehicle_id: int, fact_id: int, now: datetime
) -> DomainEvent:
    """The event, as of a fact that was learnt now."""
    occurred_at = from_ms(happening.at_ms)
    data = {
        "vehicle_id": vehicle_id,
        "fact_id": fact_id,
        "lat": happening.lat,
        "lon": happening.lon,
        **happening.data,
    }
    if now - occurred_at > LATE_AFTER:
        data["late"] = True
    return DomainEvent(
        type=happening.type,
        fleet_id=fleet_id,
        subject=f"vehicle:{vehicle_id}",
        data=data,
        occurred_at=occurred_at,
        received_at=now,
    )


def _nothing(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    return iter(())


def _trip(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    yield _there("trip.started", fact)
    if fact.ended_ms is not None:
        yield _at_end("trip.ended", fact, {
            "distance_m": fact.distance_m,
            "duration_s": round((fact.ended_ms - fact.started_ms) / 1000),
            "max_speed": fact.values.get("max_speed"),
        })  # fmt: skip


def _stop(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    yield _there("vehicle.stopped", fact, since=_iso(fact.started_ms))


def _visit(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    if fact.values.get("crossed"):
        yield _there("geofence.crossed", fact, **_zone(fact))
        return
    yield _there("geofence.entered", fact, **_zone(fact))
    if fact.values.get("dwelled"):
        yield dwelled(fact)
    if fact.ended_ms is not None and not fact.values.get("zone_gone"):
        yield _at_end("geofence.exited", fact, _zone(fact))


def _zone(fact: Fact) -> dict[str, Any]:
    """Which zone, and what it was called then."""
    number = fact.subject.partition(":")[2]
    words = {name: fact.values[name] for name in ("name", "group", "color") if name in fact.values}
    return {"geofence_id": int(number)} | words


def _speeding(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    source = "zone" if fact.subject else fact.values.get("source")
    values = {name: fact.values.get(name) for name in ("limit", "max_speed")}
    zone = _zone(fact) if fact.subject else {}
    yield _there("vehicle.speeding", fact, source=source, **values, **zone)


def _harsh(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    yield _there("vehicle.harsh_event", fact, what=fact.subject, mps2=fact.values.get("mps2"))


def _idle(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    idle_s = parameters.idle_after_s
    if fact.ended_ms is not None:
        idle_s = (fact.ended_ms - fact.started_ms) / 1000
    at_ms = fact.started_ms + round(parameters.idle_after_s * 1000)
    yield _there("vehicle.idling", fact, at_ms, for_s=round(idle_s))


def _low_battery(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    yield _there("vehicle.low_battery", fact, percent=fact.values.get("percent"))
    if fact.ended_ms is not None:
        yield _at_end("vehicle.battery_charged", fact, {})


def _mock(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    yield _there("vehicle.mock_location", fact)


def _silent(fact: Fact, parameters: Parameters) -> Iterator[Happening]:
    at_ms = fact.started_ms + round(parameters.silent_after_s * 1000)
    yield _there("vehicle.offline", fact, at_ms, since=_iso(fact.started_ms))
    if fact.ended_ms is not None:
        yield online(fact, fact.ended_ms)


def _there(type_: str, fact: Fact, at_ms: int | None = None, **data: Any) -> Happening:
    moment = fact.started_ms if at_ms is None else at_ms
    return Happening(type_, moment, fact.lat, fact.lon, data)


def _at_end(type_: str, fact: Fact, data: dict[str, Any]) -> Happening:
    lat = fact.lat if fact.end_lat is None else fact.end_lat
    lon = fact.lon if fact.end_lon is None else fact.end_lon
    return Happening(type_, fact.ended_ms or fact.started_ms, lat, lon, data)


def _iso(at_ms: int) -> str:
    return from_ms(at_ms).isoformat()


_BY_KIND: dict[FactKind, Callable[[Fact, Parameters], Iterator[Happening]]] = {
    FactKind.TRIP: _trip,
    FactKind.STOP: _stop,
    FactKind.VISIT: _visit,
    FactKind.SPEEDING: _speeding,
    FactKind.HARSH: _harsh,
    FactKind.IDLE: _idle,
    FactKind.LOW_BATTERY: _low_battery,
    FactKind.MOCK: _mock,
    FactKind.SILENT: _silent,
}
