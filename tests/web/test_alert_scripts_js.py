"""What the scripts about alerts make of them, run by the node program of the build."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fleet_app.notification.models import AlertEvent
from fleet_app.web.components.alerts import sources
from tests.builders.scripts import NodeScripts

CALLS = """
const at = (name) => import(process.argv[2] + "/" + name);
const list = await at("alertList.js");
const news = await at("alertNews.js");
const rules = await at("ruleText.js");
const calls = {
  sentence: (rule) => rules.ruleText(rule),
  hear(looks) {
    const teller = new news.NewsTeller();
    return looks.map(([fleet, newest, ready]) => teller.hear(fleet, newest, ready).map((one) => one.id));
  },
  piled: ([state, fresh, raised]) => news.piled(state, fresh, raised),
  step: ([ids, chosen, step]) => list.stepFrom(ids.map((id) => ({ id })), chosen, step),
  ticked: ([ids, chosen, id, from]) => list.ticked(ids.map((one) => ({ id: one })), chosen, id, from),
  async pages(script) {
    const waiting = []; const seen = [];
    const load = (url) => new Promise((done, fail) => waiting.push({ url, done, fail }));
    const pages = new list.AlertPages((state) => seen.push(state.rows.map((row) => row.id)), load);
    pages.start("/a?x=1"); pages.start("/a?x=2");
    waiting[1].done({ rows: [{ id: 2 }], total: 1 }); await 0; await 0; await 0;
    waiting[0].done({ rows: [{ id: 1 }], total: 1 }); await 0; await 0; await 0;
    return [waiting.map((one) => one.url), seen.at(-1)];
  },
};
"""  # noqa: E501


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeScripts]:
    folder = tmp_path_factory.mktemp("alerts")
    for name in sources.LIBRARIES:
        shutil.copy(Path(sources.__file__).parent / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    with NodeScripts(folder, CALLS, str(folder)) as running:
        yield running


def a_rule(**said: Any) -> dict[str, Any]:
    return {"event": "enters_a_zone", "severity": "warning", "active": True, **said}


def test_a_rule_is_said_in_words(scripts: NodeScripts):
    rule = a_rule(
        zone="Depot North", hours="Mon-Fri 08:00-18:00", roles="dispatcher",
        channels="in_app, email", escalate_after_minutes="60", escalate_roles="fleet_manager",
    )  # fmt: skip
    assert scripts.call("sentence", rule) == (
        "When a vehicle enters zone Depot North, Mon-Fri 08:00-18:00, raise a warning and tell "
        "dispatchers in the app and by mail. If nobody acknowledges it within an hour, make it "
        "more severe and tell fleet managers in the app and by mail."
    )
    named = rule | {"escalate_roles": "", "escalate_people": "Elina"}
    assert scripts.call("sentence", named).endswith("tell Elina in the app and by mail.")
    nobody = rule | {"escalate_roles": ""}
    assert scripts.call("sentence", nobody).endswith("tell dispatchers in the app and by mail.")


@pytest.mark.parametrize("event", list(AlertEvent))
def test_every_event_has_words(scripts: NodeScripts, event: AlertEvent):
    said = scripts.call("sentence", a_rule(event=event.value))
    assert said.startswith("When a ")
    assert said.endswith("raise a warning and tell nobody.")
    assert "undefined" not in said
    assert "  " not in said


def test_nothing_is_said_before_an_event_is_chosen(scripts: NodeScripts):
    assert scripts.call("sentence", a_rule(event="")) == ""


def one(number: int, news: int) -> dict[str, int]:
    return {"id": number, "news": news}


def test_only_what_is_raised_while_somebody_looks_is_news(scripts: NodeScripts):
    looks = [
        [1, [one(1, 10)], True],
        [1, [], False],  # the page connects anew
        [1, [one(1, 10)], True],
        [1, [one(3, 30), one(2, 20), one(1, 10)], True],
        [1, [one(1, 40), one(3, 30)], True],  # told again
        [1, [one(4, 0)], True],  # learnt late
        [2, [one(9, 90)], True],  # another fleet is looked at
    ]
    assert scripts.call("hear", looks) == [[], [], [], [2, 3], [1], [], []]


def test_three_messages_and_how_many_more(scripts: NodeScripts):
    fresh = [one(number, number) for number in range(1, 6)]
    piled = scripts.call("piled", [{"items": [], "more": 0}, fresh, 8])
    assert [item["id"] for item in piled["items"]] == [3, 4, 5]
    assert piled["more"] == 5


@pytest.mark.parametrize(
    ("ids", "chosen", "step", "then"),
    [([], 0, 1, 0), ([7, 8], 0, 1, 7), ([7, 8], 7, 1, 8), ([7, 8], 8, 1, 8), ([7, 8], 7, -1, 7)],
)
def test_moving_stays_in_the_list(
    scripts: NodeScripts, ids: list[int], chosen: int, step: int, then: int
):
    assert scripts.call("step", [ids, chosen, step]) == then


def test_shift_ticks_up_to_here(scripts: NodeScripts):
    assert scripts.call("ticked", [[1, 2, 3, 4], [], 3, 0]) == [3]
    assert sorted(scripts.call("ticked", [[1, 2, 3, 4], [3], 1, 3])) == [1, 2, 3]
    assert scripts.call("ticked", [[1, 2], [2], 2, 0]) == []


def test_an_answer_that_comes_too_late_is_dropped(scripts: NodeScripts):
    asked, shown = scripts.call("pages", None)
    assert asked == ["/a?x=1&page=1&limit=50", "/a?x=2&page=1&limit=50"]
    assert shown == [2]
