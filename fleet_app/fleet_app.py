"""The application: pages registered, the API in front, live frames wired to their rooms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import reflex as rx

from backend_jobs.assignment import ROLE as WORKERS
from backend_jobs.broadcaster import Broadcaster
from backend_jobs.change_push import ChangePush
from backend_jobs.lasting import keep_running
from fleet_app.bootstrap import get_container
from fleet_app.web.gate import gated_app
from fleet_app.web.pages.alerts.routes import add_alert_pages
from fleet_app.web.pages.history.routes import add_history_pages
from fleet_app.web.pages.imports.routes import add_import_pages
from fleet_app.web.pages.login import login_page
from fleet_app.web.pages.maintenance.routes import add_maintenance_pages
from fleet_app.web.pages.missing import missing_page
from fleet_app.web.pages.outbox.routes import add_outbox_pages
from fleet_app.web.pages.overview import overview_page
from fleet_app.web.pages.planning.routes import add_planning_pages
from fleet_app.web.pages.records.routes import add_record_pages
from fleet_app.web.pages.settings import settings_page
from fleet_app.web.pages.sign_up import sign_up_page
from fleet_app.web.pages.track import track_page
from fleet_app.web.pages.zones.routes import add_zone_pages
from fleet_app.web.states.account import Account
from fleet_app.web.states.alerts.room_alerts import RoomAlerts
from fleet_app.web.states.delivery_watch import DeliveryWatch, connect_watch
from fleet_app.web.states.first_steps import FirstSteps
from fleet_app.web.states.live import Live, connect_rooms
from fleet_app.web.states.overview import Overview
from fleet_app.web.states.records.toasts import Toasts
from fleet_app.web.states.rooms import SocketRooms
from fleet_app.web.states.session import Session
from fleet_app.web.states.sign_in import SignIn
from fleet_app.web.states.tracking import Tracking
from mobile_api.app import create_api

STYLES = (
    *("tokens", "shell", "forms", "overview", "live", "grid", "places", "records", "record-form"),
    "zones",
    *("maintenance", "imports", "audit", "history", "alerts"),
    "planning",
)

app = gated_app(
    create_api(),
    tell=Toasts.fail,
    stylesheets=[f"/styles/{name}.css" for name in STYLES],
    theme=None,
    toaster=None,
    html_lang="en",
    head_components=[rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml")],
)
app.add_page(
    overview_page,
    route="/",
    title="Fleet overview · Live Fleet",
    on_load=[Session.enter, Toasts.settle, Overview.open, FirstSteps.open, Live.join],
)
app.add_page(
    settings_page,
    route="/settings",
    title="Settings · Live Fleet",
    on_load=[Session.enter, Toasts.settle, Account.open, Live.join],
)
add_record_pages(app)
add_maintenance_pages(app)
add_zone_pages(app)
add_history_pages(app)
add_planning_pages(app)
add_import_pages(app)
add_outbox_pages(app)
add_alert_pages(app)
app.add_page(missing_page, route="404", title="Nothing here · Live Fleet")
app.add_page(login_page, route="/login", title="Sign in · Live Fleet", on_load=SignIn.open)
app.add_page(
    sign_up_page, route="/sign-up", title="Create your fleet · Live Fleet", on_load=SignIn.open
)
app.add_page(
    track_page, route="/track/[token]", title="Your delivery · Live Fleet", on_load=Tracking.open
)


@asynccontextmanager
async def live_frames() -> AsyncIterator[None]:
    """Push positions into the rooms of this process for as long as it serves."""
    container = get_container()
    await container.start()
    assert app.event_namespace is not None  # gated_app sees to it
    rooms = SocketRooms(app.event_namespace)
    leases = container.new_leases()
    broadcaster = Broadcaster(
        listen=container.live.listen,
        read_fleet=container.live_view.fleet_positions,
        read_backlog=container.fix_log.backlog,
        count_workers=lambda: leases.alive(WORKERS),
        emit=rooms.emit_frame,
        emit_status=lambda room, status: rooms.emit_status(room, msgspec.to_builtins(status)),
        rooms=rooms.occupied,
        tick_seconds=container.settings.tick_seconds,
        offline_after_seconds=container.settings.offline_after_seconds,
    )
    alerts = RoomAlerts(rooms, container.work)
    changes = ChangePush(
        listen=container.changes.listen, emit=alerts.emit_changes, rooms=rooms.occupied
    )
    rooms.fed_by(broadcaster)
    connect_rooms(rooms)
    watch = DeliveryWatch(
        app.event_namespace, rooms, container.work, Tracking.open, container.active_routes
    )
    connect_watch(watch)
    running = [
        asyncio.create_task(keep_running(broadcaster.run, "broadcaster")),
        asyncio.create_task(keep_running(changes.run, "change-push")),
        asyncio.create_task(keep_running(watch.run, "delivery-watch")),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        for task in running:
            with suppress(asyncio.CancelledError):
                await task
        await container.close()


app.register_lifespan_task(live_frames)
