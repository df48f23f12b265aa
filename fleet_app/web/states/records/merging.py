"""Two people change one record: what each did to it, unit by unit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from fleet_app.records.kinds import Kind
from fleet_app.web.states.records.texts import shown_text, units_of

Texts = Mapping[str, str]


class Clash(TypedDict):
    """A field that somebody else changed; `open` while both did, differently."""

    name: str
    title: str
    theirs: str
    mine: str
    open: bool


def changed_names(kind: Kind, base: Texts, mine: Texts) -> list[str]:
    """The fields whose text is not what it was."""
    return [spec.name for spec in kind.specs if mine.get(spec.name, "") != base.get(spec.name, "")]


def merged(
    kind: Kind, base: Texts, mine: Texts, theirs: Texts
) -> tuple[dict[str, str], list[Clash]]:
    """What the form shows next, and what to tell: nothing that was typed is lost.

    A unit that only they changed becomes theirs; one that both changed stays mine, to be decided.
    """
    texts, clashes = dict(mine), list[Clash]()
    for unit in units_of(kind):
        if _same(unit, base, theirs) or _same(unit, mine, theirs):
            continue
        is_open = not _same(unit, base, mine)
        if not is_open:
            texts.update({name: theirs.get(name, "") for name in unit})
        clashes.append(_clash(kind, unit, mine, theirs, is_open=is_open))
    return texts, clashes


def unit_with(kind: Kind, name: str) -> tuple[str, ...]:
    """The unit that a field belongs to; itself when it is none of the kind's."""
    return next((unit for unit in units_of(kind) if name in unit), (name,))


def _same(unit: Sequence[str], one: Texts, other: Texts) -> bool:
    return all(one.get(name, "") == other.get(name, "") for name in unit)


def _clash(kind: Kind, unit: Sequence[str], mine: Texts, theirs: Texts, *, is_open: bool) -> Clash:
    spec = kind.by_name[unit[0]]
    return Clash(
        name=spec.name,
        title=spec.title,
        theirs=shown_text(kind, unit, theirs),
        mine=shown_text(kind, unit, mine),
        open=is_open,
    )
