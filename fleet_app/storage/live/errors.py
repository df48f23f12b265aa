"""Turns what the Valkey client raises into the domain's one error for a store that is down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from fleet_app.kernel.errors import StoreUnavailable

STORE_ERRORS = (RedisError, OSError, TimeoutError)


@contextmanager
def valkey_errors(store: str = "The live store") -> Iterator[None]:
    """Raise `StoreUnavailable` for anything that goes wrong between us and the server.

    Answers that mean something to the caller (a missing group) have to be caught inside.
    """
    try:
        yield
    except STORE_ERRORS as error:
        raise StoreUnavailable(store) from error
