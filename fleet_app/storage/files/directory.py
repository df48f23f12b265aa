"""Files in a directory of this machine, or one that several machines share."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fleet_app.kernel.errors import NotFound, StoreUnavailable
from fleet_app.kernel.files import Stored, check_key

UNFINISHED = ".unfinished"
"""Where files grow before they get their name. No key begins with a dot."""
CHUNK = 256 * 1024
_OURS_ALONE = 0o700


class DirectoryFiles:
    """`FileStore` on a directory. A file appears under its key only when it is on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, media_type: str) -> Stored:
        """Store a file, whole or not at all. A directory keeps no media types."""
        target = self._path(key)
        with _file_errors():
            file = await asyncio.to_thread(self._begin)
        try:
            stored = await _write(file, chunks)
            with _file_errors():
                await asyncio.to_thread(_finish, file, target)
        except BaseException:
            _discard(file)
            raise
        return stored

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The file's bytes, piece by piece. Raises `NotFound`."""
        path = self._path(key)
        with _file_errors(key):
            file = await asyncio.to_thread(path.open, "rb")
        return _read(key, file)

    @asynccontextmanager
    async def path(self, key: str) -> AsyncIterator[Path]:
        """The file itself, only to be read. Raises `NotFound`."""
        path = self._path(key)
        if not await self.exists(key):
            raise NotFound("File", key)
        yield path

    async def delete(self, key: str) -> None:
        """Remove the file if it is there."""
        path = self._path(key)
        with _file_errors(key):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def exists(self, key: str) -> bool:
        """Whether the file is there."""
        path = self._path(key)
        with _file_errors(key):
            return await asyncio.to_thread(path.is_file)

    async def forget_unfinished(self, before: datetime) -> int:
        """Remove what dead processes left of files they were storing."""
        with _file_errors():
            return await asyncio.to_thread(self._sweep, before.timestamp())

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _begin(self) -> BinaryIO:
        folder = self._root / UNFINISHED
        _make(folder)
        handle, name = tempfile.mkstemp(dir=folder)  # mode 0600
        os.close(handle)
        return Path(name).open("wb")

    def _sweep(self, before: float) -> int:
        folder = self._root / UNFINISHED
        old = [path for path in folder.glob("*") if _changed(path) < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


async def _write(file: BinaryIO, chunks: AsyncIterator[bytes]) -> Stored:
    size, digest = 0, hashlib.sha256()
    async for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        with _file_errors():
            await asyncio.to_thread(file.write, chunk)
    return Stored(size, digest.hexdigest())


def _finish(file: BinaryIO, target: Path) -> None:
    """On disk first, then under its name; the name must reach the disk as well."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    _make(target.parent)
    Path(file.name).replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make(folder: Path) -> None:
    """The folder and those above it; `mkdir` would let others into the ones above."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(_OURS_ALONE, exist_ok=True)


def _discard(file: BinaryIO) -> None:
    with suppress(OSError):  # also of a full disk, on which the last bytes cannot be flushed
        file.close()
    with suppress(OSError):
        Path(file.name).unlink()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # finished a moment ago
        return float("inf")


async def _read(key: str, file: BinaryIO) -> AsyncIterator[bytes]:
    with file, _file_errors(key):
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk


@contextmanager
def _file_errors(key: str | None = None) -> Iterator[None]:
    """A full disk, a lost mount or missing rights heal without the caller's doing; only a file
    that is asked for under its key can be unknown."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        if key is None:
            raise StoreUnavailable("The file store") from error
        raise NotFound("File", key) from error
    except OSError as error:
        raise StoreUnavailable("The file store") from error
