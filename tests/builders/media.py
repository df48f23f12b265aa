"""Small files of every kind, made by hand: the product brings no library that draws."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def a_png(width: int = 3, height: int = 2, *, padding: int = 0) -> bytes:
    """A PNG picture that says it has these pixels, with `padding` bytes of text inside."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"note\0" + b"x" * padding) if padding else b""
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + text + rows + chunk(b"IEND", b"")


def a_jpeg(width: int = 3, height: int = 2, *, notes: int = 0) -> bytes:
    """A JPEG header that says it has these pixels, behind `notes` segments of 64 KiB."""
    note = b"\xff\xe1" + struct.pack(">H", 65_535) + b"e" * 65_533
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + note * notes + frame + b"\xff\xda" + b"\0" * 20 + b"\xff\xd9"


def a_webp(width: int = 3, height: int = 2, kind: bytes = b"VP8X") -> bytes:
    """A WebP picture of one of its three kinds."""
    if kind == b"VP8X":
        data = b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif kind == b"VP8L":
        data = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0" * 5
    else:
        data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def a_pdf(size: int = 200) -> bytes:
    """Something that begins like a PDF."""
    return b"%PDF-1.7\n".ljust(size, b"%")


def an_xlsx() -> bytes:
    """The beginning of an Excel workbook."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()
