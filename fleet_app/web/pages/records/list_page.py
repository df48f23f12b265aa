"""The list page of a kind: toolbar, the bar of what is ticked, and grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import reflex as rx

from fleet_app.records.describe import columns
from fleet_app.records.kinds import Kind
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
    toolbar,
)
from fleet_app.web.components.signals.signals import live_feed
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.pages.alerts.usual_rules import usual_rules
from fleet_app.web.pages.records.bulk import dialogs
from fleet_app.web.pages.records.list_selection import selection
from fleet_app.web.pages.records.many_fields import many_fields_dialog
from fleet_app.web.pages.records.sight import columns_in_sight, if_in_sight
from fleet_app.web.pages.records.tabs import tabs_of
from fleet_app.web.pages.records.views_menu import ready_tabs, views_dialog, views_menu
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.records.chosen import settable
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
        selection(kind),
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
