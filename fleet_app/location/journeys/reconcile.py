"""Which stored fact a newly told one is. Identity survives a rewind: the trip that turns out to
have begun two minutes earlier is the same trip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fleet_app.location.journeys.facts import Fact, FactKey

NEAR_MS = 60_000
"""Facts of one kind less than this apart may be the same, although they do not overlap: moments
have no length, and the short ones move when a fix between them turns up."""
_OPEN_END_MS = 2**62


class Revision(msgspec.Struct, frozen=True):
    """A stored fact that is now told otherwise."""

    id: int
    before: Fact
    after: Fact
    corrected: bool
    """Whether what was told before was wrong; else it has merely gone on."""


class Reconciliation(msgspec.Struct, frozen=True):
    """What to do to the stored facts, in the order of their start."""

    new: list[Fact]
    revised: list[Revision]
    withdrawn: list[int]


def reconcile(stored: Mapping[int, Fact], told: Iterable[Fact], since_ms: int) -> Reconciliation:
    """Match facts `told` by a fold from `since_ms` on with those `stored` under their ids.

    `told` are all facts open at `since_ms` and all that were told since. `stored` must hold every
    fact that has `known_ms > since_ms` or has not ended; more do no harm. What the fold does not
    tell again, although it became known after `since_ms`, is withdrawn.
    """
    fresh = {fact.key: fact for fact in told}
    matched = _by_key(stored, fresh)
    doubtful = {
        id_: fact
        for id_, fact in stored.items()
        if fact.known_ms > since_ms and id_ not in matched.values()
    }
    loose = [fact for key, fact in fresh.items() if key not in matched]
    matched |= _by_overlap(doubtful, loose)
    taken = set(matched.values())
    revised = [
        _revision(id_, stored[id_], fresh[key], since_ms)
        for key, id_ in matched.items()
        if stored[id_] != fresh[key]
    ]
    return Reconciliation(
        new=sorted((fact for key, fact in fresh.items() if key not in matched), key=_order),
        revised=sorted(revised, key=lambda revision: _order(revision.after)),
        withdrawn=sorted(id_ for id_ in doubtful if id_ not in taken),
    )


def _by_key(stored: Mapping[int, Fact], fresh: Mapping[FactKey, Fact]) -> dict[FactKey, int]:
    return {fact.key: id_ for id_, fact in stored.items() if fact.key in fresh}


def _by_overlap(doubtful: Mapping[int, Fact], loose: list[Fact]) -> dict[FactKey, int]:
    """The longest overlaps first; each stored fact is matched once."""
    pairs = [
        (-_shared_ms(old, new), new.started_ms, id_, new.key)
        for id_, old in doubtful.items()
        for new in loose
        if old.kind == new.kind and old.subject == new.subject
    ]
    matched: dict[FactKey, int] = {}
    taken: set[int] = set()
    for shared, _, id_, key in sorted(pairs):
        if -shared > -NEAR_MS and id_ not in taken and key not in matched:
            matched[key] = id_
            taken.add(id_)
    return matched


def _shared_ms(one: Fact, other: Fact) -> int:
    """How long both go on; less than zero is how far they are apart."""
    ends = (_end(one), _end(other))
    return min(ends) - max(one.started_ms, other.started_ms)


def _end(fact: Fact) -> int:
    return _OPEN_END_MS if fact.ended_ms is None else fact.ended_ms


def _revision(id_: int, before: Fact, after: Fact, since_ms: int) -> Revision:
    same = msgspec.structs.replace(before, known_ms=after.known_ms) == after
    corrected = before.known_ms > since_ms and not same
    return Revision(id_, before, after, corrected)


def _order(fact: Fact) -> tuple[int, str, str]:
    return fact.started_ms, fact.kind.value, fact.subject
