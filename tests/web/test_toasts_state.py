"""Messages with a way back: which are still shown on the next page."""

from __future__ import annotations

import pytest
import reflex as rx

from fleet_app.web.states.records import toasts as module
from fleet_app.web.states.records.toasts import Toasts


async def test_what_was_said_long_ago_is_not_said_again_on_the_next_page(
    monkeypatch: pytest.MonkeyPatch,
):
    shown: Toasts = await rx.State(_reflex_internal_init=True).get_state(Toasts)
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    shown.show("Long ago.")
    now += module.FRESH_SECONDS
    shown.show("Saved.")
    now += 1
    await Toasts.event_handlers["settle"].fn(shown)
    assert [item["text"] for item in shown.items] == ["Saved."]
