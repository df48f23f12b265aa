"""What a file is, by its first bytes: names and declared types are only what somebody says."""

from __future__ import annotations

import codecs
import re
import unicodedata
from enum import StrEnum
from pathlib import PurePosixPath

from fleet_app.kernel.errors import InvalidInput

HEAD = 1024 * 1024
"""No decision needs more than this many bytes from the beginning."""
_LONGEST_NAME = 200
_LONGEST_SUFFIX = 12
_WORKBOOK = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/")
_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


class Media(StrEnum):
    """The kinds of files we take."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


IMAGES = frozenset({Media.JPEG, Media.PNG, Media.WEBP})
PAPERS = IMAGES | {Media.PDF}
"""What belongs to a record: photographs and papers."""
SHEETS = frozenset({Media.CSV, Media.XLSX})
"""What is imported."""
SUFFIXES: dict[Media, tuple[str, ...]] = {
    Media.JPEG: (".jpg", ".jpeg"),
    Media.PNG: (".png",),
    Media.WEBP: (".webp",),
    Media.PDF: (".pdf",),
    Media.CSV: (".csv", ".txt", ".tsv"),
    Media.XLSX: (".xlsx",),
}
_WORDS = {
    PAPERS: "a JPEG, PNG or WebP picture, or a PDF",
    IMAGES: "a JPEG, PNG or WebP picture",
    SHEETS: "a CSV file or an Excel workbook (.xlsx)",
}


def words_for(accepted: frozenset[Media]) -> str:
    """What people call these kinds of files."""
    return _WORDS.get(accepted) or " or ".join(sorted(accepted))


class UnknownMedia(InvalidInput):
    """The file is none of the kinds that are accepted here."""

    type = "unknown_media"

    def __init__(self, accepted: frozenset[Media]) -> None:
        kinds = words_for(accepted)
        super().__init__(f"Please choose {kinds}", fields={"file": f"is not {kinds}"})


def media_of(head: bytes, accepted: frozenset[Media]) -> Media:
    """What begins with `head` (at least 4 KiB of it, or all). Raises `UnknownMedia`."""
    media = _by_signature(head)
    if media is None and Media.CSV in accepted and _is_text(head):
        media = Media.CSV
    if media is None or media not in accepted:
        raise UnknownMedia(accepted)
    return media


def clean_name(name: str, media: Media) -> str:
    """A file name for people: no folders, nothing invisible, with the suffix of what it is."""
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1].translate(_FORBIDDEN)
    seen = _visible(last).strip(". ")
    suffix = PurePosixPath(seen).suffix
    if suffix.lower() in SUFFIXES[media]:
        seen = seen[: -len(suffix)].strip(". ")
    else:
        suffix = SUFFIXES[media][0]
    return (seen[: _LONGEST_NAME - _LONGEST_SUFFIX].rstrip(". ") or "file") + suffix


def _visible(text: str) -> str:
    """Nothing invisible, and what then meets is one: spaces, and a letter with its accent."""
    words = " ".join(text.split())  # a line break is a control character, but also a gap
    seen = "".join(char for char in words if unicodedata.category(char)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _by_signature(head: bytes) -> Media | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Media.WEBP
    if head.startswith(b"%PDF-"):
        return Media.PDF
    if head.startswith(b"PK\x03\x04") and head[30:].startswith(_WORKBOOK):
        return Media.XLSX
    return None


def _is_text(head: bytes) -> bool:
    """Whether it may be a table in words: no control characters, and no markup."""
    if not head:
        return False
    text = _decoded(head).lstrip("\ufeff \t\r\n")
    if text.startswith(("<", "%PDF", "{\\rtf")):
        return False
    return bool(text) and not any(char < " " and char not in "\t\r\n\f" for char in text)


def _decoded(head: bytes) -> str:
    """In the encoding that spreadsheets export in; cut characters at the end do not matter."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")("replace").decode(head)
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")
