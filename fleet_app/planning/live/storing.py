"""Stores what is remembered of routes in progress, and publishes the news with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.delivery.event_names import DeliveryNews
from fleet_app.delivery.event_names import RouteNews as RouteEvent
from fleet_app.delivery.models import RouteStop
from fleet_app.kernel.clock import from_ms
from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.outbox.changes import changed
from fleet_app.planning.live.models import LiveRoute, PaceHour
from fleet_app.planning.live.pace import FORGET_ABOVE_S
from fleet_app.planning.live.round import Outlook, Round
from fleet_app.planning.live.telling import StopNews

ETAS = "etas"
"""The kind under which screens hear that arrivals have moved; the ids are those of routes."""

NEVER = from_ms(0)
"""`saved_at` of a row that is there for another reason: no worker has had the route in hand."""


async def store(
    session: AsyncSession, round_: Round, outlook: Outlook | None, now: datetime
) -> bool:
    """Keep a route's memory and tell its news; False when somebody else has it in hand by now,
    and nothing was done."""
    told = round_.told if outlook is None else outlook.told
    values = {
        "fleet_id": round_.loaded.fleet_id,
        "memory": msgspec.to_builtins(round_.memory, str_keys=True),
        "told": msgspec.to_builtins(told),
        "saved_at": now,
    }
    row = {"route_id": round_.loaded.running.route_id, **values}
    adding: Any = insert(LiveRoute).values(row)
    known = col(LiveRoute.saved_at) == (round_.saved_at or NEVER)
    adding = adding.on_conflict_do_update(index_elements=["route_id"], set_=values, where=known)
    connection = await session.connection()
    stored = await connection.execute(adding.returning(col(LiveRoute.route_id)))
    if stored.first() is None:
        return False
    if outlook is not None and outlook.news.any:
        publish(session, *_events(round_, outlook, now))
        changed(session, round_.loaded.fleet_id, ETAS, [round_.loaded.running.route_id])
    return True


async def learn(
    session: AsyncSession, fleet_id: int, hours: Mapping[int, tuple[float, float]]
) -> None:
    """Add driving to the hours of the week; of what is there so much is kept that it does not
    outweigh the present for ever."""
    for hour, (expected_s, taken_s) in sorted(hours.items()):
        adding: Any = insert(PaceHour).values(
            fleet_id=fleet_id, hour=hour, expected_s=expected_s, taken_s=taken_s
        )
        keep = func.least(1.0, FORGET_ABOVE_S / func.greatest(col(PaceHour.expected_s), 1.0))
        adding = adding.on_conflict_do_update(
            index_elements=["fleet_id", "hour"],
            set_={
                "expected_s": col(PaceHour.expected_s) * keep + expected_s,
                "taken_s": col(PaceHour.taken_s) * keep + taken_s,
            },
        )
        await (await session.connection()).execute(adding)


async def keep_plan(session: AsyncSession, outlook: Outlook, round_: Round) -> None:
    """What was expected when a route began, and it was known where its vehicle is, is the plan of
    stops that have none."""
    sheet = round_.sheet
    places = {stop.id: place for place, stop in enumerate(sheet.stops, start=1)}
    service = {stop.id: stop.service_s for stop in sheet.stops}
    connection = await session.connection()
    for one in outlook.stops:
        planned = update(RouteStop).where(
            col(RouteStop.id) == one.stop_id, col(RouteStop.planned_arrival).is_(None)
        )
        await connection.execute(
            planned.values(
                planned_position=places[one.stop_id],
                planned_arrival=from_ms(round(one.arrives * 1000)),
                planned_departure=from_ms(round(one.departs * 1000)),
                planned_service_s=round(service[one.stop_id]),
            )
        )


def _events(round_: Round, outlook: Outlook, now: datetime) -> Iterator[DomainEvent]:
    news = outlook.news
    for one in news.stops:
        if one.stop.delivery_id is not None and not one.stop.is_pickup:
            subject = f"delivery:{one.stop.delivery_id}"
            said = _of_stop(round_, one)
            yield _event(DeliveryNews.ETA_CHANGED.value, round_, subject, said, now)
    route = {
        "delay_s": round(news.delay_s), "late_stops": news.late, "at_risk_stops": news.at_risk
    }  # fmt: skip
    if news.delayed is not None:
        kind = RouteEvent.DELAYED if news.delayed else RouteEvent.CAUGHT_UP
        yield _event(kind.value, round_, _subject(round_), route, now)
    if news.off is not None:
        kind = RouteEvent.DEVIATED if news.off else RouteEvent.BACK_ON_ROUTE
        yield _event(kind.value, round_, _subject(round_), _place(round_), now)


def _subject(round_: Round) -> str:
    return f"route:{round_.loaded.running.route_id}"


def _event(
    kind: str, round_: Round, subject: str, said: Mapping[str, Any], now: datetime
) -> DomainEvent:
    loaded = round_.loaded
    data = {
        "route_id": loaded.running.route_id, "route": loaded.name,
        "vehicle_id": loaded.running.vehicle_id, "driver_id": loaded.driver_id, **said,
    }  # fmt: skip
    return DomainEvent(
        type=kind, fleet_id=loaded.fleet_id, subject=subject, data=data, occurred_at=now,
        received_at=now,
    )  # fmt: skip


def _of_stop(round_: Round, one: StopNews) -> dict[str, Any]:
    stop, before = one.stop, one.before
    number = round_.loaded.numbers.get(stop.delivery_id or 0, "")
    return {
        "delivery_id": stop.delivery_id,
        "tracking_number": number,
        "eta": None if one.eta is None else _iso(one.eta),
        "previous_eta": None if before is None or before.eta is None else _iso(before.eta),
        "risk": stop.risk.value,
        "previous_risk": None if before is None else before.risk.value,
        "late_s": None if stop.late_s is None else round(stop.late_s),
    }


def _place(round_: Round) -> dict[str, Any]:
    sight, since = round_.memory.seen, round_.memory.off.since
    said: dict[str, Any] = {} if sight is None else {"lat": sight.lat, "lon": sight.lon}
    return said | ({"since": _iso(since)} if since else {})


def _iso(seconds: float) -> str:
    return from_ms(round(seconds) * 1000).isoformat()
