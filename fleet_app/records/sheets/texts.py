"""How a text file is written: its letters' encoding and the mark between its columns."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from fleet_app.records.sheets.model import Source

DELIMITERS = ",;\t|"
_CHUNK = 256 * 1024
_SAMPLE_LINES = 50
_QUOTED = re.compile(r'(^|[,;\t|\r\n]) *"[^"]*(?:""[^"]*)*(?:"|\Z)')
_BREAK = re.compile(r"\r\n|\r|\n")
_SAVE_AS = "Save it again as “CSV UTF-8” or .xlsx."


def detect_encoding(path: Path, source: Source) -> str:
    """The codec that reads the whole file: UTF-8, UTF-16 with its mark, or Windows-1252.

    Reads the file once, piece by piece. Raises InvalidInput when no codec fits, when a UTF-8 file
    is damaged in the middle, or when the file is no text.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _only("utf-16", path, source)
    foreign, bad = _walk(path, "utf-8-sig", source)
    if bad is None:
        return "utf-8-sig"
    if foreign:
        # Letters beyond ASCII were fine before: the file is UTF-8 with a broken place, and reading
        # it by another table would spoil every one of those letters.
        raise source.invalid(f"has unreadable letters in line {bad}. {_SAVE_AS}")
    return _only("cp1252", path, source)


def _only(encoding: str, path: Path, source: Source) -> str:
    _, bad = _walk(path, encoding, source)
    if bad is not None:
        raise source.invalid(f"has unreadable letters in line {bad}. {_SAVE_AS}")
    return encoding


def _walk(path: Path, encoding: str, source: Source) -> tuple[bool, int | None]:
    """Whether letters beyond ASCII were decoded, and the line that cannot be decoded, if any."""
    decoder = codecs.getincrementaldecoder(encoding)()
    foreign, line = False, 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "ignore")
                return foreign or not good.isascii(), line + good.count("\n")
            if "\0" in text:
                raise source.invalid(f"is not a table of text. {_SAVE_AS}")
            foreign = foreign or not text.isascii()
            line += text.count("\n")
            if not chunk:
                return foreign, None


def detect_delimiter(sample: str) -> str:
    """The mark between columns, judged by the start of the text; a comma when there is none.

    Marks inside quotation marks do not count. The header must have the mark; of several, the one
    that most lines have as often as the header wins, then the most frequent one.
    """
    outside = _QUOTED.sub(r"\1", sample)
    lines = [line for line in _BREAK.split(outside) if line.strip(" ")][:_SAMPLE_LINES]
    best, best_score = ",", (0.0, 0)
    for mark in DELIMITERS:
        counts = [line.count(mark) for line in lines]
        if counts and counts[0]:
            score = (counts.count(counts[0]) / len(counts), counts[0])
            if score > best_score:
                best, best_score = mark, score
    return best
