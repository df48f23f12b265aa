"""What people do with alerts: acknowledge, snooze, resolve, reopen, assign, and say something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view, may
from fleet_app.access.principal import Principal
from fleet_app.audit.trail import note
from fleet_app.identity.models import User
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import FleetError, InvalidInput, NotFound
from fleet_app.notification.changing import (
    KIND,
    QUIET,
    add_trail,
    change,
    escalation,
    tell_world,
)
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.life import Step, after, legal_steps, snooze_end
from fleet_app.notification.models import Alert, AlertComment, AlertRule, AlertStatus, Trail
from fleet_app.records.errors import Stale

HANDLE = "alerts.handle"
MOST_AT_ONCE = 500


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A step that somebody wants to take; `note` becomes part of the trail.

    `version` refuses it when the alert has changed since. A snooze says when it ends, by a moment
    or in minutes.
    """

    step: Step
    note: str = ""
    version: int | None = None
    until: datetime | None = None
    minutes: int | None = None


class AlertService:
    """In the caller's transaction."""

    def __init__(self, session: AsyncSession, clock: Callable[[], datetime] = utc_now) -> None:
        self._session = session
        self._clock = clock

    async def take(self, actor: Actor, alert_id: int, wish: Wish) -> Alert:
        """Take one step. Raises `Forbidden`, `NotFound`, `IllegalStep`, `Stale`, `InvalidInput`."""
        alert = await self._locked(actor, alert_id, wish.version)
        now = self._clock()
        status = after(alert.status, wish.step)
        values = {"status": status, **await self._values(actor, alert, wish, now)}
        what = _TRAIL[wish.step]
        await change(self._session, alert, values, what, wish.note, now=now, actor=actor)
        try:
            async with self._session.begin_nested():
                await self._session.flush()
        except IntegrityError:  # the engine has raised it anew in this very moment
            raise self._came_back(AlertStatus.RESOLVED, "") from None
        return alert

    async def take_many(
        self, actor: Actor, wishes: Sequence[tuple[int, Wish]]
    ) -> list[Alert | FleetError]:
        """Take a step with many alerts, each for itself; the answers are in the order asked."""
        authorize(actor.principal, HANDLE)
        results: dict[int, Alert | FleetError] = {}
        for index, (alert_id, wish) in sorted(enumerate(wishes), key=lambda one: one[1][0]):
            try:
                async with attempt(self._session):
                    results[index] = await self.take(actor, alert_id, wish)
            except FleetError as error:
                results[index] = error
        return [results[index] for index in range(len(wishes))]

    async def comment(self, actor: Actor, alert_id: int, text: str) -> AlertComment:
        """Say something about an alert. Raises `Forbidden`, `NotFound`."""
        alert = await self._locked(actor, alert_id, None)
        now = self._clock()
        line = add_trail(self._session, alert, Trail.COMMENT, text, now=now, actor=actor)
        await self._session.flush()
        self._note(actor, alert, "comment", {"comment": [None, text]})
        tell_world(self._session, alert, Trail.COMMENT, now=now, actor=actor)
        return line

    async def assign(
        self, actor: Actor, alert_id: int, user_id: int | None, version: int | None = None
    ) -> Alert:
        """Make an alert somebody's, or nobody's (None). Raises as `take`."""
        alert = await self._locked(actor, alert_id, version)
        name = "" if user_id is None else await self._assignable(alert, user_id)
        if alert.assigned_to != user_id:
            values = {"assigned_to": user_id}
            await change(self._session, alert, values, Trail.ASSIGNED, name, now=self._clock(),
                         actor=actor)  # fmt: skip
        return alert

    async def _values(
        self, actor: Actor, alert: Alert, wish: Wish, now: datetime
    ) -> Mapping[str, Any]:
        match wish.step:
            case Step.ACKNOWLEDGE:
                mine = alert.assigned_to or actor.user_id
                return {**QUIET, "acknowledged_at": now, "acknowledged_by": actor.user_id,
                        "assigned_to": mine}  # fmt: skip
            case Step.SNOOZE:
                end = snooze_end(wish.until, wish.minutes, now)
                return {**QUIET, "snoozed_until": end}
            case Step.RESOLVE:
                return {**QUIET, "resolved_at": now, "resolved_by": actor.user_id}
            case Step.REOPEN:
                return await self._reopened(alert, now)

    async def _reopened(self, alert: Alert, now: datetime) -> Mapping[str, Any]:
        if alert.status is AlertStatus.RESOLVED:
            await self._require_no_other(alert)
        rule = await self._session.get_one(AlertRule, alert.rule_id)
        cleared = ("acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by")
        again = escalation(rule, alert, now)
        return {**QUIET, **dict.fromkeys(cleared), "escalate_at": again}

    async def _require_no_other(self, alert: Alert) -> None:
        """Of one rule and subject, only one is open. Raises `IllegalStep`."""
        other = select(Alert.id).where(
            col(Alert.rule_id) == alert.rule_id,
            col(Alert.subject) == alert.subject,
            col(Alert.status) != AlertStatus.RESOLVED,
        )
        found = (await self._session.exec(other)).first()
        if found is not None:
            raise self._came_back(alert.status, f" {found}")

    def _came_back(self, status: AlertStatus, number: str) -> IllegalStep:
        why = f"It has come back since, as another alert{number}"
        return IllegalStep(status.value, Step.REOPEN.value, [], why)

    async def _assignable(self, alert: Alert, user_id: int) -> str:
        """The name of somebody who may look after it. Raises `InvalidInput`."""
        user = await self._session.get(User, user_id)
        is_usable = user is not None and user.is_active and user.deleted_at is None
        if not is_usable or user is None or user.fleet_id != alert.fleet_id:
            raise InvalidInput(
                "Nobody has this number", fields={"user_id": "there is no such user"}
            )
        who = Principal(user_id=user_id, name=user.name, email=user.email, role=user.role,
                        fleet_id=user.fleet_id)  # fmt: skip
        if not may(who, HANDLE):
            message = "may not look after alerts"
            raise InvalidInput(f"{user.name} {message}", fields={"user_id": message})
        return user.name

    async def _locked(self, actor: Actor, alert_id: int, version: int | None) -> Alert:
        authorize(actor.principal, HANDLE)
        owner = fleet_in_view(actor.principal, None)
        query = select(Alert).where(col(Alert.id) == alert_id)
        if owner is not None:
            query = query.where(col(Alert.fleet_id) == owner)
        query = query.with_for_update().execution_options(populate_existing=True)
        alert = (await self._session.exec(query)).first()
        if alert is None:
            raise NotFound("Alert", alert_id)
        if version is not None and version != alert.version:
            raise _moved_on(alert)
        return alert

    def _note(
        self, actor: Actor, alert: Alert, action: str, changes: Mapping[str, Sequence[Any]]
    ) -> None:
        note(self._session, actor, action, kind=KIND, object_id=alert.id, label=alert.title,
             fleet_id=alert.fleet_id, changes=changes)  # fmt: skip


_TRAIL: Mapping[Step, Trail] = {
    Step.ACKNOWLEDGE: Trail.ACKNOWLEDGED,
    Step.SNOOZE: Trail.SNOOZED,
    Step.RESOLVE: Trail.RESOLVED,
    Step.REOPEN: Trail.REOPENED,
}


def _moved_on(alert: Alert) -> Stale:
    error = Stale(alert.title, alert.version)
    legal = ", ".join(legal_steps(alert.status))
    error.fields = {"status": alert.status.value, "legal_next": legal}
    return error
