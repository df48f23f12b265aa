"""Lists that are read on from where the last answer ended, besides page by page.

Pages shift while records come and go; a cursor names the record that was read last. Lists go by the
number of their records then, whose order never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fleet_app.kernel.cursors import LONGEST_CURSOR, Position, cursor_of, position_of
from fleet_app.kernel.errors import InvalidInput

CURSOR = "cursor"
_BY_PAGE = ("page", "sort")
_Items = Sequence[tuple[str, str]]


def asked_by_cursor(parameters: _Items) -> tuple[int | None, _Items]:
    """The number of the record that was read last, and the parameters without the cursor.

    0 is asked for by an empty cursor, for the beginning; None by no cursor at all. Raises
    `InvalidInput`.
    """
    cursors = [text for name, text in parameters if name == CURSOR]
    rest = [one for one in parameters if one[0] != CURSOR]
    if not cursors:
        return None, rest
    both = {name: "cannot be asked for with a cursor" for name, _ in rest if name in _BY_PAGE}
    if both or len(cursors) > 1 or len(cursors[0]) > LONGEST_CURSOR:
        problems = both or {CURSOR: "is one that an answer gave, once"}
        raise InvalidInput("The list cannot be asked for like this", fields=problems)
    position = position_of(cursors[0])
    return (0 if position is None else position.key), rest


def cursor_behind(identifier: int | None) -> str | None:
    """The cursor that asks for what follows a record; None after the last one."""
    return None if identifier is None else cursor_of(Position(0, identifier))


def cursor_parameter(order: str) -> dict[str, Any]:
    """How the description of the API tells it."""
    text = (
        f"Read on from here: `meta.pagination.next_cursor` of the answer before, or empty to "
        f"begin. The list then goes by number, {order} first, is not counted, and has neither "
        f"`page` nor `sort`."
    )
    schema = {"type": "string", "maxLength": LONGEST_CURSOR}
    return {"name": CURSOR, "in": "query", "required": False, "schema": schema,
            "description": text}  # fmt: skip
