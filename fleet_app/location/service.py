"""Taking over what phones send, and showing what became of it."""

from __future__ import annotations

import re

import msgspec

from fleet_app.location.errors import MalformedPayload
from fleet_app.location.models import (
    Fix,
    FixBatch,
    QuarantineReason,
    RejectedPayload,
    Source,
)
from fleet_app.location.ports import FixLog, RejectedPayloads

_SECRETS = re.compile(r"fdt_[A-Za-z0-9_\-]+")
_NETWORKS = re.compile(r'("B?SSID"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_KEPT_TEXT = 1000


class Sender(msgspec.Struct, frozen=True):
    """The vehicle that a post speaks for."""

    vehicle_id: int
    fleet_id: int


class Receipt(msgspec.Struct, frozen=True):
    """What became of one post: all `accepted` fixes are on disk.

    `quarantined` are those among them that are kept apart, by their index in the post;
    `duplicates` counts the exact repetitions inside the post.
    """

    accepted: int
    quarantined: list[tuple[int, QuarantineReason]]
    duplicates: int = 0


class IngestService:
    """Puts fixes into the durable log. One per process."""

    def __init__(self, log: FixLog, rejected: RejectedPayloads) -> None:
        self._log = log
        self._rejected = rejected

    async def take(
        self, sender: Sender, source: Source, fixes: list[Fix], received_at_ms: int
    ) -> Receipt:
        """Make one post durable. Raises `StoreUnavailable`; then nothing counts as taken."""
        quarantined = [(i, fix.quarantine) for i, fix in enumerate(fixes) if fix.quarantine]
        distinct = without_repeats(fixes)
        if distinct:
            batch = FixBatch(
                vehicle_id=sender.vehicle_id,
                fleet_id=sender.fleet_id,
                received_at_ms=received_at_ms,
                source=source,
                fixes=distinct,
            )
            await self._log.append([batch])
        return Receipt(len(fixes), quarantined, len(fixes) - len(distinct))

    async def reject(
        self,
        sender: Sender,
        source: Source,
        error: MalformedPayload,
        text: str,
        received_at_ms: int,
    ) -> None:
        """Keep what could not be read where an operator finds it. Raises `StoreUnavailable`."""
        payload = RejectedPayload(
            vehicle_id=sender.vehicle_id,
            fleet_id=sender.fleet_id,
            received_at_ms=received_at_ms,
            source=source,
            reason=error.reason,
            message=error.message,
            text=scrubbed(text),
        )
        await self._rejected.add(payload)

    async def rejected(self, fleet_id: int, count: int) -> list[RejectedPayload]:
        """The newest unreadable payloads of a fleet. Raises `StoreUnavailable`."""
        return await self._rejected.newest(fleet_id, count)


def without_repeats(fixes: list[Fix]) -> list[Fix]:
    """`fixes` without exact repetitions, in their order."""
    if len({fix.recorded_at_ms for fix in fixes}) == len(fixes):
        return fixes  # the usual case, found out without comparing
    kept: list[Fix] = []
    by_time: dict[int, list[Fix]] = {}
    for fix in fixes:
        same_time = by_time.setdefault(fix.recorded_at_ms, [])
        if fix not in same_time:
            same_time.append(fix)
            kept.append(fix)
    return kept


def scrubbed(text: str) -> str:
    """The beginning of `text` without device tokens and names of wireless networks."""
    text = _NETWORKS.sub(r'\1"-"', text[: 4 * _KEPT_TEXT])
    return _SECRETS.sub("fdt_-", text)[:_KEPT_TEXT]
