"""What the history page looks at. Tracks, trips and events never pass through here."""

from __future__ import annotations

import datetime as dt
from datetime import datetime
from typing import TypedDict, cast
from urllib.parse import parse_qsl, urlencode

import reflex as rx
from reflex.event import EventSpec
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import get_container
from fleet_app.fleet.models import Fleet, Vehicle
from fleet_app.fleet.service import FleetService
from fleet_app.kernel.clock import from_ms, utc_now, zone_of
from fleet_app.kernel.errors import Forbidden, InvalidInput, NotFound
from fleet_app.location.models import VehicleLive
from fleet_app.web.gate import current_principal, requires
from fleet_app.web.states.history.period import (
    Period,
    asked,
    between,
    day_of,
    day_period,
    moment_of,
    today,
)  # fmt: skip
from fleet_app.web.states.session import shown_fleet

MOST = 6
"""Vehicles at once: as many as can be told apart by colour."""
OFFERED = 8
_LONGEST_ID = 18
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)


class Chosen(TypedDict):
    """A vehicle whose past is shown, or may be."""

    id: int
    name: str
    plate: str


class History(rx.State):
    """Whose past, and when."""

    ready: bool = False
    vehicles: list[Chosen] = []
    offered: list[Chosen] = []
    """Some that may be chosen while none is."""
    zone: str = "UTC"
    """The time zone of the fleet whose vehicles are shown."""
    day: str = ""
    """The day that is shown; empty for any other period."""
    since_text: str = ""
    until_text: str = ""
    """Both ends of the period by the clocks of the zone, as inputs show them."""
    from_ms: int = 0
    to_ms: int = 0
    at_ms: int = 0
    """The moment that the address asks for; 0 for none. Another period forgets it."""
    label: str = ""
    is_today: bool = False
    when: str = ""
    """The period as the address says it."""
    read: str = ""
    """The query of the address as it was read last."""
    errors: dict[str, str] = {}
    may_export: bool = False
    may_report: bool = False
    fleet_id: int = 0
    """The fleet whose vehicles are shown."""

    @rx.var
    def address(self) -> str:
        """The query by which the page shows the same again, here or for somebody else."""
        ids = ",".join(str(one["id"]) for one in self.vehicles)
        return "&".join(
            part for part in (urlencode({"vehicles": ids}) if ids else "", self.when) if part
        )

    @rx.var
    def period_query(self) -> str:
        """The period as the API takes it, for exports."""
        ends = {"from": self.from_ms, "to": self.to_ms}
        return urlencode({name: _iso(ms) for name, ms in ends.items()})

    @rx.var
    def full(self) -> bool:
        """Whether no further vehicle can be shown."""
        return len(self.vehicles) >= MOST

    @rx.event
    @requires("trips.read")
    async def open(self) -> None:
        """Show what the address says: vehicles that the person may see, and a period."""
        who = await current_principal(self)
        parameters = dict(self.router.url.query_parameters)
        self.may_export = may(who, "track.export")
        self.may_report = may(who, "reports.read")
        self.errors = {}
        async with get_container().work() as session:
            ids = [one["id"] for one in self.vehicles]
            await self._choose(session, who, _ids(parameters.get("vehicles", "")) or ids)
            self.offered = await _some(session, await shown_fleet(self))
        # Who comes back by the menu goes on where he was; "Show history" of a vehicle is of today.
        named = {"day", "from", "at", "vehicles"} & set(parameters)
        zone = zone_of(self.zone)
        when = parameters if named else dict(parse_qsl(self.when))
        self._show(asked(when, zone, utc_now()))
        self.at_ms = moment_of(parameters.get("at", ""), zone)
        self.read = str(self.router.url.query)
        self.ready = True

    @rx.event
    @requires("trips.read")
    async def reopen(self) -> EventSpec:
        """Show the address that the back button led to."""
        self.ready = False
        return cast("EventSpec", History.open)

    @rx.event
    @requires("trips.read")
    async def add(self, vehicle_id: int) -> None:
        """Show one more vehicle, up to the most that can be told apart."""
        wanted = [one["id"] for one in self.vehicles]
        if vehicle_id <= 0 or vehicle_id in wanted or self.full:
            return
        await self._take([*wanted, vehicle_id])

    @rx.event
    @requires("trips.read")
    async def remove(self, vehicle_id: int) -> None:
        """Show a vehicle no longer."""
        await self._take([one["id"] for one in self.vehicles if one["id"] != vehicle_id])

    @rx.event
    @requires("trips.read")
    async def choose_day(self, day: str) -> None:
        """Show a day; a text that is none changes nothing."""
        try:
            self._show(day_period(day_of(day), zone_of(self.zone)))
        except InvalidInput:
            return

    @rx.event
    @requires("trips.read")
    async def step(self, days: int) -> None:
        """Show the day so many days later; after any other period, the day next to it."""
        end = self.since_text if days < 0 or self.day else self.until_text
        shown = dt.date.fromisoformat(self.day or end[:10])
        ordinal = shown.toordinal() + (days if self.day else 0)
        ordinal = min(max(ordinal, _FIRST_DAY.toordinal()), _LAST_DAY.toordinal())
        self._show(day_period(dt.date.fromordinal(ordinal), zone_of(self.zone)))

    @rx.event
    @requires("trips.read")
    async def show_recent(self, days_ago: int) -> None:
        """Show today, or a day so many days ago."""
        zone = zone_of(self.zone)
        ago = dt.timedelta(days=min(max(0, days_ago), 3650))
        self._show(day_period(today(zone, utc_now()) - ago, zone))

    @rx.event
    @requires("trips.read")
    async def show_between(self, form: dict[str, str]) -> None:
        """Show from one moment to another; says what is wrong with them."""
        try:
            since, until = (str(form.get(name, "")) for name in ("from", "to"))
            self._show(between(since, until, zone_of(self.zone)))
            self.errors = {}
        except InvalidInput as error:
            self.errors = dict(error.fields)

    @rx.event
    @requires("trips.read")
    async def show_latest(self) -> None:
        """Show the last day on which one of the vehicles was heard of."""
        ids = [one["id"] for one in self.vehicles]
        last = select(func.max(VehicleLive.recorded_at)).where(col(VehicleLive.vehicle_id).in_(ids))
        async with get_container().work() as session:
            found: datetime | None = (await session.exec(last)).one()
        zone = zone_of(self.zone)
        if found is not None:
            self._show(day_period(today(zone, found), zone))

    async def _take(self, ids: list[int]) -> None:
        before = self.zone
        async with get_container().work() as session:
            await self._choose(session, await current_principal(self), ids)
        if self.zone == before:
            return
        if self.day:
            self._show(day_period(day_of(self.day), zone_of(self.zone)))
        else:
            self._show(Period(from_ms(self.from_ms), from_ms(self.to_ms)))

    async def _choose(self, session: AsyncSession, who: Principal, ids: list[int]) -> None:
        fleets, found = FleetService(session), []
        for vehicle_id in ids:
            try:
                found.append(await fleets.vehicle(who, vehicle_id))
            except (NotFound, Forbidden):
                continue  # an address may be old, or of somebody who sees more
        self.vehicles = [_chosen(one) for one in found]
        fleet_id = found[0].fleet_id if found else await shown_fleet(self)
        fleet = await session.get(Fleet, fleet_id) if fleet_id else None
        self.zone = fleet.time_zone if fleet else "UTC"
        self.fleet_id = fleet_id or 0

    def _show(self, period: Period) -> None:
        zone = zone_of(self.zone)
        self.day = period.day.isoformat() if period.day else ""
        self.since_text, self.until_text = period.inputs(zone)
        self.from_ms, self.to_ms = period.milliseconds
        self.at_ms = 0
        self.label = period.label(zone)
        self.is_today = period.day == today(zone, utc_now())
        self.when = urlencode(period.parameters(zone))


async def _some(session: AsyncSession, fleet_id: int) -> list[Chosen]:
    """The vehicles of a fleet that were heard of last."""
    heard = col(VehicleLive.vehicle_id) == col(Vehicle.id)
    query = (
        select(Vehicle)
        .join(VehicleLive, heard)
        .where(Vehicle.fleet_id == fleet_id, col(Vehicle.deleted_at).is_(None))
        .order_by(col(VehicleLive.recorded_at).desc())
        .limit(OFFERED)
    )
    return [_chosen(one) for one in (await session.exec(query)).all()]


def _chosen(vehicle: Vehicle) -> Chosen:
    return Chosen(id=vehicle.id or 0, name=vehicle.name, plate=vehicle.registration_number)


def _ids(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")]
    known = [
        int(word)
        for word in words
        if word.isascii() and word.isdigit() and len(word) <= _LONGEST_ID
    ]
    return list(dict.fromkeys(one for one in known if one))[:MOST]


def _iso(ms: int) -> str:
    return from_ms(ms).isoformat().replace("+00:00", "Z")
