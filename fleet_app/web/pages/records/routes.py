"""Every record page at its address."""

from __future__ import annotations

import reflex as rx

from fleet_app.catalogue.kinds import KINDS
from fleet_app.records.kinds import Kind
from fleet_app.web.pages.records.audit import audit_page
from fleet_app.web.pages.records.detail_page import detail_page
from fleet_app.web.pages.records.extras import LOADS
from fleet_app.web.pages.records.list_page import list_page
from fleet_app.web.pages.records.new_page import new_page
from fleet_app.web.pages.records.new_route_page import new_route_page
from fleet_app.web.states.alerts.usual_rules import UsualRules
from fleet_app.web.states.live import Live
from fleet_app.web.states.records.audit import AuditScreen
from fleet_app.web.states.records.form import RecordForm
from fleet_app.web.states.records.lists import RecordList
from fleet_app.web.states.records.route_plan import RoutePlanner
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.records.views import ListViews
from fleet_app.web.states.session import Session


def add_record_pages(app: rx.App) -> None:
    """For each kind a list, a page for each record, and one for a new one."""
    for kind in KINDS:
        app.add_page(
            list_page(kind),
            route=f"/{kind.plural}",
            title=f"{kind.label_plural} · Live Fleet",
            on_load=[
                Session.enter,
                Toasts.settle,
                RecordList.open(kind.plural),
                ListViews.open(kind.plural),
                *([UsualRules.look] if kind.plural == "alert_rules" else []),
                Live.join,
            ],
        )
        _add_detail(app, kind)
        if kind.creatable:
            _add_new(app, kind)
    app.add_page(
        audit_page,
        route="/audit",
        title="Audit log · Live Fleet",
        on_load=[Session.enter, Toasts.settle, AuditScreen.open, Live.join],
    )
    app.add_page(
        new_route_page,
        route="/routes/new",
        title="New route · Live Fleet",
        on_load=[Session.enter, Toasts.settle, RoutePlanner.begin, Live.join],
    )


def _add_detail(app: rx.App, kind: Kind) -> None:
    more = [LOADS[kind.plural]] if kind.plural in LOADS else []
    app.add_page(
        detail_page(kind),
        route=f"/{kind.plural}/[record_id]",
        title=f"{kind.label} · Live Fleet",
        on_load=[Session.enter, Toasts.settle, RecordForm.open(kind.plural), *more, Live.join],
    )


def _add_new(app: rx.App, kind: Kind) -> None:
    app.add_page(
        new_page(kind),
        route=f"/{kind.plural}/new",
        title=f"New {kind.label.lower()} · Live Fleet",
        on_load=[Session.enter, Toasts.settle, RecordForm.open(kind.plural), Live.join],
    )
