"""The outbox: nothing is lost, nothing is hammered, order is kept."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from fleet_app.simulation.api import Receipt, Refused, Report, TryLater
from fleet_app.simulation.outbox import Outbox, Tally


class Line:
    """A channel that fails as told, then works."""

    def __init__(self, *problems: Exception, largest: int = 3) -> None:
        self.problems = list(problems)
        self.largest = largest
        self.arrived: list[int] = []

    async def send(self, reports: Sequence[Report]) -> Receipt:
        if self.problems:
            raise self.problems.pop(0)
        self.arrived += [report.recorded_at for report in reports]
        return Receipt(len(reports), 0)


def outbox(line: Line, count: int) -> tuple[Outbox, Tally]:
    tally = Tally()
    box = Outbox(line, tally, Random(1))
    for number in range(count):
        box.add(Report(recorded_at=number, latitude=1, longitude=2))
    return box, tally


async def test_everything_is_sent_in_order_and_in_batches() -> None:
    line = Line()
    box, tally = outbox(line, 8)
    assert await box.flush(0.0)
    assert line.arrived == list(range(8))
    assert (tally.sent, len(box)) == (8, 0)


async def test_a_failure_keeps_the_fixes_and_waits_longer_each_time() -> None:
    line = Line(TryLater("down"), TryLater("down"))
    box, tally = outbox(line, 2)
    assert not await box.flush(0.0)
    assert not await box.flush(0.1)
    assert tally.failures == 1
    assert not await box.flush(1.4)
    assert not await box.flush(2.7)
    assert tally.failures == 2
    assert await box.flush(10.0)
    assert line.arrived == [0, 1]


async def test_the_servers_own_waiting_time_is_kept() -> None:
    box, tally = outbox(Line(TryLater("busy", 30.0)), 1)
    await box.flush(0.0)
    assert not await box.flush(29.0)
    assert await box.flush(30.0)
    assert tally.failures == 1


async def test_what_is_refused_for_good_is_counted_and_does_not_block_the_rest() -> None:
    line = Line(Refused(400, "no"))
    box, tally = outbox(line, 5)
    assert await box.flush(0.0)
    assert line.arrived == [3, 4]
    assert (tally.refused, tally.sent) == (3, 2)


async def test_a_login_that_does_not_work_keeps_the_fixes() -> None:
    line = Line(Refused(401, "expired"))
    box, tally = outbox(line, 2)
    assert not await box.flush(0.0)
    assert len(box) == 2
    assert await box.flush(90.0)
    assert (tally.refused, tally.sent) == (0, 2)


async def test_a_send_that_is_cut_off_is_sent_again() -> None:
    line = Line(KeyboardInterrupt())
    box, _ = outbox(line, 2)
    try:
        await box.flush(0.0)
    except KeyboardInterrupt:
        assert len(box.waiting) == 2
    assert await box.flush(0.0)
    assert line.arrived == [0, 1]
