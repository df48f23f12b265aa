"""What changes for a driver, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleet_app.planning.publication.telling import differences
from tests.builders.plan_days import utc


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ([1, 2], [1, 2], ""),
        ([1, 2], [1, 2, 3, 4, 5], "3 stops added"),
        ([1, 2, 3], [3, 1, 2, 4], "1 stop added, 1 moved"),
        ([1, 2, 3], [3, 2, 1], "2 stops moved"),
        ([1, 2, 3], [2], "2 stops taken off"),
    ],
)
def test_stops_that_come_go_and_move(before: list[int], after: list[int], words: str) -> None:
    assert differences(before, after) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-10, "leaves 10 min earlier"), (75, "leaves 1 h 15 min later"), (0.5, "")],
)
def test_leaving_at_another_time(minutes: float, words: str) -> None:
    later = utc(8) + timedelta(minutes=minutes)
    assert differences([1], [1], left=utc(8), leaves=later) == words


def test_another_driver_and_all_together() -> None:
    words = differences([1, 2], [1, 2, 3], left=utc(8), leaves=utc(9), crew=("now driven by Aino",))
    assert words == "1 stop added, now driven by Aino, leaves 1 h later"
