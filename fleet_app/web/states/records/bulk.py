"""What can be done with many deliveries or work orders at once, beyond changing fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict

import reflex as rx
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import get_container
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.errors import MovedOn
from fleet_app.delivery.models import Delivery, DeliveryStatus, RouteStatus
from fleet_app.delivery.reasons import REASONS, WORDS, Reason
from fleet_app.delivery.recording import StatusChange
from fleet_app.delivery.route_bounds import MOST_STOPS
from fleet_app.delivery.routes import RouteService
from fleet_app.delivery.service import DeliveryLife
from fleet_app.delivery.tours import Tours, open_deliveries
from fleet_app.fleet.maintenance.models import WorkOrder
from fleet_app.fleet.maintenance.service import MaintenanceService
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.records.fields import words_of
from fleet_app.records.listing import Listing, Row, visible
from fleet_app.records.query import parse_query
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.many import Outcome, each, in_batches
from fleet_app.web.states.records.steps_back import StepBack, delivery_back, order_back
from fleet_app.web.states.records.toasts import NAMED, say, way_of

S = DeliveryStatus
OFFERED = (S.OUT_FOR_DELIVERY, S.COMPLETED, S.FAILED, S.RESCHEDULED, S.RETURNED, S.CANCELLED)
"""Statuses that the office gives to many at once."""
STEPS = ("start", "cancel", "reopen")
_MOVED = {"start": "Started:", "cancel": "Cancelled:", "reopen": "Opened again:"}
DAYS_BACK = 1


class Choice(TypedDict):
    """An entry of a select."""

    value: str
    label: str


STATUS_CHOICES = [Choice(value=one.value, label=words_of(one.value)) for one in OFFERED]


class Bulk(rx.State):
    """The dialog over a list, and the steps without one."""

    dialog: str = ""
    """`status`, `route` or nothing."""
    problem: str = ""
    reasons: list[Choice] = []
    routes: list[Choice] = []
    _seen: dict[int, int] = {}
    """The versions of the ticked deliveries when somebody began to decide about them."""

    @rx.event
    @requires("views.use")
    async def close(self) -> None:
        """Close the dialog."""
        self.dialog = ""

    @rx.event
    @requires("deliveries.set_status")
    async def ask_status(self) -> None:
        """Ask which status the ticked deliveries get."""
        self.dialog, self.problem = "status", ""
        self.reasons = reasons_for(S.OUT_FOR_DELIVERY)
        self._seen = {}
        try:
            ticked = await (await self.get_state(RecordList)).chosen()
            self._seen = await _versions(await current_principal(self), ticked)
        except FleetError as error:
            self.problem = error.message

    @rx.event
    @requires("deliveries.set_status")
    async def choose_status(self, status: str) -> None:
        """Offer the reasons that make sense for a status."""
        self.reasons, self.problem = reasons_for(status), ""

    @rx.event
    @requires("deliveries.set_status")
    async def set_status(self, form: dict[str, Any]) -> None:
        """Give the ticked deliveries a status; those that cannot have it stay as they are."""
        listing, actor = await self.get_state(RecordList), await current_actor(self)
        steps: list[StepBack | None] = []
        moved: dict[int, MovedOn] = {}
        try:
            ids = await listing.chosen()
            wishes = {one: _wish(one, form, self._seen.get(one)) for one in ids}
        except FleetError as error:
            self.problem = error.message
            return

        async def run(some: Sequence[int]) -> Outcome:
            container = get_container()
            async with container.work(container.patience) as session:
                life = DeliveryLife(session)
                results = await life.change_many(actor, [wishes[one] for one in some])
            steps.extend(delivery_back(one) for one in results if not isinstance(one, FleetError))
            both = zip(some, results, strict=True)
            moved.update({one: error for one, error in both if isinstance(error, MovedOn)})
            return _outcome(some, results)

        outcome = await in_batches(list(wishes), run)
        if outcome.problem and not (outcome.done or outcome.refused):
            self.problem = outcome.problem
            return
        self.dialog = ""
        if moved:
            outcome.refused = {one: w for one, w in outcome.refused.items() if one not in moved}
            await say(self, _skipped(list(moved.values())), tone="problem")
        done = f"{words_of(str(form.get('status')))}:"
        await listing.tell(KINDS["deliveries"], done, outcome, way=way_of("deliveries", steps))

    @rx.event
    @requires("routes.update")
    async def ask_route(self) -> None:
        """Ask which route the ticked deliveries join."""
        who = await current_principal(self)
        fleet = (await self.get_state(RecordList)).fleet
        self.dialog, self.problem = "route", ""
        self.routes = []
        try:
            self.routes = [_route(row) for row in await _open_routes(who, fleet)]
        except FleetError as error:
            self.problem = error.message

    @rx.event
    @requires("routes.update")
    async def add_to_route(self, form: dict[str, Any]) -> None:
        """Put the ticked deliveries at the end of a route: all of them or none."""
        listing = await self.get_state(RecordList)
        container = get_container()
        try:
            route_id = _number(form.get("route"))
            wanted = await listing.chosen() if listing.everything else list(listing.selected)
            _require_few(wanted)
            async with container.work(container.patience) as session:
                await _join(session, await current_actor(self), route_id, wanted)
            await container.plans.retime_route(await current_actor(self), route_id)
        except FleetError as error:
            self.problem = " ".join([error.message, *error.fields.values()])[:500]
            return
        self.dialog = ""
        await listing.tell(KINDS["deliveries"], "Added to the route:", Outcome(done=wanted))

    @rx.event
    @requires("work_orders.update")
    async def move_orders(self, step: str) -> None:
        """Start, cancel or reopen the ticked work orders."""
        if step not in STEPS:
            return
        listing, actor = await self.get_state(RecordList), await current_actor(self)
        moved: dict[int, WorkOrder] = {}

        async def act(session: AsyncSession, identifier: int) -> object:
            moved[identifier] = await getattr(MaintenanceService(session), step)(actor, identifier)
            return moved[identifier]

        try:
            ids = await listing.chosen()
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        outcome = await each(ids, act)
        steps = [order_back(moved[one], outcome.entries) for one in outcome.done]
        way = way_of("work_orders", steps)
        await listing.tell(KINDS["work_orders"], _MOVED[step], outcome, way=way)


def reasons_for(status: str) -> list[Choice]:
    """The reasons a status needs; none for one that needs no reason."""
    known = REASONS.get(DeliveryStatus(status), ()) if status in [*DeliveryStatus] else ()
    return [Choice(value=one.value, label=WORDS[one]) for one in known]


async def _versions(who: Principal, ids: Sequence[int]) -> dict[int, int]:
    """The present versions of deliveries that the person sees."""
    kept = visible(who, KINDS["deliveries"])
    query = select(Delivery.id, Delivery.version).where(col(Delivery.id).in_(ids), *kept)
    async with get_container().work() as session:
        return {id_: version for id_, version in await session.exec(query) if id_ is not None}


def _skipped(moved: Sequence[MovedOn]) -> str:
    """Which deliveries were left alone, as they are not any more what was decided about."""
    named = ", ".join(f"{one.label} (now {_status_words(one)})" for one in moved[:NAMED])
    more = f" and {len(moved) - NAMED:,} more" if len(moved) > NAMED else ""
    return f"Skipped, as somebody has changed them in the meantime: {named}{more}."


def _status_words(moved: MovedOn) -> str:
    return words_of(moved.fields["status"]).lower()


def _wish(delivery_id: int, form: dict[str, Any], version: int | None) -> StatusChange:
    """Raises `InvalidInput` for what is no status or reason."""
    status, reason = str(form.get("status") or ""), str(form.get("reason") or "")
    if status not in [*OFFERED]:
        raise InvalidInput("Choose a status")
    if reason not in ["", *Reason]:
        raise InvalidInput("There is no such reason")
    note = str(form.get("note") or "").replace("\0", "").strip()[:500]
    return StatusChange(
        delivery_id=delivery_id,
        to=DeliveryStatus(status),
        reason=Reason(reason) if reason else None,
        note=note or None,
        version=version,
    )


def _outcome(ids: Sequence[int], results: Sequence[object]) -> Outcome:
    """What `change_many` answered, by delivery."""
    outcome = Outcome()
    for one, result in zip(ids, results, strict=True):
        if isinstance(result, FleetError):
            outcome.refused[one] = result.message
        else:
            outcome.done.append(one)
    return outcome


def _require_few(ids: Sequence[int]) -> None:
    """A route is changed as a whole, so its stops are not added batch by batch."""
    if len(ids) > MOST_STOPS:
        raise InvalidInput(
            f"A route has at most {MOST_STOPS} stops, and {len(ids):,} deliveries are selected"
        )


def _number(value: Any) -> int:
    text = str(value or "")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:19]) < 2**63):
        raise InvalidInput("Choose a route")
    return int(text)


async def _open_routes(who: Principal, fleet_id: int) -> list[Row]:
    """The routes that can still be rearranged, the next days first."""
    day = utc_now().date() - dt.timedelta(days=DAYS_BACK)
    open_ = f"{RouteStatus.DRAFT.value},{RouteStatus.PUBLISHED.value}"
    parameters = {"status": open_, "date.from": day.isoformat(), "sort": "date,name"}
    if fleet_id:
        parameters["fleet_id"] = str(fleet_id)
    query = parse_query(KINDS["routes"], {**parameters, "limit": "200"}.items())
    container = get_container()
    async with container.work() as session:
        listing = Listing(session, KINDS, KINDS["routes"], container.view())
        rows, _ = await listing.page(who, query)
    return rows


def _route(row: Row) -> Choice:
    day = row["date"]
    day = day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day))
    driver = (row.get("driver") or {}).get("label") or "no driver yet"
    return Choice(
        value=str(row["id"]),
        label=f"{day:%a %-d %b} · {row['name'] or 'Route'} · {driver} · {row['stops']} stops",
    )


async def _join(session: AsyncSession, actor: Actor, route_id: int, ids: Sequence[int]) -> None:
    tour = await Tours(session).tour(actor, route_id)
    here = list(open_deliveries(tour, [*DeliveryStatus]))
    joining = [one for one in ids if one not in here]
    service = RouteService(session)
    await service.change_stops(actor, route_id, [*here, *joining], version=tour.route.version)
