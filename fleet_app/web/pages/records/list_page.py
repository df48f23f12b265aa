"""The list page of a kind: toolbar, grid, and what to do with the ticked rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import reflex as rx

from fleet_app.records.describe import columns
from fleet_app.records.kinds import Kind
from fleet_app.records.query import MOST_VALUES
from fleet_app.web.components.grid.hotkeys import hotkeys
from fleet_app.web.components.grid.list_address import list_address
from fleet_app.web.components.grid.record_grid import record_grid
from fleet_app.web.components.records.browser import ShortcutsHelp
from fleet_app.web.components.records.downloads import download_link
from fleet_app.web.components.records.toolbar import (
    chip_row,
    column_choice,
    drop_down,
    filter_form,
    list_search,
    selection_bar,
    toolbar,
)
from fleet_app.web.components.signals.signals import live_feed
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.alerts.usual_rules import usual_rules
from fleet_app.web.pages.records.bulk import bulk_actions, dialogs
from fleet_app.web.pages.records.many_fields import many_fields_button, many_fields_dialog
from fleet_app.web.pages.records.sight import columns_in_sight, if_in_sight
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.pages.records.views_menu import ready_tabs, views_dialog, views_menu
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.records.chosen import settable
from fleet_app.web.states.records.list_parts import offered
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.records.views import ListViews
from fleet_app.web.states.session import Session

KEYS = {"n": "create", "u": "undo", "/": "search"}
SHORTCUTS = [
    ["/", "Search this list"],
    ["n", "New"],
    ["↑ ↓", "Move through the rows"],
    ["Enter", "Open the row"],
    ["Space", "Tick the row"],
    ["u", "Take the last change back"],
    ["?", "Show this help"],
]


def list_page(kind: Kind) -> Callable[[], rx.Component]:
    """The page of `kind`, as a function that Reflex calls."""

    def page() -> rx.Component:
        ready = (RecordList.plural == kind.plural) & (ListViews.of == kind.plural)
        # Whether the address that the page was opened with has been understood.
        settled = rx.State.is_hydrated & ready
        search = list_search(
            value=RecordList.words,
            on_search=RecordList.search,
            label=kind.label_plural,
            settled=settled,
        )
        frame = chrome(_body(kind, ready), active=tabs_of(kind.plural).route, search=search)
        address = list_address(
            address=ListViews.address,
            read=ListViews.read,
            settled=settled & ~ListViews.returning,
            on_return=ListViews.reopen,
        )
        return rx.fragment(address, frame)

    return page


def _body(kind: Kind, ready: Any) -> rx.Component:
    """What stands within the frame."""
    return rx.el.div(
        _head(kind),
        *([usual_rules()] if kind.plural == "alert_rules" else []),
        chip_row(
            chips=RecordList.chips,
            on_remove=RecordList.set_filter,
            on_clear=RecordList.show_all,
            deleted=RecordList.deleted,
        ),
        _selection(kind),
        # Until the state is this list's, its search and filters are another list's.
        rx.el.div(
            rx.cond(ready, _grid(kind), rx.fragment()),
            class_name="list-body",
        ),
        *_unseen(kind),
        class_name="list-page",
    )


def _unseen(kind: Kind) -> list[rx.Component]:
    """Dialogs that wait to be asked for, the keys, and the news of vehicles."""
    return [
        views_dialog(),
        *([many_fields_dialog(kind)] if settable(kind) else []),
        *(dialogs() if kind.plural == "deliveries" else ()),
        _hotkeys(kind),
        ShortcutsHelp.create(entries=SHORTCUTS),
        *([live_feed(frame=Live.frame, on_resync=Live.join)] if kind.plural == "vehicles" else []),
    ]


def _head(kind: Kind) -> rx.Component:
    described = columns(kind)
    offer = partial(if_in_sight, kind)
    return rx.el.div(
        rx.el.div(
            rx.el.h1(kind.label_plural),
            tabs_of(kind.plural).bar(kind.plural, Session.may_pages),
            ready_tabs(kind),
            class_name="list-title",
        ),
        toolbar(
            views_menu(kind),
            filter_form(
                described,
                RecordList.filters_shown,
                RecordList.apply_filters,
                RecordList.show_all,
                RecordList.names,
                units=RecordList.units,
                offer=offer,
            ),
            column_choice(
                described,
                RecordList.shown,
                RecordList.toggle_column,
                RecordList.units,
                offer=offer,
            ),
            _more(kind),
            _create(kind),
        ),
        class_name="list-head",
    )


def _create(kind: Kind) -> rx.Component:
    if not kind.creatable and kind.plural != "routes":  # which are planned
        return rx.fragment()
    return rx.cond(
        RecordList.may.contains("create"),
        rx.el.a(
            rx.icon("plus", size=15),
            rx.el.span(f"New {kind.label.lower()}"),
            href=f"/{kind.plural}/new",
            class_name="button primary",
            title=f"New {kind.label.lower()} (N)",
            custom_attrs={"data-testid": "create"},
        ),
        rx.fragment(),
    )


def _more(kind: Kind) -> rx.Component:
    """Less frequent: import, export, what was deleted."""
    return drop_down(
        "more",
        "ellipsis",
        "More",
        rx.cond(
            RecordList.may.contains("import"),
            rx.fragment(
                rx.el.a("Import from a file…", href=f"/imports/new?kind={kind.plural}",
                        class_name="menu-entry"),
                rx.el.a("Earlier imports", href="/imports", class_name="menu-entry"),
            ),
            rx.fragment(),
        ),
        rx.cond(
            RecordList.may.contains("export"),
            rx.fragment(
                _export(kind, "CSV", "csv"),
                _export(kind, "Excel", "xlsx"),
            ),
            rx.fragment(),
        ),
        rx.el.button(
            rx.cond(RecordList.deleted, "Back to the list", "Show deleted"),
            type="button",
            class_name="menu-entry",
            on_click=RecordList.toggle_deleted,
            custom_attrs={"popovertarget": "more", "popovertargetaction": "hide"},
        ),
    )  # fmt: skip


def _export(kind: Kind, name: str, form: str) -> rx.Component:
    """The columns that are shown, and beside it all of them."""
    base = f"/api/v1/{kind.plural}/export.{form}"
    return rx.el.div(
        download_link(
            f"Export for {name}" if form == "xlsx" else f"Export as {name}",
            href=base + RecordList.exports["shown"],
            class_name="menu-entry",
            title="The columns that are shown, in their order",
            custom_attrs={"data-testid": f"export-{form}"},
        ),
        download_link(
            "All columns",
            href=base + RecordList.exports["all"],
            class_name="menu-entry menu-aside",
            title="Every column and the record number: to change records in the file and import it",
            aria_label=f"Export all columns for {name}",
            custom_attrs={"data-testid": f"export-all-{form}"},
        ),
        class_name="menu-pair",
    )


def _selection(kind: Kind) -> rx.Component:
    delete = rx.cond(
        RecordList.may.contains("delete"),
        rx.cond(
            RecordList.deleted,
            _action("undo-2", "Restore", [RecordList.begin, RecordList.restore_selected]),
            _action(
                "trash-2", "Delete", [RecordList.begin, RecordList.delete_selected], danger=True
            ),
        ),
        rx.fragment(),
    )
    actions = [
        *bulk_actions(kind),
        *_bulk_fields(kind),
        *([many_fields_button()] if settable(kind) else []),
        _export_selected(kind),
        delete,
        _action("x", "Clear", RecordList.select([])),
    ]
    working = rx.el.span("Working…", class_name="quiet", role="status")
    return selection_bar(
        count=RecordList.chosen_count,
        noun=kind.label_plural.lower(),
        actions=[rx.cond(RecordList.busy, working, rx.fragment(_select_all(), *actions))],
    )


def in_digits(number: Any) -> rx.Var[str]:
    """A number with its thousands apart."""
    text = f"({number!s}).toLocaleString('en-GB')"
    return rx.Var(text, _var_data=number._get_all_var_data()).to(str)


def _select_all() -> rx.Component:
    """From the ticked rows to everything that the list shows."""
    return rx.cond(
        ~RecordList.everything & (RecordList.total > RecordList.selected.length()),
        rx.el.button(
            "Select all ",
            in_digits(RecordList.total),
            " found",
            type="button",
            class_name="link",
            on_click=RecordList.select_all,
            custom_attrs={"data-testid": "select-all-found"},
        ),
        rx.fragment(),
    )


def _export_selected(kind: Kind) -> rx.Component:
    """An address holds a hundred numbers, or says of which list everything is wanted."""
    few = RecordList.everything | (RecordList.selected.length() <= MOST_VALUES)
    return rx.cond(
        RecordList.may.contains("export") & few,
        download_link(
            rx.icon("download", size=14),
            "Export",
            href=f"/api/v1/{kind.plural}/export.xlsx" + RecordList.exports["selected"],
            class_name="button small",
            title="An Excel file of the selected, with the columns that are shown",
        ),
        rx.fragment(),
    )


def _action(icon: str, label: str, event: Any, *, danger: bool = False) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=14),
        label,
        type="button",
        class_name="button small danger" if danger else "button small",
        on_click=event,
    )


def _bulk_fields(kind: Kind) -> list[rx.Component]:
    """A drop-down for each choice that may be given to many records at once."""
    return [
        rx.cond(
            RecordList.may.contains("update") & ~RecordList.deleted,
            rx.el.select(
                rx.el.option(f"Set {spec.title.lower()}…", value=""),
                *(rx.el.option(one["label"], value=one["value"]) for one in spec.options),
                value="",
                on_change=lambda value, name=spec.name: [
                    RecordList.begin,
                    RecordList.set_selected(name, value),
                ],
                class_name="small-select",
                aria_label=f"Set {spec.title.lower()} of the selected",
            ),
            rx.fragment(),
        )
        for spec in offered(kind)
    ]


def _grid(kind: Kind) -> rx.Component:
    return record_grid(
        url=f"/api/v1/{kind.plural}",
        columns=columns_in_sight(kind),
        shown=RecordList.shown,
        query=RecordList.query,
        sort=RecordList.sort,
        version=RecordList.version + Toasts.undone,
        layout=RecordList.layout,
        time_zone=RecordList.zone,
        units=RecordList.units,
        changes=changes_of(kind.plural),
        selected=RecordList.selected,
        everything=RecordList.everything,
        selectable=True,
        filtered=RecordList.narrowed,
        page=RecordList.page,
        noun=kind.label.lower(),
        plural=kind.label_plural.lower(),
        empty_text=_empty_text(kind),
        theme=rx.color_mode_cond("light", "dark"),
        live="vehicles" if kind.plural == "vehicles" else "",
        on_open=lambda identifier: rx.redirect(f"/{kind.plural}/" + identifier.to_string()),
        on_select=RecordList.select,
        on_sort=RecordList.set_sort,
        on_layout=RecordList.set_layout,
        on_page=RecordList.turn,
        on_total=RecordList.count,
        on_show_all=RecordList.show_all,
    )


def _empty_text(kind: Kind) -> str:
    if not kind.creatable:
        return f"No {kind.label_plural.lower()} yet."
    return (
        f"No {kind.label_plural.lower()} yet. "
        f"Add the first one with “New {kind.label.lower()}”, or import a file under “More”."
    )


def _hotkeys(kind: Kind) -> rx.Component:
    return hotkeys(
        keys=KEYS,
        on_key=lambda name: rx.cond(
            name == "undo",
            Toasts.undo_last(),
            rx.cond(name == "create", rx.redirect(f"/{kind.plural}/new"), rx.noop()),
        ),
    )
