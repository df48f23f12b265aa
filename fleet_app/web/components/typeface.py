"""The typeface, bundled with the pages so that nothing is fetched from elsewhere."""

from __future__ import annotations

import reflex as rx


class Typeface(rx.Fragment):
    """Renders nothing; brings Inter Variable into the bundle of the page that contains it."""

    lib_dependencies: list[str] = ["@fontsource-variable/inter@5.2.8"]

    def add_imports(self) -> dict[str, list[str]]:
        """Import the font faces for their effect."""
        return {"": ["@fontsource-variable/inter/index.css"]}


def typeface() -> rx.Component:
    """Put once on every page."""
    return Typeface.create()
