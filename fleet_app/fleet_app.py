"""The application: pages registered, the API in front, live frames wired to their rooms."""

from __future__ import annotations

from fleet_app.web.gate import gated_app
from fleet_app.web.pages.login import login_page
from fleet_app.web.pages.overview import overview_page
from fleet_app.web.pages.settings import settings_page
from fleet_app.web.pages.track import track_page
from fleet_app.web.states.account import Account
from fleet_app.web.states.live import Live
from fleet_app.web.states.overview import Overview
from fleet_app.web.states.session import Session
from fleet_app.web.states.sign_in import SignIn
from fleet_app.web.states.tracking import Tracking
from mobile_api.app import create_api

STYLES = ("tokens", "shell", "forms", "overview", "live")

app = gated_app(
    create_api(),
    stylesheets=[f"/styles/{name}.css" for name in STYLES],
    theme=None,
    toaster=None,
    html_lang="en",
)
app.add_page(
    overview_page,
    route="/",
    title="Fleet overview · Live Fleet",
    on_load=[Session.enter, Overview.open, Live.join],
)
app.add_page(
    settings_page,
    route="/settings",
    title="Settings · Live Fleet",
    on_load=[Session.enter, Account.open, Live.join],
)
app.add_page(login_page, route="/login", title="Sign in · Live Fleet", on_load=SignIn.open)
app.add_page(
    track_page, route="/track/[token]", title="Your delivery · Live Fleet", on_load=Tracking.open
)
