"""The time windows of a delivery as answers have them."""

from __future__ import annotations

from typing import Any

from fleet_app.delivery.models import Delivery

_NAMES = ("window_from", "window_to", "window2_from", "window2_to")


def windows_view(delivery: Delivery | None) -> dict[str, Any]:
    """Both windows; nothing where nobody is waited for."""
    return {name: None if delivery is None else getattr(delivery, name) for name in _NAMES}
