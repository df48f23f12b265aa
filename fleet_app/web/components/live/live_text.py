"""Small live texts as Reflex components; they follow the frames without events to the server."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.web.components.live.sources import LIVE_TEXT


class LiveAge(rx.NoSSRComponent):
    """How long ago something was, ticking; the exact time shows on hover."""

    library = LIVE_TEXT.importable_path
    tag = "LiveAge"

    at: rx.Var[Any]
    """Epoch seconds or milliseconds, or ISO 8601; left out, the newest fix of the fleet."""


class LiveText(rx.NoSSRComponent):
    """One value of one vehicle, kept current by the live frames."""

    library = LIVE_TEXT.importable_path
    tag = "LiveText"

    vehicle: rx.Var[int]
    """Id of the vehicle."""
    field: rx.Var[str]
    """`status`, `speed`, `battery`, `heading`, `place`, `last_seen`; or a roster fact: `name`,
    `registration`, `type`, `driver`."""


class LiveCount(rx.NoSSRComponent):
    """How many vehicles the fleet has; one that never reported counts as having no tracker yet."""

    library = LIVE_TEXT.importable_path
    tag = "LiveCount"

    status: rx.Var[str]
    """Count only this status; `online` counts those heard of lately."""
    noun: rx.Var[str]
    """Written after the number, with a plural s when needed."""


def live_age(at: Any = None, **props: Any) -> rx.Component:
    """The age of a moment, ticking; without `at`, of the newest fix of the fleet."""
    if at is not None:
        props["at"] = at
    return LiveAge.create(**props)


def live_text(vehicle: Any, field: Any, **props: Any) -> rx.Component:
    """One value of one vehicle, live; see `LiveText.field` for the names."""
    return LiveText.create(vehicle=vehicle, field=field, **props)


def live_count(**props: Any) -> rx.Component:
    """A live number of vehicles, of all or of one `status`."""
    return LiveCount.create(**props)
