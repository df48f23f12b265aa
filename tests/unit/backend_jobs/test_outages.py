"""One line for one outage, however many partitions wait."""

from __future__ import annotations

import pytest

from backend_jobs.outages import QUIET_SECONDS, Outages
from fleet_app.kernel.errors import StoreUnavailable


def test_an_outage_is_told_once_and_the_next_one_again(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    outages = Outages(lambda: now[0])
    for _ in range(16):
        outages.met(StoreUnavailable("Valkey"))
        now[0] += QUIET_SECONDS / 4  # it lasts much longer than the quiet time
    assert [line for line in caplog.messages if "Valkey" in line] == caplog.messages
    assert len(caplog.messages) == 1
    now[0] += QUIET_SECONDS + 1
    outages.met(StoreUnavailable("Valkey"))
    assert len(caplog.messages) == 2


def test_another_store_is_another_outage(caplog: pytest.LogCaptureFixture) -> None:
    outages = Outages()
    for store in ("Valkey", "The database", "Valkey"):
        outages.met(StoreUnavailable(store))
    assert len(caplog.messages) == 2
