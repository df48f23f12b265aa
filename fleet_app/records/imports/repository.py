"""Imports and their problems in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.records.imports.columns import bare, memory
from fleet_app.records.models import Import, ImportedRow, ImportProblem

REMEMBERED = 20
"""So many imports are looked through for one with the same headers."""
PAGE = 500


class ImportRepository:
    """Imports in one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, identifier: int, *, lock: bool = False) -> Import | None:
        """One import, as it is in the database now."""
        query = select(Import).where(Import.id == identifier)
        if lock:
            query = query.with_for_update()
        return (await self._session.exec(query.execution_options(populate_existing=True))).first()

    async def page(
        self, kinds: Sequence[str], fleet_id: int | None, *, page: int, limit: int
    ) -> tuple[list[Import], int]:
        """The newest imports of these kinds, of one fleet or of all, and how many there are."""
        conditions: list[ColumnElement[bool]] = [col(Import.kind).in_(kinds)]
        if fleet_id is not None:
            conditions.append(col(Import.fleet_id) == fleet_id)
        total = (await self._session.exec(select(func.count()).where(*conditions))).one()
        query = select(Import).where(*conditions).order_by(col(Import.id).desc())
        found = await self._session.exec(query.offset((page - 1) * limit).limit(limit))
        return list(found), total

    async def relatives(self, records: Sequence[Import]) -> list[Import]:
        """What these correct, and what corrects them, or corrects that in turn."""
        later = (
            select(col(Import.id).label("id"))
            .where(col(Import.corrects).in_([one.id for one in records]))
            .cte("later", recursive=True)
        )
        later = later.union(select(col(Import.id)).where(col(Import.corrects) == later.c.id))
        first = [one.corrects for one in records if one.corrects]
        query = select(Import).where(
            or_(col(Import.id).in_(first), col(Import.id).in_(sa_select(later.c.id)))
        )
        return list(await self._session.exec(query))

    async def remembered(
        self, kind: str, fleet_id: int | None, headers: Sequence[str]
    ) -> Mapping[str, str] | None:
        """What was last said of a sheet with these headers; None for a sheet unseen so far."""
        query = select(Import).where(Import.kind == kind, Import.fleet_id == fleet_id)
        newest = query.order_by(col(Import.id).desc()).limit(REMEMBERED)
        for one in await self._session.exec(newest):
            if one.attempt and bare(one.headers) == bare(headers):
                return memory(one.headers, one.mapping)
        return None

    async def earlier(self, kind: str, fleet_id: int | None) -> list[Import]:
        """The newest imports of that kind for a fleet, the newest first."""
        query = select(Import).where(Import.kind == kind, Import.fleet_id == fleet_id)
        return list(
            await self._session.exec(query.order_by(col(Import.id).desc()).limit(REMEMBERED))
        )

    async def problems(
        self, import_id: int, *, page: int, limit: int
    ) -> tuple[list[ImportProblem], int]:
        """Rows with what is wrong with them, in the order of the sheet, and how many there are."""
        of_import = col(ImportProblem.import_id) == import_id
        total = (await self._session.exec(select(func.count()).where(of_import))).one()
        query = select(ImportProblem).where(of_import).order_by(col(ImportProblem.row))
        found = await self._session.exec(query.offset((page - 1) * limit).limit(limit))
        return list(found), total

    async def alike(
        self, import_id: int, *, page: int, limit: int
    ) -> tuple[list[tuple[ImportProblem, int]], int]:
        """The first row of each that have the same things wrong with them, and how many they are;
        and how many such first rows there are."""
        groups = (
            select(func.min(ImportProblem.row).label("first"), func.count().label("rows"))
            .where(col(ImportProblem.import_id) == import_id)
            .group_by(col(ImportProblem.errors))
            .subquery()
        )
        total = (await self._session.exec(select(func.count()).select_from(groups))).one()
        query = (
            select(ImportProblem, groups.c.rows)
            .join(groups, col(ImportProblem.row) == groups.c.first)
            .where(col(ImportProblem.import_id) == import_id)
            .order_by(groups.c.rows.desc(), col(ImportProblem.row))
        )
        found = await self._session.exec(query.offset((page - 1) * limit).limit(limit))
        return [(problem, count) for problem, count in found], total

    async def all_problems(self, import_id: int) -> AsyncIterator[ImportProblem]:
        """Every row with problems, in the order of the sheet."""
        after = 0
        while True:
            query = select(ImportProblem).where(
                ImportProblem.import_id == import_id, col(ImportProblem.row) > after
            )
            found = list(
                await self._session.exec(query.order_by(col(ImportProblem.row)).limit(PAGE))
            )
            for one in found:
                yield one
            if len(found) < PAGE:
                return
            after = found[-1].row

    async def forget_problems(self, import_id: int) -> None:
        """Begin with no problems."""
        await self._run(delete(ImportProblem).where(col(ImportProblem.import_id) == import_id))

    async def add(
        self, problems: Iterable[Mapping[str, Any]], written: Iterable[Mapping[str, Any]]
    ) -> None:
        """Keep the problems of some rows and the records that others made or changed."""
        for table, rows in ((ImportProblem, list(problems)), (ImportedRow, list(written))):
            if rows:
                await self._run(insert(table), rows)

    async def made(self, import_id: int, skip: int, limit: int) -> list[ImportedRow]:
        """What its rows made, in the order of the sheet, but for the first `skip` of them."""
        query = select(ImportedRow).where(*_made(import_id))
        ordered = query.order_by(col(ImportedRow.row)).offset(skip).limit(limit)
        return list(await self._session.exec(ordered))

    async def count_made(self, import_id: int) -> int:
        """How many records it made."""
        query = select(func.count()).where(*_made(import_id))
        return int((await self._session.exec(query)).one())

    async def _run(self, statement: Any, rows: Any = None) -> None:
        await (await self._session.connection()).execute(statement, rows)


def _made(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return col(ImportedRow.import_id) == import_id, col(ImportedRow.created).is_(True)
