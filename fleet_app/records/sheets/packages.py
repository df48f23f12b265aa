"""Looks through a zipped spreadsheet before it is opened: is it one, is it whole, is it safe?"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import IO

from fleet_app.kernel.errors import InvalidInput
from fleet_app.records.sheets.model import MB, Limits, Source
from fleet_app.records.sheets.parts import Watch, bomb, broken

_CHUNK = 64 * 1024
_MAX_PARTS = 5_000
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
_TELLTALES = {
    "xl/workbook.bin": "is in Excel's binary format. Save it as .xlsx or .csv.",
    "word/document.xml": "is a text document, not a table. Save the table as .xlsx or .csv.",
    "ppt/presentation.xml": "is a presentation. Save the table as .xlsx or .csv.",
    "content.xml": "is in OpenDocument format. Save it as .xlsx or .csv.",
    "Index/Document.iwa": "is in Numbers format. Export it as .xlsx or .csv.",
}


def check_package(path: Path, source: Source, limits: Limits) -> None:
    """Raises InvalidInput or TooLarge unless the file is a whole, plain, moderate XLSX file.

    Every part is decompressed once, piece by piece, and forgotten: sizes are counted, not believed,
    and every XML part is read by a parser that stops at document types (the door to entity
    expansion) and at rows or texts that would fill the memory.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_directory(package, source, limits)
            left = limits.unpacked
            for part in package.infolist():
                left -= _check_part(package, part, left, source)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise broken(source) from error


def _check_directory(package: zipfile.ZipFile, source: Source, limits: Limits) -> None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    for telltale, sentence in _TELLTALES.items():
        if telltale in names:
            raise source.invalid(sentence)
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise source.invalid("is an archive, not a table. Unpack it and choose the table inside.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise source.invalid("holds macros. Save it as .xlsx without macros, or as .csv.")
    if any(part.flag_bits & 1 for part in parts):
        raise protected(source)
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
        raise bomb(source)
    if len(names) != len(parts):
        raise broken(source)


def protected(source: Source) -> InvalidInput:
    """The file is encrypted."""
    return source.invalid("is protected with a password. Remove the password and save it again.")


def _check_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, source: Source) -> int:
    """Reads one part to its end; returns its true size in bytes."""
    size, watch = 0, None
    with package.open(part) as stream:
        chunk = stream.read(_CHUNK)
        if _is_xml(chunk, source):
            watch = Watch(part.filename, source)
        while chunk:
            size += len(chunk)
            if size > left:
                raise bomb(source)
            if watch:
                watch.feed(chunk)
            chunk = stream.read(_CHUNK)
    if watch:
        watch.finish()
    return size


def _is_xml(start: bytes, source: Source) -> bool:
    """Judged by content, as a part's name does not bind the one who reads it."""
    if start.startswith(_BOMS):
        raise broken(source)
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def is_zip(start: bytes) -> bool:
    """Whether a file that begins so is a zip archive (all XLSX files are)."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def holds(file: IO[bytes], needle: bytes) -> bool:
    """Whether the rest of an open file contains some bytes; reads piece by piece."""
    tail = b""
    while chunk := file.read(MB):
        if needle in tail + chunk:
            return True
        tail = chunk[-len(needle) :]
    return False
