"""The port to the bytes of uploaded files. Adapters live in `fleet_app.storage.files`."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

LONGEST_KEY = 120
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


class Stored(msgspec.Struct, frozen=True):
    """What was stored: its size in bytes and its SHA-256 as hexadecimal digits."""

    size: int
    sha256: str


class FileStore(Protocol):
    """Keeps files under keys. Every method raises `StoreUnavailable`, and ValueError for a key
    that `check_key` does not accept."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, media_type: str) -> Stored:
        """Store what `chunks` yields, whole or not at all: what it raises leaves nothing behind.

        A file that is there already is replaced.
        """

    async def open(self, key: str) -> AsyncIterator[bytes]:
        """The file's bytes, piece by piece. Raises `NotFound` before the first piece."""

    def path(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A local file with the same bytes, only to be read. Raises `NotFound` on entering."""

    async def delete(self, key: str) -> None:
        """Remove the file if it is there."""

    async def exists(self, key: str) -> bool:
        """Whether the file is there."""

    async def forget_unfinished(self, before: datetime) -> int:
        """Remove what is left of files whose storing began before then and never ended (the
        process died); returns how many."""


def new_key(folder: str, fleet_id: int) -> str:
    """A key that nobody can guess, such as `files/7/2f9c…`."""
    return f"{folder}/{fleet_id}/{secrets.token_hex(16)}"


def check_key(key: str) -> str:
    """The key itself. Raises ValueError for one that is not names of ASCII letters, digits and
    `._-` between slashes, or that has a name beginning with a dot: it might lead elsewhere."""
    if len(key) <= LONGEST_KEY and _KEY.fullmatch(key):
        return key
    raise ValueError(f"{key!r} is not the key of a file")
