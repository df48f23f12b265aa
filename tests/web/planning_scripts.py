"""The pure scripts of the planning page in a node process, and boards to ask them about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.builders.scripts import NodeScripts
from tests.web.planning_page import a_board, at, lay_out

CALLS = Path(__file__).with_name("planning_calls.js").read_text(encoding="utf-8")
HOUR = 3_600_000


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("planning")
    published = lay_out(folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    with NodeScripts(folder, CALLS, str(published)) as running:
        yield running


def told(board: Any) -> dict[str, Any]:
    """The board as the API writes it."""
    plain: dict[str, Any] = json.loads(msgspec.json.encode(board))
    return plain


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """Three rows of four stops (1–4, 5–8, 9–12), and 13, 14 in the tray."""
    return told(a_board(3, 4, 2))


def ms(hours: float) -> int:
    """A moment of the day by the fleet's clocks."""
    return round(at(hours).timestamp() * 1000)
