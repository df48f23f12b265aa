"""The chosen alert: what, where and when, whose it is, what was said, and who was told."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.alerts.alert_parts import AlertMap
from fleet_app.web.components.live.live_text import live_age
from fleet_app.web.components.menus import icon_button
from fleet_app.web.components.records.browser import StepPanel
from fleet_app.web.states.alerts.desk import AlertDesk
from fleet_app.web.states.alerts.panel import AlertPanel
from fleet_app.web.states.alerts.showing import SEVERITIES, STATUSES
from fleet_app.web.states.alerts.snoozes import CHOICES

_SEVERITIES = rx.Var.create({one.value: label for one, label in SEVERITIES.items()})
_STATUSES = rx.Var.create({one.value: label for one, label in STATUSES.items()})


def alert_panel(comment_id: str) -> rx.Component:
    """The panel; `comment_id` names its field for comments."""
    return rx.el.aside(
        _head(),
        rx.cond(AlertPanel.message != "", rx.el.p(AlertPanel.message, class_name="alert-text"),
                rx.fragment()),
        _when(),
        _steps(),
        rx.cond(
            AlertPanel.problem != "",
            rx.el.p(AlertPanel.problem, class_name="form-error", role="alert"),
            rx.fragment(),
        ),
        rx.cond(
            AlertPanel.snoozing & (AlertDesk.selected.length() == 0), snooze_choice(), rx.fragment()
        ),
        _place(),
        rx.el.dl(rx.foreach(AlertPanel.facts, _fact), class_name="audit-facts"),
        _links(),
        _trail(comment_id),
        _told(),
        class_name="alert-panel",
        aria_label="Alert",
        custom_attrs={"data-testid": "alert-panel", "data-severity": AlertPanel.severity},
    )  # fmt: skip


def _head() -> rx.Component:
    pill = rx.el.span(
        rx.el.i(class_name="status-dot", aria_hidden="true"),
        rx.el.span(_STATUSES[AlertPanel.status]),
        class_name="status-pill",
        custom_attrs={"data-status": AlertPanel.status, "data-testid": "alert-status"},
    )
    severity = rx.el.span(
        rx.el.i(
            class_name="severity",
            aria_hidden="true",
            custom_attrs={"data-severity": AlertPanel.severity},
        ),
        _SEVERITIES[AlertPanel.severity],
        class_name="alert-severity",
    )
    return rx.el.div(
        rx.el.div(
            rx.el.h2(AlertPanel.title),
            rx.el.div(
                severity,
                pill,
                rx.cond(AlertPanel.late, rx.el.span("learnt late", class_name="alert-late"),
                        rx.fragment()),
                class_name="alert-marks",
            ),
        ),
        icon_button("x", "Close", on_click=AlertPanel.close),
        class_name="audit-panel-head",
    )  # fmt: skip


def _when() -> rx.Component:
    return rx.el.p(
        rx.icon("clock", size=14),
        rx.el.span(AlertPanel.verb, " ", live_age(at=AlertPanel.last_at), class_name="alert-age"),
        rx.el.span(AlertPanel.span, class_name="quiet"),
        class_name="alert-time",
    )


def _steps() -> rx.Component:
    """Only what is possible now."""
    return rx.el.div(
        _step("acknowledge", "check", "Acknowledge", "A", primary=True),
        _step("snooze", "alarm-clock", "Snooze…", "S"),
        _step("resolve", "check-check", "Resolve", "R"),
        _step("reopen", "rotate-ccw", "Reopen", ""),
        rx.cond(
            AlertDesk.may_handle & ~AlertPanel.mine,
            _button("user-check", "Assign to me", AlertPanel.assign_me, "assign-me"),
            rx.fragment(),
        ),
        class_name="alert-steps",
    )


def _step(step: str, icon: str, label: str, key: str, *, primary: bool = False) -> rx.Component:
    event = AlertPanel.ask_snooze if step == "snooze" else AlertPanel.act(step)
    title = f"{label} ({key})" if key else label
    # Ticked rows mean their own steps: these are about the one that is shown.
    return rx.cond(
        AlertPanel.steps.contains(step) & (AlertDesk.selected.length() == 0),
        _button(icon, label, event, step, primary=primary, title=title),
        rx.fragment(),
    )


def _button(
    icon: str, label: str, event: Any, name: str, *, primary: bool = False, title: str = ""
) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14),
        label,
        type="button",
        class_name="button primary" if primary else "button",
        on_click=event,
        title=title or label,
        custom_attrs={"data-testid": f"step-{name}"},
    )


def snooze_choice() -> rx.Component:
    """Until when it is to be quiet."""
    choices = [
        rx.el.button(label, type="button", class_name="button small",
                     on_click=AlertPanel.snooze(value))
        for value, label in CHOICES
    ]  # fmt: skip
    other = rx.el.form(
        rx.el.input(
            type="datetime-local", name="until", required=True, aria_label="Quiet until",
            class_name="small-select",
        ),
        rx.el.button("Snooze", type="submit", class_name="button small"),
        on_submit=AlertPanel.snooze_until,
        class_name="snooze-other",
    )  # fmt: skip
    return StepPanel.create(
        rx.el.div(
            rx.el.span("Quiet for", class_name="quiet"),
            *choices,
            rx.el.span("or until", class_name="quiet"),
            other,
            class_name="snooze-choice",
            custom_attrs={"data-testid": "snooze-choice"},
        ),
        problem=AlertPanel.problem,
        missing="Say until when.",
        on_close=AlertPanel.ask_snooze,
    )


def _place() -> rx.Component:
    point = AlertPanel.point
    shown = AlertMap.create(
        lat=point["lat"],
        lon=point["lon"],
        theme=rx.color_mode_cond("light", "dark"),
        title="Where it happened",
    )
    return rx.cond(point.contains("lat"), shown, rx.fragment())


def _fact(fact: Any) -> rx.Component:
    text = rx.cond(
        fact["href"] != "", rx.el.a(fact["text"], href=fact["href"], class_name="link"),
        rx.el.span(fact["text"]),
    )  # fmt: skip
    return rx.el.div(rx.el.dt(fact["label"]), rx.el.dd(text))


def _links() -> rx.Component:
    history = rx.el.a(
        rx.icon("history", size=14),
        "Show in history",
        href=AlertPanel.history,
        class_name="button",
        custom_attrs={"data-testid": "alert-history"},
    )
    return rx.cond(
        AlertPanel.history != "", rx.el.div(history, class_name="alert-links"), rx.fragment()
    )


def _trail(comment_id: str) -> rx.Component:
    form = rx.el.form(
        rx.el.textarea(
            id=comment_id,
            name="text",
            rows="2",
            max_length=2000,
            placeholder="Write a comment",
            aria_label="Comment",
            enter_key_submit=True,
        ),
        rx.el.button("Send", type="submit", class_name="button"),
        on_submit=AlertPanel.comment,
        class_name="alert-comment",
        key=AlertPanel.number.to_string() + "-" + AlertPanel.said.to_string(),
    )
    return rx.el.section(
        rx.el.h3("What happened since"),
        rx.cond(AlertDesk.may_handle, form, rx.fragment()),
        rx.el.ol(rx.foreach(AlertPanel.trail, _line), class_name="alert-trail"),
        aria_label="Trail",
        custom_attrs={"data-testid": "alert-trail"},
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line["said"]),
            rx.el.time(live_age(at=line["at"]), title=line["exact"]),
        ),
        rx.cond(line["text"] != "", rx.el.p(line["text"]), rx.fragment()),
        rx.cond(
            (line["happened"] != "") | (line["more"] != ""),
            rx.el.p(
                line["happened"],
                rx.cond(
                    line["place"] != "",
                    rx.el.a("Show where", href=line["place"], class_name="link"),
                    rx.fragment(),
                ),
                rx.cond(line["more"] != "", _more(line["more"]), rx.fragment()),
                class_name="trail-times",
            ),
            rx.fragment(),
        ),
        key=line["id"].to_string(),
        custom_attrs={"data-what": line["what"]},
    )


def _more(label: Any) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        class_name="link",
        on_click=AlertPanel.unfold,
        custom_attrs={"data-testid": "trail-more", "aria-expanded": AlertPanel.unfolded},
    )


def _told() -> rx.Component:
    return rx.el.section(
        rx.el.h3("Who was told"),
        rx.cond(
            AlertPanel.told.length() > 0,
            rx.el.ul(rx.foreach(AlertPanel.told, _message), class_name="alert-told"),
            rx.el.p("Nobody: the alert is listed here only.", class_name="quiet"),
        ),
        aria_label="Who was told",
        custom_attrs={"data-testid": "alert-told"},
    )


def _message(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one["to"], " ", rx.el.span(one["how"], class_name="quiet")),
        rx.el.span(
            one["label"],
            title=one["exact"],
            class_name="told-status",
            custom_attrs={"data-status": one["status"]},
        ),
        rx.cond(one["why"] != "", rx.el.p(one["why"], class_name="quiet"), rx.fragment()),
        key=one["id"].to_string(),
    )
