"""What is told about movement, held against what really happened, and against a naive reading.

See docs/truth.md for how the truth is made and what the figures mean.
"""

from __future__ import annotations

from typing import Any

from bench._truth.report import figures_of, ratios_of
from bench._truth.simulated import SEED, measured

DAYS, QUICK_DAYS = 40, 2


def main(quick: bool) -> dict[str, Any]:
    """Drive, report, fold and compare."""
    parts = measured(QUICK_DAYS if quick else DAYS)
    figures = {"seed": int(SEED), **figures_of(parts)}
    return {"bench": "truth", "ratios": ratios_of(parts), "figures": figures}
