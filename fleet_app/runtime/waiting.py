"""Waiting for a process to answer."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(
    answers: Callable[[], bool], alive: Callable[[], bool], name: str, seconds: float = 120.0
) -> None:
    """Return once `answers`; raise RuntimeError when the process is gone, TimeoutError later."""
    deadline = time.monotonic() + seconds
    while not answers():
        if not alive():
            raise RuntimeError(f"{name} ended before it answered; its log says why")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} did not answer within {seconds:g} s")
        time.sleep(0.1)
