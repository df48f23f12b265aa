"""What a text may hold, whoever writes it and however long it is."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_BREAKS = re.compile(r"[\t\r\n\x85\u2028\u2029]")
_NEW_LINES = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""What nobody sees but what makes text read differently, or two names look alike. The joiners
U+200C and U+200D are not among them: scripts and emoji are written with them."""
_BLANK = re.compile("[\\s\u034f\u115f\u1160\u200c\u200d\u2800\u3164\uffa0]*")
"""What leaves nothing to be seen when there is nothing else."""
_NUMBERS = re.compile("([0-9]{1,4000})")
"""Longer ones are more than Python takes for a number."""


def one_line(text: str) -> str:
    """A text of one line as it is kept. Raises ValueError with what is wrong."""
    if _CONTROLS.search(text) or _LINE_BREAKS.search(text):
        raise ValueError("must be one line of text without control characters")
    return _seen(text)


def many_lines(text: str) -> str:
    """A text of any number of lines as it is kept. Raises ValueError with what is wrong."""
    if _CONTROLS.search(text):
        raise ValueError("must not contain control characters")
    return _seen(_NEW_LINES.sub("\n", text))


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen."""
    return _BLANK.fullmatch(text) is not None


def natural(name: str) -> list[tuple[int, str]]:
    """What names are sorted by: "Van 2" comes before "Van 10", whatever the case of letters."""
    parts = _NUMBERS.split(name.casefold())
    return [(int(part) if place % 2 else 0, part) for place, part in enumerate(parts)]


def normal(text: str) -> str:
    """The one spelling of a text. It may be longer than what was written."""
    return unicodedata.normalize("NFC", text)


def _seen(text: str) -> str:
    if _INVISIBLE.search(text):
        raise ValueError("must not contain invisible characters; type it instead of pasting it")
    return normal(text)


def file_size(size: int) -> str:
    """`2 MB`: an amount of bytes as people say it."""
    return f"{size / 1_000_000:.3g} MB" if size >= 100_000 else f"{size / 1000:.0f} kB"
