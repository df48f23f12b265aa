"""Texts that people write in many ways and mean the same by, such as YKN-914 and ykn914.

Blanks, hyphens, dots and case do not count; every other letter does, of whatever alphabet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

IGNORED = " -."
_NOTHING = str.maketrans("", "", IGNORED)


def loose(text: str) -> str:
    """`text` as it is compared: YKN-914 becomes ykn914."""
    return text.translate(_NOTHING).lower()


def loose_sql(column: Any) -> ColumnElement[str]:
    """The same in SQL, as the unique indexes of such columns have it."""
    return func.lower(func.translate(column, IGNORED, ""))
