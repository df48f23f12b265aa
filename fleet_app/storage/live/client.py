"""Clients of Valkey that give up on a server which hangs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import TimeoutError as NoAnswer

Result = TypeVar("Result")
CONNECT_SECONDS = 3


def create_client(url: str, *, retries: int, seconds: float) -> Redis:
    """A client that waits `seconds` for an answer and connects anew `retries` times."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=seconds,
        retry=RetryUnlessSilent(NoBackoff(), retries, supported_errors=(NotConnected,)),
    )


class RetryUnlessSilent(Retry):
    """A closed connection is worth another try at once; a server that hangs would hang again."""

    async def call_with_retry(
        self,
        do: Callable[[], Awaitable[Result]],
        fail: Callable[..., Any],
        is_retryable: Callable[[Exception], bool] | None = None,
        with_failure_count: bool = False,
    ) -> Result:
        """See `Retry`."""
        answered = is_retryable or _is_closed
        return await super().call_with_retry(do, fail, answered, with_failure_count)


def _is_closed(error: BaseException | None) -> bool:
    """While it connects, the client hides a silent server behind an error of the connection."""
    while error is not None:
        if isinstance(error, NoAnswer | TimeoutError):
            return False
        error = error.__cause__
    return True
