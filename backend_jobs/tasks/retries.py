"""When a job that failed is tried again, and when not any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from fleet_app.kernel.clock import utc_now
from fleet_app.kernel.errors import StoreUnavailable

ATTEMPTS = 8
"""Spread over about half an hour; then somebody has to look at it."""
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 600.0
OUTAGE_SECONDS = 30.0
"""The longest pause while a store is down, which is nothing the job could help."""


class Backoff(BaseRetryStrategy):
    """Ever longer pauses between a limited number of attempts."""

    def __init__(self, attempts: int = ATTEMPTS, first_seconds: float = FIRST_SECONDS) -> None:
        self.attempts = attempts
        self._first = first_seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """See `BaseRetryStrategy`. An outage and a worker's stop never end a job."""
        if isinstance(exception, asyncio.CancelledError):
            return _after(0)
        growth = min(job.attempts, 10)
        if isinstance(exception, StoreUnavailable) and not exception.may_last:
            return _after(min(self._first * 2**growth, OUTAGE_SECONDS))
        if job.attempts + 1 >= self.attempts:
            return None
        return _after(min(self._first * 4**growth, LONGEST_SECONDS))


def _after(seconds: float) -> RetryDecision:
    return RetryDecision(retry_at=utc_now() + timedelta(seconds=seconds))
