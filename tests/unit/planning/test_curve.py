"""The chart of a run, however long the run is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fleet_app.planning.runs.curve import MOST_POINTS, Curve, extended


@given(st.lists(st.floats(0, 1e6), max_size=700))
def test_a_curve_stays_short_and_keeps_its_ends(costs: list[float]) -> None:
    curve: Curve = []
    for second, cost in enumerate(sorted(costs, reverse=True)):
        curve = extended(curve, float(second), cost)

    assert len(curve) <= MOST_POINTS
    assert [cost for _, cost in curve] == sorted({cost for _, cost in curve}, reverse=True)
    assert [second for second, _ in curve] == sorted(second for second, _ in curve)
    if costs:
        assert curve[0] == [0.0, round(max(costs), 2)]
        assert curve[-1][1] == round(min(costs), 2)
