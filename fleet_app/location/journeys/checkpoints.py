"""When to put a fold away, which checkpoint to take up again, and which to forget."""

from __future__ import annotations

from collections.abc import Sequence

AT_REST, ON_THE_WAY = 64, 512
"""Fixes between two checkpoints. At rest the state is a kilobyte, on the way it holds the path."""
SHARE = 8
"""Between two checkpoints lies at most an eighth of their age: most late fixes are minutes late,
and folding again costs at most an eighth more than it must."""
LEAST_APART_MS = 60_000


def due(fixes_since: int, at_rest: bool) -> bool:
    """Whether to put the fold away, so many fixes after the last time."""
    return fixes_since >= (AT_REST if at_rest else ON_THE_WAY)


def before(moments: Sequence[int], at_ms: int) -> int | None:
    """The newest of the checkpoints' moments (oldest first) that has not seen `at_ms`."""
    for moment in reversed(moments):
        if moment < at_ms:
            return moment
    return None


def worth_keeping(moments: Sequence[int]) -> list[int]:
    """Those of the moments (oldest first) that are worth their room; some 8 for each doubling of
    age. The newest and the oldest always are."""
    if len(moments) < 3:
        return list(moments)
    kept = [newest := moments[-1]]
    for older, moment in zip(reversed(moments[:-2]), reversed(moments[1:-1]), strict=True):
        if kept[-1] - older > max(LEAST_APART_MS, (newest - older) / SHARE):
            kept.append(moment)
    return [moments[0], *reversed(kept)]
