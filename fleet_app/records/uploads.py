"""Taking in a file that somebody sends: checked while it streams into the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from fleet_app.kernel.errors import InvalidInput, TooLarge
from fleet_app.kernel.files import FileStore, new_key
from fleet_app.kernel.media import HEAD, IMAGES, Media, clean_name, media_of
from fleet_app.kernel.pictures import Size, checked_size
from fleet_app.kernel.texts import file_size

_ENOUGH = 4096
"""Bytes that tell what a file is, though not always how large a picture is."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the store: its cleaned name, size in bytes, SHA-256, and a picture's pixels."""

    key: str
    name: str
    media: Media
    size: int
    sha256: str
    pixels: Size | None = None


async def receive(
    store: FileStore,
    chunks: AsyncIterator[bytes],
    *,
    name: str,
    folder: str,
    fleet_id: int,
    accepted: frozenset[Media],
    limit: int,
) -> Upload:
    """Store what `chunks` yields under a new key, without ever holding much of it.

    The content decides what the file is. Raises `InvalidInput` for an empty file, `UnknownMedia`,
    `UnreadablePicture`, `TooLarge` beyond `limit` bytes, `StoreUnavailable`; nothing is left then.
    """
    counted = _counted(chunks, limit)
    head, media, pixels = await _head(counted, accepted)
    key = new_key(folder, fleet_id)
    stored = await store.put(key, _again(head, counted), media_type=media.value)
    return Upload(
        key=key,
        name=clean_name(name, media),
        media=media,
        size=stored.size,
        sha256=stored.sha256,
        pixels=pixels,
    )


@asynccontextmanager
async def received(
    store: FileStore,
    chunks: AsyncIterator[bytes],
    *,
    name: str,
    folder: str,
    fleet_id: int,
    accepted: frozenset[Media],
    limit: int,
) -> AsyncIterator[Upload]:
    """`receive` a file for the block that writes down what it is; without that, it goes again."""
    upload = await receive(
        store, chunks, name=name, folder=folder, fleet_id=fleet_id, accepted=accepted, limit=limit
    )
    try:
        yield upload
    except BaseException:
        await store.delete(upload.key)
        raise


async def _head(
    chunks: AsyncIterator[bytes], accepted: frozenset[Media]
) -> tuple[bytes, Media, Size | None]:
    """As much as it takes to say what the file is."""
    head = bytearray()
    complete = False
    while not complete:
        complete = not await _grow(head, chunks)
        if len(head) < _ENOUGH and not complete:
            continue
        if not head:
            raise InvalidInput("The file is empty", fields={"file": "is empty"})
        media = media_of(bytes(head[:_ENOUGH]), accepted)
        if media not in IMAGES:
            return bytes(head), media, None
        pixels = checked_size(media, bytes(head[:HEAD]), complete)
        if pixels is not None:
            return bytes(head), media, pixels
    raise AssertionError("a complete file has been judged")


async def _grow(head: bytearray, chunks: AsyncIterator[bytes]) -> bool:
    async for chunk in chunks:
        head += chunk
        return True
    return False


async def _counted(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    left = limit
    async for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise too_large(limit)
        yield chunk


async def _again(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk


def too_large(limit: int) -> TooLarge:
    """The error that says how large a file may be, in round figures."""
    return TooLarge(f"The file is larger than {file_size(limit)}")
