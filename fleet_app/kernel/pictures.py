"""How large a picture is, from its header: nobody has to unpack it to find out."""

from __future__ import annotations

import struct
from collections.abc import Callable

from fleet_app.kernel.errors import InvalidInput
from fleet_app.kernel.media import HEAD, Media

MOST_PIXELS = 120_000_000
"""Cameras of telephones make up to 108 megapixels; as much unpacks to half a gigabyte."""
LONGEST_SIDE = 30_000
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame and so tell its size."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a length."""
_END, _SCAN = 0xD9, 0xDA

Size = tuple[int, int]


class UnreadablePicture(InvalidInput):
    """The picture's header is broken, or tells of more pixels than anybody should unpack."""

    type = "unreadable_picture"

    def __init__(self, message: str) -> None:
        super().__init__(message, fields={"file": message})


def checked_size(media: Media, head: bytes, complete: bool) -> Size | None:
    """Width and height in pixels; None while `head` is too short to say.

    `complete` says that nothing follows `head`. Raises `UnreadablePicture`.
    """
    try:
        size = _READERS[media](head)
    except _Short:
        if complete or len(head) >= HEAD:
            raise UnreadablePicture("This picture cannot be read") from None
        return None
    width, height = size
    if width < 1 or height < 1:
        raise UnreadablePicture("This picture cannot be read")
    if width * height > MOST_PIXELS or max(size) > LONGEST_SIDE:
        raise UnreadablePicture(
            f"This picture has {width} × {height} pixels; please send a smaller one"
        )
    return size


class _Short(Exception):
    """More bytes are needed."""


def _unpack(layout: str, head: bytes, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(layout, head, at)
    except struct.error:
        raise _Short from None


def _png(head: bytes) -> Size:
    width, height = _unpack(">II", head, 16)
    if head[8:16] != b"\0\0\0\x0dIHDR":
        raise UnreadablePicture("This picture cannot be read")
    return width, height


def _webp(head: bytes) -> Size:
    if len(head) < 30:
        raise _Short
    if head[12:16] == b"VP8X":
        return 1 + _three(head, 24), 1 + _three(head, 27)
    if head[12:16] == b"VP8L" and head[20] == 0x2F:
        (bits,) = _unpack("<I", head, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[12:16] == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = _unpack("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise UnreadablePicture("This picture cannot be read")


def _three(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 3], "little")


def _jpeg(head: bytes) -> Size:
    """Walks the segments up to the first frame."""
    at = 2
    while True:
        mark, kind = _unpack("BB", head, at)
        if mark != 0xFF or kind in (_END, _SCAN, 0x00):
            raise UnreadablePicture("This picture cannot be read")
        if kind in _FRAMES:
            height, width = _unpack(">HH", head, at + 5)
            return width, height
        if kind == 0xFF:  # filling
            at += 1
        elif kind in _ALONE:
            at += 2
        else:
            (length,) = _unpack(">H", head, at + 2)
            at += 2 + max(length, 2)


_READERS: dict[Media, Callable[[bytes], Size]] = {
    Media.PNG: _png,
    Media.WEBP: _webp,
    Media.JPEG: _jpeg,
}
