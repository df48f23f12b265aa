"""Any edits of a plan, taken back and made again, and nothing lost between."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_app.delivery.models import DeliveryStatus, Route
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput
from fleet_app.planning.by_hand import edits
from fleet_app.planning.by_hand.editing import Editor
from fleet_app.planning.by_hand.edits import Edit
from fleet_app.planning.by_hand.ordering import Orders, in_order
from fleet_app.planning.document import Document, parts, patched, read, written
from fleet_app.planning.picture.looking import Looker
from fleet_app.planning.problem.matrices import Matrices
from fleet_app.planning.routes.healing import healed
from fleet_app.planning.workday.day import Day
from fleet_app.routing.roads.great_circle import GreatCircleRoads
from fleet_app.routing.roads.service import RoadService
from tests.builders.plan_days import DATE, a_day, a_document, an_order, utc

IDS = list(range(1, 9))
FETCHED = 3
"""A delivery whose goods are fetched first."""
ROUTE = Route(id=9, fleet_id=1, date=DATE, vehicle_id=1, driver_id=1)
"""Has the first delivery."""
LINKS = {"1": 9}
_SPECIAL = {
    FETCHED: {"pickup_lat": 60.3, "pickup_lon": 24.8},
    1: {"route_id": 9, "status": DeliveryStatus.ASSIGNED},
}
DAY = a_day([an_order(id_, **_SPECIAL.get(id_, {})) for id_ in IDS], routes={9: (ROUTE, [1])})
_some = st.lists(st.sampled_from([*IDS, 99]), min_size=1, max_size=4).map(tuple)
_row = st.sampled_from(["1", "2", "3", "9"])
_edits = st.one_of(
    st.builds(edits.Move, _some, st.one_of(st.just(""), _row), st.integers(0, 9)),
    st.builds(edits.Lock, _some, level=st.sampled_from(["", "stop"])),
    st.builds(edits.Lock, row=_row, level=st.sampled_from(["", "crew", "order", "stop"])),
    st.builds(edits.Crew, _row, st.sampled_from([None, 1, 2, 7]), st.sampled_from([None, 1, 2])),
    st.builds(edits.Depart, _row, st.sampled_from([None, utc(9), utc(11)])),
    st.builds(edits.Turn, _row),
    st.builds(edits.AddRow, st.sampled_from([1, 2, 7])),
    st.builds(edits.DropRow, _row),
)


def edited(day: Day, document: Document, edit: Edit) -> Document | None:
    """None for an edit of what is not there."""
    try:
        return Editor(day, healed(day, document, LINKS)).made(edit)[0]
    except InvalidInput:
        return None


@settings(max_examples=60, deadline=None)
@given(st.lists(_edits, max_size=12))
def test_undoing_everything_gives_the_first_document_and_redoing_the_last(
    wishes: list[Edit],
) -> None:
    first = document = a_document([1, 2], [FETCHED])
    steps = []
    for wish in wishes:
        after = edited(DAY, document, wish)
        if after is None:
            continue
        steps.append((parts(document, after), parts(after, document)))
        document = after
        placed = [stop.id for row in document.rows for stop in row.stops]
        assert len(placed) == len(set(placed))
        assert {int(one.removeprefix("p")) for one in placed} <= set(IDS)
        for row in document.rows:
            ids = [stop.id for stop in row.stops]
            if str(FETCHED) in ids:
                assert "p3" in ids
    last = document
    for before, _ in reversed(steps):
        document = patched(document, before)
    assert document == first
    for _, after in steps:
        document = patched(document, after)
    assert read(written(document)) == last


def test_a_place_is_counted_among_the_stops_as_they_were_seen() -> None:
    document = a_document([1, 2, 4, 5], [])
    moved = edited(DAY, document, edits.Move((1,), "1", 3))
    assert moved is not None
    assert moved.rows[0].delivery_ids == [2, 4, 1, 5]
    moved = edited(DAY, document, edits.Move((5, 1), "1", 2))
    assert moved is not None
    assert moved.rows[0].delivery_ids == [2, 5, 1, 4]
    moved = edited(DAY, document, edits.Move((2, 6), "2", 99))
    assert moved is not None
    assert [row.delivery_ids for row in moved.rows] == [[1, 4, 5], [2, 6]]


def test_turning_a_row_still_fetches_before_it_delivers() -> None:
    document = healed(DAY, a_document([1, FETCHED, 2]), LINKS).document
    turned = edited(DAY, document, edits.Turn("1"))
    assert turned is not None
    assert [stop.id for stop in turned.rows[0].stops] == ["2", "p3", "3", "1"]


async def test_the_best_order_and_the_cheapest_place_are_found() -> None:
    orders = Orders(Looker(Matrices(RoadService(GreatCircleRoads)), utc_now))
    document = a_document([6, 1, 4, 2, 5], [])
    plan = healed(DAY, document, LINKS)
    same, label = Editor(DAY, plan).made(edits.Improve("1"))
    assert (same, label) == (plan.document, "Put the route of Driver 1 into its best order")
    better = await orders.improved(DAY, plan, same, "1")
    assert better.rows[0].delivery_ids in ([1, 2, 4, 5, 6], [6, 5, 4, 2, 1])

    plan = healed(DAY, a_document([1, 2, 5, 6], []), LINKS)
    last, _ = Editor(DAY, plan).made(edits.Move((4,), "1"))
    assert last.rows[0].delivery_ids == [1, 2, 5, 6, 4]
    placed = await orders.placed(DAY, plan, last, "1", {4})
    assert placed.rows[0].delivery_ids == [1, 2, 4, 5, 6]


def test_an_order_that_lacks_something_loses_nothing() -> None:
    document = a_document([1, 2, 4], [5])
    ordered = in_order(DAY, document, "1", ["4", "9", "1"])
    assert [row.delivery_ids for row in ordered.rows] == [[4, 1, 2], [5]]
    assert in_order(DAY, document, "7", ["4"]) == document
