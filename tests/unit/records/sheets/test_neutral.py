"""Texts in files never become formulas, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fleet_app.records.sheets.neutral import is_risky, neutralised, restored

FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\nanything",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "﹦1",
    "'=1+1",
    "+358-50-123",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralised(text) == "'" + text
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "-5", "+5", "-1 234,50", "-0.25", "+358 50 123", "+358501234567", "a=b", "'tis", "5-3"],
)
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text
    assert restored(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@ ＝\t\u200b5.a"), max_size=8) | st.text())
@example("''=1")
@example("'-5")
def test_reading_undoes_writing_for_every_text(text: str) -> None:
    written = neutralised(text)
    assert not is_risky(text) or written.startswith("'")
    assert restored(written) == text
