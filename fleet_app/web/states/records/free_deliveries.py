"""Looking through the deliveries that are free for a route: by words, time window and place."""

from __future__ import annotations

from urllib.parse import urlencode

import reflex as rx

from fleet_app.web.gate import requires

MEANINGS = {
    "window": {"with": {"window_to.empty": "false"}, "without": {"window_to.empty": "true"}},
    "place": {"on": {"on_map": "true"}, "off": {"on_map": "false"}},
}
"""What the choices above the list mean to the API."""
LONGEST = 100


class FreeDeliveries(rx.State):
    """What somebody looks for among the deliveries on no route."""

    words: str = ""
    choices: dict[str, str] = {}
    """By what they are about; empty for all."""

    @rx.var
    def narrower(self) -> str:
        """What follows the question for the free deliveries."""
        query: dict[str, str] = {}
        for about, choice in self.choices.items():
            query |= MEANINGS[about].get(choice, {})
        if self.words:
            query["q"] = self.words
        return f"&{urlencode(query)}" if query else ""

    @rx.event
    @requires("routes.update")
    async def search(self, text: str) -> None:
        """Offer deliveries of this number, address or contact."""
        self.words = " ".join(str(text).split())[:LONGEST]

    @rx.event
    @requires("routes.update")
    async def narrow(self, about: str, choice: str) -> None:
        """Offer those with or without a time window, on or off the map; empty for all."""
        if about in MEANINGS and choice in {"", *MEANINGS[about]}:
            self.choices = {**self.choices, about: choice}

    def clear(self) -> None:
        """Look for nothing in particular."""
        self.words, self.choices = "", {}
