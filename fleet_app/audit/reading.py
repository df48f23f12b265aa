"""Reading the audit log: pages of it, all of it, one entry, and the story of one object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.matrix import authorize, fleet_in_view
from fleet_app.access.principal import Principal
from fleet_app.audit.models import AuditEntry
from fleet_app.audit.query import AuditQuery
from fleet_app.kernel.errors import NotFound

READ, EXPORT = "audit.read", "audit.export"
BATCH = 1000
COUNTED = 100_000
"""Pages are counted up to this many matches of a search for words, which no index can count."""


class AuditLog:
    """The log as far as a person may read it, in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, principal: Principal, query: AuditQuery, *, permission: str = READ
    ) -> tuple[list[AuditEntry], int]:
        """One page, newest first, and how many entries fit. Raises `Forbidden`, `NotFound`."""
        conditions = self._conditions(principal, query, permission)
        total = await self._count(conditions, query)
        if query.offset >= total:
            return [], total
        return await self._entries(conditions, query.offset, query.limit), total

    async def batch(
        self, principal: Principal, query: AuditQuery, *, permission: str = EXPORT
    ) -> list[AuditEntry]:
        """The next batch of everything that fits, below `query.before`. Raises `Forbidden`."""
        return await self._entries(self._conditions(principal, query, permission), 0, BATCH)

    async def one(self, principal: Principal, entry_id: int) -> AuditEntry:
        """One entry. Raises `Forbidden`, `NotFound`."""
        conditions = self._conditions(principal, AuditQuery(), READ)
        query = select(AuditEntry).where(col(AuditEntry.id) == entry_id, *conditions)
        entry = (await self._session.exec(query)).first()
        if entry is None:
            raise NotFound("Entry", entry_id)
        return entry

    async def of_object(
        self, kind: str, object_id: int, *, page: int = 1, limit: int = 50
    ) -> tuple[list[AuditEntry], int]:
        """What happened to one object, newest first, and how often.

        Checks nothing: `fleet_app.records.history` asks first whether the object is the person's.
        """
        conditions = [col(AuditEntry.kind) == kind, col(AuditEntry.object_id) == object_id]
        total = await self._count(conditions, AuditQuery(object_id=object_id))
        return await self._entries(conditions, (page - 1) * limit, limit), total

    async def actors(self, principal: Principal, fleet_id: int | None = None) -> dict[int, str]:
        """Users who appear in the log, by id, for choosing among them. Raises `Forbidden`."""
        conditions = self._conditions(principal, AuditQuery(fleet_id=fleet_id), READ)
        known = columns(col(AuditEntry.actor_id), func.max(col(AuditEntry.actor_name)))
        known = known.where(*conditions, col(AuditEntry.actor_id).is_not(None))
        connection = await self._session.connection()
        found = await connection.execute(known.group_by(col(AuditEntry.actor_id)))
        return {int(row[0] or 0): str(row[1]) for row in found}

    async def _entries(
        self, conditions: Sequence[ColumnElement[bool]], offset: int, limit: int
    ) -> list[AuditEntry]:
        """The ids come out of an index alone, so that skipping many entries reads none of them."""
        ids = columns(col(AuditEntry.id)).where(*conditions).order_by(*_newest())
        wanted = ids.offset(offset).limit(limit).scalar_subquery()
        query = select(AuditEntry).where(col(AuditEntry.id).in_(wanted)).order_by(*_newest())
        return list((await self._session.exec(query)).all())

    async def _count(self, conditions: Sequence[ColumnElement[bool]], query: AuditQuery) -> int:
        counted = columns(col(AuditEntry.id)).where(*conditions)
        if query.text:
            counted = counted.limit(COUNTED)
        connection = await self._session.connection()
        total = columns(func.count()).select_from(counted.subquery())
        return int((await connection.execute(total)).scalar_one())

    def _conditions(
        self, principal: Principal, query: AuditQuery, permission: str
    ) -> list[ColumnElement[bool]]:
        authorize(principal, permission)
        chain = fleet_in_view(principal, query.fleet_id)
        entry = AuditEntry
        wanted = [
            None if chain is None else col(entry.chain) == chain,
            None if query.actor_id is None else col(entry.actor_id) == query.actor_id,
            None if query.object_id is None else col(entry.object_id) == query.object_id,
            col(entry.kind).in_(query.kinds) if query.kinds else None,
            col(entry.action).in_(query.actions) if query.actions else None,
            col(entry.channel).in_(query.channels) if query.channels else None,
            None if query.start is None else col(entry.at) >= query.start,
            None if query.end is None else col(entry.at) <= query.end,
            None if query.before is None else _below(*query.before),
        ]
        found: list[ColumnElement[bool]] = [one for one in wanted if one is not None]
        return [*found, *map(_has, query.text.split())]


def _newest() -> tuple[Any, Any]:
    return col(AuditEntry.at).desc(), col(AuditEntry.id).desc()


def _below(at: Any, entry_id: int) -> ColumnElement[bool]:
    return tuple_(col(AuditEntry.at), col(AuditEntry.id)) < tuple_(at, entry_id)


def _has(word: str) -> ColumnElement[bool]:
    return or_(
        col(AuditEntry.label).icontains(word, autoescape=True),
        col(AuditEntry.actor_name).icontains(word, autoescape=True),
    )
