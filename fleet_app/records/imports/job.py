"""The work behind an import: a check, a run or its undoing, batch by batch.

Each batch and the counters that say how far the import is are committed together, under a lock on
the import. A job that dies is begun again by another worker and goes on after the last batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from fleet_app.access.actor import Actor
from fleet_app.access.matrix import authorize
from fleet_app.audit.trail import note
from fleet_app.kernel.attempts import attempt
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import Contended, FleetError, NotFound, StoreUnavailable
from fleet_app.kernel.files import FileStore
from fleet_app.outbox.changes import changed
from fleet_app.records.imports.batches import Taker, Tally
from fleet_app.records.imports.cells import Home, Reader, ReadRow, Survey, clean_row, survey
from fleet_app.records.imports.duplicates import Seen
from fleet_app.records.imports.places import (
    Ahead,
    Foresight,
    Locate,
    Outlook,
    Point,
    addresses_of,
    outlook_in,
    with_outlook,
)
from fleet_app.records.imports.reading import is_exact, mark_of, order_of, said_of
from fleet_app.records.imports.repository import ImportRepository
from fleet_app.records.imports.scales import scales_of
from fleet_app.records.imports.service import Work
from fleet_app.records.imports.states import BUSY
from fleet_app.records.kinds import Kind, Kinds, View
from fleet_app.records.models import Import, ImportedRow, ImportState
from fleet_app.records.service import Records
from fleet_app.records.sheets.model import Row
from fleet_app.records.sheets.reading import read_sheet

log = logging.getLogger(__name__)

BATCH = 200
BATCH_SECONDS = 60.0
PLURAL = "imports"
"""Under this name screens hear that an import went on."""
_FAULT = "Something went wrong on our side. Try again; nothing that is stored is stored twice."


class ImportJob:
    """One attempt at an import, for the person who asked for it."""

    def __init__(
        self,
        work: Work,
        kinds: Kinds,
        store: FileStore,
        locate: Locate,
        actor: Actor,
        *,
        ahead: Ahead = "never",
    ) -> None:
        """A check looks addresses up as well when it may do so `ahead`."""
        self._work = work
        self._kinds = kinds
        self._store = store
        self._locate = locate
        self._actor = actor
        self._ahead: Ahead = ahead

    async def run(self, import_id: int, attempt: int) -> None:
        """Do what the import is waiting for, if this attempt is still the one that is meant.

        Raises `StoreUnavailable` or `Contended`; everything else becomes the import's own message.
        """
        async with self._work() as session:
            record = await ImportRepository(session).get(import_id)
        if record is None or record.attempt != attempt or record.state not in BUSY:
            return
        try:
            await self._do(record)
        except (StoreUnavailable, Contended):
            raise
        except NotFound:
            await self._end(record, ImportState.FAILED, "The file is gone. Upload it again.")
        except FleetError as error:
            await self._end(record, ImportState.FAILED, error.message)
        except Exception:
            # Whatever it is, another attempt would meet it again, and meanwhile the person would
            # wait before a bar that stands still. So the import ends here, with words for them and
            # the traceback for us; what is worth another attempt has been raised above.
            log.exception("import %s failed", record.id)
            await self._end(record, ImportState.FAILED, _FAULT)

    async def fail(self, import_id: int, attempt: int, message: str) -> None:
        """Give up on an import that cannot even be begun."""
        async with self._work() as session:
            record = await ImportRepository(session).get(import_id)
        if record is not None and record.attempt == attempt and record.state in BUSY:
            await self._end(record, ImportState.FAILED, message)

    async def _do(self, record: Import) -> None:
        kind = self._kinds[record.kind]
        authorize(self._actor.principal, kind.permission("import"))
        if record.state is ImportState.UNDOING:
            await self._undo(record, kind)
            return
        home = await self._home(record)
        self._foresight = Foresight(self._locate, self._outlook(record))
        async with self._store.path(record.file_key) as path:
            found = await asyncio.to_thread(_surveyed, path, record, kind, home)
            record.total = found.rows
            reader = Reader(kind, record.mapping, found, home)
            if await self._take_all(record, kind, path, reader, home):
                await self._finish(record)

    def _outlook(self, record: Import) -> Outlook:
        """What is known of its addresses; a check that begins knows nothing."""
        known = outlook_in(record.evidence) if record.handled else Outlook()
        known.ahead = self._ahead
        return known

    async def _take_all(
        self, record: Import, kind: Kind, path: Path, reader: Reader, home: Home
    ) -> bool:
        """Every row from where it was on; False when the import is not ours any more."""
        async with aclosing(_batches(record, kind, path, reader)) as batches:
            async for rows in batches:
                if not await self._take(record, kind, rows, reader, home):
                    return False
        return True

    async def _take(
        self, record: Import, kind: Kind, rows: Sequence[ReadRow], reader: Reader, home: Home
    ) -> bool:
        is_run = record.state is ImportState.RUNNING
        places = await self._places(kind, rows, is_run=is_run)
        async with self._work(BATCH_SECONDS) as session:
            if not await self._is_ours(session, record):
                return False
            taker = Taker(
                session, self._kinds, kind, self._actor,
                owner=record.fleet_id, reader=reader, home=home, places=places,
            )  # fmt: skip
            tally = await (taker.take(rows) if is_run else _tried(session, taker, rows))
            await self._advance(session, record, len(rows), tally)
        return True

    async def _places(
        self, kind: Kind, rows: Sequence[ReadRow], *, is_run: bool
    ) -> Mapping[str, Point] | None:
        if is_run:
            return await self._locate(addresses_of(kind, rows))
        return await self._foresight.places(kind, rows)

    async def _advance(
        self, session: AsyncSession, record: Import, count: int, tally: Tally
    ) -> None:
        """Write down what became of `count` rows, in `record` too."""
        is_run = record.state is ImportState.RUNNING
        record.handled += count
        record.taken += count if is_run else 0
        record.created += tally.created
        record.updated += tally.updated
        record.unchanged += tally.unchanged
        record.failed += len(tally.problems)
        record.without_place += tally.without_place
        if not is_run:
            record.evidence = with_outlook(record.evidence, self._foresight.outlook)
        problems = [
            {"import_id": record.id, "row": row.number, "cells": row.cells, "errors": errors}
            for row, errors in tally.problems
        ]
        written = [{"import_id": record.id, **msgspec.structs.asdict(w)} for w in tally.written]
        await ImportRepository(session).add(problems, written if is_run else ())
        await self._save(session, record)

    async def _is_ours(self, session: AsyncSession, record: Import) -> bool:
        """Whether nobody cancelled it or went further, which nobody can do until we commit."""
        now = await ImportRepository(session).get(record.id or 0, lock=True)
        return now is not None and _position(now) == _position(record)

    async def _save(self, session: AsyncSession, record: Import) -> None:
        names = (
            *("state", "total", "handled", "taken", "created", "updated", "unchanged", "failed"),
            *("without_place", "message", "finished_at", "evidence"),
        )
        values = {name: getattr(record, name) for name in names}
        query = update(Import).where(col(Import.id) == record.id).values(values)
        await (await session.connection()).execute(query)
        changed(session, record.fleet_id, PLURAL, [record.id or 0])

    async def _finish(self, record: Import) -> None:
        is_run = record.state is ImportState.RUNNING
        state = ImportState.DONE if is_run else ImportState.CHECKED
        await self._end(record, state, _summary(record, self._kinds[record.kind]))

    async def _end(self, record: Import, state: ImportState, message: str) -> None:
        async with self._work() as session:
            now = await ImportRepository(session).get(record.id or 0, lock=True)
            if now is None or now.attempt != record.attempt or now.state not in BUSY:
                return
            now.state, now.message, now.finished_at = state, message[:500], utc_now()
            changed(session, now.fleet_id, PLURAL, [now.id or 0])
            counts = ("created", "updated", "unchanged", "failed")
            note(session, self._actor, f"import_{state.value}", kind="import", object_id=now.id,
                 label=now.filename, fleet_id=now.fleet_id,
                 changes={name: [None, getattr(now, name)] for name in counts})  # fmt: skip

    async def _home(self, record: Import) -> Home:
        written = _written(self._kinds[record.kind], record)
        if record.fleet_id is None:
            return Home(zone=ZoneInfo("UTC"), **written)
        async with self._work() as session:
            fleet = await session.get_one(self._kinds["fleets"].model, record.fleet_id)
        return Home(zone=ZoneInfo(fleet.time_zone), currency=fleet.currency, **written)

    async def _undo(self, record: Import, kind: Kind) -> None:
        """Delete what it made, unless somebody changed that since."""
        more = True
        while more:
            async with self._work(BATCH_SECONDS) as session:
                if not await self._is_ours(session, record):
                    return
                repository = ImportRepository(session)
                made = await repository.made(record.id or 0, record.handled, BATCH)
                more = bool(made)
                gone = await self._delete(session, kind, made)
                record.handled += len(made)
                record.created -= gone
                await self._save(session, record)
        await self._end(record, ImportState.UNDONE, _undone(record, kind))

    async def _delete(self, session: AsyncSession, kind: Kind, made: Sequence[ImportedRow]) -> int:
        records = Records(session, self._kinds, kind, self._actor, View.at_present())
        gone = 0
        for identifier, version in [(one.record_id, one.version) for one in made]:
            try:
                async with attempt(session):
                    await records.delete(identifier, version=version)
                gone += 1
            except FleetError as error:
                log.info("%s %s stays: %s", kind.name, identifier, error.message)
        return gone


async def _tried(session: AsyncSession, taker: Taker, rows: Sequence[ReadRow]) -> Tally:
    """What taking the rows over would do, without doing it."""
    savepoint = await session.begin_nested()
    try:
        return await taker.take(rows)
    finally:
        await savepoint.rollback()
        session.info.clear()


async def _batches(
    record: Import, kind: Kind, path: Path, reader: Reader
) -> AsyncGenerator[list[ReadRow], None]:
    """The rows that are not handled yet, read in threads."""
    seen = Seen(kind, record.mapping)
    with read_sheet(path, filename=record.filename) as sheet:
        await asyncio.to_thread(_skip, sheet.rows, seen, record.handled)
        while rows := await asyncio.to_thread(_read, sheet.rows, seen, reader):
            yield rows


def _skip(rows: Iterator[Row], seen: Seen, count: int) -> None:
    for row in map(clean_row, islice(rows, count)):
        seen.note(row.number, row.cells)


def _read(rows: Iterator[Row], seen: Seen, reader: Reader) -> list[ReadRow]:
    batch = []
    for row in map(clean_row, islice(rows, BATCH)):
        read = reader.read(row)
        read.errors |= seen.note(row.number, row.cells)
        batch.append(read)
    return batch


def _written(kind: Kind, record: Import) -> dict[str, Any]:
    """How the sheet is written, as far as its single columns do not tell."""
    return {
        "order": order_of(kind, record),
        "mark": mark_of(kind, record),
        "exact": is_exact(record),
        "words": said_of(record).words,
        "scales": scales_of(kind, record.headers, record.mapping),
    }


def _surveyed(path: Path, record: Import, kind: Kind, home: Home) -> Survey:
    with read_sheet(path, filename=record.filename) as sheet:
        return survey(kind, record.mapping, sheet.rows, home)


def _position(record: Import) -> tuple[Any, ...]:
    return record.attempt, ImportState(record.state), record.handled


def _summary(record: Import, kind: Kind) -> str:
    """What was done, or would be, in a sentence or two."""
    is_run = record.state is ImportState.RUNNING
    made, kept = ("added", "changed") if is_run else ("to add", "to change")
    parts = [f"{record.created:,} {made}", f"{record.updated:,} {kept}"]
    parts.append(f"{record.unchanged:,} the same as before")
    said = f"{kind.label_plural}: {', '.join(parts)}."
    if record.failed:
        rows = "row needs" if record.failed == 1 else "rows need"
        said += f" {record.failed:,} {rows} correcting."
    if record.without_place:
        what = "address was" if record.without_place == 1 else "addresses were"
        said += f" {record.without_place:,} {what} not found on the map; set them by hand."
    return said


def _undone(record: Import, kind: Kind) -> str:
    said = f"{kind.label_plural} taken back: {record.handled - record.created:,} deleted."
    if record.created:
        verb = "stays" if record.created == 1 else "stay"
        said += f" {record.created:,} {verb}: changed since, or in use."
    return said
