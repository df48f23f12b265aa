"""Keeps a task going that nobody waits for, so that its end cannot go unnoticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
"""Pause before the next start: a defect that is met at once must not fill the log."""


async def keep_running(run: Callable[[], Awaitable[None]], name: str) -> None:
    """Run until cancelled; whatever ends `run` is logged, and it is started again."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("%s failed and is started again", name)
        else:
            log.error("%s ended by itself and is started again", name)
        await asyncio.sleep(RESTART_SECONDS)
