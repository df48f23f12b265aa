"""Every benchmark runs to its end and prints what docs/benchmarks.md says, at whatever speed."""

from __future__ import annotations

import json
import math
import os
import subprocess

import pytest

from fleet_app.cli import benchmarks
from fleet_app.settings import PROJECT_ROOT

EXPECTED = {
    "browser": {
        "ratios": {"plain_p95_vs_ours", "plain_pan_p95_vs_ours", "geojson_p95_vs_ours"},
        "figures": {"vehicles", "heap_mb", "zoom13_p95_ms", "post_to_drawn_p50_s"},
    },
    "eta": {
        "ratios": {"static_mae_vs_ours", "shifted_mae_vs_ours"},
        "figures": {"mae_s_15", "mae_s_30", "mae_s_60", "within_10_min"},
    },
    "fanout": {
        "ratios": {"modify_state_vs_ours", "modify_state_text_vs_ours"},
        "figures": {"sessions", "p99_s", "bytes_per_session", "ours_ms_per_push"},
    },
    "geofence": {
        "ratios": {"vs_plain_shapely"},
        "figures": {"fixes_per_s_1000", "fixes_per_s_23000", "watch_fixes_per_s_23000"},
    },
    "grids": {
        "ratios": {"vs_unindexed", "p95_vs_unindexed"},
        "figures": {"rows", "pages", "p95_ms", "median_ms", "unindexed_p95_ms"},
    },
    "history": {
        "ratios": {"vs_row_objects"},
        "figures": {"rows", "open_day_p95_ms", "open_day_median_ms", "row_objects_p95_ms"},
    },
    "ingest": {
        "ratios": {"batch_vs_plain", "single_vs_plain", "batch_vs_copy"},
        "figures": {"batch_fixes_per_s", "single_fixes_per_s", "fixes_checked"},
    },
    "planning": {
        "ratios": {"edit_vs_look", "edit_vs_page"},
        "figures": {"edit_ms", "look_ms", "page_ms"},
    },
    "roads": {
        "ratios": {"matrix_vs_routes", "asked_vs_remembered", "asked_vs_one_more_stop"},
        "figures": {"places", "pairs_per_s", "route_pairs_per_s", "estimate_time_error_pct"},
    },
    "routing": {
        "ratios": {"ortools_gap_vs_ours", "pyvrp_gap_vs_ours"},
        "figures": {"solomon_gap_pct_10s", "homberger200_gap_pct_10s", "replan_s", "replan_worse"},
    },
    "truth": {
        "ratios": {"vs_naive_trip_errors", "vs_naive_distance_10s", "vs_naive_zone_errors_120s"},
        "figures": {"seed", "trip_f1_1s", "stop_recall", "arrival_s_p95", "visits_flapping_30s"},
    },
}
SIGNED = {"breaks_cost_pct"}
"""What can be below nothing: the difference of two short searches, of which either may be lucky."""
PATIENCE_SECONDS = 240
"""A bound on hanging, not on speed: other work may share the machine."""


def test_these_are_all_the_benchmarks() -> None:
    assert benchmarks.names() == sorted(EXPECTED)


@pytest.mark.timeout(PATIENCE_SECONDS + 30)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_quick_run_ends_with_its_result(name: str) -> None:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key == "FLEET_CHROMIUM" or not key.startswith("FLEET_")
    }
    result = subprocess.run(
        ["./fleet", "bench", name, "--quick", "--json"],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout.splitlines()[-1])
    assert found.keys() == {"bench", "ratios", "figures"}
    assert found["bench"] == name
    for section, names in EXPECTED[name].items():
        assert names <= found[section].keys()
        assert all(map(math.isfinite, found[section].values()))
        assert not [one for one, value in found[section].items() if value < 0 and one not in SIGNED]
    assert all(value > 0 for value in found["ratios"].values())
