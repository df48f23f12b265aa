"""Keeps texts from becoming formulas when a written file is opened in a spreadsheet program.

The rule for CSV, where a cell is nothing but its letters:

* A text is *risky* when, after any apostrophes at its start, it begins with a tab or a line break,
  or its first visible character is one of ``= + - @`` (also in their full-width and small forms).
* It is not risky when it is only a signed number or a telephone number written in digits with
  single blanks, commas or points: ``-5``, ``-1 234,50``, ``+358 50 123``.
* Writing puts one apostrophe before a risky text. Reading takes one apostrophe away when what
  follows it is risky. As apostrophes at the start do not change whether a text is risky, reading
  undoes exactly what writing did, whatever the text was.

XLSX says of each cell that it is text, so nothing is put before it. The cells for which it matters
also carry the mark that Excel sets where somebody types an apostrophe first: the text stays text
when the cell is edited. Reading takes a marked cell as it stands. An apostrophe in a cell without
the mark may come from a CSV file that was saved as XLSX: it goes as in CSV.
"""

from __future__ import annotations

import re
import unicodedata

_HARMLESS = re.compile(r"[+-][0-9]+(?:[ .,][0-9]+)*")
_SIGNS = frozenset("=+-@")
_MARKED = frozenset("'=+-@")
_BREAKS = ("\t", "\r", "\n")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def neutralised(text: str) -> str:
    """The text as it may stand in a file."""
    return "'" + text if is_risky(text) else text


def restored(text: str) -> str:
    """The text as it was before `neutralised`."""
    return text[1:] if text.startswith("'") and is_risky(text[1:]) else text


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    bare = text.lstrip("'")
    if not bare or bare[0].isalnum():
        return False
    if bare.startswith(_BREAKS):
        return True
    return _first_visible(bare) in _SIGNS and not _HARMLESS.fullmatch(bare)


def needs_mark(text: str) -> bool:
    """Whether a text cell must be marked as text to stay what it is when somebody edits it."""
    return text[:1] in _MARKED or is_risky(text)


def _first_visible(text: str) -> str:
    """The first character that is no blank or invisible mark, full-width forms made plain."""
    for letter in text:
        if unicodedata.category(letter) not in _UNSEEN:
            return unicodedata.normalize("NFKC", letter)[:1]
    return ""
