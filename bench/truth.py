"""What is told about movement, held against what really happened, and against a naive reading.

See docs/truth.md for how the truth is made and what the figures mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench._truth import recorded, streets
from bench._truth.report import figures_of, ratios_of
from bench._truth.simulated import SEED, measured

DAYS, QUICK_DAYS = 40, 1


def main(quick: bool, file: Path | None = None) -> dict[str, Any]:
    """Drive, report, fold and compare; or do what can be done with a recorded trace."""
    if file is not None:
        ratios, figures = recorded.report(file)
        return {"bench": "truth", "ratios": ratios, "figures": figures}
    days = QUICK_DAYS if quick else DAYS
    parts = measured(days)
    ratios, figures = streets.figures(days)
    return {"bench": "truth", "ratios": ratios_of(parts) | ratios,
            "figures": {"seed": int(SEED), **figures_of(parts), **figures}}  # fmt: skip
