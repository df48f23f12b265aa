"""Values from outside as JSON that PostgreSQL's jsonb accepts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


def json_text(value: object) -> bytes:
    """JSON that jsonb accepts: not-a-number becomes null, the zero character is left out."""
    try:
        raw = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(clean(msgspec.to_builtins(value)))
    if b"\\u0000" in raw:
        return msgspec.json.encode(clean(msgspec.to_builtins(value)))
    return raw


def clean(value: object) -> object:
    """`value` without zero characters, unpaired surrogates and overlong integers, at any depth."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)  # exact, unlike a float
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [clean(item) for item in value]
    return value
