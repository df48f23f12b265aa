"""A psycopg connection that never makes its user wait for a server that hangs."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen

Result = TypeVar("Result")
_CHECK_SECONDS = 0.1
"""How often psycopg looks for interrupts while it waits."""


class Connection(psycopg.AsyncConnection[Any]):
    """Closed, rather than brought back into order, when whoever waits for an answer is cancelled.

    psycopg asks the server to cancel the statement and waits for that: up to ten seconds when
    nobody answers. Here the socket closes at once, and the server notices that by itself (see
    `client_connection_check_interval` in `engine`). The transaction is rolled back, or was
    committed if the commit was already on its way.
    """

    patience: float | None = None
    """Seconds after which a server that sends no answer counts as down; None waits for ever."""

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = _CHECK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109 - as in the class above
    ) -> Result:
        """Run one exchange with the server. Raises `OperationalError` when patience ends."""
        try:
            async with asyncio.timeout(self.patience):
                return await waiting.wait_async(
                    gen, self.pgconn.socket, interval=interval, timeout=timeout
                )
        except TimeoutError as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from error
        except (asyncio.CancelledError, KeyboardInterrupt):
            self.pgconn.finish()
            raise


class RecordsConnection(Connection):
    """For short transactions: no single statement of theirs takes this long."""

    patience = 30.0
