"""Texts and numbers in XML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
START = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(value: str) -> str:
    """A text that stands between tags; what XML cannot hold at all is left out."""
    return escape(_NO_XML.sub("", value))


def number(value: float, decimals: int) -> str:
    """Without an exponent and without noise."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"
