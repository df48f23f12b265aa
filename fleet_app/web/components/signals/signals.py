"""Components without a picture, as Reflex components."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.kernel import units as kernel_units
from fleet_app.web.components.live import sources as live
from fleet_app.web.components.published import publisher

_SIGNALS = publisher(__name__, __file__)("Signals.jsx")
if "liveStore.js" not in live.LIBRARIES:
    raise RuntimeError("the live components no longer publish liveStore.js")


def _nothing() -> tuple[()]:
    return ()


class LiveFeed(rx.NoSSRComponent):
    """Feeds live frames to the live cells of a page that has no map."""

    library = _SIGNALS.importable_path
    tag = "LiveFeed"

    frame: rx.Var[Any]
    """The live frame as the broadcaster sends it; `""` means no change."""

    on_resync: rx.EventHandler[_nothing]
    """A frame was missed: send this session a snapshot."""


class LiveUnits(rx.NoSSRComponent):
    """In which units the live values of the page are shown."""

    library = _SIGNALS.importable_path
    tag = "LiveUnits"

    units: rx.Var[Any]
    """As `fleet_app.kernel.units.live_units` describes them; anything else is metric."""


class Ticker(rx.NoSSRComponent):
    """A clock of the page: it stops when the page is left, or nobody looks at it."""

    library = _SIGNALS.importable_path
    tag = "Ticker"

    active: rx.Var[bool]
    """Whether it runs."""
    every_ms: rx.Var[int]
    """Milliseconds from one tick to the next."""

    on_tick: rx.EventHandler[_nothing]


class News(rx.NoSSRComponent):
    """Tells that records were changed by somebody."""

    library = _SIGNALS.importable_path
    tag = "News"

    notices: rx.Var[Any]
    """What to listen to: one pushed notice or several; see `changes_of`."""

    on_news: rx.EventHandler[_nothing]


def live_feed(**props: Any) -> rx.Component:
    """See `LiveFeed`."""
    return LiveFeed.create(**props)


def live_units(units: Any) -> rx.Component:
    """Show live values in the units of this name, `metric` or `imperial`."""
    described = {system.value: kernel_units.live_units(system) for system in kernel_units.Units}
    return LiveUnits.create(units=rx.Var.create(described)[units])


def ticker(**props: Any) -> rx.Component:
    """See `Ticker`."""
    return Ticker.create(**props)


def news(**props: Any) -> rx.Component:
    """See `News`."""
    return News.create(**props)
