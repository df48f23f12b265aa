"""What dispatchers do with suggestions: take them, leave them, take them back."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.audit.trail import note
from fleet_app.delivery.models import Delivery, Route
from fleet_app.delivery.pickups import LeftIn
from fleet_app.delivery.planned_times import PlannedRoute
from fleet_app.fleet.models import Vehicle
from fleet_app.kernel.clock import Clock, utc_now
from fleet_app.kernel.errors import NotFound
from fleet_app.outbox.changes import changed
from fleet_app.planning.keeping_up import LinkedPlans
from fleet_app.planning.live.models import Suggestion
from fleet_app.planning.live.offers import KEPT, SUGGESTIONS, Disruption, Kind, Status
from fleet_app.planning.live.rearranging import Kept, Rearranging, TooLate, Words
from fleet_app.planning.live.reopening import why_over
from fleet_app.planning.live.takers import Orders, disruption_of, orders_of, why_not

MINUTES = round(KEPT.total_seconds() / 60)


class Decisions:
    """Suggestions in the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Clock = utc_now) -> None:
        self._session, self._clock = session, clock

    async def open(self, actor: Actor, fleet_id: int | None = None) -> list[Suggestion]:
        """Those that can be accepted or taken back, the newest first. Raises `Forbidden`."""
        authorize(actor.principal, "plans.read")
        fleet, now = fleet_in_view(actor.principal, fleet_id), self._clock()
        waiting = (col(Suggestion.status) == Status.OPEN.value) & (col(Suggestion.expires_at) > now)
        taken = col(Suggestion.status) == Status.ACCEPTED.value
        done = taken & (col(Suggestion.decided_at) > now - KEPT)
        query = select(Suggestion).where(or_(waiting, done))
        if fleet is not None:
            query = query.where(Suggestion.fleet_id == fleet)
        rows = await self._session.exec(query.order_by(col(Suggestion.id).desc()).limit(100))
        return [one for one in list(rows) if await self._holds(one)]

    async def _holds(self, found: Suggestion) -> bool:
        """Whether its routes are not over, so that it can be taken back."""
        if found.status != Status.ACCEPTED or found.decided_at is None:
            return True
        return not await why_over(self._session, list(orders_of(found.after)), found.decided_at)

    async def fleet_of(self, actor: Actor, kind: Kind, about: int) -> int:
        """Whose vehicle, delivery or route it is. Raises `Forbidden`, `NotFound`."""
        authorize(actor.principal, "plans.update")
        found: Vehicle | Delivery | Route | None
        if kind is Kind.VEHICLE_DOWN:
            found = await self._session.get(Vehicle, about)
        elif kind is Kind.URGENT_ORDER:
            found = await self._session.get(Delivery, about)
        else:
            found = await self._session.get(Route, about)
        if found is None or found.deleted_at or not actor.principal.sees_fleet(found.fleet_id):
            raise NotFound({"vehicle_down": "Vehicle", "urgent_order": "Delivery"}.get(
                kind.value, "Route"), about)  # fmt: skip
        return found.fleet_id

    async def disruption(self, suggestion_id: int) -> Disruption | None:
        """What an offer that is open still is about; None where there is none."""
        found = await self._session.get(Suggestion, suggestion_id)
        is_open = found is not None and found.status == Status.OPEN
        return disruption_of(found) if found is not None and is_open else None

    async def accept(self, actor: Actor, suggestion_id: int) -> Suggestion:
        """Change the routes as it says. Raises `Forbidden`, `NotFound`, `TooLate`."""
        found = await self._locked(actor, suggestion_id)
        if found.status != Status.OPEN or found.expires_at <= self._clock():
            raise TooLate("This suggestion does not hold any more")
        before, after = orders_of(found.before), orders_of(found.after)
        times = msgspec.convert(found.times, dict[int, PlannedRoute], str_keys=True)
        plans = await self._plans(before)
        if why := await why_not(self._session, found, self._clock()):
            raise TooLate(f"This suggestion does not hold any more: {why}")
        work = Rearranging(self._session, actor, self._clock)
        kept = await work.do(before, after, times, _places(found), _told(found))
        await plans.follow(actor, _moved(before, after), f"Routes changed: {found.words}")
        found.kept = msgspec.to_builtins(kept, str_keys=True)
        return self._decided(actor, found, Status.ACCEPTED)

    async def dismiss(self, actor: Actor, suggestion_id: int) -> Suggestion:
        """Leave everything as it is. Raises `Forbidden`, `NotFound`, `TooLate`."""
        found = await self._locked(actor, suggestion_id)
        if found.status != Status.OPEN:
            raise TooLate("This suggestion does not hold any more")
        return self._decided(actor, found, Status.DISMISSED)

    async def undo(self, actor: Actor, suggestion_id: int) -> Suggestion:
        """Give back what was moved and is not done yet, for as long as `undo_until` says. Raises as
        `accept` does."""
        found = await self._locked(actor, suggestion_id)
        until = undo_until(found)
        if until is None:
            raise TooLate("Only what was accepted can be taken back")
        if until <= self._clock():
            why = f"This was accepted more than {MINUTES} minutes ago: the vehicles have driven on"
            raise TooLate(f"{why}, so it cannot be taken back")
        kept = msgspec.convert(found.kept, Kept, str_keys=True)
        before, after = orders_of(found.after), orders_of(found.before)
        plans = await self._plans(before)
        work = Rearranging(self._session, actor, self._clock)
        since = found.decided_at or until - KEPT
        await work.undo(before, after, kept, lambda _: "As it was before", since)
        await plans.follow(actor, _moved(before, after), f"Routes changed back: {found.words}")
        return self._decided(actor, found, Status.UNDONE)

    async def _plans(self, orders: Orders) -> LinkedPlans:
        plans = LinkedPlans(self._session, orders.keys())
        await plans.lock()
        return plans

    async def _locked(self, actor: Actor, suggestion_id: int) -> Suggestion:
        authorize(actor.principal, "plans.update")
        query = select(Suggestion).where(Suggestion.id == suggestion_id).with_for_update()
        found = (await self._session.exec(query)).first()
        if found is None or not actor.principal.sees_fleet(found.fleet_id):
            raise NotFound("Suggestion", suggestion_id)
        return found

    def _decided(self, actor: Actor, found: Suggestion, status: Status) -> Suggestion:
        before, found.status = found.status, status.value
        found.decided_at, found.decided_by = self._clock(), actor.user_id
        self._session.add(found)
        note(
            self._session, actor, "set_status", kind="suggestion", object_id=found.id,
            label=found.words[:120], fleet_id=found.fleet_id,
            changes={"status": [before, found.status]},
        )  # fmt: skip
        changed(self._session, found.fleet_id, SUGGESTIONS, [found.id or 0])
        return found


def undo_until(found: Suggestion) -> datetime | None:
    """Until when it can be taken back; None for what was not accepted."""
    if found.status != Status.ACCEPTED or found.decided_at is None:
        return None
    return found.decided_at + KEPT


def _moved(before: Orders, after: Orders) -> set[int]:
    """What is on another route than before, or was on none."""
    was, now = (
        {id_: route_id for route_id, ids in orders.items() for id_ in ids}
        for orders in (before, after)
    )
    return {id_ for id_ in {*was, *now} if was.get(id_) != now.get(id_)}


def _places(found: Suggestion) -> dict[int, LeftIn]:
    return {
        move["delivery_id"]: msgspec.convert(move["fetch"], LeftIn)
        for move in found.moves
        if move.get("fetch")
    }


def _told(found: Suggestion) -> Words:
    words = {one["route_id"]: one["words"] for one in found.changes}
    return lambda route_id: (
        f"{found.words}: {words[route_id]}" if words.get(route_id) else found.words
    )
