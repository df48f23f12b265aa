"""What people do with imports: upload, map, check, run, cancel, undo. Jobs do the work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize, fleet_in_view, fleet_of_new, may
from fleet_app.access.principal import Principal
from fleet_app.access.roles import Role
from fleet_app.audit.trail import note
from fleet_app.kernel.errors import InvalidInput, NotFound, TooLarge
from fleet_app.kernel.files import FileStore
from fleet_app.kernel.media import SHEETS
from fleet_app.outbox.store import IMPORTS, defer
from fleet_app.records.imports import states
from fleet_app.records.imports.cells import clean_row, cleaned
from fleet_app.records.imports.columns import checked, guess, header_of, importable
from fleet_app.records.imports.corrections import Family, families, mapping_from, require_alike
from fleet_app.records.imports.evidence import Evidence, Gathering, noting, stored
from fleet_app.records.imports.problems import head_of, lines_of
from fleet_app.records.imports.reading import as_before, like, require_answers, say
from fleet_app.records.imports.repository import ImportRepository
from fleet_app.records.kinds import Kind, Kinds
from fleet_app.records.models import Import, ImportProblem, ImportState
from fleet_app.records.sheets.files import Form, Head, Line, written
from fleet_app.records.sheets.reading import read_sheet
from fleet_app.records.uploads import received

Work = Callable[..., AbstractAsyncContextManager[AsyncSession]]
JOB = "imports.work"
FOLDER = "imports"
SAMPLE_ROWS, SAMPLE_CELL = 20, 200
SHEET_SECONDS = 60.0
MOST_HEADER = 200


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of a sheet, and how many rows it has."""

    headers: list[str]
    sample: list[list[str]]
    total: int
    evidence: Evidence


