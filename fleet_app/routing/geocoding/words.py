"""How written addresses are compared: without case, accents and punctuation, word by word."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_WORDS = 10
LONGEST_WORD = 40

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def words(text: str) -> list[str]:
    """The comparable words of `text`; letters and digits are apart, so that 1b is 1 B.

    Every word is lower case, without marks, and all letters or all digits.
    """
    plain = text.lower() if text.isascii() else _plain(text)
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def _plain(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN)
    # Case folding may bring new marks (İ), so marks go last.
    return "".join(c for c in unicodedata.normalize("NFKD", taken_apart) if not _is_mark(c))


def key(text: str) -> str:
    """`words` as one text: equal for two ways to write the same."""
    return " ".join(words(text))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody typed, read as an address that may not be complete yet."""

    words: tuple[str, ...]

    @property
    def numbers(self) -> frozenset[str]:
        """House numbers it may name, as `key` writes them, with their letter if one follows."""
        found = set()
        for place, word in enumerate(self.words):
            if word.isdecimal():
                after = self.words[place + 1] if place + 1 < len(self.words) else ""
                found.add(f"{word} {after}" if len(after) == 1 and after.isalpha() else word)
        return frozenset(found)

    @property
    def digits(self) -> frozenset[str]:
        """The same without letters."""
        return frozenset(word for word in self.words if word.isdecimal())

    def without_letters(self) -> Wanted:
        """House 5 instead of 5 B: for a staircase that is not on the map."""
        pairs = zip(("", *self.words), self.words, strict=False)
        kept = (word for before, word in pairs if not (before.isdecimal() and len(word) == 1))
        return Wanted(tuple(kept))

    def without_numbers(self) -> Wanted:
        """Only the names: for a house that is not on the map."""
        names = (word for word in self.without_letters().words if not word.isdecimal())
        return Wanted(tuple(names))


def wanted(text: str) -> Wanted:
    """What `text` asks for; no words when there is nothing to look for in it."""
    return Wanted(tuple(words(text)[:MOST_WORDS]))


def simpler(text: str) -> list[str]:
    """The text, then with less of what a map may not know of a place: country or state, postcode.

    `Street 5, 00100 Helsinki, Finland` is also `Street 5, 00100 Helsinki` and `Street 5, Helsinki`.
    """
    street, *rest = (part.strip() for part in text.split(","))
    if not rest:
        return [text]
    town = " ".join(word for word in rest[0].split() if not any(map(str.isdigit, word)))
    ways = [text, f"{street}, {rest[0]}", *([f"{street}, {town}"] if town else [])]
    return list(dict.fromkeys(ways))
