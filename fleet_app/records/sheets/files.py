"""Tables written to temporary files while their rows are still being read from somewhere."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import IO, TypeVar

import msgspec

from fleet_app.kernel.media import Media
from fleet_app.records.sheets.cells import Cell
from fleet_app.records.sheets.writing import csv_rows, write_xlsx

T = TypeVar("T")
Line = Sequence[Cell]


class Form(StrEnum):
    """The kinds of files that tables are written as."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def media(self) -> Media:
        """What such a file is."""
        return Media[self.name]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What is above the rows: titles, types as the grid knows them, and the zone of moments.

    `delimiter` is what stands between the columns of a CSV file.
    """

    title: str
    headers: Sequence[str]
    types: Sequence[str] = ()
    zone: tzinfo = UTC
    delimiter: str = ","


async def written(form: Form, head: Head, batches: AsyncIterator[Sequence[Line]]) -> IO[bytes]:
    """A nameless file with the table, at its beginning; it is gone once closed.

    Holds one batch of rows at a time. Raises `TooLarge`, and what `batches` raises.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        await _pulling(batches, lambda rows: _write(form, file, head, rows))
    except BaseException:
        file.close()
        raise
    return file


def size_of(file: IO[bytes]) -> int:
    """Bytes in an open file."""
    return os.fstat(file.fileno()).st_size


def _write(form: Form, file: IO[bytes], head: Head, rows: Iterable[Line]) -> None:
    if form is Form.XLSX:
        write_xlsx(file, head.title, head.headers, rows, head.types, zone=head.zone)
    else:
        for piece in csv_rows(head.headers, rows, delimiter=head.delimiter):
            file.write(piece)
    file.flush()
    file.seek(0)


async def _pulling(
    batches: AsyncIterator[Sequence[T]], consume: Callable[[Iterable[T]], None]
) -> None:
    """Run `consume` in a thread; the rows it asks for are read in this event loop meanwhile."""
    loop = asyncio.get_running_loop()
    stopped = False

    def rows() -> Iterator[T]:
        while not stopped:
            batch = asyncio.run_coroutine_threadsafe(_next(batches), loop).result()
            if batch is None:
                return
            yield from batch

    work = asyncio.ensure_future(asyncio.to_thread(consume, rows()))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        stopped = True  # at its next batch; until then the file must stay open
        await asyncio.wait([work])
        raise


async def _next(batches: AsyncIterator[Sequence[T]]) -> Sequence[T] | None:
    return await anext(batches, None)
