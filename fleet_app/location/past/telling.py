"""Stores what a turn of the fold found, and publishes what people and programs want to hear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.events import DomainEvent, publish
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.reconcile import Reconciliation, Revision, reconcile
from fleet_app.location.past.cursors import Cursor
from fleet_app.location.past.fact_events import (
    DWELLED,
    Happening,
    dwelled,
    event_of,
    happenings,
    online,
)
from fleet_app.location.past.fact_rows import Known
from fleet_app.location.past.facts import DriversAt, FactRows
from fleet_app.location.past.folding import Turn, dwell_is_due
from fleet_app.location.past.odometer import Replaced
from fleet_app.outbox.changes import What, changed

PLURALS = {FactKind.TRIP: "trips", FactKind.STOP: "stops"}
"""As in the API; all other kinds are `movement-events`."""
OFFLINE = "vehicle.offline"


class Told(msgspec.Struct):
    """What holds after a turn."""

    visits: list[Fact]
    """Those that go on and whose staying too long has not been told."""
    replaced: Replaced


class Telling:
    """One vehicle's turn becomes rows, in the caller's transaction."""

    def __init__(
        self, session: AsyncSession, cursor: Cursor, turn: Turn, drivers: DriversAt, now: datetime
    ) -> None:
        self._session, self._cursor, self._turn = session, cursor, turn
        self._drivers, self._now = drivers, now
        self._rows = FactRows(session, cursor.fleet_id, cursor.vehicle_id)
        self._events: list[DomainEvent] = []

    async def store(self, *, whole: bool) -> Told:
        """Bring the stored facts in line. `whole`: the fold has come to the last fix."""
        turn = self._turn
        known = await self._rows.known_since(turn.since_ms, turn.told.values())
        stored = {id_: one.fact for id_, one in known.items()}
        changes = self._kept(reconcile(stored, turn.told.values(), turn.since_ms), stored)
        changes = _told_apart(changes, known, turn.laws.parameters.silent_after_s)
        if not whole:
            changes = _so_far(changes, turn.folding.at_ms)
        await self._correct(changes, known, whole)
        if whole:
            await self._rows.withdraw(changes.withdrawn, self._now)
        else:
            await self._rows.doubt(changes.withdrawn)
        await self._rows.revise(changes.revised, self._now)
        new = await self._rows.add(changes.new, self._drivers, self._now)
        self._announce(changes, new, known, whole)
        holding = _holding(known, changes, new)
        await self._tell(holding, [known[id_] for id_ in changes.withdrawn if whole], whole)
        gone = changes.withdrawn if whole else []
        return Told(
            [one.fact for one in holding if _may_dwell(one)], _replaced(changes, known, gone)
        )

    def _kept(self, changes: Reconciliation, stored: Mapping[int, Fact]) -> Reconciliation:
        """What is told of a zone stays told when the zone is gone: nothing can tell it again. What
        went on then is over."""
        at_ms = self._cursor.at_ms
        told = {*changes.withdrawn, *(one.id for one in changes.revised)}
        gone = {id_ for id_ in told if self._zone_is_gone(stored[id_])}
        if not gone or self._turn.since_ms >= at_ms:  # going on, the fold itself ends them
            return changes
        closed = [
            Revision(id_, stored[id_], _zone_gone(stored[id_], at_ms), corrected=False)
            for id_ in sorted(gone)
            if stored[id_].ended_ms is None
        ]
        return Reconciliation(
            new=changes.new,
            revised=[*(one for one in changes.revised if one.id not in gone), *closed],
            withdrawn=[id_ for id_ in changes.withdrawn if id_ not in gone],
        )

    def _zone_is_gone(self, fact: Fact) -> bool:
        zones, of_zone = self._turn.laws.zones, fact.subject.startswith("geofence:")
        return of_zone and zones is not None and not zones.knows(fact.subject)

    async def _correct(
        self, changes: Reconciliation, known: Mapping[int, Known], whole: bool
    ) -> None:
        wrong: list[tuple[int, Fact, Fact | None]] = [
            (one.id, one.before, one.after)
            for one in changes.revised
            if known[one.id].told and _was_wrong(one)
        ]
        if whole:
            gone = [known[id_] for id_ in changes.withdrawn if known[id_].told]
            wrong += [(one.id, one.fact, None) for one in gone]
        await self._rows.correct(wrong, self._now)

    async def _tell(self, holding: list[Known], gone: list[Known], whole: bool) -> None:
        told: dict[int, list[str]] = {}
        for one in holding:
            found = happenings(one.fact, self._turn.laws.parameters)
            if whole and dwell_is_due(self._turn, one.fact, self._now):
                found.append(dwelled(one.fact))
            self._publish(one, found, told)
        for one in gone:
            if OFFLINE in one.told:
                self._publish(one, [online(one.fact, self._turn.folding.at_ms)], told)
        await self._rows.remember_told(told)
        publish(self._session, *sorted(self._events, key=lambda event: event.occurred_at))

    def _publish(self, one: Known, found: list[Happening], told: dict[int, list[str]]) -> None:
        for happening in found:
            if happening.type not in one.told:
                one.told.append(happening.type)
                told[one.id] = one.told
                cursor = self._cursor
                self._events.append(
                    event_of(happening, cursor.fleet_id, cursor.vehicle_id, one.id, self._now)
                )

    def _announce(
        self,
        changes: Reconciliation,
        new: list[Known],
        known: Mapping[int, Known],
        whole: bool,
    ) -> None:
        """Have screens read again what is new, over, or told otherwise. That something goes on as
        before is not worth it: it does so with every fix."""
        for one in new:
            self._changed(one.fact, one.id, "created")
        for revision in changes.revised:
            over = revision.before.ended_ms is None and revision.after.ended_ms is not None
            if over or _was_wrong(revision):
                self._changed(revision.after, revision.id, "updated")
        for id_ in changes.withdrawn if whole else ():
            self._changed(known[id_].fact, id_, "deleted")

    def _changed(self, fact: Fact, id_: int, what: What) -> None:
        plural = PLURALS.get(fact.kind, "movement-events")
        changed(self._session, self._cursor.fleet_id, plural, [id_], what=what)


def _holding(known: Mapping[int, Known], changes: Reconciliation, new: list[Known]) -> list[Known]:
    """What was told anew, and all else that goes on."""
    revised = {one.id: one.after for one in changes.revised}
    again = [msgspec.structs.replace(known[id_], fact=fact) for id_, fact in revised.items()]
    gone = {*changes.withdrawn, *revised}
    same = [one for id_, one in known.items() if id_ not in gone and one.fact.ended_ms is None]
    return [*again, *new, *same]


def _replaced(
    changes: Reconciliation, known: Mapping[int, Known], withdrawn: list[int]
) -> Replaced:
    return Replaced(
        before=[one.before for one in changes.revised] + [known[id_].fact for id_ in withdrawn],
        after=[*(one.after for one in changes.revised), *changes.new],
    )


def _told_apart(
    changes: Reconciliation, known: Mapping[int, Known], silent_after_s: float
) -> Reconciliation:
    """A silence that began when another had already been told is not the same, later: that one was
    none, and whoever was told of it must hear of the new one too."""
    others = [
        one
        for one in changes.revised
        if one.before.kind is FactKind.SILENT
        and OFFLINE in known[one.id].told
        and one.after.started_ms > one.before.started_ms + silent_after_s * 1000
    ]
    return Reconciliation(
        new=[*changes.new, *(one.after for one in others)],
        revised=[one for one in changes.revised if one not in others],
        withdrawn=[*changes.withdrawn, *(one.id for one in others)],
    )


def _so_far(changes: Reconciliation, at_ms: int) -> Reconciliation:
    """Without what still goes on at `at_ms`, and of which more is stored: a fold backwards that has
    only come so far would tell a trip that is over as one that goes on."""
    revised = [
        one
        for one in changes.revised
        if one.after.ended_ms is not None or one.before.known_ms <= at_ms
    ]
    return msgspec.structs.replace(changes, revised=revised)


def _zone_gone(fact: Fact, at_ms: int) -> Fact:
    """Over by `at_ms`, where the fold was, because the zone was taken away."""
    values = fact.values | ({"zone_gone": True} if fact.kind is FactKind.VISIT else {})
    ended_ms = max(fact.started_ms, at_ms)
    return msgspec.structs.replace(fact, ended_ms=ended_ms, values=values, known_ms=ended_ms)


def _may_dwell(one: Known) -> bool:
    fact = one.fact
    goes_on = fact.kind is FactKind.VISIT and fact.ended_ms is None
    return goes_on and "dwell_due_ms" in fact.values and DWELLED not in one.told


def _was_wrong(revision: Revision) -> bool:
    """A silence that was known from the time of day and is over now was right until then."""
    before, after = revision.before, revision.after
    went_on = before.ended_ms is None and before.started_ms == after.started_ms
    return revision.corrected and not (before.kind is FactKind.SILENT and went_on)
