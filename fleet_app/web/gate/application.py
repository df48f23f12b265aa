"""Builds the Reflex application with every guard in place, so that none can be forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import reflex as rx
from fastapi import FastAPI
from reflex import app as reflex_app
from reflex.config import get_config
from reflex.event import EventSpec
from reflex.utils.prerequisites import get_web_dir
from starlette.types import ASGIApp

from fleet_app.kernel.errors import FleetError, Unauthenticated
from fleet_app.settings import get_settings
from fleet_app.web.gate.csp import inline_hashes, policy
from fleet_app.web.gate.guard import Guard
from fleet_app.web.gate.logs import hide_secrets
from fleet_app.web.gate.middleware import GateMiddleware
from fleet_app.web.gate.namespace import FleetNamespace

logger = logging.getLogger(__name__)
FAULT = "Something went wrong; please try again"
Tell = Callable[[str], EventSpec]
"""An event that says a text to whoever looks at the page."""


def gated_app(api: FastAPI, *, tell: Tell | None = None, **options: Any) -> rx.App:
    """`rx.App(**options)` that serves `api` beside the pages and lets nobody past the gate.

    What fails in a handler that does not say so itself is said by `tell`.
    Raises RuntimeError when this Reflex would not use our namespace, or accepts any origin.
    """
    hide_secrets()
    app = _with_our_namespace(api, tell, options)
    if not isinstance(app.event_namespace, FleetNamespace):
        raise RuntimeError("this Reflex release builds its event namespace elsewhere")
    if "*" in get_config().cors_allowed_origins:
        raise RuntimeError("rxconfig.py must set cors_allowed_origins to the allowed origins")
    app.add_middleware(GateMiddleware())
    app.register_lifespan_task(app.event_namespace.hear_revocations)
    app.register_lifespan_task(app.event_namespace.sweep)
    return app


def _with_our_namespace(api: FastAPI, tell: Tell | None, options: dict[str, Any]) -> rx.App:
    def failed(exception: Exception) -> EventSpec | None:
        text = log_failure(exception)
        return tell(text) if tell is not None and text else None

    original = reflex_app.EventNamespace
    reflex_app.EventNamespace = FleetNamespace  # type: ignore[misc]  # Reflex has no other way in
    try:
        return rx.App(
            api_transformer=[api, _guarded],
            backend_exception_handler=failed,
            **options,
        )
    finally:
        reflex_app.EventNamespace = original  # type: ignore[misc]


def _guarded(app: ASGIApp) -> ASGIApp:
    origins = get_settings().origins
    scripts = inline_hashes(get_web_dir() / "build" / "client")
    return Guard(app, origins=origins, policy=policy(scripts, origins))


def log_failure(exception: Exception) -> str:
    """What becomes of an exception in an event handler: a line for us, words for the page.

    Reflex's own handler answers with a script to be evaluated, which the policy forbids. Nothing
    is said to those who are signed out: the next event leads them to the sign-in page.
    """
    if isinstance(exception, FleetError):
        logger.warning("An event handler failed: %s: %s", exception.type, exception.message)
        return "" if isinstance(exception, Unauthenticated) else exception.message
    logger.error("An event handler failed", exc_info=exception)
    return FAULT
