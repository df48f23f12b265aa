"""What VROOM refuses is no answer; whatever else goes wrong is heard of."""

from __future__ import annotations

import logging

import pytest

from fleet_app.routing.optimiser.engines import vroom
from fleet_app.routing.optimiser.engines.vroom import answer
from fleet_app.routing.optimiser.problem import Problem, Stop
from tests.builders.problems import driver, in_a_row

ROW = Problem((Stop("a", 1), Stop("b", 2)), (driver(),), (in_a_row(3),))
SECONDS = 0.2


def test_a_start_that_it_does_not_allow_is_left_aside(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    lift = Stop("a", 1, skills=frozenset({"lift"}))
    held = Problem((lift, Stop("b", 2)), (driver(),), (in_a_row(3),))
    assert answer(held, 1, SECONDS, {"v": ("a", "b")}) == {"v": ("b",)}
    assert [record.levelname for record in caplog.records] == ["DEBUG"]


def test_a_problem_that_it_refuses_has_no_answer_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = Problem((Stop("a", 7),), (driver(),), (in_a_row(3),))
    assert answer(lost, 1, SECONDS, {"v": ("a",)}) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "VROOM refused" in caplog.text


def test_a_mistake_of_ours_is_not_taken_for_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise TypeError("ours")

    monkeypatch.setattr(vroom, "_Input", wrong)
    with pytest.raises(TypeError, match="ours"):
        answer(ROW, 1, SECONDS, {})
