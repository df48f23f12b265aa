"""Writes what a turn of the fold changed: facts, corrections, and the events they give rise to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, or_
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.kernel.clock import from_ms
from fleet_app.location.journeys.facts import Fact
from fleet_app.location.journeys.reconcile import Revision
from fleet_app.location.past.fact_rows import Known, columns_of, known_of, said
from fleet_app.location.past.models import FactCorrection, StoredFact

DriversAt = Callable[[AsyncSession, int, Sequence[datetime]], Awaitable[list[int | None]]]
"""Who drove a vehicle at some moments."""
DOUBTFUL_MS = 2**62
"""Known later than any fix: what a long fold backwards has not come to yet."""
_TABLE: Any = SQLModel.metadata.tables[str(StoredFact.__tablename__)]
_CORRECTIONS: Any = SQLModel.metadata.tables[str(FactCorrection.__tablename__)]


class FactRows:
    """The stored facts of one vehicle, in the caller's transaction."""

    def __init__(self, session: AsyncSession, fleet_id: int, vehicle_id: int) -> None:
        self._session = session
        self._fleet_id, self._vehicle_id = fleet_id, vehicle_id

    async def known_since(self, since_ms: int, told: Iterable[Fact] = ()) -> dict[int, Known]:
        """The facts that hold and became known after `since_ms` or still go on, by id; and those
        known before that are `told` again: what was over may yet grow, as hard braking does."""
        fact = StoredFact
        known = await self._known(or_(col(fact.known_ms) > since_ms, col(fact.ended_at).is_(None)))
        keys = {one.fact.key for one in known.values()}
        again = [one for one in told if one.started_ms <= since_ms and one.key not in keys]
        if again:
            known |= await self._known(
                col(fact.kind).in_({one.kind for one in again}),
                col(fact.started_at).in_({from_ms(one.started_ms) for one in again}),
            )
        return known

    async def _known(self, *conditions: Any) -> dict[int, Known]:
        query = select_columns(_TABLE).where(
            col(StoredFact.vehicle_id) == self._vehicle_id,
            col(StoredFact.withdrawn_at).is_(None),
            *conditions,
        )
        rows = (await self._run(query)).mappings()
        return {row["id"]: known_of(row) for row in rows}

    async def went_on_at(self, moment: datetime) -> bool:
        """Whether something that had begun before went on then."""
        fact = StoredFact
        query = select_columns(col(fact.id)).where(
            col(fact.vehicle_id) == self._vehicle_id,
            col(fact.withdrawn_at).is_(None),
            col(fact.started_at) < moment,
            or_(col(fact.ended_at) > moment, col(fact.ended_at).is_(None)),
        )
        return (await self._run(query.limit(1))).first() is not None

    async def add(self, facts: Sequence[Fact], drivers: DriversAt, now: datetime) -> list[Known]:
        """Store new facts, under whoever drove when they began."""
        if not facts:
            return []
        moments = [from_ms(fact.started_ms) for fact in facts]
        drove = await drivers(self._session, self._vehicle_id, moments)
        rows = [
            {
                **columns_of(fact),
                "fleet_id": self._fleet_id,
                "vehicle_id": self._vehicle_id,
                "driver_id": driver_id,
                "told": [],
                "learnt_at": now,
                "changed_at": now,
            }
            for fact, driver_id in zip(facts, drove, strict=True)
        ]
        query = insert(_TABLE).returning(_TABLE.c.id, sort_by_parameter_order=True)
        ids = (await self._run(query, rows)).scalars()
        return [
            Known(id_, fact, driver_id, [])
            for id_, fact, driver_id in zip(ids, facts, drove, strict=True)
        ]

    async def revise(self, revisions: Sequence[Revision], now: datetime) -> None:
        """Tell stored facts as they are known now."""
        rows = [{"row": one.id, **columns_of(one.after), "changed_at": now} for one in revisions]
        if rows:
            await self._update({name: bindparam(name) for name in rows[0] if name != "row"}, rows)

    async def withdraw(self, ids: Sequence[int], now: datetime) -> None:
        """These never happened."""
        await self._set(ids, withdrawn_at=now, changed_at=now)

    async def doubt(self, ids: Sequence[int]) -> None:
        """These may not have happened; the fold has yet to come to them."""
        await self._set(ids, known_ms=DOUBTFUL_MS)

    async def remember_told(self, told: Mapping[int, list[str]]) -> None:
        """Which events have been published about facts."""
        rows = [{"row": id_, "told": types} for id_, types in told.items()]
        if rows:
            await self._update({"told": bindparam("told", type_=_TABLE.c.told.type)}, rows)

    async def correct(
        self, changes: Sequence[tuple[int, Fact, Fact | None]], now: datetime
    ) -> None:
        """Note what had been told and is now told otherwise, or not at all."""
        rows = [
            {
                "fact_id": id_,
                "at": now,
                "before": said(before),
                "after": None if after is None else said(after),
            }
            for id_, before, after in changes
        ]
        if rows:
            await self._run(insert(_CORRECTIONS), rows)

    async def _set(self, ids: Sequence[int], **values: Any) -> None:
        if ids:
            await self._run(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(values))

    async def _update(self, values: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        await self._run(update(_TABLE).where(_TABLE.c.id == bindparam("row")).values(values), rows)

    async def _run(self, query: Any, values: Any = None) -> Any:
        connection = await self._session.connection()
        return await connection.execute(query, values)
