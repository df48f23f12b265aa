"""The product's own application behind its gate, without its pages, and a list of its handlers."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tests.web.handlers import registered

HANDLERS = "handlers.json"


def build() -> object:
    """The ASGI application; what it can be asked for is written into `HANDLERS`."""
    from fleet_app.fleet_app import app  # noqa: PLC0415 - registers states, so not in pytest

    listed = [asdict(one) for one in registered()]
    Path(HANDLERS).write_text(json.dumps(listed), encoding="utf-8")
    return app()
