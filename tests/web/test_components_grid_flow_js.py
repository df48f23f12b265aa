"""What happens over time in the record components: pages, pushed changes, files and keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.record_scripts import Scripts


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    running = Scripts(tmp_path_factory.mktemp("node"))
    yield running
    running.close()


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"data": list(rows), "meta": {"pagination": {"total": len(rows)}}}


def test_rows_fetched_again_tell_which_fields_changed(scripts: Scripts) -> None:
    first = page({"id": 1, "name": "a", "tags": ["x"]}, {"id": 2, "name": "b", "tags": []})
    second = page({"id": 2, "name": "b", "tags": []}, {"id": 1, "name": "c", "tags": ["x"]})
    seen = scripts.call("pages", [{"body": first}, {"body": second}])
    assert seen["outcomes"] == ["rows", "rows"]
    assert seen["changed"] == [{"id": 1, "fields": ["name"]}]


def test_an_answer_about_a_list_that_is_gone_is_dropped(scripts: Scripts) -> None:
    seen = scripts.call("pages", [{"outdate": True, "body": page({"id": 1})}])
    assert seen == {"reports": [], "outcomes": ["dropped"], "changed": []}


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        ({"fails": True}, 0, "the server cannot be reached"),
        ({"status": 401, "body": {}}, 401, "Your session has ended"),
        ({"status": 403, "body": {}}, 403, "You may not see these things"),
        (
            {"status": 400, "body": {"error": {"message": "Unknown field: x."}}},
            400,
            "Unknown field",
        ),
        ({"status": 429}, 429, "Wait a moment"),
        ({"status": 500, "body": {"error": {"message": "Traceback"}}}, 500, "could not be loaded."),
        ({"status": 200}, 502, "could not be loaded."),
        ({"status": 200, "body": {"data": None}}, 502, "could not be loaded."),
    ],
)
def test_a_failure_is_told_in_plain_words(
    scripts: Scripts, step: dict[str, Any], status: int, words: str
) -> None:
    seen = scripts.call("pages", [step])
    assert seen["outcomes"] == ["dropped"]
    (report,) = seen["reports"]
    assert report["status"] == status
    assert words in report["error"]
    assert "total" not in report, "rows that are there must stay"


def notice(sequence: int, kind: str = "updated", *ids: int) -> dict[str, Any]:
    return {"sequence": sequence, "kind": kind, "ids": list(ids)}


@pytest.mark.parametrize(
    ("news", "known", "filtered", "expected"),
    [
        (notice(1, "created", 9), [], False, [5000]),
        (notice(1, "deleted", 9), [], False, [5000]),
        (notice(1, "updated", 9), [], False, []),
        (notice(1, "updated", 9), [9], False, [5000]),
        (notice(1, "updated", 9), [], True, [5000]),
        (notice(1, "updated"), [], False, [5000]),
        (notice(3, "updated", 9), [], False, [5000]),
        (notice(0, "created", 9), [], False, []),
        (None, [], False, []),
    ],
    ids=["created", "deleted", "elsewhere", "on the screen", "might join", "many", "lost ones",
         "already heard", "nothing"],
)  # fmt: skip
def test_only_what_may_show_is_fetched_again(
    scripts: Scripts, news: Any, known: list[int], filtered: bool, expected: list[int]
) -> None:
    given_ = {"steps": [[5000, news]], "known": known, "filtered": filtered}
    assert scripts.call("changes", given_) == expected


def test_a_change_elsewhere_of_a_filtered_list_may_wait(scripts: Scripts) -> None:
    steps = [[5000 + 500 * n, notice(n, "updated", 9)] for n in range(1, 30)]
    assert scripts.call("changes", {"steps": steps, "filtered": True}) == [5500, 15500, 25500]


def test_a_change_on_the_screen_overtakes_one_that_waits(scripts: Scripts) -> None:
    steps = [
        [5000, notice(1, "updated", 9)],
        [5100, notice(2, "updated", 9)],
        [5200, notice(3, "updated", 7)],
    ]
    given_ = {"steps": steps, "known": [7], "filtered": True}
    assert scripts.call("changes", given_) == [5000, 6000]


@given(st.lists(st.integers(0, 900), max_size=40))
@settings(deadline=None, max_examples=60)
def test_never_more_than_once_a_second_and_never_too_late(
    scripts: Scripts, gaps: list[int]
) -> None:
    times = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    steps = [[time, notice(n + 1, "created", n)] for n, time in enumerate(times)]
    fetched = scripts.call("changes", {"steps": steps})
    assert all(later - earlier >= 1000 for earlier, later in pairwise(fetched))
    for time in times:
        assert any(time <= at <= time + 1000 for at in fetched)


def a_file(name: str = "fleet.csv", size: int = 100, kind: str = "text/csv") -> dict[str, Any]:
    return {"name": name, "size": size, "type": kind}


@pytest.mark.parametrize(
    ("file", "limits", "words"),
    [
        (a_file(), {}, ""),
        (a_file(), {"accept": ".csv,.xlsx", "maxBytes": 100}, ""),
        (a_file("A.CSV", kind=""), {"accept": ".csv"}, ""),
        (a_file("a.jpg", kind="image/jpeg"), {"accept": "image/*,.pdf"}, ""),
        (a_file("a.pdf", kind="application/pdf"), {"accept": "application/pdf"}, ""),
        (a_file(size=0), {}, "“fleet.csv” is empty."),
        (
            a_file(size=200_000_000),
            {"maxBytes": 10_000_000},
            "“fleet.csv” is 200 MB. At most 10 MB can be sent.",
        ),
        (
            a_file("a.exe", kind="application/x-msdownload"),
            {"accept": ".csv, .XLSX"},
            "“a.exe” is not a kind of file that can be used here (.csv, .xlsx).",
        ),
        (a_file("a.txt", kind="imagery/x"), {"accept": "image/*"}, "“a.txt” is not a kind of file"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_before_it_travels(
    scripts: Scripts, file: dict[str, Any], limits: dict[str, Any], words: str
) -> None:
    refused = scripts.call("refusal", [file, limits])
    assert refused.startswith(words) if words else refused == ""


@pytest.mark.parametrize(
    ("size", "text"),
    [(999, "999 bytes"), (1000, "1 kB"), (999_990, "1 MB"), (3_440_000, "3.4 MB"), (2e9, "2 GB")],
)
def test_sizes_are_read_at_a_glance(scripts: Scripts, size: float, text: str) -> None:
    assert scripts.call("size", size) == text


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (0, "", "connection was lost"),
        (401, "{}", "session has ended"),
        (413, "<html>nginx</html>", "too large"),
        (422, '{"error": {"message": "The first row has no column names."}}', "The first row has"),
        (500, "<html>", "could not be sent"),
        (403, "null", "may not"),
    ],
)
def test_a_refused_file_is_explained(scripts: Scripts, status: int, body: str, words: str) -> None:
    assert words in scripts.call("problem", [status, body])


KEYS = {"n": "create", "/": "search", "?": "help", "g v": "vehicles", "g d": "drivers", "d": "drop"}


@pytest.mark.parametrize(
    ("presses", "names"),
    [
        ([[0, "n"]], ["create"]),
        ([[0, "x"]], [""]),
        ([[0, "g"], [500, "v"]], ["", "vehicles"]),
        ([[0, "g"], [500, "d"], [600, "d"]], ["", "drivers", "drop"]),
        ([[0, "g"], [1500, "v"]], ["", ""]),
        ([[0, "g"], [100, "n"]], ["", "create"]),
        ([[0, "g"], [100, "g"], [200, "v"]], ["", "", "vehicles"]),
        ([[0, {"key": "?", "shiftKey": True}]], ["help"]),
        ([[0, "g"], [10, {"key": "Shift", "shiftKey": True}], [20, "v"]], ["", "", "vehicles"]),
        ([[0, {"key": "n", "ctrlKey": True}]], [""]),
        ([[0, {"key": "n", "metaKey": True}]], [""]),
        ([[0, {"key": "n", "altKey": True}]], [""]),
        ([[0, {"key": "n", "repeat": True}]], [""]),
        ([[0, "toString"]], [""]),
    ],
)
def test_keys_have_names(scripts: Scripts, presses: list[Any], names: list[str]) -> None:
    assert scripts.call("keys", {"keys": KEYS, "presses": presses}) == names


OPENED = [["", "", False], ["view=5", "", True]]


@pytest.mark.parametrize(
    ("search", "steps", "written"),
    [
        # What the list begins with is no step of its own; what is chosen then is one.
        ("", OPENED, [["replace", "/vans?view=5", 4]]),
        ("", [*OPENED, ["view=5&q=x", "", True]][1:], []),  # what settled was the page before
        (
            "",
            [*OPENED, ["status=a", "", True], ["status=a&q=x", "", True], ["", "", True]],
            [
                ["replace", "/vans?view=5", 4],
                ["push", "/vans?status=a", 5],
                ["replace", "/vans?status=a&q=x", 5],
                ["push", "/vans", 6],
            ],
        ),
        # The same list in another spelling is left as it is.
        ("?q=a%20b", [["", "", False], ["q=a+b", "q=a%20b", True]], []),
        # Back: nothing is written until the server has read that address.
        (
            "",
            [*OPENED, "?q=old", ["view=5", "", True], ["", "", False], ["view=5", "", True],
             ["q=old", "q=old", True], ["q=old&page=2", "q=old", True]],
            [["replace", "/vans?view=5", 4], ["replace", "/vans?q=old&page=2", 4]],
        ),
        # Gone forward while the last news of the page before are still on their way.
        (
            "?q=old",
            [["q=old", "q=old", False], {"went": "?view=5"}, ["q=old", "q=old", True],
             "?view=5", ["", "view=5", False], ["view=5&page=2", "view=5", True]],
            [["replace", "/vans?view=5&page=2", 4]],
        ),
    ],
)  # fmt: skip
def test_the_address_follows_the_list_once_it_was_understood(
    scripts: Scripts, search: str, steps: list[Any], written: list[Any]
) -> None:
    assert scripts.call("addressed", [search, steps]) == written