class Imports:
    """Imports of every kind of record. Opens its own units of work."""

    def __init__(self, work: Work, kinds: Kinds, store: FileStore, *, limit: int) -> None:
        """`limit` is the size of the largest sheet in bytes."""
        self._work = work
        self._kinds = kinds
        self._store = store
        self._limit = limit

    async def upload(
        self,
        actor: Actor,
        chunks: AsyncIterator[bytes],
        *,
        kind: str,
        name: str,
        fleet_id: int | None = None,
        corrects: int | None = None,
    ) -> Import:
        """Take in a sheet and guess what its columns are; nothing is imported yet.

        One that `corrects` rows of another import is read as that one was. Raises `Forbidden`,
        `NotFound` for the fleet and that import, `InvalidInput` and `TooLarge` for the file.
        """
        of_kind = self.kind(actor.principal, kind)
        first = await self.get(actor.principal, corrects) if corrects is not None else None
        owner = await self._owner(
            actor.principal, of_kind, first.fleet_id if first and fleet_id is None else fleet_id
        )
        if first is not None:
            require_alike(first, of_kind, owner)
        async with received(
            self._store, chunks, name=name, folder=FOLDER, fleet_id=owner or 0,
            accepted=SHEETS, limit=self._limit,
        ) as upload:  # fmt: skip
            async with self._store.path(upload.key) as path:
                glance = await asyncio.to_thread(glance_at, path, upload.name)
            record = Import(
                fleet_id=owner, user_id=actor.principal.user_id, kind=of_kind.plural,
                filename=upload.name, file_key=upload.key, headers=glance.headers,
                sample=glance.sample, total=glance.total, evidence=stored(glance.evidence),
            )  # fmt: skip
            return await self._register(actor, of_kind, record, first)

    async def get(self, principal: Principal, identifier: int) -> Import:
        """One import. Raises `Forbidden`, and `NotFound` for another fleet's."""
        async with self._work() as session:
            return await self._visible(session, principal, identifier)

    async def page(
        self,
        principal: Principal,
        *,
        page: int = 1,
        limit: int = 50,
        kind: str | None = None,
        fleet_id: int | None = None,
    ) -> tuple[list[Import], int]:
        """The newest imports that the person may see. Raises `Forbidden`, `NotFound`."""
        kinds = [self.kind(principal, kind).plural] if kind else self.kinds_of(principal)
        owner = fleet_in_view(principal, fleet_id)
        if owner is None and principal.role is not Role.SYSTEM_ADMIN:
            return [], 0
        async with self._work() as session:
            return await ImportRepository(session).page(kinds, owner, page=page, limit=limit)

    async def map(
        self,
        actor: Actor,
        identifier: int,
        columns: Any,
        date_order: str | None = None,
        *,
        decimal_mark: str | None = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Import:
        """Say which columns are which fields, and how the sheet is to be read where its cells
        leave that open. Raises `InvalidInput`, `NotNow`, as `get`."""
        async with self._changing(actor.principal, identifier, "map") as (_, record):
            kind = self._kinds[record.kind]
            record.mapping = checked(kind, record.headers, columns)
            say(kind, record, dates=date_order, numbers=decimal_mark, words=words)
            if record.state is not ImportState.UPLOADED:
                record.state, record.message = ImportState.UPLOADED, ""
        return record

    async def check(self, actor: Actor, identifier: int) -> Import:
        """Have every row tried, and nothing stored. Raises `InvalidInput`, `NotNow`, as `get`."""
        return await self._begin(actor, identifier, "check", ImportState.CHECKING)

    async def run(self, actor: Actor, identifier: int) -> Import:
        """Have the rows stored that are right; an interrupted run goes on where it was.

        Raises `InvalidInput`, `NotNow`, as `get`.
        """
        return await self._begin(actor, identifier, "run", ImportState.RUNNING)

    async def undo(self, actor: Actor, identifier: int) -> Import:
        """Have the records deleted that it made and nobody changed since. Raises as `run`."""
        return await self._begin(actor, identifier, "undo", ImportState.UNDOING)

    async def cancel(self, actor: Actor, identifier: int) -> Import:
        """Stop what is under way; what is stored by then stays. Raises `NotNow`, as `get`."""
        async with self._changing(actor.principal, identifier, "cancel") as (session, record):
            record.state, record.message = ImportState.CANCELLED, "Cancelled"
            record.finished_at = datetime.now(UTC)
            self._note(session, actor, "cancel_import", record)
        return record

    async def problems(
        self, principal: Principal, identifier: int, *, page: int = 1, limit: int = 50
    ) -> tuple[list[ImportProblem], int]:
        """Rows that cannot be taken over, and why. Raises as `get`."""
        async with self._work() as session:
            await self._visible(session, principal, identifier)
            return await ImportRepository(session).problems(identifier, page=page, limit=limit)

    async def problems_alike(
        self, principal: Principal, identifier: int, *, page: int = 1, limit: int = 50
    ) -> tuple[list[tuple[ImportProblem, int]], int]:
        """As `problems`, but one row for all with the same things wrong, with their number."""
        async with self._work() as session:
            await self._visible(session, principal, identifier)
            return await ImportRepository(session).alike(identifier, page=page, limit=limit)

    async def problems_sheet(
        self, principal: Principal, identifier: int, form: Form
    ) -> tuple[Import, IO[bytes]]:
        """The import, and all its problems as a sheet to be corrected. Raises as `get`."""
        delimiter = await self._delimiter(await self.get(principal, identifier))
        async with self._work(SHEET_SECONDS) as session:
            record = await self._visible(session, principal, identifier)
            found = ImportRepository(session).all_problems(identifier)
            head = head_of(record, delimiter)
            lines = lines_of(self._kinds[record.kind], head, found)
            return record, await written(form, head, lines)

    def kind(self, principal: Principal, plural: str) -> Kind:
        """A kind that the person may import. Raises `InvalidInput`, `Forbidden`."""
        kind = self._kinds.get(plural)
        if kind is None:
            names = ", ".join(sorted(one.plural for one in self._kinds))
            raise InvalidInput("There are no such records", fields={"kind": f"one of {names}"})
        authorize(principal, kind.permission("import"))
        return kind

    def kinds_of(self, principal: Principal) -> list[str]:
        """The kinds that the person may import."""
        return [one.plural for one in self._kinds if may(principal, one.permission("import"))]

    async def names(self, records: list[Import]) -> Mapping[int, str]:
        """The names of those who uploaded these."""
        users: Any = self._kinds["users"].model
        async with self._work() as session:
            found = [await session.get(users, one) for one in {r.user_id for r in records}]
        return {one.id: one.name for one in found if one is not None}

    async def families(self, records: Sequence[Import]) -> Mapping[int, Family]:
        """What these, which the caller may see, correct, and what corrects them, by id."""
        async with self._work() as session:
            return families(records, await ImportRepository(session).relatives(records))

    async def template(self, principal: Principal, plural: str, form: Form) -> IO[bytes]:
        """A sheet with every column of a kind and no rows. Raises as `kind`."""
        kind = self.kind(principal, plural)
        head = Head(title=kind.label_plural, headers=[header_of(one) for one in importable(kind)])
        return await written(form, head, _no_rows())

    async def _delimiter(self, record: Import) -> str:
        """What stands between the columns of the sheet; a comma once the sheet is gone."""
        try:
            async with self._store.path(record.file_key) as path:
                return await asyncio.to_thread(delimiter_of, path, record.filename)
        except (NotFound, InvalidInput, TooLarge):
            return ","

    async def _owner(self, principal: Principal, kind: Kind, fleet_id: int | None) -> int | None:
        """The fleet that the records will belong to; None for records of no fleet."""
        if kind.tenant != "fleet_id":
            return None
        owner = fleet_of_new(principal, fleet_id)
        async with self._work() as session:
            if await session.get(self._kinds["fleets"].model, owner) is None:
                raise NotFound("Fleet", owner)
        return owner

    async def _register(
        self, actor: Actor, kind: Kind, record: Import, first: Import | None
    ) -> Import:
        async with self._work() as session:
            if first is not None:
                record.corrects = first.id
                record.mapping = mapping_from(kind, first, record.headers)
                like(kind, record, first)
            else:
                repository = ImportRepository(session)
                known = await repository.remembered(kind.plural, record.fleet_id, record.headers)
                record.mapping = guess(kind, record.headers, known)
                as_before(kind, record, await repository.earlier(kind.plural, record.fleet_id))
            session.add(record)
            await session.flush()
            self._note(session, actor, "upload_import", record)
        return record

    async def _begin(self, actor: Actor, identifier: int, what: str, state: ImportState) -> Import:
        async with self._changing(actor.principal, identifier, what) as (session, record):
            if not record.mapping:
                problem = {"columns": "none is chosen"}
                raise InvalidInput("Say which columns are which fields first", fields=problem)
            if what != "undo":
                require_answers(self._kinds[record.kind], record)
            record.attempt += 1
            record.state, record.message, record.finished_at = state, "", None
            await self._reset(session, record, what)
            self._note(session, actor, f"{what}_import", record)
            args = {
                "import_id": record.id, "attempt": record.attempt,
                "user_id": actor.principal.user_id, "address": actor.address,
                "request_id": actor.request_id,
            }  # fmt: skip
            await defer(session, JOB, args, queue=IMPORTS, lock=f"imports:{record.fleet_id}")
        return record

    async def _reset(self, session: AsyncSession, record: Import, what: str) -> None:
        """Counters of a check begin anew, those of an interrupted run go on."""
        record.handled = record.taken if what == "run" else 0
        if what == "undo":
            record.total = await ImportRepository(session).count_made(record.id or 0)
        if what == "undo" or (what == "run" and record.taken):
            return
        record.created = record.updated = record.unchanged = record.failed = 0
        record.without_place = 0
        await ImportRepository(session).forget_problems(record.id or 0)

    @asynccontextmanager
    async def _changing(
        self, principal: Principal, identifier: int, action: str
    ) -> AsyncIterator[tuple[AsyncSession, Import]]:
        async with self._work() as session:
            record = await self._visible(session, principal, identifier, lock=True)
            states.require(record, action)
            yield session, record

    async def _visible(
        self, session: AsyncSession, principal: Principal, identifier: int, *, lock: bool = False
    ) -> Import:
        record = await ImportRepository(session).get(identifier, lock=lock)
        if record is None or not _sees(principal, record):
            raise NotFound("Import", identifier)
        authorize(principal, f"{record.kind}.import")
        return record

    def _note(self, session: AsyncSession, actor: Actor, action: str, record: Import) -> None:
        note(session, actor, action, kind="import", object_id=record.id, label=record.filename,
             fleet_id=record.fleet_id, changes={"kind": [None, record.kind]})  # fmt: skip


def glance_at(path: Path, name: str) -> Glance:
    """The beginning of the sheet at `path`. Raises `InvalidInput`, `TooLarge`."""
    with read_sheet(path, filename=name) as sheet:
        gathering = Gathering(
            len(sheet.headers), exact=sheet.kind == "xlsx", delimiter=sheet.delimiter
        )
        rows = noting(map(clean_row, sheet.rows), gathering)
        sample = [[cell[:SAMPLE_CELL] for cell in row.cells] for row in islice(rows, SAMPLE_ROWS)]
        total = len(sample) + sum(1 for _ in rows)
        headers = [cleaned(header)[:MOST_HEADER] for header in sheet.headers]
    if not total:
        message = f"{name} has a header and no rows below it."
        raise InvalidInput(message, fields={"file": message})
    return Glance(headers=headers, sample=sample, total=total, evidence=gathering.found)


def delimiter_of(path: Path, name: str) -> str:
    """What stands between the columns of the sheet. Raises `InvalidInput`, `TooLarge`."""
    with read_sheet(path, filename=name) as sheet:
        return sheet.delimiter


async def _no_rows() -> AsyncIterator[Sequence[Line]]:
    yield []


def _sees(principal: Principal, record: Import) -> bool:
    if record.fleet_id is None:
        return principal.role is Role.SYSTEM_ADMIN
    return principal.sees_fleet(record.fleet_id)
