"""Query strings and forms as pairs, however odd, within bounds."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fleet_app.location.errors import MalformedPayload

MAX_PAIRS = 200


def pairs_of(text: str) -> list[tuple[str, str]]:
    """The (name, value) pairs of a query string or a form body. Raises `MalformedPayload`."""
    if not text:
        return []
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PAIRS)
    except ValueError:
        raise MalformedPayload("parameters", f"more than {MAX_PAIRS} parameters") from None


def text_of(body: bytes) -> str:
    """A form body as text; bytes that are no UTF-8 become replacement characters."""
    return body.decode("utf-8", "replace").strip()
