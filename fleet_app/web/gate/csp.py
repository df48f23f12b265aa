"""The content security policy of the pages, made to measure for the built bundle."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.I)
_SOURCE = re.compile(rb"\ssrc\s*=", re.I)


def inline_hashes(bundle: Path) -> list[str]:
    """Hashes of every inline script in the bundle's pages; empty when there is no bundle."""
    hashes = {
        script_hash(match["body"])
        for page in sorted(bundle.rglob("*.html"))
        for match in _SCRIPT.finditer(page.read_bytes())
        if not _SOURCE.search(match["attributes"])
    }
    return sorted(hashes)


def script_hash(body: bytes) -> str:
    """The policy's name for one inline script (browsers hash it with LF line ends)."""
    text = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return f"'sha256-{b64encode(hashlib.sha256(text).digest()).decode()}'"


def policy(scripts: Iterable[str], origins: Iterable[str]) -> str:
    """The policy: everything from here, inline scripts by hash, no `eval`.

    Older Safari does not count `wss:` of this host as 'self', so it is named.
    """
    sockets = [re.sub(r"^http", "ws", origin) for origin in origins]
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'", *sockets],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
