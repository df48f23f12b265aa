"""The menu of a list's views, and the dialog that names them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.records.kinds import Kind
from fleet_app.web.components.forms import form_actions, form_field, form_problem
from fleet_app.web.components.modal.modal import modal
from fleet_app.web.components.records.tab_reveal import tab_reveal
from fleet_app.web.components.records.toolbar import drop_down
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.ready_views import READY
from fleet_app.web.states.records.views import ListViews
from fleet_app.web.states.session import Session


def views_menu(kind: Kind) -> rx.Component:
    """Ready views, saved ones, and what can be done with them."""
    ready = [_ready(one.title) for one in READY.get(kind.plural, ())]
    return drop_down(
        "views",
        "bookmark",
        rx.cond(ListViews.title != "", ListViews.title, "Views"),
        rx.el.h2("Views"),
        _entry(f"All {kind.label_plural.lower()}", ListViews.reset_list, ListViews.title == ""),
        *ready,
        rx.cond(
            ListViews.items.length() > 0,
            rx.el.ul(rx.foreach(ListViews.items, _saved), class_name="saved-views"),
            rx.fragment(),
        ),
        rx.el.hr(),
        rx.cond(
            ListViews.may_update,
            _act("save", "Update this view", ListViews.update(ListViews.current)),
            rx.fragment(),
        ),
        _act("plus", "Save as a new view…", ListViews.ask_save),
    )


def _hiding() -> dict[str, str]:
    """What closes the menu. A new one each time: components write into theirs."""
    return {"popovertarget": "views", "popovertargetaction": "hide"}


def _entry(name: Any, event: Any, chosen: Any) -> rx.Component:
    return rx.el.button(
        rx.el.span(name, class_name="view-name"),
        rx.cond(chosen, rx.icon("check", size=14), rx.fragment()),
        type="button",
        class_name="menu-entry view-entry",
        on_click=event,
        aria_pressed=rx.cond(chosen, "true", "false"),
        custom_attrs=_hiding(),
    )


def _ready(title: str) -> rx.Component:
    chosen = (ListViews.current == 0) & (ListViews.title == title)
    return _entry(title, ListViews.apply_ready(title), chosen)


def _saved(view: Any) -> rx.Component:
    begins = view["is_default"].to(bool)
    return rx.el.li(
        _entry(view["name"], ListViews.apply(view["id"]), ListViews.current == view["id"]),
        rx.cond(
            view["shared"],
            rx.el.span(
                rx.icon("users", size=13),
                title=rx.cond(view["mine"], "Shared with the fleet", "Shared by " + view["by"]),
                class_name="view-shared",
            ),
            rx.fragment(),
        ),
        rx.el.button(
            rx.icon("pin", size=14),
            type="button",
            class_name="icon-button small",
            title=rx.cond(begins, "The list begins with this view", "Begin with this view"),
            aria_label=rx.Var.create("Begin with the view ") + view["name"],
            aria_pressed=rx.cond(begins, "true", "false"),
            on_click=ListViews.toggle_default(view["id"]),
        ),
        rx.cond(
            view["can_change"],
            rx.el.button(
                rx.icon("pencil", size=14),
                type="button",
                class_name="icon-button small",
                title="Rename, share or delete",
                aria_label=rx.Var.create("Change the view ") + view["name"],
                on_click=ListViews.ask_edit(view["id"]),
                custom_attrs=_hiding(),
            ),
            rx.fragment(),
        ),
        class_name="saved-view",
        key=view["id"].to_string(),
    )


def _act(icon: str, label: str, event: Any) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14),
        label,
        type="button",
        class_name="menu-entry with-icon",
        on_click=event,
        custom_attrs=_hiding(),
    )


def views_dialog() -> rx.Component:
    """What is asked about views: a name, or whose changes are to stay."""
    return rx.fragment(_naming(), _differing())


def _differing() -> rx.Component:
    """Somebody else changed the view that is to be updated."""
    return modal(
        rx.el.p(
            rx.el.b(ListViews.edited["name"]),
            " is not what it was when you chose it: somebody else changed it in the meantime. "
            "Your list is still as you left it.",
        ),
        form_problem(ListViews.problem),
        rx.el.div(
            _choice("Show their view", "Gives up what your list shows now.",
                    ListViews.show_theirs),
            _choice("Save mine as a new view…", "Keeps both.", ListViews.ask_save),
            _choice("Replace theirs with mine", "Their changes are lost.",
                    ListViews.replace_theirs, danger=True),
            class_name="choices",
        ),
        rx.el.div(
            rx.el.button("Cancel", type="button", class_name="button", on_click=ListViews.close),
            class_name="popover-actions",
        ),
        open=ListViews.dialog == "conflict",
        title="Somebody else changed this view",
        on_close=ListViews.close,
    )  # fmt: skip


def _choice(label: str, what: str, event: Any, *, danger: bool = False) -> rx.Component:
    return rx.el.button(
        rx.el.b(label),
        rx.el.span(what),
        type="button",
        class_name="choice danger" if danger else "choice",
        on_click=event,
    )


def _naming() -> rx.Component:
    """The name of a view, whether it is shared, and its end."""
    is_new = ListViews.dialog == "save"
    return modal(
        rx.el.form(
            form_problem(ListViews.problem),
            form_field(
                "name",
                "Name",
                errors=ListViews.errors,
                default_value=ListViews.edited["name"],
                required=True,
                max_length=80,
                auto_focus=True,
            ),
            _sharing(),
            rx.cond(
                is_new,
                rx.el.p("Keeps the search, filters, order and columns.", class_name="quiet"),
                rx.el.button(
                    rx.icon("trash-2", size=14),
                    "Delete this view",
                    type="button",
                    class_name="button small danger",
                    on_click=ListViews.delete,
                ),
            ),
            form_actions("Save", ListViews.close),
            on_submit=ListViews.submit,
            # Built anew when somebody else's changes have to be shown in it.
            key=ListViews.edited["version"].to_string(),
        ),
        open=(ListViews.dialog == "save") | (ListViews.dialog == "edit"),
        title=rx.cond(is_new, "Save this view", "Change the view"),
        on_close=ListViews.close,
    )


def _sharing() -> rx.Component:
    """Administrators have no fleet of their own to share with."""
    box = rx.el.label(
        rx.el.input(
            type="checkbox", name="shared", default_checked=ListViews.edited["shared"].to(bool)
        ),
        rx.el.span("Share with everybody in the fleet"),
        class_name="check",
    )
    return rx.cond(Session.fleets.length() > 1, rx.fragment(), box)


def ready_tabs(kind: Kind) -> rx.Component:
    """The ready views of a list beside its title, one click each; nothing for lists without."""
    ready = READY.get(kind.plural, ())
    if not ready:
        return rx.fragment()
    plain = (ListViews.title == "") & ~RecordList.narrowed
    return rx.el.div(
        _ready_tab("All", plain, ListViews.reset_list),
        *(
            _ready_tab(one.title, ListViews.title == one.title, ListViews.apply_ready(one.title))
            for one in ready
        ),
        tab_reveal(),
        class_name="tabs",
        role="group",
        aria_label="Ready views",
    )


def _ready_tab(title: str, active: Any, event: Any) -> rx.Component:
    return rx.el.button(
        title,
        type="button",
        class_name=rx.cond(active, "tab active", "tab"),
        aria_pressed=rx.cond(active, "true", "false"),
        on_click=event,
    )
