"""Fields that a sheet writes in several columns: an address by street, postcode and city, a name
by first and last name.

`address.city` is a column's target beside `address`. The parts of a row are joined to the one text
that the field holds: `Street 5, 00100 Helsinki, Finland` and `Street 5, Portland, OR 97201`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fleet_app.records.fields import Spec
from fleet_app.records.imports.part_words import (
    AFFIXES,
    PARTS_OF_NAMES,
    PARTS_OF_PLACES,
    PICK_UP,
    SHORT_NUMBERS,
)
from fleet_app.records.kinds import Kind
from fleet_app.records.sheets.mapping import plain
from fleet_app.records.sheets.values import is_blank

_PERSONS = frozenset(
    {("customers", "name"), ("drivers", "name"), ("users", "name"), ("deliveries", "contact_name")}
)
"""Kind and field: names of people."""
_WORDS = {**PARTS_OF_PLACES, **PARTS_OF_NAMES}


class Part(msgspec.Struct, frozen=True):
    """A part of a field: its name such as `address.city`, the field, and its title."""

    name: str
    whole: str
    title: str


def whole_of(name: str) -> str:
    """The field that a column fills in, be it with a part only."""
    return name.partition(".")[0]


def is_part(name: str) -> bool:
    """Whether a column is only a part of its field."""
    return "." in name


def parts_of_field(kind: Kind, spec: Spec) -> list[Part]:
    """The parts that a field may come in; none for most."""
    names: Mapping[str, tuple[str, str]] = {}
    if spec.input == "address":
        names = PARTS_OF_PLACES
    elif (kind.plural, spec.name) in _PERSONS:
        names = PARTS_OF_NAMES
    return [
        Part(f"{spec.name}.{part}", spec.name, f"{spec.title}: {title}")
        for part, (title, _) in names.items()
    ]


def parts_of(kind: Kind) -> list[Part]:
    """All parts that columns of a kind's sheets can be."""
    specs = (spec for spec in kind.specs if spec.importable)
    return [part for spec in specs for part in parts_of_field(kind, spec)]


def guess_parts(kind: Kind, headers: Sequence[str], guessed: Mapping[int, str]) -> dict[int, str]:
    """The columns that are parts, beside those that are `guessed` to be something already."""
    words = _words(kind)
    found: dict[int, str] = {}
    for column, header in enumerate(headers):
        name = _part_in(words, header) if column not in guessed else ""
        before = found.get(column - 1, "")
        if not name and column not in guessed and before.endswith(".street"):
            name = before.replace("street", "number") if plain(header) in SHORT_NUMBERS else ""
        if name and name not in found.values():
            found[column] = name
    return found


def joined(texts: Mapping[str, str], order: Sequence[str]) -> str:
    """One text of a field's parts; `""` is the column of the whole, `order` that of the columns."""
    said = {part: " ".join(text.split()) for part, text in texts.items() if not is_blank(text)}
    if set(said) <= {""}:
        return texts.get("", "")
    return _name(said) if set(said) & set(PARTS_OF_NAMES) else _place(said, order)


def _words(kind: Kind) -> dict[str, str]:
    """Plain word to part. Those of pick-ups say so; the others are of the kind's first address."""
    found: dict[str, str] = {}
    for part in reversed(parts_of(kind)):
        field, _, key = part.name.partition(".")
        words = _WORDS[key][1].split(",")
        before = PICK_UP if field.startswith("pickup") else ("",)
        found |= {plain(start + word): part.name for start in before for word in words}
        found |= {plain(part.name): part.name, plain(part.title): part.name}
    return found


def _part_in(words: Mapping[str, str], header: str) -> str:
    """The part that a header names, with or without a word such as `shipping` around it."""
    bare = plain(header)
    tries = [bare]
    tries += [bare.removeprefix(plain(one)) for one in AFFIXES]
    tries += [bare.removesuffix(plain(one)) for one in AFFIXES]
    return next((words[one] for one in tries if one in words), "")


def _name(said: Mapping[str, str]) -> str:
    """First name, last name. A column called `Name` or `Nombre` beside one of them is the other."""
    whole, first, last = (said.get(part, "") for part in ("", "first", "last"))
    if whole and (first and last):
        return whole
    return _together(*_new(first, whole), whole, *_new(last, whole))


def _place(said: Mapping[str, str], order: Sequence[str]) -> str:
    """Street and number as the columns stand; then the town as the country writes it."""
    address = said.get("", "")
    if not address:
        street = [said[part] for part in order if part in ("street", "number") and part in said]
        address = _together(*street)
    elif "street" not in said:
        address = _together(address, *_new(said.get("number", ""), address))
    postcode, city, state, country = (
        "".join(_new(said.get(part, ""), address))
        for part in ("postcode", "city", "state", "country")
    )
    town = [city, _together(state, postcode)] if state else [_together(postcode, city)]
    return ", ".join(one for one in (address, *town, country) if one)


def _new(text: str, known: str) -> list[str]:
    """The text, unless it is said in the other already."""
    words = f" {' '.join(map(plain, known.replace(',', ' ').split()))} "
    said = " ".join(map(plain, text.replace(",", " ").split()))
    return [text] if text and f" {said} " not in words else []


def _together(*texts: str) -> str:
    return " ".join(text for text in texts if text)
