"""The import screens at their addresses."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.pages.imports.all_imports import all_imports_page
from fleet_app.web.pages.imports.new_import import new_import_page
from fleet_app.web.pages.imports.one_import import one_import_page
from fleet_app.web.states.imports.listing import ImportList, NewImport
from fleet_app.web.states.imports.screen import ImportScreen
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.session import Session


def add_import_pages(app: rx.App) -> None:
    """All imports, a new one, and one of them."""
    pages = (
        ("/imports", all_imports_page, "Imports", ImportList.open),
        ("/imports/new", new_import_page, "Import a file", NewImport.open),
        ("/imports/[import_id]", one_import_page, "Import", ImportScreen.open),
    )
    for route, page, title, opened in pages:
        app.add_page(
            page,
            route=route,
            title=f"{title} · Live Fleet",
            on_load=[Session.enter, Toasts.settle, opened, Live.join],
        )
