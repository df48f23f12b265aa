"""Guesses which column of a table is which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_CLOSE = 0.88
_LEAD = 0.04
_SHORTEST = 4
_LONGEST = 60
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can be: its name, its title on the screen, other words for it."""

    name: str
    title: str
    aliases: tuple[str, ...] = ()


def guess_mapping(
    headers: Sequence[str], targets: Sequence[Target], *, close: bool = True
) -> dict[int, str]:
    """Column index to field name, for the columns that are recognised; no field twice.

    Case, blanks, underscores, punctuation, accents and a unit in brackets do not matter. A name
    wins over a title, a title over an alias, the same word over a close one, the left column over
    the right one. Close words are taken only when they are very close and no other field is nearly
    as close, and not at all unless `close`. The same input always gives the same answer.
    """
    found: dict[int, str] = {}
    for rank in range(_ranks(targets)):
        words = {_word(target, rank): target.name for target in reversed(targets)}
        words.pop("", None)
        for spelled in (plain, _without_brackets):
            for column, header in enumerate(headers):
                name = words.get(spelled(header))
                if name and column not in found and name not in found.values():
                    found[column] = name
    nearly = _close_matches(headers, targets, found) if close else ()
    for _, column, name in sorted(nearly):
        if column not in found and name not in found.values():
            found[column] = name
    return dict(sorted(found.items()))


def plain(text: str) -> str:
    """A header without case, accents and anything but letters and digits."""
    bare = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return "".join(letter for letter in bare if letter.isalnum())


def _without_brackets(text: str) -> str:
    return plain(_BRACKETS.sub(" ", text))


def _ranks(targets: Sequence[Target]) -> int:
    return 2 + max((len(target.aliases) for target in targets), default=0)


def _word(target: Target, rank: int) -> str:
    words = (target.name, target.title, *target.aliases)
    return plain(words[rank]) if rank < len(words) else ""


def _close_matches(
    headers: Sequence[str], targets: Sequence[Target], found: dict[int, str]
) -> Iterator[tuple[float, int, str]]:
    """Columns and fields that are nearly the same word, the closest sorting first."""
    taken = set(found.values())
    for column, header in enumerate(headers):
        word = _without_brackets(header)
        if column in found or not _SHORTEST <= len(word) <= _LONGEST:
            continue
        scores = sorted((-_likeness(word, target), target.name) for target in targets)
        best, name = scores[0] if scores else (0.0, "")
        runner_up = scores[1][0] if len(scores) > 1 else 0.0
        if -best >= _CLOSE and runner_up - best >= _LEAD and name not in taken:
            yield best, column, name


def _likeness(word: str, target: Target) -> float:
    words = (target.name, target.title, *target.aliases)
    return max((_ratio(word, plain(other)) for other in words), default=0.0)


def _ratio(one: str, other: str) -> float:
    """0 to 1; words that begin differently or hold other digits are no misspellings."""
    if len(other) < _SHORTEST or one[0] != other[0] or _digits(one) != _digits(other):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _CLOSE else 0.0


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdecimal())
