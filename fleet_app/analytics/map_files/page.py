"""A map file as text. It runs by itself anywhere, and asks nobody for anything.

Every script carries a nonce made for this file alone, which its own policy asks for: a name that
came through as markup would still not run.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from fleet_app.analytics.map_files import assets

POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""What a browser lets a file do that it opens from our own address: draw, and nothing else."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above and below every map."""

    brand: str
    heading: str
    about: Sequence[str]
    footer: str
    totals: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    nothing: str = ""
    """What is said when there is nothing to draw."""


def page_of(
    template: str,
    head: Head,
    parts: tuple[str, str] | None,
    said: Mapping[str, Any],
    *,
    heat: bool = False,
) -> bytes:
    """The whole file; `parts` are the element and the script of the map, None without one."""
    element, script = parts or ("", "")
    libraries = [assets.leaflet_script(), *([assets.heat_script()] if heat else [])]
    text = (
        _templates()
        .get_template(template)
        .render(
            **msgspec.structs.asdict(head),
            **said,
            title=f"{head.heading} · {head.brand}" if head.brand else head.heading,
            nonce=secrets.token_urlsafe(16),
            map_element=element.strip(),
            scripts=[*libraries, assets.elements_script(), script],
            leaflet_style=assets.leaflet_style(),
            page_style=assets.page_style(),
        )
    )
    return text.encode("utf-8", "replace")


@cache
def _templates() -> Environment:
    loader = PackageLoader("fleet_app.analytics.map_files", "page")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
