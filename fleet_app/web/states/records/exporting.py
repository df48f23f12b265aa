"""What an export of a list on the screen asks the API for."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode


def export_query(query: str, sort: str, columns: Sequence[str] = (), ids: str = "") -> str:
    """The end of an export's address: the records of `query` in the order of the list.

    Without `columns` every column is written, with the record number; `ids` are the only ones
    wanted.
    """
    more = {"id": ids, "sort": sort, "columns": ",".join(columns)}
    told = urlencode({name: text for name, text in more.items() if text}, safe=",")
    full = "&".join(part for part in (query, told) if part)
    return f"?{full}" if full else ""
