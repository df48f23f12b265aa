"""Late fixes: which facts stay themselves, which are corrected, withdrawn or new."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.location.journeys import checkpoints
from fleet_app.location.journeys.facts import Fact, FactKind
from fleet_app.location.journeys.fold import Folding
from fleet_app.location.journeys.reconcile import reconcile
from fleet_app.location.journeys.rewinding import Rewinding
from tests.builders.drives import Drive
from tests.builders.fixes import NOON_MS, a_fix


def a_trip(start: int, end: int | None, known: int = 100, **said: object) -> Fact:
    return Fact(
        kind=FactKind.TRIP, started_ms=start * 60_000, lat=0.0, lon=0.0, known_ms=known,
        ended_ms=None if end is None else end * 60_000, **said,  # type: ignore[arg-type]
    )  # fmt: skip


class TestReconcile:
    def test_what_goes_on_keeps_its_id_and_is_no_correction(self):
        before, after = a_trip(1, None, known=50), a_trip(1, 9, known=90)
        result = reconcile({7: before}, [after], since_ms=50)
        assert [(r.id, r.after, r.corrected) for r in result.revised] == [(7, after, False)]
        assert (result.new, result.withdrawn) == ([], [])

    def test_another_start_is_a_correction_of_the_same_fact(self):
        result = reconcile({7: a_trip(10, 20)}, [a_trip(8, 20)], since_ms=50)
        assert [(r.id, r.corrected) for r in result.revised] == [(7, True)]

    def test_the_longer_overlap_wins_and_the_rest_is_new(self):
        result = reconcile({7: a_trip(10, 30)}, [a_trip(9, 14), a_trip(16, 30)], since_ms=50)
        assert [r.after.started_ms for r in result.revised] == [16 * 60_000]
        assert [fact.started_ms for fact in result.new] == [9 * 60_000]

    def test_what_is_not_told_again_is_withdrawn(self):
        result = reconcile({7: a_trip(10, 30)}, [], since_ms=50)
        assert result.withdrawn == [7]

    def test_what_was_known_before_stays(self):
        result = reconcile({7: a_trip(10, 30, known=50)}, [], since_ms=50)
        assert (result.withdrawn, result.revised) == ([], [])

    def test_another_subject_is_another_fact(self):
        told = a_trip(10, 30, subject="geofence:2")
        result = reconcile({7: a_trip(11, 30, subject="geofence:1")}, [told], since_ms=50)
        assert (result.withdrawn, result.new) == ([7], [told])

    def test_moments_that_shift_a_little_are_the_same(self):
        result = reconcile({7: a_trip(10, 10)}, [a_trip(11, 11, known=99)], since_ms=50)
        assert result.revised == []
        near = reconcile({7: a_trip(10, 10)}, [Fact(
            kind=FactKind.TRIP, started_ms=605_000, ended_ms=605_000, lat=0.0, lon=0.0, known_ms=99,
        )], since_ms=50)  # fmt: skip
        assert [r.id for r in near.revised] == [7]

    def test_telling_the_same_changes_nothing(self):
        trip = a_trip(10, 30)
        assert reconcile({7: trip}, [trip], since_ms=50).revised == []


class TestRewinding:
    def day(self) -> Drive:
        return Drive().rest(600).go(6_000).rest(900).go(9_000).rest(900).go(5_000).rest(600)

    def test_facts_keep_their_ids_when_the_missing_middle_comes(self):
        fixes = self.day().fixes(10, 3.0)
        middle = slice(len(fixes) // 3, len(fixes) // 2)
        rewinding = Rewinding(Folding)
        for fix in fixes[: middle.start] + fixes[middle.stop :]:
            rewinding.take([fix])
        before = dict(rewinding.facts)
        changes = rewinding.take(fixes[middle])
        first = min(before, key=lambda id_: before[id_].started_ms)
        assert rewinding.facts[first] == before[first]
        trips = {id_ for id_, fact in before.items() if fact.kind is FactKind.TRIP}
        assert trips <= set(rewinding.facts)
        assert any(revision.corrected for revision in changes.revised)
        gone = [before[id_].kind for id_ in changes.withdrawn]
        assert set(gone) <= {FactKind.GAP, FactKind.SILENT}
        assert gone

    def test_a_fix_that_comes_in_order_corrects_nothing(self):
        rewinding = Rewinding(Folding)
        for fix in self.day().fixes(10, 3.0):
            changes = rewinding.take([fix])
            assert changes.withdrawn == []
            assert not any(revision.corrected for revision in changes.revised)

    def test_repetitions_change_nothing(self):
        fixes = self.day().fixes(10, 3.0)
        rewinding = Rewinding(Folding)
        rewinding.take(fixes)
        changes = rewinding.take(fixes[:50])
        assert (changes.new, changes.revised, changes.withdrawn) == ([], [], [])

    def test_the_first_of_two_with_the_same_time_counts(self):
        rewinding = Rewinding(Folding)
        rewinding.take([a_fix(10 * i, speed=0.0) for i in range(30)])
        before = dict(rewinding.facts)
        rewinding.take([a_fix(100, 90_000.0)])
        assert rewinding.facts == before

    def test_what_was_going_on_before_the_checkpoint_still_does(self):
        """A late fix fills the gap that had ended it, and nothing tells it anew."""
        engine_on = {"ignition": True}
        fixes = [a_fix(60 * i, speed=0.0, attributes=engine_on) for i in range(110)]
        rewinding = Rewinding(Folding)
        rewinding.take(fixes[:70])
        rewinding.take(fixes[90:])
        (before, *_) = [i for i, f in rewinding.facts.items() if f.kind is FactKind.IDLE]
        assert rewinding.facts[before].ended_ms is not None
        rewinding.take(fixes[70:90])
        assert rewinding.facts[before].ended_ms is None

    def test_checkpoints_that_did_not_see_a_late_fix_are_not_used_again(self):
        rewinding = Rewinding(Folding)
        rewinding.take([a_fix(10 * i, speed=0.0) for i in range(300)])
        rewinding.take([a_fix(105, speed=0.0, battery=5.0)])
        rewinding.take([a_fix(2_505, speed=0.0, battery=90.0)])
        (low,) = [f for f in rewinding.facts.values() if f.kind is FactKind.LOW_BATTERY]
        assert low.ended_ms == NOON_MS + 2_505_000

    def test_an_open_silence_that_was_none_is_withdrawn(self):
        """Told as of now, then the next fix comes, which was sent in time but arrived late."""
        folding = Folding()
        folding.fold([a_fix(0, speed=0.0)])
        stored = dict(enumerate(folding.as_of(NOON_MS + 1_200_000)))
        assert [fact.kind for fact in stored.values()] == [FactKind.SILENT]
        since_ms = folding.at_ms
        told = folding.fold([a_fix(300, speed=0.0)])
        assert reconcile(stored, told, since_ms).withdrawn == [0]

    def test_an_open_silence_that_ends_is_the_same(self):
        folding = Folding()
        folding.fold([a_fix(0, speed=0.0)])
        stored = dict(enumerate(folding.as_of(NOON_MS + 1_200_000)))
        since_ms = folding.at_ms
        (silent, *_) = reconcile(stored, folding.fold([a_fix(2_000)]), since_ms).revised
        assert (silent.id, silent.after.ended_ms) == (0, NOON_MS + 2_000_000)


class TestCheckpoints:
    @given(st.lists(st.integers(0, 10**10), unique=True).map(sorted), st.integers(0, 10**10))
    def test_the_newest_that_has_not_seen_the_late_fix(self, moments: list[int], late_ms: int):
        older = [moment for moment in moments if moment < late_ms]
        assert checkpoints.before(moments, late_ms) == (max(older) if older else None)

    @given(st.lists(st.integers(0, 10**10), unique=True).map(sorted))
    def test_no_late_fix_costs_much_more_than_its_age(self, moments: list[int]):
        kept = checkpoints.worth_keeping(moments)
        assert set(kept) <= set(moments)
        assert kept == sorted(kept)
        for late_ms in moments[1:]:
            exact, found = checkpoints.before(moments, late_ms), checkpoints.before(kept, late_ms)
            assert exact is not None
            assert found is not None
            age_ms = moments[-1] - found
            assert exact - found <= max(checkpoints.LEAST_APART_MS, age_ms / checkpoints.SHARE)

    def test_years_of_hours_are_few(self):
        moments: list[int] = []
        for hour in range(24 * 365):
            moments = checkpoints.worth_keeping([*moments, hour * 3_600_000])
        assert len(moments) < 100
