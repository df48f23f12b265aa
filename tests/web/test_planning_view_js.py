"""What of a plan the map brings into view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.scripts import NodeScripts
from tests.web.planning_page import lay_out

CALLS = """
const { together } = await import(process.argv[2] + "/planning/sources/planView.js");
const calls = { together: (places) => together(places) };
"""
HELSINKI = [[24.9 + n / 100, 60.15 + n / 200] for n in range(10)]
NOWHERE = [0.0, 0.0]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("view")
    published = lay_out(folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    with NodeScripts(folder, CALLS, str(published)) as running:
        yield running


def test_an_order_whose_point_is_wrong_does_not_make_the_town_a_dot(view: NodeScripts) -> None:
    assert view.call("together", [*HELSINKI, NOWHERE]) == HELSINKI


def test_a_fleet_that_drives_across_a_country_is_seen_as_a_whole(view: NodeScripts) -> None:
    cities = [[24.9, 60.2], [25.5, 65.0], [27.7, 62.9], [22.3, 60.5], [29.8, 62.6]]
    assert view.call("together", cities) == cities


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=20))
def test_most_is_always_seen(view: NodeScripts, places: list[tuple[float, float]]) -> None:
    assert len(view.call("together", [list(one) for one in places])) * 4 >= len(places) * 3
