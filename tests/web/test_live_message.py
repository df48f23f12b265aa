"""The hand-made delta is the one that the installed Reflex makes itself."""

from __future__ import annotations

import re

import pytest
import reflex as rx

import rxconfig
from fleet_app.web.states.live import NO_STATUS, Live, changes_of, live_message


async def test_a_live_message_has_the_shape_of_reflex_own_delta():
    root = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    live = await root.get_state(Live)
    live.frame = "bytes"
    live.status = {**NO_STATUS, "vehicles": 3}
    live.changes = {"deliveries": {"sequence": 1, "kind": "updated", "ids": [1]}}
    own = live.get_delta()[Live.get_full_name()]
    status = {**NO_STATUS, "vehicles": 3}
    ours = live_message(frame=b"bytes", status=status, changes=live.changes)
    assert set(ours) == {"delta", "events"}
    assert ours["delta"][Live.get_full_name()].keys() == own.keys()


def test_only_what_changed_is_sent():
    fields = live_message(status=NO_STATUS)["delta"][Live.get_full_name()]
    assert list(fields) == ["status_rx_state_"]


def test_the_frame_travels_as_raw_bytes():
    (value,) = live_message(frame=b"\x01\x00")["delta"][Live.get_full_name()].values()
    assert value == b"\x01\x00"


def test_a_grid_reads_the_newest_notice_of_its_kind_or_of_any():
    changes = changes_of("deliveries")
    name = f"{Live.get_full_name().replace('.', '__')}.changes_rx_state_"
    assert str(changes) == f'({name}?.["deliveries"] ?? {name}?.["*"] ?? null)'
    data = changes._get_all_var_data()
    assert data is not None
    assert any(Live.get_full_name() in hook for hook in data.hooks), "it follows the state"


def test_the_bundle_is_told_to_use_the_origin_of_the_page():
    source = f"function f(url_str) {{ {rxconfig.ENDPOINT} return endpoint; }}"
    changed = rxconfig.use_page_origin(source)
    assert re.search(r"endpoint\.host = window\.location\.host", changed)
    assert rxconfig.use_page_origin(changed) == changed


def test_an_unknown_reflex_is_refused_rather_than_built_for_a_wrong_address():
    with pytest.raises(RuntimeError, match="elsewhere"):
        rxconfig.use_page_origin("nothing of the kind")
