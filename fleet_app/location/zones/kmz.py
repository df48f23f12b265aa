"""The KML inside a KMZ archive, unpacked no further than it may be."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from fleet_app.kernel.errors import InvalidInput, TooLarge
from fleet_app.location.zones.drawn import MAX_FILE_BYTES

MAX_PARTS = 2_000
MAX_LIST_BYTES = 1_000_000
"""Of the list of the parts, with their names."""
_END, _LARGE = b"PK\x05\x06", b"PK\x06\x07"
"""What begins the end of an archive, and what stands before it in one of more than 4 GB."""
_MANY_PARTS = f"The archive has more than {MAX_PARTS:,} files."
_CHUNK = 64 * 1024


def is_kmz(data: bytes) -> bool:
    """Whether the file is a zip archive."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpacked(data: bytes) -> bytes:
    """The main document: `doc.kml`, or the first one. Raises InvalidInput or TooLarge.

    The size is counted while unpacking, not believed.
    """
    _must_be_small(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _content(archive, _main(archive.infolist()))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError,
            ValueError, RuntimeError) as error:  # fmt: skip
        raise InvalidInput("The archive is damaged and cannot be unpacked.") from error


def _must_be_small(data: bytes) -> None:
    """The list of an archive's parts is read as a whole: many parts would fill the memory."""
    at = data.rfind(_END)
    if at < 0 or len(data) < at + 16:
        return  # it is damaged
    (size,) = struct.unpack_from("<L", data, at + 12)
    if size > MAX_LIST_BYTES or _LARGE in data[max(0, at - 20) : at]:
        raise TooLarge(_MANY_PARTS)


def _main(parts: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(parts) > MAX_PARTS:
        raise TooLarge(_MANY_PARTS)
    documents = [part for part in parts if part.filename.lower().endswith(".kml")]
    if not documents:
        raise InvalidInput("The archive has no KML file in it.")
    return next((part for part in documents if part.filename.lower() == "doc.kml"), documents[0])


def _content(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    if part.flag_bits & 1:
        raise InvalidInput("The archive is protected with a password.")
    pieces, size = [], 0
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise TooLarge(f"Unpacked, the file is larger than {MAX_FILE_BYTES // 2**20} MB.")
            pieces.append(chunk)
    return b"".join(pieces)
