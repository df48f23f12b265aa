"""What the simulator says about fixes it has not sent yet."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from fleet_app.simulation.simulate import kept


def fleet(offline: set[str]) -> Any:
    return SimpleNamespace(boxes={"A-1": [1] * 54, "B-2": [1] * 3}, offline=offline)


def test_fixes_of_vehicles_without_network_are_no_fault() -> None:
    said = kept(fleet({"A-1"}))
    assert said == "3 about to be sent, 54 kept while without network (simulated)"


def test_nothing_is_kept_while_everybody_is_online() -> None:
    assert kept(fleet(set())) == "57 about to be sent"
