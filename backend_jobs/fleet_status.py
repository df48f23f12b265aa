"""The truth about a fleet and the system for its status bar."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from backend_jobs.live_fleet import Census
from fleet_app.location.models import MotionStatus

BACKLOG_WARNING, BACKLOG_CRITICAL = 1_000, 5_000
"""Unhandled log entries above which positions are late, or badly late."""


class SystemState(StrEnum):
    """How well the system does its work at the moment."""

    NORMAL = "Normal"
    WARNING = "Warning"
    CRITICAL = "Critical"


class FleetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of vehicles by what they do; `newest_recorded_at` in epoch seconds.

    `connected` counts vehicles heard of recently; `offline` all others, also those never heard
    of; `alerts` those that fell silent lately. `backlog` is None when the log does not answer.
    """

    vehicles: int
    connected: int
    moving: int
    idle: int
    stopped: int
    offline: int
    alerts: int
    newest_recorded_at: int | None
    backlog: int | None
    system_state: SystemState
    reason: str
    """Why the state is not Normal, in a sentence for people; empty when it is."""


def fleet_status(
    vehicles: int,
    census: Census,
    backlog: int | None,
    database_ok: bool,
    workers: int = 1,
) -> FleetStatus:
    """Put the figures together."""
    moving, idle, stopped = (
        census.statuses[status]
        for status in (MotionStatus.MOVING, MotionStatus.IDLE, MotionStatus.STOPPED)
    )
    connected = moving + idle + stopped
    state, reason = system_state(backlog, database_ok, workers)
    total = max(vehicles, census.statuses.total())
    return FleetStatus(
        vehicles=total,
        connected=connected,
        moving=moving,
        idle=idle,
        stopped=stopped,
        offline=total - connected,
        alerts=census.silent,
        newest_recorded_at=census.newest,
        backlog=backlog,
        system_state=state,
        reason=reason,
    )


def system_state(backlog: int | None, database_ok: bool, workers: int) -> tuple[SystemState, str]:
    """How well the system works, and why not better. `workers` counts those that are alive."""
    if not database_ok:
        return SystemState.CRITICAL, "The database does not answer: positions wait in the log."
    if backlog is None:
        return SystemState.CRITICAL, "The live store does not answer: positions stand still."
    if not workers:
        return SystemState.CRITICAL, "No worker is running: positions wait in the log."
    if backlog > BACKLOG_CRITICAL:
        return SystemState.CRITICAL, f"Positions are late: {backlog:,} posts wait in the log."
    if backlog > BACKLOG_WARNING:
        return SystemState.WARNING, f"Catching up: {backlog:,} posts wait in the log."
    return SystemState.NORMAL, ""
