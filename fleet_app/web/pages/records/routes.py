"""Every record page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.web.pages.records.list_page import list_page
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.session import Session


def add_record_pages(app: rx.App) -> None:
    """One list for each kind."""
    for kind in KINDS:
        app.add_page(
            list_page(kind),
            route=f"/{kind.plural}",
            title=f"{kind.label_plural} · Live Fleet",
            on_load=[Session.enter, RecordList.open(kind.plural), Live.join],
        )
