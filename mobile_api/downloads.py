"""Answers that are files."""

from __future__ import annotations

from urllib.parse import quote


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header that names a download, by RFC 6266: for old programs in ASCII, else in UTF-8."""
    kind = "inline" if inline else "attachment"
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%' else "_" for char in name)
    header = f'{kind}; filename="{plain}"'
    if plain == name:
        return header
    return f"{header}; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller already has what `etag` stands for, by its `If-None-Match`."""
    if if_none_match is None:
        return False
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in known or "*" in known
