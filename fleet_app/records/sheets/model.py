"""What a read table is, how large it may be, and the words in which a file is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from types import TracebackType
from typing import Literal

from fleet_app.kernel.errors import InvalidInput, TooLarge

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be; the header is not counted among the rows.

    `cell` is in characters, `bytes` is the size of the file, `unpacked` the size of all parts of
    an XLSX file after decompression, both in bytes.
    """

    rows: int = 50_000
    columns: int = 200
    cell: int = 10_000
    bytes: int = 50 * MB
    unpacked: int = 256 * MB


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header.

    `number` is the row number a spreadsheet program shows, `cells` has one text per header ("" for
    an empty cell), `surplus` the texts found to the right of the last header (usually none).
    """

    number: int
    cells: list[str]
    surplus: tuple[str, ...] = ()


@dataclass(slots=True)
class Sheet:
    """A table being read. `rows` can be walked once and reads the file as it goes.

    Close it, or use it as a context manager; walking to the end closes it too. Walking raises
    `TooLarge` or `InvalidInput` when a row turns out to be too much or unreadable. `delimiter` is
    what stands between the columns of a text file.
    """

    headers: list[str]
    rows: Iterator[Row]
    kind: Literal["csv", "xlsx"]
    title: str | None
    close: Callable[[], None]
    delimiter: str = ","

    def __enter__(self) -> Sheet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Source:
    """The name people know the file by, and the errors that speak of it."""

    name: str

    @classmethod
    def named(cls, filename: str) -> Source:
        """Only the last part of the name, printable and short, fit to be shown."""
        last = PurePath(filename.replace("\\", "/")).name
        shown = "".join(letter for letter in last if letter.isprintable()).strip()
        return cls(shown[:80] or "The file")

    def invalid(self, sentence: str) -> InvalidInput:
        """The file cannot be used; `sentence` continues after its name."""
        message = f"{self.name} {sentence}"
        return InvalidInput(message, fields={"file": message})

    def too_large(self, sentence: str) -> TooLarge:
        """The file is more than this installation reads; `sentence` continues after its name."""
        message = f"{self.name} {sentence}"
        return TooLarge(message, fields={"file": message})
