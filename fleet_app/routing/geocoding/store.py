"""The file of a map's addresses: how it is laid out, for who writes and who reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ADDRESSES = "addresses.sqlite"
"""Its name in the folder of a built map."""

LAYOUT = 1
"""Counts up when files written before would be read wrongly, so that they are written again."""

SCHEMA = """
CREATE TABLE places (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, street TEXT NOT NULL,
    number TEXT NOT NULL, number_key TEXT NOT NULL, name_key TEXT NOT NULL,
    postcode TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL,
    lat REAL NOT NULL, lon REAL NOT NULL
);
CREATE INDEX places_at ON places (lat, lon) WHERE kind = 'address';
CREATE VIRTUAL TABLE words USING fts5 (
    text, content='', detail=none, columnsize=0, tokenize='ascii', prefix='1 2 3'
);
"""
# `ascii` splits at blanks alone: the words come ready from `words.key`, in any script.

KINDS = ("place", "street", "address", "poi")
"""What a row is; rows are numbered in this order, so that short searches meet the large first."""


def is_current(path: Path) -> bool:
    """Whether `path` is such a file, whole, and in the present layout."""
    if not path.is_file():
        return False
    try:
        with reading(path) as file:
            (layout,) = file.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        return False
    return bool(layout == LAYOUT)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can only read.

    The file never changes in place (a new one replaces it), so no locks are needed; opening it anew
    each time takes a fraction of a millisecond and follows a rebuilt map.
    """
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection
