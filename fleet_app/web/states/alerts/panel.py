"""The alert beside the list, and what people do with it or with the ticked ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import may
from fleet_app.access.principal import Principal
from fleet_app.bootstrap import get_container
from fleet_app.kernel.clock import utc_now, zone_of
from fleet_app.kernel.errors import FleetError, InvalidInput
from fleet_app.location.geofences.models import Geofence
from fleet_app.notification.channels.log import READ as READ_LOG
from fleet_app.notification.channels.log import DeliveryLog
from fleet_app.notification.channels.query import LogQuery
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.life import Step, legal_steps
from fleet_app.notification.models import Alert, AlertRule, AlertStatus
from fleet_app.notification.reading import AlertList, AlertRow
from fleet_app.notification.service import AlertService, Wish
from fleet_app.records.errors import Stale
from fleet_app.web.gate import current_actor, current_principal, requires
from fleet_app.web.states.alerts import showing
from fleet_app.web.states.alerts.desk import AlertDesk, chosen_id
from fleet_app.web.states.alerts.snoozes import until
from fleet_app.web.states.records.toasts import say

LONGEST_COMMENT = 2000
_DONE = {
    Step.ACKNOWLEDGE: "acknowledged",
    Step.SNOOZE: "snoozed",
    Step.RESOLVE: "resolved",
    Step.REOPEN: "reopened",
}


_AT_ONCE = frozenset(one.value for one in Step if one is not Step.SNOOZE)


class AlertPanel(rx.State):
    """One alert as it was read last."""

    number: int = 0
    """The alert beside the list; 0 for none."""
    title: str = ""
    message: str = ""
    status: str = ""
    severity: str = ""
    late: bool = False
    count: int = 1
    last_at: str = ""
    span: str = ""
    verb: str = ""
    """Whether it began or happened at those times."""
    point: dict[str, float] = {}
    """Where it happened; empty when nobody knows."""
    history: str = ""
    facts: list[showing.Fact] = []
    trail: list[showing.Line] = []
    unfolded: bool = False
    """Whether each of many repeats is shown."""
    told: list[showing.Told] = []
    steps: list[str] = []
    """What can be done with it now, by somebody who may."""
    mine: bool = False
    problem: str = ""
    snoozing: bool = False
    said: int = 0
    """A counter: the field for comments is emptied when it moves."""
    _version: int = 0

    @rx.event
    @requires("alerts.read")
    async def open(self) -> None:
        """Put the alert of the address beside the list; none otherwise."""
        wanted = chosen_id(self.router.url.query_parameters)
        self.reset()  # type: ignore[no-untyped-call]  # Reflex's
        if wanted:
            await self._show(wanted)

    @rx.event
    @requires("alerts.read")
    async def show(self, number: int) -> None:
        """Put an alert beside the list."""
        self.problem, self.snoozing, self.unfolded = "", False, False
        await self._show(int(number))

    @rx.event
    @requires("alerts.read")
    async def close(self) -> None:
        """Take it away."""
        self.number, self.problem, self.snoozing = 0, "", False

    @rx.event
    @requires("alerts.read")
    async def unfold(self) -> None:
        """Show each time it happened, or the last one alone again."""
        self.unfolded = not self.unfolded
        if self.number:
            await self._show(self.number)

    @rx.event
    @requires("alerts.read")
    async def look_again(self) -> None:
        """It may have changed."""
        if self.number:
            await self._show(self.number)

    @rx.event
    @requires("alerts.handle")
    async def act(self, step: str) -> None:
        """Acknowledge, resolve or reopen the ticked alerts, or the one beside the list."""
        if step in _AT_ONCE:
            await self._do(Wish(step=Step(step)))

    @rx.event
    @requires("alerts.handle")
    async def ask_snooze(self) -> None:
        """Ask until when, or no longer."""
        desk = await self.get_state(AlertDesk)
        can = bool(desk.selected) or Step.SNOOZE.value in self.steps
        self.snoozing, self.problem = can and not self.snoozing, ""

    @rx.event
    @requires("alerts.handle")
    async def snooze(self, choice: str) -> None:
        """Have them be quiet for as long as chosen, or until a moment of the fleet's clock."""
        await self._snooze(str(choice))

    async def _snooze(self, choice: str) -> None:
        desk = await self.get_state(AlertDesk)
        try:
            end = until(choice, zone_of(desk.zone), utc_now())
        except InvalidInput as error:
            self.problem = error.message
            return
        await self._do(Wish(step=Step.SNOOZE, until=end))

    @rx.event
    @requires("alerts.handle")
    async def snooze_until(self, form: dict[str, Any]) -> None:
        """The same, from the form for any other moment."""
        await self._snooze(str(form.get("until", "")))

    @rx.event
    @requires("alerts.handle")
    async def assign_me(self) -> None:
        """Make it one's own."""
        actor = await current_actor(self)
        if await self._work(lambda service: service.assign(actor, self.number, actor.user_id)):
            await self._after()

    @rx.event
    @requires("alerts.handle")
    async def comment(self, form: dict[str, Any]) -> None:
        """Say something about it."""
        text = str(form.get("text", "")).replace("\0", "").strip()[:LONGEST_COMMENT]
        if not text:
            return
        actor = await current_actor(self)
        if await self._work(lambda service: service.comment(actor, self.number, text)):
            self.said += 1
            await self._show(self.number)

    async def _do(self, wish: Wish) -> None:
        desk = await self.get_state(AlertDesk)
        actor = await current_actor(self)
        self.problem = ""
        if desk.selected:
            await self._do_many(actor, list(desk.selected), wish)
        elif self.number and not await self._do_one(actor, wish):
            await self._show(self.number)
            await desk.changed()
            return
        self.snoozing = False
        await self._after()

    async def _do_one(self, actor: Actor, wish: Wish) -> bool:
        """Take the step unless somebody was faster, who is named then."""
        try:
            async with get_container().work() as session:
                await self._take(session, actor, wish)
        except (IllegalStep, Stale) as error:
            self.problem = await self._who_was_faster(actor.principal) or error.message
            return False
        except FleetError as error:
            self.problem = next(iter(error.fields.values()), "") or error.message
            return False
        return True

    async def _take(self, session: AsyncSession, actor: Actor, wish: Wish) -> Alert:
        """What only happened once more, or was commented on, is still what the person saw."""
        service = AlertService(session)
        row = await AlertList(session).one(actor.principal, self.number)
        alert: Alert = row.alert
        if alert.version != self._version and alert.status.value != self.status:
            raise Stale(alert.title, alert.version)
        return await service.take(actor, self.number, wish)

    async def _who_was_faster(self, who: Principal) -> str:
        async with get_container().work() as session:
            found = AlertList(session)
            row = await found.one(who, self.number)
            did = showing.who_did(await found.trail(self.number))
        stands = showing.STATUSES[row.alert.status].lower()
        return f"{did or 'Somebody was faster'}. It is {stands} now."

    async def _do_many(self, actor: Actor, ids: Sequence[int], wish: Wish) -> None:
        stores = get_container()
        try:
            async with stores.work(stores.patience) as session:
                wishes = [(one, wish) for one in ids]
                results = await AlertService(session).take_many(actor, wishes)
        except FleetError as error:
            await say(self, error.message, tone="problem")
            return
        refused = [one for one in results if isinstance(one, FleetError)]
        done = len(results) - len(refused)
        parts = [f"{done:,} {_DONE[wish.step]}."] if done else []
        if refused:
            parts.append(f"{len(refused):,} not: {refused[0].message}.")
        await say(self, " ".join(parts), tone="problem" if refused else "done")

    async def _work(self, act: Any) -> bool:
        """Whether it could be done; if not, why is shown."""
        if not self.number:
            return False
        self.problem = ""
        try:
            async with get_container().work() as session:
                await act(AlertService(session))
        except FleetError as error:
            self.problem = error.message
            return False
        return True

    async def _after(self) -> None:
        desk = await self.get_state(AlertDesk)
        await desk.changed()
        if self.number:
            await self._show(self.number)

    async def _show(self, number: int) -> None:
        who = await current_principal(self)
        zone = zone_of((await self.get_state(AlertDesk)).zone)
        try:
            async with get_container().work() as session:
                found = AlertList(session)
                row = await found.one(who, number)
                trail = await found.trail(number)
                rule, place = await _names(session, row.alert)
                log = LogQuery(about=f"alert:{number}", limit=100)
                sent = await DeliveryLog(session).page(who, log) if may(who, READ_LOG) else ([], 0)
        except FleetError as error:
            self.number = 0
            await say(self, error.message, tone="problem")
            return
        self._fill(row, who)
        self.facts = showing.facts_of(row, rule, place, zone)
        self.span = showing.span_of(row.alert, zone)
        self.history = showing.history_of(row.alert, zone)
        self.verb = showing.verb_of(row.alert)
        self.trail = showing.lines_of(row.alert, trail, zone, unfolded=self.unfolded)
        self.told = showing.told_of(sent[0], zone)

    def _fill(self, row: AlertRow, who: Principal) -> None:
        alert: Alert = row.alert
        self.number, self._version = alert.id or 0, alert.version
        self.title, self.message = alert.title, alert.message
        self.status, self.severity = alert.status.value, alert.severity.value
        self.late, self.count = alert.late, alert.count
        self.last_at = alert.last_at.isoformat()
        lat, lon = alert.lat, alert.lon
        self.point = {} if lat is None or lon is None else {"lat": lat, "lon": lon}
        can = may(who, "alerts.handle")
        self.steps = [one.value for one in legal_steps(alert.status)] if can else []
        self.mine = alert.assigned_to == who.user_id or alert.status is AlertStatus.RESOLVED


async def _names(session: AsyncSession, alert: Alert) -> tuple[str, str]:
    """What the rule and the zone are called."""
    rule = await session.get(AlertRule, alert.rule_id)
    zone = await session.get(Geofence, alert.geofence_id) if alert.geofence_id else None
    return rule.name if rule else "", zone.name if zone else ""
