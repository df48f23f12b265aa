"""The product's own application behind its gate, without its pages, and a list of its handlers."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

from reflex_base.registry import RegistrationContext

from fleet_app.web.gate.declarations import declared, framework_events, needs_of

HANDLERS = "handlers.json"


def build() -> object:
    """The ASGI application; what it can be asked for is written into `HANDLERS`."""
    from fleet_app.fleet_app import app  # noqa: PLC0415 - registers states, so not in pytest

    Path(HANDLERS).write_text(json.dumps(_handlers()), encoding="utf-8")
    return app()


def _handlers() -> list[dict[str, object]]:
    found = []
    for name, registered in RegistrationContext.get().event_handlers.items():
        roles = declared(name)
        parameters = list(inspect.signature(registered.handler.fn).parameters.values())[1:]
        found.append(
            {
                "name": name,
                "module": getattr(registered.handler.fn, "__module__", ""),
                "roles": None if roles is None else sorted(roles),
                "needs": sorted(needs_of(name)),
                "is_event": "@rx.event" in inspect.getsource(registered.handler.fn),
                "framework": name in framework_events(),
                "arguments": {one.name: str(one.annotation) for one in parameters},
            }
        )
    return found
