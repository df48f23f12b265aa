"""Large matrices in blocks, several at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fleet_app.routing.roads.errors import Refused, RoadsUnavailable
from fleet_app.routing.roads.ports import UNREACHABLE, LatLon, RoadMatrix

log = logging.getLogger(__name__)

AskBlock = Callable[[Sequence[LatLon], Sequence[LatLon]], RoadMatrix]


class Block(NamedTuple):
    """Some rows and some columns."""

    rows: slice
    columns: slice


class Size(NamedTuple):
    """How large a block may be."""

    rows: int
    columns: int
    at_once: int
    """How many blocks are asked for side by side."""


def blocks(rows: int, columns: int, size: Size) -> Iterator[Block]:
    """All of a matrix."""
    for top in range(0, rows, size.rows):
        for left in range(0, columns, size.columns):
            yield Block(slice(top, top + size.rows), slice(left, left + size.columns))


def in_blocks(
    points: Sequence[LatLon], targets: Sequence[LatLon], size: Size, ask: AskBlock
) -> RoadMatrix:
    """The whole, put together from its blocks. The first error ends it."""
    shape = (len(points), len(targets))
    seconds = np.full(shape, UNREACHABLE, dtype=np.int64)
    metres = seconds.copy()

    def fill(block: Block) -> bool:
        part = ask(points[block.rows], targets[block.columns])
        seconds[block.rows, block.columns] = part.durations_s
        metres[block.rows, block.columns] = part.distances_m
        return part.is_estimate

    wanted = list(blocks(*shape, size))
    if len(wanted) < 2 or size.at_once < 2:
        guessed = [fill(block) for block in wanted]
    else:
        with ThreadPoolExecutor(size.at_once, "matrix") as threads:
            try:
                guessed = list(threads.map(fill, wanted))
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
    return RoadMatrix(seconds, metres, any(guessed))


MOST_REFUSED = 64
"""So many questions of one matrix that are refused, and none answered, are no matter of places."""


def split(ask: AskBlock) -> AskBlock:
    """Blocks that are refused are asked for in halves, down to one pair: no way leads there.
    Raises `RoadsUnavailable` when it is the service that refuses everything."""
    refused = answered = 0

    def ask_parts(points: Sequence[LatLon], targets: Sequence[LatLon]) -> RoadMatrix:
        nonlocal refused, answered
        try:
            part = ask(points, targets)
        except Refused as error:
            refused += 1
            if refused >= MOST_REFUSED and not answered:
                log.warning("the road service refuses everything: %s", error)
                raise RoadsUnavailable from error
            if len(points) == len(targets) == 1:
                nowhere = np.full((1, 1), UNREACHABLE, dtype=np.int64)
                return RoadMatrix(nowhere, nowhere.copy(), is_estimate=False)
        else:
            answered += 1
            return part
        half = Size((len(points) + 1) // 2, (len(targets) + 1) // 2, 1)
        return in_blocks(points, targets, half, ask_parts)

    return ask_parts


def spread(
    known: RoadMatrix, among: Container[LatLon], points: Sequence[LatLon], targets: Sequence[LatLon]
) -> RoadMatrix:
    """The matrix of all points from that of those `among` some. No way leads to or from the
    others, but nothing is to be driven from any place to itself."""
    rows = [row for row, point in enumerate(points) if point in among]
    columns = [column for column, target in enumerate(targets) if target in among]
    home = _same(points, targets)
    return RoadMatrix(
        _spread(known.durations_s, rows, columns, home),
        _spread(known.distances_m, rows, columns, home),
        known.is_estimate,
    )


def _spread(
    known: NDArray[np.int64], rows: list[int], columns: list[int], home: NDArray[np.bool_]
) -> NDArray[np.int64]:
    values = np.full(home.shape, UNREACHABLE, dtype=np.int64)
    values[np.ix_(rows, columns)] = known
    values[home] = 0
    return values


def _same(points: Sequence[LatLon], targets: Sequence[LatLon]) -> NDArray[np.bool_]:
    start = np.array(points, dtype=np.float64).reshape(-1, 1, 2)
    end = np.array(targets, dtype=np.float64).reshape(1, -1, 2)
    same: NDArray[np.bool_] = (start == end).all(axis=2)
    return same
