"""The alerts page without a browser: what it shows, and what people do there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote
from zoneinfo import ZoneInfo

import pytest

from fleet_app.access.matrix import PERMISSIONS, Scope
from fleet_app.access.roles import Role
from fleet_app.bootstrap import Container
from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import InvalidInput
from fleet_app.notification.life import Step
from fleet_app.notification.models import AlertStatus, Severity
from fleet_app.notification.service import AlertService, Wish
from fleet_app.web.components.bars import status_bar
from fleet_app.web.layouts.alert_menu import open_badge
from fleet_app.web.states.alerts.desk import AlertDesk
from fleet_app.web.states.alerts.panel import AlertPanel
from fleet_app.web.states.alerts.snoozes import until
from fleet_app.web.states.alerts.usual_rules import UsualRules
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.toasts import Toasts
from tests.builders.alerts import a_rule, alerts, an_alert, happened, hears, trail
from tests.builders.people import a_fleet, a_person, a_vehicle
from tests.builders.records import an_actor
from tests.builders.screens import a_screen, a_screen_of

HELSINKI = ZoneInfo("Europe/Helsinki")


async def the_desk(
    container: Container, fleet_id: int, query: str = "", role: Role = Role.DISPATCHER
) -> tuple[Any, Any]:
    root = await a_screen_of(container, role, fleet_id, f"/alerts{query}")
    desk, panel = await root.get_state(AlertDesk), await root.get_state(AlertPanel)
    await AlertDesk.open.fn(desk)
    await AlertPanel.open.fn(panel)
    return desk, panel


async def somebody_else(container: Container, fleet_id: int, number: int, step: Step) -> None:
    person = await a_person(container, Role.FLEET_MANAGER, fleet_id)
    async with container.work() as session:
        actor = an_actor(Role.FLEET_MANAGER, fleet_id, user_id=person.id)
        wish = Wish(step=step, minutes=30 if step is Step.SNOOZE else None)
        await AlertService(session).take(actor, number, wish)


async def test_tabs_count_and_ask_for_their_alerts_only(container: Container):
    fleet_id = await a_fleet(container)
    await an_alert(container, fleet_id)
    await an_alert(container, fleet_id, status=AlertStatus.RESOLVED)
    await an_alert(container, await a_fleet(container))
    desk, _ = await the_desk(container, fleet_id)
    assert desk.counts == {
        "open": 1, "acknowledged": 0, "snoozed": 0, "resolved": 1, "all": 2,
    }  # fmt: skip
    assert parse_qs(desk.query) == {"status": ["raised"], "sort": ["-severity,-last_at"]}
    await AlertDesk.choose_tab.fn(desk, "all")
    assert parse_qs(desk.query) == {"sort": ["-last_at"]}
    await AlertDesk.choose_tab.fn(desk, "nonsense")
    assert desk.tab == "all"


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("severity", "critical", True), ("severity", "terrible", False), ("vehicle_id", "7", True),
        ("vehicle_id", "seven", False), ("rule_id", "0", False), ("day", "2026-03-01", True),
        ("day", "yesterday", False), ("sort", "id", False),
    ],
)  # fmt: skip
async def test_only_possible_filters_are_taken_over(
    container: Container, name: str, text: str, kept: bool
):
    desk, _ = await the_desk(container, await a_fleet(container))
    await AlertDesk.set_filter.fn(desk, name, text)
    assert (desk.filters == {name: text}) is kept
    assert desk.narrowed is kept


async def test_a_day_is_one_of_the_fleets_clock(container: Container):
    fleet_id = await a_fleet(container)
    desk, _ = await the_desk(container, fleet_id, "?day=2026-06-01")
    desk.zone = "Europe/Helsinki"
    asked = parse_qs(desk.query)
    assert asked["from"] == ["2026-05-31T21:00:00+00:00"]
    assert asked["to"] == ["2026-06-01T21:00:00+00:00"]


async def test_an_alert_is_acknowledged_commented_on_and_resolved(container: Container):
    fleet_id = await a_fleet(container)
    number = await an_alert(container, fleet_id, lat=60.1, lon=24.9)
    desk, panel = await the_desk(container, fleet_id, f"?id={number}")
    assert (desk.tab, panel.number, panel.point) == ("all", number, {"lat": 60.1, "lon": 24.9})
    assert panel.steps == ["acknowledge", "snooze", "resolve"]
    await AlertPanel.act.fn(panel, "acknowledge")
    assert (panel.status, panel.mine, "acknowledge" in panel.steps) == ("acknowledged", True, False)
    await AlertPanel.comment.fn(panel, {"text": "  The driver is on the phone "})
    assert (panel.trail[0]["text"], panel.said) == ("The driver is on the phone", 1)
    await AlertPanel.act.fn(panel, "resolve")
    assert (panel.status, panel.steps) == ("resolved", ["reopen"])
    assert await trail(container, number) == ["acknowledged", "comment", "resolved"]
    assert desk.counts["resolved"] == 1


async def test_who_was_faster_is_named(container: Container):
    fleet_id = await a_fleet(container)
    number = await an_alert(container, fleet_id)
    _, panel = await the_desk(container, fleet_id, f"?id={number}")
    await somebody_else(container, fleet_id, number, Step.RESOLVE)
    await AlertPanel.act.fn(panel, "acknowledge")
    assert "resolved it. It is resolved now." in panel.problem
    assert (panel.status, panel.steps) == ("resolved", ["reopen"])


async def test_a_legal_step_on_what_somebody_changed_is_not_taken_unseen(container: Container):
    fleet_id = await a_fleet(container)
    number = await an_alert(container, fleet_id)
    _, panel = await the_desk(container, fleet_id, f"?id={number}")
    await somebody_else(container, fleet_id, number, Step.ACKNOWLEDGE)
    await AlertPanel.snooze.fn(panel, "60")
    assert "acknowledged it" in panel.problem
    assert (await alerts(container, fleet_id))[0].status is AlertStatus.ACKNOWLEDGED
    await AlertPanel.snooze.fn(panel, "60")  # now it was seen
    assert (panel.problem, panel.status) == ("", "snoozed")


async def test_ticked_alerts_are_handled_together_and_refusals_are_told(container: Container):
    fleet_id = await a_fleet(container)
    numbers = [await an_alert(container, fleet_id) for _ in range(3)]
    await somebody_else(container, fleet_id, numbers[0], Step.RESOLVE)
    desk, panel = await the_desk(container, fleet_id)
    await AlertDesk.select.fn(desk, numbers)
    await AlertPanel.act.fn(panel, "acknowledge")
    toasts = await panel.get_state(Toasts)
    assert toasts.items[-1]["text"].startswith("2 acknowledged. 1 not:")
    assert desk.selected == []
    assert desk.counts["acknowledged"] == 2


async def test_what_is_snoozed_wakes_when_asked(container: Container):
    fleet_id = await a_fleet(container)
    number = await an_alert(container, fleet_id)
    _, panel = await the_desk(container, fleet_id, f"?id={number}")
    await AlertPanel.ask_snooze.fn(panel)
    assert panel.snoozing
    await AlertPanel.snooze_until.fn(panel, {"until": "2001-01-01T08:00"})
    assert panel.snoozing
    assert panel.problem
    await AlertPanel.snooze.fn(panel, "15")
    assert (panel.snoozing, panel.status) == (False, "snoozed")
    end = (await alerts(container, fleet_id))[0].snoozed_until
    assert end is not None
    assert timedelta(minutes=14) < end - utc_now() <= timedelta(minutes=15)


async def test_another_fleets_alert_is_neither_shown_nor_changed(container: Container):
    other = await a_fleet(container)
    number = await an_alert(container, other, title="Nobody elses business")
    desk, panel = await the_desk(container, await a_fleet(container), f"?id={number}")
    assert (panel.number, panel.title) == (0, "")
    panel.number = number  # whatever a browser makes of the state
    await AlertPanel.act.fn(panel, "resolve")
    await AlertDesk.select.fn(desk, [number])
    await AlertPanel.act.fn(panel, "resolve")
    panel.number = number
    await AlertPanel.comment.fn(panel, {"text": "Hello"})
    assert (await alerts(container, other))[0].status is AlertStatus.RAISED
    assert await trail(container, number) == []


async def test_the_way_into_the_past_brings_vehicle_and_moment(container: Container):
    fleet_id = await a_fleet(container)
    at = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    number = await an_alert(container, fleet_id, first_at=at, last_at=at)
    person = await a_person(container, Role.DISPATCHER, fleet_id)
    root = await a_screen(container, person, f"/alerts?id={number}")
    panel, desk = await root.get_state(AlertPanel), await root.get_state(AlertDesk)
    desk.zone = "Europe/Helsinki"
    await AlertPanel.open.fn(panel)
    vehicle_id = (await alerts(container, fleet_id))[0].vehicle_id
    address = unquote(panel.history)
    assert address.startswith(f"/history?vehicles={vehicle_id}&from=2026-06-01T12:15+03:00")
    assert "to=2026-06-01T12:45+03:00" in address
    assert panel.span == "1 Jun 2026, 12:30:00"


def test_the_status_bar_says_how_many_of_the_active_alerts_are_the_open_ones_of_the_bell():
    said = str(status_bar(Live.status, Live.alerts))
    assert '"Active alerts"' in said
    assert '" open)"' in said
    assert '["open"]' in str(open_badge("bell-alerts"))


async def test_each_time_it_happened_stays_in_the_trail_whatever_comes_after(container: Container):
    fleet_id = await a_fleet(container)
    vehicle_id = await a_vehicle(container, fleet_id)
    await a_rule(container, fleet_id, "speeding")
    at = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)

    async def drives(minute: int) -> None:
        when = at + timedelta(minutes=minute)
        event = happened("vehicle.speeding", fleet_id, vehicle_id, at=when, limit=10.0,
                         max_speed=15.0 + minute)  # fmt: skip
        await hears(container, event, now=when)

    await drives(0)
    await drives(1)
    (alert,) = await alerts(container, fleet_id)
    _, panel = await the_desk(container, fleet_id, f"?id={alert.id}")
    await AlertPanel.act.fn(panel, "acknowledge")
    await AlertPanel.comment.fn(panel, {"text": "Called"})
    assert [one["what"] for one in panel.trail] == [
        "comment", "acknowledged", "repeated", "raised",
    ]  # fmt: skip
    again = panel.trail[2]
    assert "58 km/h where 36 km/h is allowed" in again["text"]
    assert again["happened"] == "Happened 1 Jun 2026, 09:31:00"
    there = f"/history?vehicles={vehicle_id}&at=2026-06-01T09:31:00+00:00"
    assert unquote(again["place"]) == there
    assert (again["more"], panel.verb) == ("", "Last happened")

    for minute in range(2, 6):
        await drives(minute)
    await AlertPanel.look_again.fn(panel)
    assert [one["what"] for one in panel.trail].count("repeated") == 1
    assert panel.trail[0]["more"] == "Show all 6"
    await AlertPanel.unfold.fn(panel)
    times = [one["happened"][-8:] for one in panel.trail if one["happened"]]
    assert times == [f"09:3{minute}:00" for minute in (5, 4, 3, 2, 1, 0)]
    await AlertPanel.show.fn(panel, alert.id)
    assert panel.trail[0]["more"] == "Show all 6"


@pytest.mark.parametrize(
    ("choice", "end"),
    [
        ("15", "2026-03-28T20:15:00+00:00"),
        ("tomorrow", "2026-03-29T05:00:00+00:00"),  # the clocks change in that night
        ("2026-04-01T12:00", "2026-04-01T09:00:00+00:00"),
    ],
)
def test_snoozes_go_by_the_fleets_clock(choice: str, end: str):
    now = datetime(2026, 3, 28, 20, tzinfo=UTC)
    assert until(choice, HELSINKI, now).isoformat() == end


def test_a_snooze_until_no_time_is_refused():
    with pytest.raises(InvalidInput):
        until("some day", HELSINKI, utc_now())


def test_who_sees_a_fleets_room_may_read_its_alerts():
    """They are pushed into it (`RoomAlerts`), to everybody who has entered."""
    watching = PERMISSIONS["overview.watch"]
    reading = PERMISSIONS["alerts.read"]
    assert {r for r in Role if watching[r] is not Scope.NONE} <= {
        r for r in Role if reading[r] is not Scope.NONE
    }
    assert set(Severity) == {"info", "warning", "critical"}


async def test_the_usual_rules_are_offered_to_who_can_add_them_while_there_are_none(
    container: Container,
):
    fleet_id = await a_fleet(container)
    for role, offered in ((Role.DISPATCHER, False), (Role.FLEET_MANAGER, True)):
        root = await a_screen_of(container, role, fleet_id, "/alerts")
        offer = await root.get_state(UsualRules)
        await UsualRules.look.fn(offer)
        assert offer.offered is offered
    await UsualRules.add.fn(offer)
    assert offer.offered is False
    await UsualRules.look.fn(offer)
    assert offer.offered is False
    toasts = await root.get_state(Toasts)
    assert "13 rules were added" in toasts.items[0]["text"]
