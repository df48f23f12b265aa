"""The life of an alert by itself: which steps are legal, and where every walk can lead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fleet_app.kernel.errors import InvalidInput
from fleet_app.notification.errors import IllegalStep
from fleet_app.notification.life import (
    LEGAL,
    LONGEST_SNOOZE,
    Step,
    after,
    legal_steps,
    more_severe,
    snooze_end,
)
from fleet_app.notification.models import AlertStatus, Severity

S = AlertStatus
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("status", list(S))
def test_what_the_table_does_not_name_is_refused_with_what_it_does(
    status: AlertStatus, step: Step
) -> None:
    if step in LEGAL[status]:
        assert after(status, step) is LEGAL[status][step]
        return
    with pytest.raises(IllegalStep) as refused:
        after(status, step)
    assert refused.value.legal == tuple(LEGAL[status])
    assert refused.value.fields["legal_next"] == ", ".join(LEGAL[status])


class ManySteps(RuleBasedStateMachine):
    """Anybody may try any step at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.status = S.RAISED
        self.done: list[Step] = []

    @rule(step=st.sampled_from(Step))
    def try_it(self, step: Step) -> None:
        if step in legal_steps(self.status):
            self.status = after(self.status, step)
            self.done.append(step)
            return
        with pytest.raises(IllegalStep) as refused:
            after(self.status, step)
        assert set(refused.value.legal) == set(legal_steps(self.status))

    @invariant()
    def something_can_be_done_and_the_last_step_says_the_status(self) -> None:
        assert legal_steps(self.status)
        said = {
            Step.ACKNOWLEDGE: S.ACKNOWLEDGED, Step.SNOOZE: S.SNOOZED, Step.RESOLVE: S.RESOLVED,
            Step.REOPEN: S.RAISED,
        }  # fmt: skip
        assert self.status is (said[self.done[-1]] if self.done else S.RAISED)

    @invariant()
    def what_is_not_resolved_can_be_and_what_is_can_only_be_reopened(self) -> None:
        resolved = self.status is S.RESOLVED
        assert (Step.RESOLVE in legal_steps(self.status)) is not resolved
        assert (legal_steps(self.status) == (Step.REOPEN,)) is resolved


TestManySteps = ManySteps.TestCase
TestManySteps.settings = settings(max_examples=100, stateful_step_count=20)


def test_the_table_of_the_documentation_is_the_table_of_the_code() -> None:
    text = (Path(__file__).parents[3] / "docs/alerts.md").read_text()
    rows = [
        line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `") and "→" in line
    ]
    told = {
        row[0].strip(" `"): {
            word.split("→")[0].strip(" `"): word.split("→")[1].strip(" `")
            for word in row[1].split(",")
        }
        for row in rows
    }
    assert told == {
        status.value: {step.value: to.value for step, to in steps.items()}
        for status, steps in LEGAL.items()
    }


def test_a_snooze_ends_at_the_moment_that_is_told() -> None:
    assert snooze_end(None, 90, NOON) == NOON + timedelta(minutes=90)
    later = NOON + LONGEST_SNOOZE
    assert snooze_end(later, None, NOON) == later


@pytest.mark.parametrize(
    ("until", "minutes", "problem"),
    [
        (None, None, "say until when"),
        (NOON + timedelta(hours=1), 5, "say until when"),
        (NOON, None, "in the future"),
        (NOON + LONGEST_SNOOZE + timedelta(seconds=1), None, "at most 30 days"),
    ],
)
def test_other_ends_are_refused(until: datetime | None, minutes: int | None, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        snooze_end(until, minutes, NOON)
    assert problem in refused.value.fields["until"]


def test_nothing_is_more_severe_than_critical() -> None:
    assert [more_severe(one) for one in Severity] == [
        Severity.WARNING, Severity.CRITICAL, Severity.CRITICAL,
    ]  # fmt: skip
