"""Taking over posts: repetitions, and what is cut from texts before people see them."""

from __future__ import annotations

from fleet_app.location.models import Fix
from fleet_app.location.service import scrubbed, without_repeats


def fix(second: int, lat: float = 60.0, event_id: str | None = None) -> Fix:
    return Fix(recorded_at_ms=second * 1000, lat=lat, lon=24.0, event_id=event_id)


def test_exact_repetitions_are_left_out_and_the_order_is_kept() -> None:
    first, second, other = fix(2), fix(1), fix(2, lat=61.0)

    assert without_repeats([first, second, other, fix(2), fix(1)]) == [first, second, other]


def test_fixes_of_one_moment_that_differ_are_all_kept() -> None:
    fixes = [fix(1, event_id="a"), fix(1, event_id="b")]

    assert without_repeats(fixes) == fixes


def test_tokens_and_wireless_networks_are_cut_from_texts() -> None:
    text = 'id=fdt_abc-DEF_1&x {"SSID": "Home\\"Net", "bssid":"00:13", "lat": 1}'

    kept = scrubbed(text)

    assert "abc" not in kept
    assert "Net" not in kept
    assert "00:13" not in kept
    assert '"lat": 1' in kept


def test_texts_are_cut_to_a_length() -> None:
    assert len(scrubbed("x" * 100_000)) == 1000
