"""Links to files of the API."""

from __future__ import annotations

from typing import Any

import reflex as rx


def download_link(*children: Any, href: Any, name: Any = True, **props: Any) -> rx.Component:
    """A link that saves a file; `name` is its name unless the server gives one.

    It is followed by the browser: the pages' own router knows nothing of the API.
    """
    custom = {"reloadDocument": True, **props.pop("custom_attrs", {})}
    return rx.el.a(*children, href=href, download=name, custom_attrs=custom, **props)
