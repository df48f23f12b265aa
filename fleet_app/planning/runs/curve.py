"""How a run improved, in as many points as a chart can show."""

from __future__ import annotations

from collections.abc import Sequence

MOST_POINTS = 200

Curve = list[list[float]]
"""`[seconds, cost]`, in the order of time."""


def extended(curve: Sequence[Sequence[float]], seconds: float, cost: float) -> Curve:
    """The curve with one more point. When it gets too long, every second point goes; its first and
    its last stay."""
    points, cost = [list(point) for point in curve], round(cost, 2)
    if points and points[-1][1] == cost:
        return points
    points.append([round(seconds, 2), cost])
    if len(points) > MOST_POINTS:
        points = [*points[:-1:2], points[-1]]
    return points
