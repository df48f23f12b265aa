"""Reflex configuration. What varies between installations lives in `fleet_app.settings`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from fleet_app.settings import get_settings

ENDPOINT = "const endpoint = new URL(url_str);"
SAME_ORIGIN = (
    "const endpoint = new URL(url_str); "
    'if (typeof window !== "undefined") { endpoint.host = window.location.host; '
    'if (window.location.protocol === "https:") '
    'endpoint.protocol = endpoint.protocol === "ws:" ? "wss:" : "https:"; return endpoint; }'
)


class SameOriginPlugin(rx.plugins.Plugin):
    """Lets one build serve any host and port: the page talks to the origin it came from.

    Reflex bakes the address of the backend into the bundle, so that a build for one port would be
    dead on every other.
    """

    def pre_compile(self, **context: Any) -> None:
        """Rewrite the one place where the bundle decides whom to talk to."""
        context["add_modify_task"]("utils/state.js", use_page_origin)


def use_page_origin(source: str) -> str:
    """Make `getBackendURL` answer with the page's own origin; refuses an unknown Reflex."""
    if SAME_ORIGIN in source:
        return source
    if source.count(ENDPOINT) != 1:
        raise RuntimeError("this Reflex release decides its backend address elsewhere")
    return source.replace(ENDPOINT, SAME_ORIGIN)


config = rx.Config(
    app_name="fleet_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    react_strict_mode=False,
    cors_allowed_origins=get_settings().origins,
    plugins=[SameOriginPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
