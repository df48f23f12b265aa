"""The library's worker, but no announcement of a new job escapes it."""

from __future__ import annotations

from procrastinate.jobs import Notification
from procrastinate.worker import Worker


class AttentiveWorker(Worker):
    """Looks again when a job was announced while it was looking.

    The library forgets all announcements after each look into the queue, also those of jobs that
    were committed too late for that look to see: they would wait for the next poll.
    """

    _announced = 0

    async def _handle_notification(self, *, channel: str, notification: Notification) -> None:
        self._announced += 1
        await super()._handle_notification(channel=channel, notification=notification)

    async def _fetch_and_process_jobs(self) -> None:
        looked_at = -1
        while looked_at != self._announced and not self._stop_event.is_set():
            looked_at = self._announced
            await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
