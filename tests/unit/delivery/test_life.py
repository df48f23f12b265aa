"""The state machine of a delivery, by itself: legal changes, late reports, taking back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fleet_app.delivery import life
from fleet_app.delivery.errors import IllegalChange
from fleet_app.delivery.life import FINAL, LEGAL, Verdict, fold, judge, legal_next, ordered
from fleet_app.delivery.models import DeliveryStatus
from fleet_app.delivery.reasons import REASONS, WORDS, Reason, check_reason
from fleet_app.kernel.errors import InvalidInput

S = DeliveryStatus
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFICE, DRIVER = 1, 2


@dataclass
class Step:
    """An event as the machine sees it."""

    to_status: DeliveryStatus
    occurred_at: datetime
    actor_id: int | None = OFFICE
    from_status: DeliveryStatus | None = None


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def lived(*steps: DeliveryStatus) -> list[Step]:
    """One event every ten minutes, from noon, the first of them `created`."""
    return [Step(to, minutes(10 * number)) for number, to in enumerate([S.CREATED, *steps])]


def accept(events: list[Step], to: DeliveryStatus, verdict: Verdict, by: int = OFFICE) -> None:
    events.append(Step(to, verdict.occurred_at, by))


def status(events: list[Step]) -> DeliveryStatus:
    state = fold(events)
    assert state is not None
    return state.status


def test_every_status_is_in_the_table_and_can_be_reached() -> None:
    assert set(LEGAL) == set(S)
    reached, new = set(), {S.CREATED}
    while new:
        reached |= new
        new = {to for status in new for to in LEGAL[status]} - reached
    assert reached == set(S)
    assert {S.COMPLETED, S.RETURNED, S.CANCELLED} == FINAL


@pytest.mark.parametrize("to", list(S))
@pytest.mark.parametrize("now", list(S))
def test_what_the_table_does_not_name_is_refused_with_what_it_does(
    now: DeliveryStatus, to: DeliveryStatus
) -> None:
    events = [Step(now, NOON)]
    if to in LEGAL[now]:
        assert judge(events, to, told=None, now=minutes(1)).from_status is now
        return
    with pytest.raises(IllegalChange) as refused:
        judge(events, to, told=None, now=minutes(1))
    assert refused.value.legal_next == LEGAL[now]
    assert refused.value.fields["legal_next"] == ", ".join(LEGAL[now])


def test_drivers_report_only_what_happens_on_the_road() -> None:
    state = fold(lived(S.ASSIGNED, S.OUT_FOR_DELIVERY))
    assert state is not None
    assert S.ASSIGNED in legal_next(state)
    assert S.ASSIGNED not in legal_next(state, office=False)
    failed = fold(lived(S.ASSIGNED, S.OUT_FOR_DELIVERY, S.FAILED))
    assert failed is not None
    assert legal_next(failed, office=False) == (S.OUT_FOR_DELIVERY,)


def test_a_late_report_enters_the_history_and_overturns_nothing() -> None:
    events = lived(S.ASSIGNED, S.OUT_FOR_DELIVERY, S.COMPLETED)

    verdict = judge(events, S.ARRIVED, told=minutes(25), now=minutes(60), actor_id=OFFICE)

    assert verdict == Verdict(minutes(25), S.OUT_FOR_DELIVERY, late=True)
    accept(events, S.ARRIVED, verdict)
    assert status(events) is S.COMPLETED
    assert [step.to_status for step in ordered(events)][-2:] == [S.ARRIVED, S.COMPLETED]


def test_what_leaves_the_status_makes_no_report_late() -> None:
    events = lived(S.ASSIGNED)
    events.append(Step(S.ASSIGNED, minutes(40), from_status=S.ASSIGNED))  # goods were fetched

    verdict = judge(events, S.OUT_FOR_DELIVERY, told=minutes(30), now=minutes(60), actor_id=OFFICE)

    assert verdict == Verdict(minutes(30), S.ASSIGNED)
    accept(events, S.OUT_FOR_DELIVERY, verdict)
    assert status(events) is S.OUT_FOR_DELIVERY


def test_a_late_report_must_have_been_legal_at_its_own_moment() -> None:
    events = lived(S.ASSIGNED, S.OUT_FOR_DELIVERY, S.FAILED)
    with pytest.raises(IllegalChange) as refused:
        judge(events, S.COMPLETED, told=minutes(15), now=minutes(60), actor_id=OFFICE)
    assert "assigned at that time" in refused.value.message
    assert refused.value.legal_next == LEGAL[S.FAILED]


def test_what_the_phone_delivered_before_the_office_cancelled_comes_back_with_reopening() -> None:
    events = lived(S.ASSIGNED, S.CANCELLED)  # cancelled at minute 20, the van had left at 12
    for to, when in ((S.OUT_FOR_DELIVERY, 12), (S.COMPLETED, 17)):
        now = minutes(60)
        verdict = judge(events, to, told=minutes(when), now=now, actor_id=DRIVER, office=False)
        assert verdict.late
        accept(events, to, verdict, DRIVER)
    assert status(events) is S.CANCELLED

    state = fold(events)
    assert state is not None
    assert life.reopening(state, minutes(61)) is S.COMPLETED


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (NOON - timedelta(seconds=1), "before the delivery was created"),
        (NOON + timedelta(hours=1, minutes=5, seconds=1), "in the future"),
        (NOON - timedelta(days=31), "more than 30 days ago"),
        (datetime(1, 1, 1, tzinfo=UTC), "more than 30 days ago"),
        (datetime(9999, 12, 31, tzinfo=UTC), "in the future"),
    ],
)
def test_impossible_times_are_refused(told: datetime, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        judge(lived(S.ASSIGNED), S.OUT_FOR_DELIVERY, told=told, now=minutes(60), actor_id=OFFICE)
    assert problem in refused.value.fields["occurred_at"]


def test_a_clock_that_is_a_little_ahead_cannot_block_the_office() -> None:
    events = lived(S.ASSIGNED)
    now = minutes(20)
    ahead = judge(events, S.OUT_FOR_DELIVERY, told=minutes(24), now=now, actor_id=DRIVER)
    assert ahead.occurred_at == now
    accept(events, S.OUT_FOR_DELIVERY, ahead, DRIVER)
    assert not judge(events, S.FAILED, told=None, now=minutes(21)).late


def test_two_clocks_a_little_apart_do_not_change_the_order() -> None:
    events = lived(S.ASSIGNED)
    told = minutes(10) - life.CLOCK_SLACK

    theirs = judge(events, S.OUT_FOR_DELIVERY, told=told, now=minutes(11), actor_id=DRIVER)

    assert theirs == Verdict(minutes(10), S.ASSIGNED)
    with pytest.raises(IllegalChange):  # one's own clock does not run backwards
        judge(events, S.OUT_FOR_DELIVERY, told=told, now=minutes(11), actor_id=OFFICE)
    earlier = told - timedelta(seconds=1)
    with pytest.raises(IllegalChange):
        judge(events, S.OUT_FOR_DELIVERY, told=earlier, now=minutes(11), actor_id=DRIVER)


@pytest.mark.parametrize(
    ("before", "final", "back"),
    [
        ((S.ASSIGNED, S.OUT_FOR_DELIVERY), S.COMPLETED, S.OUT_FOR_DELIVERY),
        ((S.ASSIGNED, S.OUT_FOR_DELIVERY, S.FAILED), S.RETURNED, S.FAILED),
        ((S.ASSIGNED,), S.CANCELLED, S.CREATED),
        ((), S.CANCELLED, S.CREATED),
    ],
)
def test_the_office_takes_a_final_status_back_within_a_day(
    before: tuple[DeliveryStatus, ...], final: DeliveryStatus, back: DeliveryStatus
) -> None:
    events = lived(*before, final)
    since = ordered(events)[-1].occurred_at
    state = fold(events)
    assert state is not None

    in_time, too_late = (
        since + life.REOPEN_WITHIN,
        since + life.REOPEN_WITHIN + timedelta(seconds=1),
    )
    assert judge(events, back, told=None, now=in_time, taking_back=True).reopens
    assert life.reopening(state, too_late) is None
    for now, office in ((too_late, True), (in_time, False)):
        with pytest.raises(IllegalChange) as refused:
            judge(events, back, told=None, now=now, office=office, taking_back=True)
        assert "take_back_to" not in refused.value.fields
    before_it = since - timedelta(seconds=1)
    with pytest.raises(IllegalChange):  # what happened before it cannot overturn it
        judge(events, back, told=before_it, now=in_time, taking_back=True)


def test_a_final_status_is_left_only_by_saying_that_it_is_taken_back() -> None:
    events = lived(S.ASSIGNED, S.OUT_FOR_DELIVERY, S.ARRIVED, S.COMPLETED)
    state = fold(events)
    assert state is not None
    assert legal_next(state) == ()
    for to in S:
        with pytest.raises(IllegalChange) as refused:
            judge(events, to, told=None, now=minutes(41), actor_id=OFFICE)
        assert refused.value.legal_next == ()
        assert refused.value.fields["take_back_to"] == "arrived"
    with pytest.raises(IllegalChange):
        judge(events, S.CREATED, told=None, now=minutes(41), taking_back=True)


def test_there_is_nothing_to_take_back_but_a_final_status() -> None:
    events = lived(S.ASSIGNED, S.OUT_FOR_DELIVERY)
    for to in (S.ASSIGNED, S.ARRIVED):
        with pytest.raises(IllegalChange) as refused:
            judge(events, to, told=None, now=minutes(41), taking_back=True)
        assert refused.value.legal_next == LEGAL[S.OUT_FOR_DELIVERY]


def test_the_table_of_the_documentation_is_the_table_of_the_code() -> None:
    """Every line `from -> to` of docs/deliveries.md, and nothing else, is legal."""
    text = (Path(__file__).parents[3] / "docs/deliveries.md").read_text()
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    told = {
        row[0].strip(" `"): tuple(word.strip(" `") for word in row[1].split(",") if word.strip())
        for row in rows
    }
    assert told == {
        status.value: tuple(to.value for to in following) or ("nothing",)
        for status, following in LEGAL.items()
    }


@pytest.mark.parametrize("to", list(S))
def test_reasons(to: DeliveryStatus) -> None:
    assert set(WORDS) == set(Reason)
    if to not in REASONS:
        check_reason(to, None, None)
        with pytest.raises(InvalidInput):
            check_reason(to, Reason.OTHER, "because")
        return
    for reason in REASONS[to]:
        check_reason(to, reason, "because")
    with pytest.raises(InvalidInput) as missing:
        check_reason(to, None, "because")
    assert list(missing.value.fields) == ["reason"]
    with pytest.raises(InvalidInput) as unexplained:
        check_reason(to, Reason.OTHER, "  ")
    assert list(unexplained.value.fields) == ["note"]


class Life(RuleBasedStateMachine):
    """Any changes at any times: what is refused changes nothing, what is accepted is folded."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.events: list[Step] = []
        self.stored = S.CREATED

    @initialize()
    def create(self) -> None:
        self.events = [Step(S.CREATED, NOON)]

    @rule(passed=st.integers(1, 100_000))
    def wait(self, passed: int) -> None:
        self.now += timedelta(seconds=passed)

    @rule(
        to=st.sampled_from(S),
        ago=st.none() | st.integers(-600, 200_000),
        by=st.sampled_from([OFFICE, DRIVER]),
    )
    def change(self, to: DeliveryStatus, ago: int | None, by: int) -> None:
        told = None if ago is None else self.now - timedelta(seconds=ago)
        before, known = status(self.events), len(self.events)
        try:
            verdict = judge(
                self.events, to, told=told, now=self.now, actor_id=by, office=by == OFFICE
            )
        except (IllegalChange, InvalidInput):
            assert len(self.events) == known
            return
        accept(self.events, to, verdict, by)
        if verdict.late:
            assert status(self.events) is before
        else:
            assert verdict.from_status is before
            self.stored = to

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Something legal happens right now."""
        state = fold(self.events)
        assert state is not None
        back = life.reopening(state, self.now)
        possible = (*legal_next(state), *([] if back is None else [back]))
        if possible:
            to, final = data.draw(st.sampled_from(possible)), state.status in FINAL
            verdict = judge(self.events, to, told=None, now=self.now, taking_back=final)
            accept(self.events, to, verdict)
            self.stored = to

    @invariant()
    def the_events_say_what_is_stored(self) -> None:
        if self.events:
            assert status(self.events) is self.stored

    @invariant()
    def nothing_is_in_the_future(self) -> None:
        assert all(step.occurred_at <= self.now for step in self.events)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


@settings(deadline=None)
@given(
    walk=st.lists(st.integers(0, 4), min_size=1, max_size=8),
    order=st.randoms(use_true_random=False),
)
def test_a_days_reports_in_any_order_and_more_than_once_end_the_same(
    walk: list[int], order: object
) -> None:
    """The phone keeps what was refused and sends it again, as long as something goes through."""
    day = _a_day(walk)
    events = lived(S.ASSIGNED)
    waiting = [*day, *day]
    order.shuffle(waiting)  # type: ignore[attr-defined]
    seen: set[datetime] = set()
    for _ in range(len(waiting) + 1):
        waiting = [step for step in waiting if not _sent(events, step, seen)]
    assert not waiting
    assert [step.to_status for step in ordered(events)[2:]] == [step.to_status for step in day]
    assert status(events) is day[-1].to_status


def _a_day(walk: list[int]) -> list[Step]:
    """A legal way through the day as a driver reports it, every five minutes."""
    current, day = S.ASSIGNED, []
    for number, turn in enumerate(walk):
        possible = [to for to in LEGAL[current] if to in life.ON_THE_ROAD]
        if not possible:
            break
        current = possible[turn % len(possible)]
        day.append(Step(current, minutes(20 + 5 * number), DRIVER))
    return day


def _sent(events: list[Step], step: Step, seen: set[datetime]) -> bool:
    if step.occurred_at in seen:  # what the event id is for
        return True
    try:
        verdict = judge(
            events, step.to_status, told=step.occurred_at, now=minutes(600), actor_id=DRIVER,
            office=False,
        )  # fmt: skip
    except IllegalChange:
        return False
    accept(events, step.to_status, verdict, DRIVER)
    seen.add(step.occurred_at)
    return True
