"""The planning page: the board fills it."""

from __future__ import annotations

import reflex as rx

from fleet_app.web.components.grid.list_address import list_address
from fleet_app.web.components.planning.planning_board import planning_board
from fleet_app.web.components.signals.signals import live_feed
from fleet_app.web.layouts.chrome import chrome
from fleet_app.web.states.live import Live, changes_of
from fleet_app.web.states.planning.screen import Planning
from fleet_app.web.states.session import Session

FLEET = rx.cond(Session.fleets.length() > 1, Session.fleet_id, 0)
NEWS = ("plans", "routes", "deliveries", "suggestions")
"""Kinds of records whose news are news of a plan or of suggestions, as the board expects them."""


def planning_page() -> rx.Component:
    """Plans of a day."""
    address = list_address(
        address=Planning.address,
        read=Planning.read,
        settled=rx.State.is_hydrated & Planning.ready,
        on_return=Planning.reopen,
    )
    board = planning_board(
        day=Planning.day,
        today=Planning.today,
        plan=Planning.plan,
        zone=Planning.zone,
        fleet=FLEET,
        may=Planning.may,
        theme=rx.color_mode_cond("light", "dark"),
        changes=[changes_of(one) for one in NEWS],
        on_day=Planning.choose_day,
        on_plan=Planning.choose_plan,
    )
    body = rx.cond(Planning.ready, board, rx.el.div())
    feed = live_feed(frame=Live.frame, on_resync=Live.join)
    return rx.fragment(address, feed, chrome(body, active="/planning"))
